"""Cuts a text into short passages, by its headings, then its paragraphs, lists and tables, then its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Literal

LONGEST = 350
_LONGEST_LEAD = (
    LONGEST // 2
)  # a lead-in or table head longer than this leaves no room for what it leads in
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE = re.compile(r"(?:[^。!?！？；;.\n]|\.(?=\S))*(?:[。!?！？；;.\n]+[」』”\")）]*\s*|$)")
_ITEM = re.compile(r"^\s*(?:[-*+•·]\s+|\d{1,3}[.)]\s+|\d{1,3}、|[（(]\d{1,3}[)）])\S")
_RULE = re.compile(r"^\s*\|(?:\s*:?-+:?\s*\|)+\s*$")  # the line below a table's header row


@dataclass(frozen=True)
class Piece:
    """A cut of text, the headings above it, and the number of its section in the document."""

    section: str
    text: str
    place: int = 0


@dataclass
class _Block:
    """Lines that belong together. `lead` is the line that says what a list or table is about."""

    kind: Literal["text", "list", "table"]
    lines: list[str] = field(default_factory=list)
    lead: str = ""


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
    for block in _led(_blocks(text)):
        whole = "\n".join(filter(None, (block.lead, *block.lines))).strip()
        if len(whole) <= LONGEST:
            if whole:
                yield whole
        elif block.kind == "table":
            yield from _rows(block)
        elif block.kind == "list":
            yield from _items(block.lead, block.lines)
        else:
            yield from _packed(whole)


def _blocks(text: str) -> Iterator[_Block]:
    lines = text.splitlines()
    block = _Block("text")
    for at, line in enumerate(lines):
        if not line.strip():
            yield block
            block = _Block("text")
            continue
        kind = _kind(block, line, lines[at + 1] if at + 1 < len(lines) else "")
        if kind != block.kind:
            if block.lines:
                yield block
            # A line right above a list or table says what it is about.
            block = _Block(kind)
        block.lines.append(line)
    yield block


def _kind(block: _Block, line: str, following: str) -> Literal["text", "list", "table"]:
    in_table = block.kind == "table" and line.lstrip().startswith("|")
    if in_table or (line.lstrip().startswith("|") and _RULE.match(following)):
        return "table"
    # What follows an item without an empty line between them still belongs to the item.
    return "list" if _ITEM.match(line) or block.kind == "list" else "text"


def _led(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Give a list or table the line before it; an empty line between them counts only after no colon."""
    before = _Block("text")
    apart = False
    for block in blocks:
        if not block.lines:
            apart = True
            continue
        lead = before.lines[-1].strip() if before.kind == "text" and before.lines else ""
        leads = bool(lead) and (not apart or lead.endswith((":", "：")))
        if block.kind != "text" and leads and len(lead) <= _LONGEST_LEAD:
            before.lines.pop()
            block.lead = lead
        if before.lines:
            yield before
        before, apart = block, False
    if before.lines:
        yield before


def _rows(block: _Block) -> Iterator[str]:
    head = "\n".join(filter(None, (block.lead, *block.lines[:2])))
    if len(block.lines) < 3:  # a head without rows
        yield from _packed(head)
    names = _cells(block.lines[0])
    for row in _under(head, block.lines[2:]):
        if isinstance(row, str):
            yield row
            continue
        cells = zip_longest(names, _cells(row[0]), fillvalue="")
        spoken = "; ".join(f"{name}: {cell}" if name else cell for name, cell in cells if cell)
        lead = f"{block.lead}\n" if block.lead else ""
        yield from _packed(f"{lead}{spoken}")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _items(lead: str, lines: Sequence[str]) -> Iterator[str]:
    indents = [len(line) - len(line.lstrip()) if _ITEM.match(line) else None for line in lines]
    outermost = min(indent for indent in indents if indent is not None)
    starts = {at for at, indent in enumerate(indents) if indent is not None and indent <= outermost}
    ends = sorted({0, *starts, len(lines)})
    items = ["\n".join(lines[start:end]).strip("\n") for start, end in pairwise(ends)]
    for found in _under(lead, items):
        if isinstance(found, str):
            yield found
            continue
        own, *nested = found[0].splitlines()
        if nested and any(_ITEM.match(line) for line in nested) and len(own) <= _LONGEST_LEAD:
            yield from _items(own, nested)
        else:
            yield from _packed(f"{lead}\n{found[0]}" if lead else found[0])


def _under(head: str, rows: Sequence[str]) -> Iterator[str | tuple[str]]:
    """Rows together up to the limit, with the head above every cut; one that does not fit comes in a tuple."""
    kept: list[str] = []
    room = LONGEST - len(head) - 1
    taken = 0
    for row in rows:
        if kept and taken + len(row) > room:
            yield "\n".join(filter(None, (head, *kept)))
            kept, taken = [], 0
        if len(row) > room:
            yield (row,)
        else:
            kept.append(row)
            taken += len(row) + 1
    if kept:
        yield "\n".join(filter(None, (head, *kept)))


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
