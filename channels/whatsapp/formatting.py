"""From Markdown to what WhatsApp shows: one star is bold there, and there are neither links nor headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.channels import Button

LONGEST_TEXT = 4096
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE)
_LINK = re.compile(
    r"!?\[([^\]\n]*)\]\(<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?: \"[^\"]*\")?\)"
)
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)")
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*?)(?<=[^\s*])\*(?![\w*])")
_STRIKE = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")
_STAR = "\ue000"  # a bold mark, until the single stars are read


def shown(text: str) -> str:
    """A Markdown text as WhatsApp shows it; code stays as it is."""
    pieces = _CODE.split(_NOT_TEXT.sub("", text.replace("\r\n", "\n")))
    read = [piece if number % 2 else _converted(piece) for number, piece in enumerate(pieces)]
    return re.sub(r"\n{3,}", "\n\n", "".join(read)).strip()


def _converted(text: str) -> str:
    text = text.replace(_STAR, "")
    text = _HEADING.sub(lambda found: f"**{found[1].replace('**', '')}**", text)
    text = _BULLET.sub(r"\1- ", text)
    text = _LINK.sub(_link, text)
    text = _BOLD.sub(lambda found: f"{_STAR}{found[1] or found[2]}{_STAR}", text)
    text = _STRIKE.sub(r"~\1~", _ITALIC.sub(r"_\1_", text))
    return text.replace(_STAR, "*")


def _link(found: re.Match[str]) -> str:
    label, address = found[1].strip(), found[2]
    if not label or label == address or not address:
        return label or address
    return f"{label}: {address}"


def pieces(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """A text in pieces that WhatsApp takes, as few as can be, cut between paragraphs where there are any."""
    found: list[str] = []
    for block, glue in _blocks(text, longest):
        if found and len(found[-1]) + len(glue) + len(block) <= longest:
            found[-1] += glue + block
        else:
            found.append(block)
    return found


def _blocks(text: str, longest: int) -> Iterator[tuple[str, str]]:
    """Paragraphs, or what they must be cut into, and what stands before each."""
    for paragraph in filter(str.strip, text.split("\n\n")):
        if len(paragraph) <= longest:
            yield paragraph, "\n\n"
            continue
        glue = "\n\n"
        for line in paragraph.split("\n"):
            for bit in _bits(line, longest):
                yield bit, glue
                glue = "\n"


def _bits(line: str, longest: int) -> Iterator[str]:
    """A line in bits, cut behind a sentence where there is one."""
    while len(line) > longest:
        ends = [
            line.rfind(mark, longest // 2, longest) for mark in ("。", "！", "？", ". ", "，", " ")
        ]
        cut = next((end + 1 for end in ends if end > 0), longest)
        yield line[:cut].rstrip()
        line = line[cut:].lstrip()
    if line.strip():
        yield line


def numbered(text: str, buttons: Sequence[Button]) -> str:
    """The text with its buttons as a list, for where there are none to press."""
    lines = "\n".join(f"{number}. {one.label}" for number, one in enumerate(buttons, 1))
    return "\n\n".join(filter(None, (text, lines)))
