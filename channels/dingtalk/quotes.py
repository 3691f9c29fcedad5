"""What a message quotes. Clients differ in where they put it; all shapes that were seen are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.dingtalk.members import table, word
from domain.channels import PartKind

_KINDS: dict[str, PartKind] = {"picture": "image", "audio": "audio", "video": "video"}
_DEEPEST = 6  # levels of a card's element tree


@dataclass(frozen=True)
class Quote:
    """The words of what is quoted, and what its file can be fetched by."""

    text: str = ""
    kind: PartKind = "file"
    reference: str = ""
    name: str = ""


def quoted_by(raw: Mapping[str, Any]) -> Quote:
    """What a message quotes; an empty quote when it quotes nothing, or does not say what."""
    text = table(raw.get("text"))
    content = table(raw.get("content"))
    replied = table(text.get("repliedMsg")) or table(content.get("repliedMsg"))
    if replied:
        return _replied(replied)
    legacy = table(raw.get("quoteMessage"))
    if legacy:
        return _replied({"msgType": "text", "content": legacy.get("text"), **legacy})
    if word(raw, "msgtype") == "chatRecord":
        return Quote(_record(content))
    return Quote(word(content, "quoteContent") or word(text, "quoteContent"))


def _replied(replied: Mapping[str, Any]) -> Quote:
    kind = word(replied, "msgType") or word(replied, "msgtype") or "text"
    content = table(replied.get("content"))
    if not content:
        bare = replied.get("content")
        return Quote(bare if isinstance(bare, str) else "")
    match kind:
        case "richText":
            return Quote(_rich(content))
        case "chatRecord":
            return Quote(_record(content))
        case "interactiveCard" | "card":
            tree = table(content.get("cardContent")) or content
            return Quote("\n".join(_texts(tree, _DEEPEST)))
        case "picture" | "audio" | "video" | "file":
            return _file(kind, content)
        case _:
            return Quote(word(content, "text") or word(content, "content"))


def _file(kind: str, content: Mapping[str, Any]) -> Quote:
    words = word(content, "recognition") if kind == "audio" else word(content, "fileName")
    reference = word(content, "downloadCode")
    return Quote(words, _KINDS.get(kind, "file"), reference, word(content, "fileName") or kind)


def _rich(content: Mapping[str, Any]) -> str:
    items = content.get("richText")
    if not isinstance(items, list):
        return ""
    return "".join(_item(one) for one in items if isinstance(one, Mapping))


def _item(item: Mapping[str, Any]) -> str:
    name = word(item, "atName").removeprefix("@")
    return f"@{name} " if name else word(item, "content") or word(item, "text")


def _record(content: Mapping[str, Any]) -> str:
    return "\n".join(filter(None, (word(content, "title"), word(content, "summary"))))


def _texts(node: object, levels: int) -> list[str]:
    """The words in a card's tree of elements."""
    if levels == 0:
        return []
    if isinstance(node, list):
        return [text for one in node for text in _texts(one, levels - 1)]
    if not isinstance(node, Mapping):
        return []
    own = [node[name] for name in ("title", "text", "content") if isinstance(node.get(name), str)]
    deeper = (value for value in node.values() if isinstance(value, list | Mapping))
    return own + [text for one in deeper for text in _texts(one, levels - 1)]
