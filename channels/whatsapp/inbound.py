"""From a message of a webhook to an arrival. Pure: nothing is read or asked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.whatsapp.members import clean, identifier, moment, table, tables, word
from domain.channels import Address, Arrival, Click, Part, PartKind, Sender
from domain.errors import InputError

CHANNEL = "whatsapp"
WINDOW = timedelta(hours=24)
LATE = timedelta(days=1)
BETWEEN = "|"  # in the id of a button, between our message and the value of the button
# What says nothing to us: a thumb under a message, the platform about a number, another device about a message.
IGNORED = ("reaction", "system", "edit", "revoke", "request_welcome")
_MEDIA: Mapping[str, PartKind] = {
    "image": "image",
    "sticker": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "file",
}


@dataclass(frozen=True)
class Person:
    """Who writes: the id that this business knows them by, the phone number if it is told, a chosen name."""

    user_id: str
    phone: str
    name: str

    @property
    def key(self) -> str:
        """Numbers are changed and handed on; the business-scoped id is one person's, and may be all there is."""
        return self.user_id or self.phone


def parse_message(
    raw: Mapping[str, Any], contacts: object, account: str, now: datetime
) -> Arrival | None:
    """The arrival in a message; None when it is of a kind that is no message to us.

    Raises:
        InputError: it does not say who wrote it, or which message it is.
    """
    kind = word(raw, "type")
    if kind in IGNORED:
        return None
    wamid = identifier(raw, "id")
    if not wamid:
        raise InputError("the message has no id")
    person = _person(raw, list(tables(contacts)))
    sent_at = moment(raw.get("timestamp"), now)
    return Arrival(
        external_id=wamid,
        address=Address(CHANNEL, account, person.key, person.key),
        sender=Sender(person.key, person.name),
        sent_at=sent_at,
        parts=_parts(kind, raw),
        click=_click(kind, raw),
        route=_route(person, wamid, sent_at, now),
    )


def _person(raw: Mapping[str, Any], contacts: list[Mapping[str, Any]]) -> Person:
    """Who wrote a message. Where several people are in one webhook, nobody is guessed."""
    phone, user_id = identifier(raw, "from"), identifier(raw, "from_user_id")
    told = [(identifier(one, "wa_id"), identifier(one, "user_id"), one) for one in contacts]
    fitting = [
        (number, scoped, one)
        for number, scoped, one in told
        if (phone and number == phone) or (user_id and scoped == user_id)
    ]
    if not phone and not user_id and len(told) == 1:
        fitting = told
    if fitting:
        number, scoped, contact = fitting[0]
        name = clean(word(table(contact.get("profile")), "name"))
        phone, user_id = phone or number, user_id or scoped
    else:
        name = ""
    if not phone and not user_id:
        raise InputError("the message does not say who wrote it")
    return Person(user_id, phone, name)


def _route(person: Person, wamid: str, sent_at: datetime, now: datetime) -> dict[str, str]:
    expires = int((sent_at + WINDOW).timestamp() * 1000)
    route = {
        "window_expires": str(expires),
        "to": person.phone,
        "recipient": person.user_id,
        "wamid": wamid,
    }
    return {**route, "late": "1"} if now - sent_at > LATE else route


def _parts(kind: str, raw: Mapping[str, Any]) -> tuple[Part, ...]:
    content = table(raw.get(kind))
    if kind in _MEDIA:
        return _media(_MEDIA[kind], content)
    match kind:
        case "text":
            return _words(word(content, "body"))
        case "location":
            return _words(_place(content))
        case "button":
            return _words(word(content, "text"))
        case "interactive" if _reply(content):
            reply = _reply(content)
            return () if BETWEEN in word(reply, "id") else _words(word(reply, "title"))
        case _:
            return (Part("file", name=clean(kind)[:80] or "unknown"),)


def _words(text: str) -> tuple[Part, ...]:
    said = clean(text)
    return (Part("text", said),) if said else ()


def _media(kind: PartKind, content: Mapping[str, Any]) -> tuple[Part, ...]:
    """What was sent, and the words under it. Of a voice message there is no transcript."""
    name = clean(word(content, "filename")) or word(content, "mime_type")
    return (
        *_words(word(content, "caption")),
        Part(kind, reference=identifier(content, "id"), name=name),
    )


def _place(content: Mapping[str, Any]) -> str:
    """A place in words, as somebody would have typed it; the coordinates where it has none."""
    named = [word(content, "name"), word(content, "address")]
    return ", ".join(filter(None, named)) or ", ".join(
        filter(None, (word(content, "latitude"), word(content, "longitude")))
    )


def _reply(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The button or the row that was chosen; nothing of a form, which is none of ours."""
    return table(content.get("button_reply")) or table(content.get("list_reply"))


def _click(kind: str, raw: Mapping[str, Any]) -> Click | None:
    """What was pressed. Our own buttons say under which message they stood: its wamid says it to Meta alone."""
    content = table(raw.get(kind))
    if kind == "button":
        # A template's button: its payload was written by the company, and is no id of ours.
        pressed = clean(word(content, "payload")) or clean(word(content, "text"))
        return Click(pressed) if pressed else None
    pressed = clean(word(_reply(content), "id")) if kind == "interactive" else ""
    if not pressed:
        return None
    message, between, value = pressed.partition(BETWEEN)
    return Click(value, message) if between else Click(pressed)
