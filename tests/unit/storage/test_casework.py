from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from domain.casework import Handover, Ticket
from domain.records import AuditEntry, Notice
from storage.casework import SqlCasebook, intact
from storage.conversations import SqlConversations
from storage.database import Database
from storage.tables import audit
from tests.unit.storage.conftest import NOW, said, turn

TICKET = Ticket(
    id="talk-case",
    number="",
    conversation_id="talk",
    customer_id="C-118",
    subject="complaint",
    summary="said: 爛咗",
    category="incident",
    priority="urgent",
    status="new",
    team="customer_care",
    opened_at=NOW,
    resolve_by=NOW + timedelta(hours=1),
    stage="flagged",
)
HANDOVER = Handover(
    "talk", "talk-case", "complaint", "said: 爛咗", NOW, None, on_duty=False, id="first"
)
NOTICE = Notice("talk", "alert", "ST-01", NOW, "RED incident")


def entry(action: str) -> AuditEntry:
    return AuditEntry(NOW, "talk", "customer C-118", action, "order=HB-203115", "done")


async def told(store: SqlConversations, message_id: str, **left: Any) -> None:
    """One turn that left this behind."""
    await store.accept(said(message_id, "喂"), 1)
    await store.finish(turn(message_id, **left), len)


@pytest.fixture
async def kept(store: SqlConversations) -> SqlConversations:
    """Three audit entries, of two turns."""
    await told(store, "m1", audit=[entry("said"), entry("cancel_order")])
    await told(store, "m2", audit=[entry("said")])
    return store


async def test_a_case_reaches_peoples_desks(store: SqlConversations, database: Database) -> None:
    await told(store, "m1", ticket=TICKET, handover=HANDOVER, notices=[NOTICE])
    book = SqlCasebook(database)
    assert await book.tickets("talk") == [replace(TICKET, number="T00001")]
    assert await book.handover("talk") == HANDOVER
    assert await book.notices("talk") == [NOTICE]


async def test_a_case_that_goes_on_keeps_its_number(
    store: SqlConversations, database: Database
) -> None:
    await told(store, "m1", ticket=TICKET, handover=HANDOVER)
    worse = replace(TICKET, summary="said: 仲未覆我", resolve_by=None)
    await told(store, "m2", ticket=worse, handover=replace(HANDOVER, brief="said: 仲未覆我"))
    book = SqlCasebook(database)
    assert await book.tickets("talk") == [replace(worse, number="T00001")]
    handover = await book.handover("talk")
    assert handover is not None
    assert handover.brief == "said: 仲未覆我"


@pytest.mark.usefixtures("store")
async def test_a_conversation_without_a_case_has_none(database: Database) -> None:
    book = SqlCasebook(database)
    assert await book.tickets("talk") == []
    assert await book.handover("talk") is None


@pytest.mark.usefixtures("kept")
async def test_the_audit_log_is_read_in_the_order_it_was_written(database: Database) -> None:
    entries = await SqlCasebook(database).audit("talk")
    assert entries == [entry("said"), entry("cancel_order"), entry("said")]


@pytest.mark.usefixtures("kept")
async def test_an_untouched_audit_log_is_intact(database: Database) -> None:
    assert await intact(database)


@pytest.mark.parametrize("column", ["at", "principal", "action", "resource", "decision"])
@pytest.mark.usefixtures("kept")
async def test_a_changed_entry_breaks_the_chain(database: Database, column: str) -> None:
    async with database.transaction() as connection:
        forged = update(audit).where(audit.c.seq == 2).values({column: "forged"})
        await connection.execute(forged)
    assert not await intact(database)


@pytest.mark.usefixtures("kept")
async def test_an_entry_taken_out_breaks_the_chain(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(delete(audit).where(audit.c.seq == 2))
    assert not await intact(database)


@pytest.mark.usefixtures("kept")
async def test_an_entry_slipped_in_breaks_the_chain(database: Database) -> None:
    async with database.transaction() as connection:
        first = (await connection.execute(select(audit).limit(1))).mappings().one()
        await connection.execute(insert(audit).values(**{**first, "seq": 4}))
    assert not await intact(database)


@pytest.mark.usefixtures("store")
async def test_an_empty_audit_log_is_intact(database: Database) -> None:
    assert await intact(database)
