"""Cuts a text into short passages, by its headings, then its paragraphs, then its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 350
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE = re.compile(r"(?:[^。!?！？；;.\n]|\.(?=\S))*(?:[。!?！？；;.\n]+[」』”\")）]*\s*|$)")


@dataclass(frozen=True)
class Piece:
    """A cut of text, the headings above it, and the number of its section in the document."""

    section: str
    text: str
    place: int = 0


def pieces(text: str) -> Iterator[Piece]:
    """Cut a Markdown or plain text; no piece is longer than the limit."""
    for place, (section, lines) in enumerate(_sections(text)):
        for passage in cut("\n".join(lines)):
            yield Piece(section, passage, place)


def cut(text: str) -> Iterator[str]:
    """Cut a text without headings into passages, each as long as the limit allows."""
    kept = ""
    for part in _parts(text):
        if kept and len(kept) + len(part) + 1 > LONGEST:
            yield kept
            kept = part
        else:
            kept = f"{kept}\n{part}" if kept else part
    if kept:
        yield kept


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    path: list[str] = []
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line.strip())
        if heading is None:
            lines.append(line)
            continue
        if any(each.strip() for each in lines):
            yield " > ".join(filter(None, path)), lines
        level = len(heading[1])
        path = [*path[: level - 1], *[""] * (level - 1 - len(path)), heading[2]]
        lines = []
    if any(each.strip() for each in lines):
        yield " > ".join(filter(None, path)), lines


def _parts(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        stripped = paragraph.strip()
        if len(stripped) <= LONGEST:
            if stripped:
                yield stripped
            continue
        yield from _packed(stripped)


def _packed(paragraph: str) -> Iterator[str]:
    """Whole sentences together up to the limit; a sentence that is too long is cut hard."""
    kept = ""
    for sentence in _SENTENCE.findall(paragraph):
        if kept and len(kept) + len(sentence) > LONGEST:
            yield kept.strip()
            kept = ""
        kept += sentence
        while len(kept) > LONGEST:
            at = kept.rfind(" ", LONGEST // 2, LONGEST) + 1 or LONGEST
            yield kept[:at].strip()
            kept = kept[at:]
    if kept.strip():
        yield kept.strip()
