"""From a robot message as DingTalk sends it to an arrival. Pure: nothing is read or asked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from channels.dingtalk.members import clean, identifier, moment, table, word
from channels.dingtalk.quotes import Quote, quoted_by
from domain.channels import Address, Arrival, Part, Sender
from domain.errors import InputError

CHANNEL = "dingtalk"
SessionBy = Literal["per_sender", "per_group"]
# The word by which the office knows a sender whom the company itself signed for. A corpId is never that word.
_RESERVED_ORGANISATION = "verified"
_NEEDED = ("msgtype", "conversationId", "conversationType")


@dataclass(frozen=True)
class Bot:
    """Which bot this is: its code, the name it is mentioned by, and whose conversation a group is."""

    code: str
    name: str = ""
    session: SessionBy = "per_sender"


def parse_message(
    raw: Mapping[str, Any], bot: Bot, received_at: datetime, frame_id: str = ""
) -> Arrival:
    """The arrival in a robot message.

    Raises:
        InputError: names what is missing or wrong; a message for another bot is wrong, too.
    """
    _check(raw, bot)
    message_id = identifier(raw, "msgId") or frame_id
    if not message_id:
        raise InputError("the message has no msgId")
    sender = _sender(raw)
    quote = quoted_by(raw)
    parts = (*_parts(raw, bot), *_quoted_parts(quote))
    return Arrival(
        external_id=message_id,
        address=_address(raw, bot, sender),
        sender=sender,
        sent_at=moment(raw.get("createAt"), received_at),
        parts=parts,
        quoted=clean(quote.text),
        route=_route(raw, bot, message_id),
    )


def _check(raw: Mapping[str, Any], bot: Bot) -> None:
    missing = [name for name in _NEEDED if not word(raw, name)]
    if missing:
        raise InputError(f"the message has no {', '.join(missing)}")
    if word(raw, "conversationType") not in {"1", "2"}:
        raise InputError(f"conversationType is {raw['conversationType']!r}, not '1' or '2'")
    if not word(raw, "senderStaffId") and not word(raw, "senderId"):
        raise InputError("the message has neither senderStaffId nor senderId")
    if word(raw, "robotCode") not in {"", bot.code}:
        raise InputError("the message is for another bot: its robotCode is not ours")


def _sender(raw: Mapping[str, Any]) -> Sender:
    """Who writes. Without a staff id it is somebody from outside, whom no organisation vouches for."""
    staff = identifier(raw, "senderStaffId")
    organisation = word(raw, "senderCorpId") if staff else ""
    if organisation == _RESERVED_ORGANISATION:
        raise InputError("senderCorpId is not the id of an organisation")
    return Sender(
        staff or identifier(raw, "senderId"), clean(word(raw, "senderNick")), organisation
    )


def _address(raw: Mapping[str, Any], bot: Bot, sender: Sender) -> Address:
    group = word(raw, "conversationType") == "2"
    shared = group and bot.session == "per_group"
    thread = identifier(raw, "conversationId")
    return Address(CHANNEL, bot.code, thread, "" if shared else sender.id, group)


def _route(raw: Mapping[str, Any], bot: Bot, message_id: str) -> dict[str, str]:
    group = word(raw, "conversationType") == "2"
    return {
        "webhook": word(raw, "sessionWebhook"),
        "webhook_expires": word(raw, "sessionWebhookExpiredTime"),
        "staff": word(raw, "senderStaffId"),
        "nick": clean(word(raw, "senderNick")),
        "robot": bot.code,
        "thread": word(raw, "conversationId"),
        "group": "1" if group else "",
        "msg": message_id,
    }


def _parts(raw: Mapping[str, Any], bot: Bot) -> tuple[Part, ...]:
    kind = word(raw, "msgtype")
    content = table(raw.get("content"))
    match kind:
        case "text" | "markdown":
            said = _without_mention(clean(_text(raw, content)), raw, bot)
            return (Part("text", said),) if said else ()
        case "richText":
            return _rich(content, raw, bot)
        case "picture":
            return (Part("image", reference=code(content)),)
        case "audio":
            return (Part("audio", clean(word(content, "recognition")), code(content)),)
        case "video":
            return (Part("video", "", code(content), word(content, "videoType")),)
        case _:
            name = word(content, "fileName") or word(content, "title") or kind
            return (Part("file", "", code(content), clean(name)),)


def _text(raw: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """Words stand under `text`, in some clients under `content`, as an object or as a string."""
    for holder in (table(raw.get("text")), content):
        said = word(holder, "content") or word(holder, "text")
        if said:
            return said
    bare = raw.get("text") or raw.get("content")
    return bare if isinstance(bare, str) and not table(bare) else ""


def _without_mention(said: str, raw: Mapping[str, Any], bot: Bot) -> str:
    """DingTalk takes our mention out itself, but not in every client; only a leading exact name is ours."""
    mention = f"@{bot.name}"
    if not bot.name or not raw.get("isInAtList") or not said.startswith(mention):
        return said
    rest = said[len(mention) :]
    return said if rest and not rest[0].isspace() else rest.strip()


def _rich(content: Mapping[str, Any], raw: Mapping[str, Any], bot: Bot) -> tuple[Part, ...]:
    listed = content.get("richText")
    if not isinstance(listed, list):
        raise InputError("the rich text has no list of items")
    items = [item for item in listed if isinstance(item, Mapping)]
    while items and _mentions_us(items[0], raw, bot):
        items.pop(0)
    parts: list[Part] = []
    said = ""
    for item in items:
        part = _rich_part(item)
        if part is None:
            said += _words(item)
            continue
        parts += [*_spoken(said), part]
        said = ""
    return (*parts, *_spoken(said))


def _spoken(said: str) -> list[Part]:
    words = clean(said)
    return [Part("text", words)] if words else []


def _mentions_us(item: Mapping[str, Any], raw: Mapping[str, Any], bot: Bot) -> bool:
    if (word(item, "type") or word(item, "msgType")) != "at":
        return False
    ours = word(raw, "chatbotUserId")
    return bool(ours and word(item, "atUserId") == ours) or bool(
        bot.name and word(item, "atName").removeprefix("@") == bot.name
    )


def _words(item: Mapping[str, Any]) -> str:
    name = word(item, "atName").removeprefix("@")
    return f"@{name} " if name else word(item, "text") or word(item, "content")


def _rich_part(item: Mapping[str, Any]) -> Part | None:
    """An item that is not words; what is of an unknown type is a file."""
    kind = word(item, "type") or word(item, "msgType") or "text"
    if kind in {"text", "at"} and not code(item):
        return None
    if kind in {"picture", "text"}:
        return Part("image", reference=code(item))
    if kind in {"voice", "audio"}:
        return Part("audio", clean(word(item, "recognition")), code(item))
    return Part("file", "", code(item), clean(word(item, "fileName")) or kind)


def _quoted_parts(quote: Quote) -> tuple[Part, ...]:
    """A group cannot send us a file, only quote one: what is quoted and can be fetched counts as sent."""
    return (Part(quote.kind, "", quote.reference, quote.name),) if quote.reference else ()


def code(content: Mapping[str, Any]) -> str:
    """What the platform gives the bytes out for."""
    return word(content, "downloadCode") or word(content, "pictureDownloadCode")
