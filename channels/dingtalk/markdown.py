"""The Markdown that DingTalk shows: made harmless, spaced as it wants it, cut where it may be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.channels import Button
from domain.language import Language

LONGEST_PIECE = 3500
LONGEST_TITLE = 20
_BREAK = "\u200b"  # invisible, and enough to keep a client from seeing a link, an image, a tag or a mention
_LINK = re.compile(r"\](?=[(\[:])")
_IMAGE = re.compile(r"!(?=\[)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_MENTION = re.compile(r"(?<![A-Za-z0-9._%+\-])@(?=\S)")  # the @ of an e-mail address stays
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_FENCE = re.compile(r"^\s*(```|~~~)")
_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s+")
_TABLE = re.compile(r"^\s*\|")
_MARKS = re.compile(r"[*_`#>|~\[\]]+")
_EMPTY_TITLE: dict[Language, str] = {
    "yue": "回覆",
    "zh-Hant": "回覆",
    "zh-Hans": "回复",
    "en": "Reply",
}


def harmless(text: str) -> str:
    """Our words may repeat a customer's, who could have written a link, a tracking image or a mention of all."""
    text = _NOT_TEXT.sub("", text)
    for mark in (_LINK, _IMAGE, _TAG, _MENTION):
        text = mark.sub(lambda found: found[0] + _BREAK, text)
    return text


def spaced(text: str) -> str:
    """DingTalk swallows single line breaks: they are doubled, outside code, lists and tables."""
    shown: list[str] = []
    fenced = False
    before = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if shown:
            shown.append("\n" if fenced or _belongs(before, line) else "\n\n")
        shown.append(line)
        if _FENCE.match(line):
            fenced = not fenced
        before = line
    return re.sub(r"\n{3,}", "\n\n", "".join(shown)) if "```" not in text else "".join(shown)


def _belongs(before: str, line: str) -> bool:
    """True when one line break between two lines is right."""
    if not before.strip() or not line.strip():
        return True
    of_list = _ITEM.match(before) or before.startswith(("  ", "\t"))
    continued = _ITEM.match(line) or line.startswith(("  ", "\t"))
    return bool(of_list and continued) or bool(_TABLE.match(before) and _TABLE.match(line))


def pieces(text: str, longest: int = LONGEST_PIECE) -> list[str]:
    """A text in pieces that DingTalk takes, cut between paragraphs; cut code is closed and opened again."""
    if len(text) <= longest:
        return [text]
    found: list[str] = []
    piece = ""
    for block in _blocks(text, longest):
        if piece and len(piece) + 2 + len(block) > longest:
            found.append(piece)
            piece = block
        else:
            piece = f"{piece}\n\n{block}" if piece else block
    return [*found, piece]


def _blocks(text: str, longest: int) -> Iterator[str]:
    """Paragraphs and whole code fences, none longer than a piece may be."""
    paragraph: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if not fence and not line.strip():
            yield from _fitting("\n".join(paragraph), longest)
            paragraph = []
            continue
        mark = _FENCE.match(line)
        if mark:
            fence = "" if fence else mark[1]
        paragraph.append(line)
    yield from _fitting("\n".join(paragraph), longest)


def _fitting(block: str, longest: int) -> Iterator[str]:
    if len(block) <= longest:
        if block:
            yield block
        return
    lines = block.split("\n")
    fence = _FENCE.match(lines[0])
    opening, closing = (lines.pop(0), fence[1]) if fence else ("", "")
    if len(opening) > longest // 4:  # a fence line that holds more than the name of a language
        lines.insert(0, opening.strip().removeprefix(closing))
        opening = closing
    if fence and len(lines) > 1 and _FENCE.match(lines[-1]):
        lines.pop()
    room = longest - len(opening) - len(closing) - 2
    part = ""
    for bit in (bit for line in lines for bit in _bits(line, room)):
        if part and len(part) + 1 + len(bit) > room:
            yield _wrapped(part, opening, closing)
            part = bit
        else:
            part = f"{part}\n{bit}" if part else bit
    yield _wrapped(part, opening, closing)


def _bits(line: str, room: int) -> Iterator[str]:
    """A line in bits, cut behind a sentence where there is one."""
    while len(line) > room:
        ends = [
            line.rfind(mark, room // 2, room) for mark in ("。", "！", "？", ". ", "；", "，", " ")
        ]
        cut = next((end + 1 for end in ends if end > 0), room)
        yield line[:cut].rstrip()
        line = line[cut:].lstrip()
    yield line


def _wrapped(part: str, opening: str, closing: str) -> str:
    return f"{opening}\n{part}\n{closing}" if closing else part


def title(text: str, language: Language) -> str:
    """What the list of chats shows: the beginning of the text, never empty."""
    lines = (_MARKS.sub("", _ITEM.sub("", line)).strip() for line in text.split("\n"))
    return next(filter(None, lines), _EMPTY_TITLE[language])[:LONGEST_TITLE]


def plain(text: str) -> str:
    """The text without marks, for where Markdown is refused."""
    return re.sub(r"(\*\*|__|^#+ |^```.*$)", "", text, flags=re.MULTILINE)


def numbered(text: str, buttons: Sequence[Button]) -> str:
    """The text with its buttons as a list, for where there are none to press."""
    if not buttons:
        return text
    lines = [f"{number}. {harmless(button.label)}" for number, button in enumerate(buttons, 1)]
    return text + "\n\n" + "\n".join(lines)
