"""Writes headings, lists and tables as Markdown, so that every kind of file comes out alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACE = re.compile(r"\s+")
DEEPEST = 6


def flat(text: str) -> str:
    """The text on one line, without doubled spaces."""
    return _SPACE.sub(" ", text).strip()


def heading(level: int, text: str) -> str:
    """A heading, or nothing when it would have no words."""
    words = flat(text)
    return f"{'#' * max(1, min(DEEPEST, level))} {words}" if words else ""


def item(text: str, depth: int = 0, mark: str = "-") -> str:
    """A line of a list, indented by its depth."""
    words = flat(text)
    return f"{'  ' * min(depth, DEEPEST)}{mark} {words}" if words else ""


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row names the columns; rows above it that run across all columns become its caption."""
    kept = [[_cell(cell) for cell in row] for row in rows]
    kept = [row for row in kept if any(row)]
    wide = max((len(row) for row in kept), default=0)
    kept = [[*row, *[""] * (wide - len(row))] for row in kept]
    filled = [at for at in range(wide) if any(row[at] for row in kept)]
    kept = [[row[at] for at in filled] for row in kept]
    caption: list[str] = []
    while kept and _one_cell(kept[0]) and (len(kept) > 1 or len(filled) == 1):
        caption.append(next(filter(None, kept.pop(0))))
    if not kept:
        return "\n".join(caption)
    lines = [_row(kept[0]), f"|{'---|' * len(filled)}", *(_row(_once(row)) for row in kept[1:])]
    return "\n".join([*caption, *lines])


def joined(blocks: Sequence[str]) -> str:
    """Blocks with an empty line between them; lines of one list stay together."""
    text = ""
    before = ""
    for block in filter(None, blocks):
        last = before.rsplit("\n", 1)[-1]
        gap = "\n" if _listed(last) and _listed(block) else "\n\n"
        text = f"{text}{gap}{block}" if text else block
        before = block
    return text


def _listed(line: str) -> bool:
    return re.match(r"\s*(?:-|\d+\.) ", line) is not None


def _cell(text: str) -> str:
    return flat(text).replace("|", "｜")  # a bar inside a cell would start another cell


def _one_cell(row: Sequence[str]) -> bool:
    """Whether a row says one thing only, as a title does that runs across a table."""
    return len(set(filter(None, row))) == 1 and (len(row) == 1 or row[0] != "")


def _once(row: list[str]) -> list[str]:
    across = len(row) > 1 and len(set(row)) == 1
    return [row[0], *[""] * (len(row) - 1)] if across else row


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
