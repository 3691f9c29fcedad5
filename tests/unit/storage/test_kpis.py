"""Tickets are counted by day, whatever changes them and whenever a term passes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from domain.kpis import Backlog, Counts, Histogram, KpiFilter, Measured
from storage.database import Database
from storage.kpi_days import bounds, day_at, day_of, number_of
from storage.kpi_tables import kpi_marks
from storage.kpis import SqlKpis
from storage.office_tables import tickets

NOON = datetime.fromisoformat("2026-03-02T12:00:00+08:00")
MONDAY = date(2026, 3, 2)
HOUR, DAY = 3600.0, 86400.0
LATER = NOON + timedelta(days=10)
MARCH = KpiFilter(date(2026, 3, 1), date(2026, 3, 31))


def ticket(name: str, **fields: Any) -> dict[str, Any]:
    """A ticket that the assistant settled within an hour, opened on Monday at noon."""
    at = fields.pop("opened", NOON.timestamp())
    usual = {
        "id": name,
        "tenant": "harbourside",
        "conversation_id": f"talk-{name}",
        "customer_id": f"C-{name}",
        "category": "find_order",
        "priority": "normal",
        "status": "closed",
        "team": "care",
        "channel": "web",
        "language": "yue",
        "staffed": True,
        "opened": at,
        "updated": at + HOUR,
        "customer_at": at,
        "first_reply": at + 1.2,
        "messages": 2,
        "replies": 2,
        "solved": at + HOUR,
        "solved_by": "assistant",
    }
    return usual | fields


async def put(database: Database, *rows: dict[str, Any]) -> None:
    async with database.transaction() as connection:
        for row in rows:
            await connection.execute(tickets.insert().values(**row))


async def change(database: Database, name: str, **values: Any) -> None:
    async with database.transaction() as connection:
        statement = tickets.update().where(tickets.c.id == name).values(**values)
        await connection.execute(statement)


async def measured(database: Database, now: datetime = LATER, **narrowed: str) -> Measured:
    wanted = KpiFilter(MARCH.since, MARCH.until, **narrowed)
    return await SqlKpis(database, "harbourside").measured(wanted, now)


async def counted(database: Database, now: datetime = LATER, **narrowed: str) -> Counts:
    return (await measured(database, now, **narrowed)).total


def test_a_day_is_one_of_hong_kong() -> None:
    before = datetime.fromisoformat("2026-03-01T23:59:59+08:00").timestamp()
    after = datetime.fromisoformat("2026-03-02T00:00:00+08:00").timestamp()
    assert (day_of(day_at(before)), day_of(day_at(after))) == (date(2026, 3, 1), MONDAY)
    assert bounds(number_of(MONDAY)) == (after, after + DAY)


async def test_without_tickets_there_is_nothing(database: Database) -> None:
    assert await counted(database) == Counts()


async def test_a_ticket_that_the_assistant_settled(database: Database) -> None:
    await put(database, ticket("a", csat=5, surveyed=1.0))
    assert await counted(database) == Counts(
        tickets=1,
        messages=2,
        answered=1,
        ended=1,
        contained=1,
        settled=1,
        kept_5=1,
        asked=1,
        scored_5=1,
    )


async def test_a_person_was_brought_in(database: Database) -> None:
    at = NOON.timestamp()
    await put(
        database,
        ticket(
            "a",
            raised=at + 10,
            acknowledged=at + 70,
            accepted=at + 130.5,
            first_person=at + 200,
            respond_by=at + 300,
            resolve_by=at + 600,
            staff_replies=1,
            solved_by="ST-1",
            reason="anger",
            red_alert=True,
            moods=2,
            anger=1.4,
            negative=1.6,
        ),
        ticket("b", raised=at, reason="anger", solved=None, status="new", respond_by=at + 60),
    )
    found = await measured(database)
    assert found.total == Counts(
        tickets=2,
        messages=4,
        answered=2,
        ended=1,
        settled=1,
        kept_0=1,
        raised=2,
        respond_due=2,
        respond_kept=1,
        resolve_due=1,
        red_alerts=1,
        rated=2,
        negative=1.6,
        moody=1,
        angry=1,
    )
    assert found.reasons == {"anger": 2}
    assert found.waits["acknowledged"] == Histogram([(60, 1)])
    assert found.waits["accepted"] == Histogram([(121, 1)])
    assert found.waits["first"] == Histogram([(2, 2)])


async def test_everything_that_spoils_a_first_contact_is_told_apart(database: Database) -> None:
    at = NOON.timestamp()
    await put(
        database,
        ticket("left", solved=None, solved_by="", abandoned=True, closed=at + DAY),
        ticket("reopened", reopened=1, csat=1),
        ticket("first", customer_id="C-1"),
        ticket("second", customer_id="C-1", opened=at + 2 * DAY),
        ticket("other matter", customer_id="C-1", opened=at + 2 * DAY, category="edit_invoice"),
        ticket("much later", customer_id="C-1", opened=at + 5 * DAY + 2 * HOUR),
        ticket("low", csat=2),
        ticket("greeting", category="talk"),
        ticket("another company", customer_id="C-1", tenant="elsewhere", opened=at + HOUR),
    )
    total = await counted(database)
    assert (total.settled, total.left, total.reopened, total.again) == (7, 1, 1, 1)
    assert (total.kept_0, total.kept_2, total.ended, total.contained) == (3, 1, 7, 6)


async def test_a_first_contact_counts_once_72_hours_have_passed(database: Database) -> None:
    await put(database, ticket("a"))
    term = NOON + timedelta(hours=73)
    assert (await counted(database, NOON + timedelta(hours=2))).settled == 0
    assert (await counted(database, term - timedelta(seconds=1))).settled == 0
    assert (await counted(database, term)).settled == 1


async def test_who_comes_back_later_spoils_what_was_counted_already(database: Database) -> None:
    await put(database, ticket("a", customer_id="C-1"))
    assert (await counted(database)).again == 0
    at = NOON.timestamp()
    await put(database, ticket("b", customer_id="C-1", opened=at + 3 * DAY, category="talk"))
    assert (await counted(database)).again == 0
    await change(database, "b", category="find_order")
    assert (await counted(database)).again == 1
    async with database.transaction() as connection:
        await connection.execute(tickets.delete().where(tickets.c.id == "b"))
    assert (await counted(database)).again == 0


async def test_promises_count_when_their_time_has_come(database: Database) -> None:
    at = NOON.timestamp()
    due = {"respond_by": at + HOUR, "resolve_by": at + DAY}
    await put(
        database,
        ticket("a", solved=None, solved_by="", status="new", raised=at, **due),
        ticket("b", solved=None, solved_by="", status="pending", paused=at, **due),
    )
    seen = [await counted(database, NOON + timedelta(hours=hours)) for hours in (0.5, 1, 24)]
    assert [one.respond_due for one in seen] == [0, 2, 2]
    assert [one.resolve_due for one in seen] == [0, 0, 1]
    assert [one.respond_kept + one.resolve_kept for one in seen] == [0, 0, 0]


async def test_at_night_somebody_is_there_within_a_minute(database: Database) -> None:
    at = NOON.timestamp()
    await put(
        database,
        ticket("a", staffed=False),
        ticket("slow", staffed=False, first_reply=at + 61),
        ticket("by a person", staffed=False, first_reply=at + 30, first_person=at + 30),
        ticket("silence", staffed=False, first_reply=None),
        ticket("day"),
    )
    total = await counted(database)
    assert (total.night, total.night_taken) == (4, 1)


async def test_what_changes_after_it_was_counted_is_counted_anew(database: Database) -> None:
    await put(database, ticket("a"), ticket("b", opened=NOON.timestamp() + DAY))
    assert (await counted(database)).tickets == 2
    await change(database, "a", csat=1, false_alarm=True, language="en")
    total = await counted(database)
    assert (total.kept_1, total.kept_0, total.false_alarms) == (1, 1, 1)
    assert (await counted(database, language="en")).tickets == 1
    assert (await counted(database, language="yue")).tickets == 1
    async with database.transaction() as connection:
        assert (await connection.execute(kpi_marks.select())).first() is None


async def test_a_change_that_is_rolled_back_changes_no_figure(database: Database) -> None:
    await put(database, ticket("a"))
    assert (await counted(database)).scored_1 == 0
    try:
        async with database.transaction() as connection:
            await connection.execute(tickets.update().values(csat=1))
            raise LookupError
    except LookupError:
        pass
    assert (await counted(database)).scored_1 == 0


async def test_many_days_are_counted_over_several_commits(database: Database) -> None:
    at = NOON.timestamp()
    await put(database, *(ticket(str(n), opened=at - n * DAY) for n in range(70)))
    wanted = KpiFilter(MONDAY - timedelta(days=100), MONDAY)
    found = await SqlKpis(database, "harbourside").measured(wanted, LATER)
    assert len(found.days) == 70
    assert found.first[MONDAY] == Histogram([(2, 1)])


async def test_figures_are_narrowed(database: Database) -> None:
    await put(database, ticket("a"), ticket("b", channel="whatsapp", team="vip", language="en"))
    assert (await counted(database)).tickets == 2
    for name, value in (("channel", "whatsapp"), ("team", "vip"), ("language", "en")):
        found = await measured(database, LATER, **{name: value})
        assert (found.total.tickets, found.waits["first"].total) == (1, 1)
    assert (await counted(database, channel="whatsapp", team="vip")).tickets == 1
    everything = {"channel": "whatsapp", "team": "vip", "language": "en"}
    assert (await counted(database, LATER, **everything)).tickets == 1
    assert (await counted(database, channel="whatsapp", team="care")).tickets == 0
    choices = await SqlKpis(database, "harbourside").choices()
    assert list(choices.channels) == ["web", "whatsapp"]
    assert list(choices.languages) == ["en", "yue"]


async def test_the_backlog_is_told_by_its_age(database: Database) -> None:
    at = NOON.timestamp()
    rows = [
        ticket(f"{n}", status="new", solved=None, opened=at - hours * HOUR)
        for n, hours in enumerate((0.5, 1.5, 5, 30, 31, 100))
    ]
    await put(database, *rows, ticket("over"), ticket("waits", status="pending", channel="app"))
    kpis = SqlKpis(database, "harbourside")
    everything = await kpis.backlog(MARCH, NOON)
    assert everything == [Backlog("new", (1, 1, 1, 2, 1)), Backlog("pending", (1, 0, 0, 0, 0))]
    narrowed = KpiFilter(MARCH.since, MARCH.until, channel="app")
    assert [one.status for one in await kpis.backlog(narrowed, NOON)] == ["pending"]


async def test_tickets_are_listed_in_order_and_once(database: Database) -> None:
    at = NOON.timestamp()
    same = [ticket(f"s{n}", channel="app") for n in range(1_050)]
    await put(database, ticket("b", opened=at + 5), *same, ticket("old", opened=at - 40 * DAY))
    lines = [one async for one in SqlKpis(database, "harbourside").lines(MARCH)]
    assert len({one.number for one in lines}) == len(lines) == 1_051
    assert lines[-1].number == "T00001"
    assert lines[0].first_reply_seconds == 1.2
    assert lines[0].opened == NOON
    narrowed = KpiFilter(MARCH.since, MARCH.until, channel="web")
    assert len([one async for one in SqlKpis(database, "harbourside").lines(narrowed)]) == 1
