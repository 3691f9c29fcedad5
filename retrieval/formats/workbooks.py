"""Takes the cells of an Excel workbook as a person would read them on the screen."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from retrieval.formats.content import LONGEST_TEXT

FAULTS: tuple[type[Exception], ...] = (InvalidFileException,)

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
# A formula without a value: some program wrote the file, and Excel has not opened it since.
_UNCOUNTED = re.compile(
    rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERRORS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"]
)
_PLACES = re.compile(r"[0#?,]*[0#?](?:\.([0#?]+))?")
_QUOTED = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|\\(.)|_.|\*.|\[[^\]]*\]')
_TOKEN = re.compile(
    r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|\\(.)|(?:_.|\*.|\[[^\]]*\])|([0#?][0#?,.]*)|(.)'
)
_MOST_MERGED = 200_000  # cells


class _Cell(Protocol):
    value: object
    number_format: str


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its rows, every cell as text."""

    name: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Workbook:
    """The sheets that a person would see, and the names of those hidden or with formulas without a result."""

    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...]
    uncounted: tuple[str, ...]
    title: str


def read_workbook(data: bytes) -> Workbook:
    """Read every visible sheet; formulas by the value that Excel last worked out."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = tuple(sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible")
    sheets: list[Sheet] = []
    uncounted: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for sheet in seen:
            sheet.reset_dimensions()  # a file may claim a million columns
            rows = list(_rows(sheet.iter_rows()))
            # The streaming reader leaves out which cells are merged; the part of the file tells it.
            part = archive.read(sheet._worksheet_path)
            _spread(rows, part)
            if _UNCOUNTED.search(part):
                uncounted.append(sheet.title)
            sheets.append(Sheet(sheet.title, tuple(map(tuple, rows))))
    title = str(book.properties.title or "").strip()
    return Workbook(tuple(sheets), hidden, tuple(uncounted), title)


def shown(value: object, form: str = "General") -> str:
    """A cell's value the way people write it."""
    if value is None or value in _ERRORS:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | Decimal):
        return _number(value, form)
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second)
        return value.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    return str(value).replace("_x000D_", "").strip()


def _rows(cells: Iterator[tuple[_Cell, ...]]) -> Iterator[list[str]]:
    taken = 0
    for row in cells:
        words = [shown(cell.value, cell.number_format or "General") for cell in row]
        while words and not words[-1]:
            words.pop()
        taken += sum(map(len, words))
        yield words
        if taken > LONGEST_TEXT:
            return


def _spread(rows: list[list[str]], part: bytes) -> None:
    """Give every cell of a merged range the words of its first one."""
    filled = 0
    for found in _MERGED.findall(part):
        left, top, right, bottom = range_boundaries(found.decode("ascii"))
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        words = rows[top - 1][left - 1]
        right = min(right, max(map(len, rows)))
        for row in rows[top - 1 : bottom]:
            filled += right - left + 1
            if not words or filled > _MOST_MERGED:
                break
            row.extend([""] * (right - len(row)))
            row[left - 1 : right] = [words] * (right - left + 1)


def _number(value: float | Decimal, form: str) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return ""
    form = form.split(";")[0]
    bare = _QUOTED.sub("", form)
    percent = "%" in bare
    places = _PLACES.search(bare)
    if places is None or re.search("[ymdhse]", bare.lower().replace("general", "")):
        return _shortest(exact)
    digits = places[1] or ""
    scaled = exact * 100 if percent else exact
    rounded = scaled.quantize(Decimal(1).scaleb(-len(digits)), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in places[0] else f"{rounded:f}"
    for sign in reversed(digits):
        if sign == "0" or not text.endswith("0"):
            break
        text = text[:-1]
    text = text.rstrip(".") if digits else text
    whole = len(places[0].split(".")[0].replace("#", "").replace("?", "").replace(",", ""))
    text = text if rounded < 0 or "." in text else text.zfill(whole)
    before, after = _around(form)
    return f"{before}{text}{'%' if percent else ''}{after}"


def _around(form: str) -> tuple[str, str]:
    """The words and currency signs that a number format puts before and after the number."""
    sides: tuple[list[str], list[str]] = ([], [])
    after = False
    for quoted, currency, escaped, digits, sign in _TOKEN.findall(form):
        if digits:
            after = True
        else:
            sides[after].append(quoted or currency or escaped or (sign if sign in "$¥€£￥" else ""))
    return "".join(sides[0]), "".join(sides[1])


def _shortest(exact: Decimal) -> str:
    rounded = exact.quantize(Decimal("1e-10")) if abs(exact) < 10**15 else exact
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
