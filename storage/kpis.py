"""The figures of the dashboard in SQL: numbers only, read from what was counted day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select

from domain.kpis import (
    AGES,
    COUNTED,
    WAITS,
    Backlog,
    Choices,
    Counts,
    Histogram,
    KpiFilter,
    Measured,
    TicketLine,
)
from storage.database import Database
from storage.kpi_days import bounds, catch_up, day_of, number_of
from storage.kpi_tables import ALL, kpi_counts, kpi_days
from storage.moments import moment
from storage.office_tables import tickets
from storage.tickets import number

LIVE = ("new", "open", "pending", "on_hold")
LINES_AT_ONCE = 1_000
_HOUR = 3600
_NARROWING = ("channel", "language", "team")


class SqlKpis:
    """Implements `KpiStore` for one company."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def catch_up(self, now: datetime) -> None:
        """Count what has changed, so that the next look is quick; called now and then while nobody looks."""
        await catch_up(self._database, self._tenant, now.timestamp())

    async def measured(self, wanted: KpiFilter, now: datetime) -> Measured:
        await self.catch_up(now)
        return Measured(
            days=await self._days(wanted),
            reasons=await self._reasons(wanted),
            **await self._waits(wanted),
        )

    async def _days(self, wanted: KpiFilter) -> dict[Any, Counts]:
        mine = kpi_days.c
        query = (
            select(mine.day, *(func.sum(mine[name]).label(name) for name in COUNTED))
            .where(*self._within(kpi_days, wanted))
            .group_by(mine.day)
            .order_by(mine.day)
        )
        rows = await self._read(query)
        return {day_of(row["day"]): Counts(*(row[name] for name in COUNTED)) for row in rows}

    async def _waits(self, wanted: KpiFilter) -> dict[str, Any]:
        """How long things took: the first answers day by day, too."""
        mine = kpi_counts.c
        found: dict[str, dict[int, int]] = {kind: defaultdict(int) for kind in WAITS}
        query = (
            select(mine.day, mine.seconds, func.sum(mine.number).label("n"))
            .where(mine.kind == "first", *self._within(kpi_counts, wanted))
            .group_by(mine.day, mine.seconds)
        )
        daily: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in await self._read(query):
            daily[row["day"]].append((row["seconds"], row["n"]))
            found["first"][row["seconds"]] += row["n"]
        query = (
            select(mine.kind, mine.seconds, func.sum(mine.number).label("n"))
            .where(mine.kind.in_(("acknowledged", "accepted")), *self._within(kpi_counts, wanted))
            .group_by(mine.kind, mine.seconds)
        )
        for row in await self._read(query):
            found[row["kind"]][row["seconds"]] = row["n"]
        return {
            "waits": {kind: Histogram(sorted(bins.items())) for kind, bins in found.items()},
            "first": {day_of(day): Histogram(sorted(bins)) for day, bins in daily.items()},
        }

    async def _reasons(self, wanted: KpiFilter) -> dict[str, int]:
        mine = kpi_counts.c
        query = (
            select(mine.name, func.sum(mine.number).label("n"))
            .where(mine.kind == "reason", *self._within(kpi_counts, wanted))
            .group_by(mine.name)
        )
        return {row["name"]: row["n"] for row in await self._read(query)}

    async def backlog(self, wanted: KpiFilter, now: datetime) -> list[Backlog]:
        mine, at = tickets.c, now.timestamp()
        edges = [at - hours * _HOUR for hours in AGES]
        younger = [mine.opened > edges[0]]
        younger += [and_(mine.opened > old, mine.opened <= young) for young, old in pairwise(edges)]
        bins = [*younger, mine.opened <= edges[-1]]
        query = select(
            mine.status,
            *(func.sum(case((one, 1), else_=0)).label(f"bin_{n}") for n, one in enumerate(bins)),
        ).where(mine.tenant == self._tenant, mine.status.in_(LIVE), *_narrowed(tickets, wanted))
        rows = {row["status"]: row for row in await self._read(query.group_by(mine.status))}
        return [
            Backlog(status, tuple(rows[status][f"bin_{n}"] for n in range(len(bins))))
            for status in LIVE
            if status in rows
        ]

    async def choices(self) -> Choices:
        mine = kpi_days.c
        query = select(*(mine[name] for name in _NARROWING)).where(
            mine.tenant == self._tenant, *(mine[name] != ALL for name in _NARROWING)
        )
        rows = await self._read(query.distinct())
        channels, languages, teams = (
            sorted({row[name] for row in rows if row[name]}) for name in _NARROWING
        )
        return Choices(channels, languages, teams)

    async def lines(self, wanted: KpiFilter) -> AsyncIterator[TicketLine]:
        """The tickets themselves, some at a time: nobody waits while a long list is sent."""
        mine = tickets.c
        start, end = bounds(number_of(wanted.since), number_of(wanted.until))
        opened, seq = start, 0
        while True:
            query = (
                select(tickets)
                .where(
                    mine.tenant == self._tenant,
                    mine.opened >= opened,
                    mine.opened < end,
                    or_(mine.opened > opened, mine.seq > seq),
                    *_narrowed(tickets, wanted),
                )
                .order_by(mine.opened, mine.seq)
                .limit(LINES_AT_ONCE)
            )
            rows = await self._read(query)
            for row in rows:
                yield _line(row)
            if len(rows) < LINES_AT_ONCE:
                return
            opened, seq = rows[-1]["opened"], rows[-1]["seq"]

    def _within(self, table: Any, wanted: KpiFilter) -> list[ColumnElement[bool]]:
        first, last = number_of(wanted.since), number_of(wanted.until)
        days = [table.c.tenant == self._tenant, table.c.day >= first, table.c.day <= last]
        chosen = {name: value for name in _NARROWING if (value := getattr(wanted, name))}
        for name in _NARROWING:
            mine = table.c[name]
            if name in chosen:
                days.append(mine == chosen[name])
            else:  # sums were kept over everything, and by one of them
                days.append(mine == ALL if len(chosen) <= 1 else mine != ALL)
        return days

    async def _read(self, query: Any) -> list[RowMapping]:
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).mappings())


def _narrowed(table: Any, wanted: KpiFilter) -> list[ColumnElement[bool]]:
    chosen: Mapping[str, str] = {name: getattr(wanted, name) for name in _NARROWING}
    return [table.c[name] == value for name, value in chosen.items() if value]


def _line(row: RowMapping) -> TicketLine:
    same = (
        "channel", "language", "team", "category", "priority", "status", "staffed", "reason", "solved_by",
        "abandoned", "reopened", "messages", "replies", "staff_replies", "red_alert", "false_alarm", "csat",
        "order_number",
    )  # fmt: skip
    rated = row["moods"]
    return TicketLine(
        **{name: row[name] for name in same},
        number=number(row["seq"]),
        opened=datetime.fromtimestamp(row["opened"], UTC),
        first_reply_seconds=_between(row["opened"], row["first_reply"]),
        raised=moment(row["raised"]),
        acknowledged_seconds=_between(row["raised"], row["acknowledged"]),
        accepted_seconds=_between(row["raised"], row["accepted"]),
        solved=moment(row["solved"]),
        negative=round(row["negative"] / rated, 3) if rated else None,
        anger=round(row["anger"] / rated, 3) if rated else None,
        customer=row["customer_id"],
    )


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(max(0.0, end - start), 1)
