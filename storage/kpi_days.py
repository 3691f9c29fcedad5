"""Counts the tickets of a day, by channel, language and team, and counts it anew when one of them has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    Table,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kpis import COUNTED
from storage.database import Database, exclusive
from storage.kpi_facts import DUES, END, KEY, NARROWING, OF, ON, START, facts, of_the_day
from storage.kpi_tables import ALL, kpi_counts, kpi_days, kpi_marks
from storage.office_tables import tickets

MOST_AT_ONCE = 31  # days that are counted in one commit: others want to write, too
_COUNTING_DAYS = 6  # name of an advisory lock
_HONG_KONG = timezone(timedelta(hours=8))  # without summer time since 1979
_DAY = 86400
_SECOND = 0.999999  # a begun second is a whole one


def number_of(day: date) -> int:
    """A day as the tables keep it."""
    return (day - date(1970, 1, 1)).days


def day_of(number: int) -> date:
    """A day as it was kept."""
    return date(1970, 1, 1) + timedelta(days=number)


def day_at(moment: float) -> int:
    """The day of a moment, in Hong Kong."""
    return number_of(datetime.fromtimestamp(moment, UTC).astimezone(_HONG_KONG).date())


def bounds(first: int, last: int | None = None) -> tuple[float, float]:
    """When a day began, and when the last one, or the same, was over."""
    offset = 8 * 3600
    end = first if last is None else last
    return float(first * _DAY - offset), float((end + 1) * _DAY - offset)


async def catch_up(database: Database, tenant: str, now: float) -> None:
    """Count every day anew on which something has changed."""
    while True:
        async with database.transaction() as connection:
            stale = await _stale(connection, tenant, now)
        if not stale:
            return
        async with database.transaction() as connection:
            await exclusive(connection, _COUNTING_DAYS)
            for day in stale[:MOST_AT_ONCE]:
                await _count(connection, tenant, day, now)
        if len(stale) <= MOST_AT_ONCE:
            return


async def _stale(connection: AsyncConnection, tenant: str, now: float) -> list[int]:
    """The days that are marked (of these no more than are counted at once, and one), or on which a term passed."""
    days: list[int] = []
    mine, after = kpi_marks.c, float("-inf")
    while len(days) <= MOST_AT_ONCE:
        query = select(func.min(mine.opened)).where(mine.tenant == tenant, mine.opened >= after)
        marked = (await connection.execute(query)).scalar()
        if marked is None:
            break
        days.append(day_at(marked))
        after = bounds(days[-1])[1]
    known = kpi_days.c
    passed = or_(*(one <= now for one in (known.due_again, known.due_respond, known.due_resolve)))
    due = select(known.day).where(known.tenant == tenant, passed).distinct()
    return days + [one for one in (await connection.execute(due)).scalars() if one not in days]


async def _count(connection: AsyncConnection, tenant: str, day: int, now: float) -> None:
    """Count a day. Its marks go first: what changes from here on leaves another one."""
    start, end = bounds(day)
    values = {"of": tenant, "on": day, "start": start, "end": end, "now": now}
    for statement, names in _statements(connection.dialect.name == "postgresql"):
        await connection.execute(statement, {name: values[name] for name in names})


@cache
def _statements(on_postgres: bool) -> list[tuple[Executable, tuple[str, ...]]]:
    """What counts one day, made once, with the names of what has to be filled in."""
    marks = kpi_marks.c
    marked = (marks.tenant == OF, marks.opened >= START, marks.opened < END)
    found: list[tuple[Executable, tuple[str, ...]]] = [
        (delete(kpi_marks).where(*marked), ("of", "start", "end"))
    ]
    for table in (kpi_days, kpi_counts):
        gone = delete(table).where(table.c.tenant == OF, table.c.day == ON)
        found.append((gone, ("of", "on")))
    rows = facts()
    key = [rows.c[name] for name in KEY]
    sums = [func.sum(rows.c[name]) for name in COUNTED]
    dues = [func.min(rows.c[name]) for name in DUES]
    counted = select(ON, *key, *sums, *dues).group_by(*key)
    into = insert(kpi_days).from_select(["day", *KEY, *COUNTED, *DUES], counted)
    names = ["day", *KEY, "kind", "name", "seconds", "number"]
    tallied = insert(kpi_counts).from_select(names, _tallies(on_postgres))
    sums_over = [
        (_over(table, kept, summed, by), ("of", "on"))
        for table, kept, summed in (
            (kpi_days, (), COUNTED),
            (kpi_counts, ("kind", "name", "seconds"), ("number",)),
        )
        for by in ("", *NARROWING)
    ]
    return [
        *found,
        (into, ("of", "on", "start", "end", "now")),
        (tallied, ("of", "on", "start", "end")),
        *sums_over,
    ]


def _over(table: Table, kept: Sequence[str], summed: Sequence[str], by: str) -> Executable:
    """The sums over everything, or by one of channel, language, team: most looks narrow no further."""
    cells = (
        select(table)
        .where(
            table.c.tenant == OF, table.c.day == ON, *(table.c[name] != ALL for name in NARROWING)
        )
        .cte("cells")
        .prefix_with("MATERIALIZED")  # or SQLite would look for the day in the order of the groups
    )
    mine = cells.c
    place = [mine[name] if name == by else literal(ALL) for name in NARROWING]
    named = [mine[name] for name in kept]
    sums = [func.sum(mine[name]) for name in summed]
    query = select(mine.tenant, mine.day, *place, *named, *sums)
    groups = [mine.tenant, mine.day, *named, *([mine[by]] if by else [])]
    columns = ["tenant", "day", *NARROWING, *kept, *summed]
    return insert(table).from_select(columns, query.group_by(*groups))


def _tallies(on_postgres: bool) -> Select[Any]:
    """How many tickets of a day took so many seconds, and why persons were brought in."""
    mine = tickets.c
    parts = []
    for kind, since, until in (
        ("first", mine.opened, mine.first_reply),
        ("acknowledged", mine.raised, mine.acknowledged),
        ("accepted", mine.raised, mine.accepted),
    ):
        took = until - since
        whole = cast(func.ceil(took) if on_postgres else took + _SECOND, Integer)
        seconds = case((took > 0, whole), else_=0)
        parts.append(_part(kind, literal(""), seconds).where(took.is_not(None)))
    parts.append(_part("reason", mine.reason, literal(0)).where(mine.raised.is_not(None)))
    rows = union_all(*parts).subquery()
    key = [rows.c[name] for name in (*KEY, "kind", "called", "took")]
    return select(ON, *key, func.count()).group_by(*key)


def _part(kind: str, called: ColumnElement[Any], took: ColumnElement[Any]) -> Select[Any]:
    mine = tickets.c
    what = (literal(kind).label("kind"), called.label("called"), took.label("took"))
    return select(*(mine[name] for name in KEY), *what).where(*of_the_day())
