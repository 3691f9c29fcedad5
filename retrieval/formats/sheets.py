"""Reads spreadsheets: FAQ sheets become questions and answers, other tables become rows that stand alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from retrieval.formats.content import LONGEST_TEXT, Content, Entry, Note
from retrieval.formats.faq import Columns, entries_of, find_columns
from retrieval.formats.markdown import flat, heading, item, joined
from retrieval.formats.plain import decode
from retrieval.formats.workbooks import FAULTS as WORKBOOK_FAULTS
from retrieval.formats.workbooks import Sheet, read_workbook

SUFFIXES: tuple[str, ...] = (".xlsx", ".xlsm", ".csv", ".tsv")
FAULTS: tuple[type[Exception], ...] = (csv.Error, *WORKBOOK_FAULTS)

_DELIMITERS = ",\t;|"
_UNNAMED = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)
_HEADER_WITHIN = 10  # rows from the top
_NUMBER = re.compile(r"[-+]?[\d.,:%/$¥€£ -]+")
_LONGEST_NAME = 40


@dataclass(frozen=True)
class _Table:
    """The rows of a sheet below the row that names the columns; each row with its number in the file."""

    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    caption: tuple[str, ...] = ()


def read(data: bytes, name: str) -> Content:
    """Read a workbook or a text file with separated values."""
    path = PurePosixPath(name)
    if path.suffix.lower() in (".csv", ".tsv"):
        rows = tuple(_separated(decode(data), path.suffix.lower()))
        return _content([Sheet(path.stem, rows)], path.stem, "", ())
    book = read_workbook(data)
    told = {
        "note.hidden_sheets": book.hidden,
        "note.formulas_without_value": book.uncounted,
    }
    notes = tuple(Note(key, {"sheets": ", ".join(names)}) for key, names in told.items() if names)
    return _content(book.sheets, path.stem, book.title, notes)


def _content(sheets: Sequence[Sheet], stem: str, title: str, notes: tuple[Note, ...]) -> Content:
    entries: list[Entry] = []
    blocks: list[str] = []
    found = list(notes)
    for sheet in sheets:
        rows = [(at, row) for at, row in enumerate(sheet.rows, 1) if any(row)]
        columns = next(filter(None, (find_columns(row) for _, row in rows[:_HEADER_WITHIN])), None)
        if columns is None:
            name = stem if _UNNAMED.fullmatch(sheet.name) else sheet.name
            blocks.extend(_spoken(name, _table(rows)))
            continue
        asked, unanswered = entries_of(_below(rows, columns), columns)
        entries.extend(asked)
        if unanswered:
            values = {"sheet": sheet.name, "rows": ", ".join(map(str, unanswered[:20]))}
            found.append(Note("note.rows_without_answer", values))
    return Content(joined(blocks)[: LONGEST_TEXT + 1], title, tuple(entries), tuple(found))


def _below(
    rows: list[tuple[int, tuple[str, ...]]], columns: Columns
) -> Iterator[tuple[int, tuple[str, ...]]]:
    head = next(at for at, row in rows if find_columns(row) == columns)
    return ((at, row) for at, row in rows if at > head)


def _separated(text: str, suffix: str) -> Iterator[tuple[str, ...]]:
    delimiter = "\t" if suffix == ".tsv" else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        yield tuple(cell.strip() for cell in row)


def _delimiter(text: str) -> str:
    """The sign that cuts most of the first rows into the same number of columns."""
    best, found = 0.0, ","
    for sign in _DELIMITERS:
        rows = csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=sign)
        widths = [len(row) for row, _ in zip(rows, range(30), strict=False) if row]
        usual = max(set(widths), key=widths.count, default=1)
        score = widths.count(usual) / len(widths) * min(usual, 10) if usual > 1 else 0.0
        if score > best:
            best, found = score, sign
    return found


def _table(rows: list[tuple[int, tuple[str, ...]]]) -> _Table:
    """Find the row that names the columns; lines above it that say one thing are the caption."""
    caption: list[str] = []
    for at, (_, row) in enumerate(rows):
        said = [cell for cell in dict.fromkeys(row) if cell]
        wide = max((_width(other) for _, other in rows[at : at + _HEADER_WITHIN]), default=0)
        if len(said) == 1 and wide > 1:
            caption.append(said[0])
            continue
        names = row if _names_columns(row) and len(rows) > at + 1 else ()
        return _Table(names, tuple(rows[at + bool(names) :]), tuple(caption))
    return _Table((), (), tuple(caption))


def _width(row: Sequence[str]) -> int:
    return len(set(filter(None, row)))


def _names_columns(row: Sequence[str]) -> bool:
    named = [cell for cell in row if cell]
    short = all(len(cell) <= _LONGEST_NAME and not _NUMBER.fullmatch(cell) for cell in named)
    return short and len(named) > 1


def _spoken(name: str, found: _Table) -> Iterator[str]:
    if not found.rows and not found.caption:
        return
    yield heading(2, name)
    yield from map(flat, found.caption)
    for _, row in found.rows:
        names = (*found.names, *[""] * (len(row) - len(found.names)))
        said = [cell for cell in dict.fromkeys(row) if cell]
        if len(said) == 1 and len(row) > 1 and _width(found.names) > 1 and not row[0]:
            yield item(said[0])
            continue
        pairs = [(flat(head), flat(cell)) for head, cell in zip(names, row, strict=False) if cell]
        yield item("; ".join(f"{head}: {cell}" if head else cell for head, cell in pairs))
