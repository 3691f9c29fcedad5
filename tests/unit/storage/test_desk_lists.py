"""The lists of the desk: what needs somebody first, and nothing twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from domain.office import InboxView, TicketEvent
from domain.office_ports import Effects
from storage.database import Database
from storage.desk_lists import SqlDesk
from storage.office_tables import handovers, moods, ownership, ticket_words, tickets
from storage.tables import conversations, messages, outbox
from storage.tickets import MOST_EVENTS
from tests.unit.storage.conftest import NOW

AT = NOW.timestamp()
MINUTE = 60.0


async def ticket(database: Database, name: str, **fields: Any) -> None:
    """A ticket; with a `stage`, somebody is needed."""
    words = fields.pop("subject", f"about {name}")
    stage, red = fields.pop("stage", None), fields.pop("red_alert", False)
    row = {
        "id": name,
        "conversation_id": fields.get("conversation_id", f"talk-{name}"),
        "customer_id": "C-1",
        "category": "ask",
        "priority": "normal",
        "status": "new" if stage else "open",
        "team": "care",
        "channel": "web",
        "language": "yue",
        "staffed": True,
        "opened": AT,
        "updated": AT,
        "customer_at": AT,
        "red_alert": red,
    } | fields
    async with database.transaction() as connection:
        await connection.execute(insert(tickets).values(**row))
        talk = row["conversation_id"]
        said = {"ticket_id": name, "conversation_id": talk, "subject": words, "summary": ""}
        await connection.execute(insert(ticket_words).values(**said))
        if stage:
            case = {
                "id": f"case-{name}",
                "conversation_id": talk,
                "ticket_id": name,
                "stage": stage,
                "reason": "complaint",
                "brief": "",
                "raised": AT,
                "on_duty": True,
                "red_alert": red,
            }
            await connection.execute(insert(handovers).values(**case))


@pytest.fixture
def desk(database: Database) -> SqlDesk:
    return SqlDesk(database)


async def listed(desk: SqlDesk, me: str = "ho", **view: Any) -> list[str]:
    rows, total = await desk.inbox(InboxView(**{"shown": "all", **view}), me)
    assert len(rows) == total or "per_page" in view
    return [one.id for one in rows]


async def test_alarms_stand_first_then_what_waits_by_its_time_then_the_newest(
    database: Database, desk: SqlDesk
) -> None:
    await ticket(database, "old", customer_at=AT - 9 * MINUTE)
    await ticket(database, "new", customer_at=AT + 9 * MINUTE)
    await ticket(database, "later", stage="flagged", respond_by=AT + 20 * MINUTE)
    await ticket(database, "sooner", stage="transferred", respond_by=AT + 5 * MINUTE)
    await ticket(
        database,
        "graver",
        stage="flagged",
        respond_by=AT + 5 * MINUTE,
        priority="urgent",
    )
    alarm = {"red_alert": True, "respond_by": AT + 60 * MINUTE}
    await ticket(database, "alarm", stage="supervisor_alerted", **alarm)
    await ticket(database, "false", stage="flagged", false_alarm=True, **alarm)
    await ticket(database, "taken", stage="accepted", customer_at=AT - MINUTE)
    waiting = ["alarm", "graver", "sooner", "later", "false"]
    assert await listed(desk) == [*waiting, "new", "taken", "old"]
    assert await listed(desk, shown="waiting") == waiting


async def test_pages_follow_each_other_without_a_gap(database: Database, desk: SqlDesk) -> None:
    for number in range(7):
        stage = "flagged" if number < 3 else None
        at = AT + number * MINUTE
        await ticket(database, f"t{number}", stage=stage, customer_at=at, respond_by=at)
    found = [one for page in (1, 2, 3, 4) for one in await listed(desk, page=page, per_page=2)]
    assert found == ["t0", "t1", "t2", "t6", "t5", "t4", "t3"]


async def test_each_view_holds_what_it_says(database: Database, desk: SqlDesk) -> None:
    for status in ("new", "open", "pending", "on_hold", "solved", "closed"):
        await ticket(database, status, status=status)
    await ticket(database, "given", assignee="ho")
    await ticket(database, "held")
    await ticket(database, "done", assignee="ho", status="solved")
    await ticket(database, "needed", stage="flagged")
    async with database.transaction() as connection:
        row = {"conversation_id": "talk-held", "owner": "person", "holder": "ho", "fence": 1}
        await connection.execute(insert(ownership).values(**row, since=AT))
    expected = {
        "waiting": {"needed"},
        "mine": {"given", "held"},
        "open": {"new", "open", "given", "held", "needed"},
        "pending": {"pending", "on_hold"},
        "solved": {"solved", "closed", "done"},
    }
    for view, names in expected.items():
        assert set(await listed(desk, shown=view)) == names
    counts = await desk.counts("ho")
    assert counts == {**{view: len(names) for view, names in expected.items()}, "all": 10}
    assert (await desk.counts("other"))["mine"] == 0


async def test_what_is_looked_for_narrows(database: Database, desk: SqlDesk) -> None:
    await ticket(database, "a", team="vip", language="en", subject="50% off_now")
    await ticket(database, "b", channel="whatsapp", priority="urgent", customer_id="C-2")
    await ticket(database, "c", assignee="bo", order_number="HB-1", subject="50 boxes")
    for view, names in (
        ({"team": "vip"}, ["a"]),
        ({"language": "en"}, ["a"]),
        ({"channel": "whatsapp", "priority": "urgent"}, ["b"]),
        ({"channel": "whatsapp", "priority": "low"}, []),
        ({"customer": "C-2"}, ["b"]),
        ({"assignee": "bo"}, ["c"]),
        ({"text": "t00002"}, ["b"]),
        ({"text": " 2 "}, ["b"]),
        ({"text": "HB-1"}, ["c"]),
        ({"text": "50%"}, ["a"]),
        ({"text": "OFF_"}, ["a"]),
        ({"text": "T99999999999999999999"}, []),
        ({"text": "' or 1=1 --"}, []),
    ):
        assert await listed(desk, **view) == names, view


async def test_a_row_tells_who_holds_it_and_how_the_customer_sounds(
    database: Database, desk: SqlDesk
) -> None:
    await ticket(database, "now", stage="accepted", raised=AT, seen_at=AT - 1)
    await ticket(database, "before", conversation_id="talk-now", status="closed")
    async with database.transaction() as connection:
        row = {"conversation_id": "talk-now", "owner": "person", "holder": "ho", "fence": 1}
        await connection.execute(insert(ownership).values(**row, since=AT))
        for number, anger in enumerate((0.9, 0.2)):
            mood = {
                "message_id": f"m{number}",
                "tenant": "",
                "conversation_id": "talk-now",
                "customer_id": "C-1",
                "at": AT + number,
                "anger": anger,
                "negative": 0.1,
                "topic": "",
                "product": "",
            }
            await connection.execute(insert(moods).values(**mood))
    now, before = sorted(await desk.tickets_of("C-1"), key=lambda one: one.status, reverse=True)
    assert (now.holder, now.stage, now.anger, now.unread) == ("ho", "accepted", 0.2, True)
    assert (before.holder, before.stage, before.unread) == ("", None, False)
    await desk.look("now", NOW)
    assert not (await desk.tickets_of("C-1", limit=2))[1].unread
    assert [one.anger for one in await desk.moods("talk-now")] == [0.9, 0.2]


async def test_the_history_is_whole_and_its_words_are_sealed(desk: SqlDesk) -> None:
    for number in range(MOST_EVENTS + 2):
        event = TicketEvent("t", "talk", NOW, "note", "ho", {"number": number}, f"note {number}")
        await desk.record(Effects(events=[event], ticket_id="t"))
    history = await desk.history("talk")
    assert len(history) == MOST_EVENTS
    assert (history[0].text, history[-1].text) == ("note 2", f"note {MOST_EVENTS + 1}")
    assert history[-1].detail == {"number": MOST_EVENTS + 1}
    assert await desk.history("other") == []


async def test_the_transcript_also_shows_what_was_kept_from_the_customer(
    database: Database, desk: SqlDesk
) -> None:
    async with database.transaction() as connection:
        talk = {
            "id": "talk", "tenant": "", "customer_id": "C-1", "channel": "web", "opened_at": NOW.isoformat(),
            "language": "yue", "owner": "assistant", "group": False, "verified": False, "sealed": "",
        }  # fmt: skip
        await connection.execute(insert(conversations).values(**talk))
        for author in ("customer", "assistant", "withheld"):
            spoken = {
                "id": author,
                "conversation_id": "talk",
                "author": author,
                "sent_at": NOW.isoformat(),
                "language": "yue",
                "sealed": database.seal(f"{author}: 你好"),
                "tokens": 1,
            }
            await connection.execute(insert(messages).values(**spoken))
        for name, status in (("assistant", "dead"), ("withheld", "withheld"), ("push", "sent")):
            row = {"id": name, "conversation_id": "talk", "channel": "web", "status": status}
            await connection.execute(insert(outbox).values(**row, tries=0, sealed=""))
    said = await desk.transcript("talk")
    assert [(one.author, one.text) for one in said] == [
        ("customer", "customer: 你好"),
        ("assistant", "assistant: 你好"),
        ("withheld", "withheld: 你好"),
    ]
    assert await desk.undelivered("talk") == {"assistant": "dead"}


async def test_the_version_changes_with_whatever_changes(database: Database, desk: SqlDesk) -> None:
    seen = [await desk.version()]
    assert await desk.version() == seen[0]
    await ticket(database, "a")
    seen.append(await desk.version())
    await ticket(database, "b", updated=AT + 1, status="pending")
    seen.append(await desk.version())
    own = await desk.version("talk-a")
    event = TicketEvent("b", "talk-b", NOW, "note", "ho", {}, "x")
    await desk.record(Effects(events=[event], ticket_id="b"))
    seen.append(await desk.version())
    assert len(set(seen)) == len(seen)
    assert await desk.version("talk-a") == own
    assert await desk.version("talk-b") != own
