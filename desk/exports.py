"""Tables for a spreadsheet: a name that could be run as a formula stays a name, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime

from domain.kpis import AGES, Kpi, TicketLine
from support.calendar import HONG_KONG
from support.kpis import Report

Cell = str | int | float | bool | datetime | None
BOM = "\ufeff"  # without it a spreadsheet takes UTF-8 for something else
MEDIA = "text/csv; charset=utf-8"
PRIVATE = ("customer", "order_number")  # columns for who may read tickets
COLUMNS: tuple[str, ...] = tuple(one.name for one in fields(TicketLine))
FIGURE_COLUMNS = (
    *("period", "from", "to", "figure", "label", "unit", "value"),
    *("numerator", "denominator", "interval_low", "interval_high"),
)
_BEGINS_FORMULA = frozenset("=+-@")
_BREAKS_OUT = frozenset("\t\r\n\v\f\x00\x85\u2028\u2029")
_ROWS_AT_ONCE = 200


def cell(value: Cell) -> str | int | float:
    """A value as it is written. What a spreadsheet might run is kept harmless by an apostrophe in front of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(HONG_KONG).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, int | float):
        return value
    text = value.replace("\x00", "")
    return f"'{text}" if _dangerous(value) else text


def _dangerous(text: str) -> bool:
    """Whether a spreadsheet might take it for a formula, also after spaces, and as full-width or small forms."""
    if text[:1] in _BREAKS_OUT and text:
        return True
    for sign in text:
        if sign in _BREAKS_OUT:
            return True  # what is in front of it was space only
        if not _invisible(sign):
            return unicodedata.normalize("NFKC", sign)[0] in _BEGINS_FORMULA or sign == "\u2212"
    return False


def _invisible(sign: str) -> bool:
    """Spaces of all kinds, and marks without a width, which a spreadsheet may drop."""
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Mn")


async def table(head: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> AsyncIterator[str]:
    """The table as it is sent, some rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow([cell(each) for each in head])
    waiting = 1
    async for row in rows:
        writer.writerow([cell(each) for each in row])
        waiting += 1
        if waiting >= _ROWS_AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
            waiting = 0
    yield buffer.getvalue()


async def ticket_rows(
    lines: AsyncIterable[TicketLine], columns: Sequence[str]
) -> AsyncIterator[Sequence[Cell]]:
    """Tickets as rows of these columns."""
    async for line in lines:
        yield [getattr(line, name) for name in columns]


async def figure_rows(report: Report, label: Callable[[str], str]) -> AsyncIterator[Sequence[Cell]]:
    """Every figure of the range, of the days before, and of each day or week; then reasons and backlog."""
    wanted, before = report.wanted, report.wanted.before()
    spans: list[tuple[str, date, date, Mapping[str, Kpi]]] = [
        ("range", wanted.since, wanted.until, report.kpis),
        ("before", before.since, before.until, report.before),
    ]
    each = "week" if report.weekly else "day"
    spans += [(each, point.since, point.until, point.kpis) for point in report.trend]
    for period, since, until, kpis in spans:
        for kpi in kpis.values():
            dates = (period, since.isoformat(), until.isoformat())
            yield (*dates, kpi.name, label(kpi.name), *_numbers(kpi))
    dates = ("range", wanted.since.isoformat(), wanted.until.isoformat())
    for reason, number in report.reasons:
        yield (*dates, "reason", reason, "count", number, number, None, None, None)
    for backlog in report.backlog:
        for age, number in zip((*map(str, AGES), "more"), backlog.bins, strict=True):
            name = f"backlog_{backlog.status}"
            yield ("now", "", "", name, age, "count", number, number, None, None, None)


def _numbers(kpi: Kpi) -> Sequence[Cell]:
    value, low, high = (
        None if one is None else round(one, 6) for one in (kpi.value, kpi.low, kpi.high)
    )
    return (kpi.unit, value, round(kpi.numerator, 6), kpi.denominator, low, high)
