"""How customers sounded, put together by customer, product and topic: numbers for early warnings."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args

from sqlalchemy import RowMapping, case, func, literal, select

from domain.kpis import MoodGroup, MoodKind, MoodWeek
from storage.database import Database
from storage.office_tables import moods, tickets

NEGATIVE = 0.5  # from here on a message, or the mean of a conversation, sounds negative
_HONG_KONG = timezone(timedelta(hours=8))
_KINDS: tuple[MoodKind, ...] = get_args(MoodKind)


class SqlMoods:
    """Implements `MoodStore` for one company."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def groups(self, split: datetime, since: datetime, until: datetime) -> list[MoodGroup]:
        edges = (since.timestamp(), split.timestamp(), until.timestamp())
        found = await self._messages(*edges)
        for kind in ("overall", "topic", "product"):
            found += await self._conversations(kind, *edges)
        return found + await self._alarms(*edges)

    async def _messages(self, since: float, split: float, until: float) -> list[MoodGroup]:
        """A customer is compared message by message."""
        mine = moods.c
        recent, bad = mine.at >= split, mine.negative >= NEGATIVE
        query = (
            select(
                mine.customer_id.label("name"),
                func.sum(case((recent & bad, 1), else_=0)).label("recent"),
                func.sum(case((recent, 1), else_=0)).label("recent_of"),
                func.sum(case((~recent & bad, 1), else_=0)).label("before"),
                func.sum(case((~recent, 1), else_=0)).label("before_of"),
            )
            .where(mine.tenant == self._tenant, mine.at >= since, mine.at < until)
            .group_by(mine.customer_id)
            .having(func.max(mine.at) >= split, func.min(mine.at) < split)
        )
        return [
            MoodGroup("customer", measure="negative", people=1, **row)
            for row in await self._read(query)
        ]

    async def _conversations(
        self, kind: MoodKind, since: float, split: float, until: float
    ) -> list[MoodGroup]:
        """A product or a topic is compared conversation by conversation: one angry customer is one, not thirty."""
        mine = moods.c
        name: Any = literal("") if kind == "overall" else mine[kind]
        recent: Any = mine.at >= split
        each = (
            select(
                name.label("name"),
                recent.label("recent"),
                mine.conversation_id,
                func.max(mine.customer_id).label("customer_id"),
                func.avg(mine.negative).label("mean"),
            )
            .where(mine.tenant == self._tenant, mine.at >= since, mine.at < until)
            .group_by("name", "recent", mine.conversation_id)
        )
        if kind != "overall":
            each = each.where(mine[kind] != "")
        one = each.subquery().c
        bad = one.mean >= NEGATIVE
        query = select(
            one.name,
            one.recent,
            func.count().label("number"),
            func.sum(case((bad, 1), else_=0)).label("bad"),
            func.count(func.distinct(case((bad, one.customer_id)))).label("people"),
        ).group_by(one.name, one.recent)
        return _halves(kind, await self._read(query))

    async def _alarms(self, since: float, split: float, until: float) -> list[MoodGroup]:
        """Red alerts that nobody called false, of all tickets."""
        mine = tickets.c
        recent, alarm = mine.opened >= split, mine.red_alert.is_(True) & mine.false_alarm.is_(False)
        query = (
            select(
                mine.category.label("name"),
                recent.label("recent"),
                func.count().label("number"),
                func.sum(case((alarm, 1), else_=0)).label("bad"),
                func.count(func.distinct(case((alarm, mine.customer_id)))).label("people"),
            )
            .where(mine.tenant == self._tenant, mine.opened >= since, mine.opened < until)
            .group_by("name", "recent")
        )
        found = _halves("topic", await self._read(query), "red_alert")
        if not found:
            return []
        overall = MoodGroup(
            "overall",
            "",
            "red_alert",
            recent=sum(one.recent for one in found),
            recent_of=sum(one.recent_of for one in found),
            before=sum(one.before for one in found),
            before_of=sum(one.before_of for one in found),
            people=sum(one.people for one in found),
        )
        return [*found, overall]

    async def conversations(self, group: MoodGroup, since: datetime, most: int) -> list[str]:
        if group.measure == "red_alert":
            return await self._alarmed(group, since, most)
        mine = moods.c
        query = select(mine.conversation_id).where(
            mine.tenant == self._tenant, mine.at >= since.timestamp()
        )
        if group.kind != "overall":
            column = mine.customer_id if group.kind == "customer" else mine[group.kind]
            query = query.where(column == group.name)
        query = query.group_by(mine.conversation_id).order_by(
            func.avg(mine.negative).desc(), mine.conversation_id
        )
        return [row["conversation_id"] for row in await self._read(query.limit(most))]

    async def _alarmed(self, group: MoodGroup, since: datetime, most: int) -> list[str]:
        mine = tickets.c
        query = (
            select(mine.conversation_id)
            .where(
                mine.tenant == self._tenant,
                mine.opened >= since.timestamp(),
                mine.red_alert.is_(True),
                mine.false_alarm.is_(False),
            )
            .order_by(mine.opened.desc())
            .limit(most)
        )
        if group.kind == "topic":
            query = query.where(mine.category == group.name)
        return [row["conversation_id"] for row in await self._read(query)]

    async def weeks(self, customer_id: str, since: datetime) -> list[MoodWeek]:
        mine = moods.c
        query = select(mine.at, mine.negative).where(
            mine.tenant == self._tenant,
            mine.customer_id == customer_id,
            mine.at >= since.timestamp(),
        )
        weeks: dict[date, list[float]] = defaultdict(list)
        for row in await self._read(query):
            day = datetime.fromtimestamp(row["at"], UTC).astimezone(_HONG_KONG).date()
            weeks[day - timedelta(days=day.weekday())].append(row["negative"])
        return [
            MoodWeek(monday, sum(read) / len(read), len(read))
            for monday, read in sorted(weeks.items())
        ]

    async def _read(self, query: Any) -> list[RowMapping]:
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).mappings())


def _halves(kind: MoodKind, rows: list[RowMapping], measure: Any = "negative") -> list[MoodGroup]:
    """Rows of a name and a half of the time, as groups with both halves."""
    halves = {(row["name"], bool(row["recent"])): row for row in rows}
    found = []
    for name in sorted({name for name, _ in halves}):
        lately, before = halves.get((name, True)), halves.get((name, False))
        found.append(
            MoodGroup(
                kind,
                name,
                measure,
                recent=lately["bad"] if lately else 0,
                recent_of=lately["number"] if lately else 0,
                before=before["bad"] if before else 0,
                before_of=before["number"] if before else 0,
                people=lately["people"] if lately else 0,
            )
        )
    return found
