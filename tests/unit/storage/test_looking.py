"""Pages read beside those who write, and a whole conversation at once."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from domain.conversation import Conversation, Message
from domain.office import TicketEvent
from domain.office_ports import Effects
from storage.conversations import SqlConversations
from storage.database import Database
from storage.desk_lists import SqlDesk
from storage.office_tables import ownership
from storage.tables import switches
from tests.unit.storage.conftest import NOW
from tests.unit.storage.test_desk_lists import ticket


async def test_a_page_is_read_while_somebody_writes(database: Database) -> None:
    kept = select(switches.c.name)
    async with database.transaction() as connection:
        await connection.execute(insert(switches).values(name="new", value="1"))
        assert await database.look(lambda found: found.execute(kept).all()) == []
    seen = await database.look(lambda found: found.execute(kept).scalars().all())
    assert list(seen) == ["new"]


async def test_who_only_looks_changes_nothing(database: Database) -> None:
    change = insert(switches).values(name="new", value="1")
    with suppress(OperationalError):  # SQLite says so at once, Postgres forgets it
        await database.look(lambda found: found.execute(change))
    kept = select(switches.c.name)
    assert await database.look(lambda found: found.execute(kept).all()) == []


async def test_a_whole_conversation_is_what_its_parts_are(database: Database) -> None:
    desk, store = SqlDesk(database), SqlConversations(database)
    assert await desk.whole("talk-now") is None
    await store.open(Conversation("talk-now", "", "C-1", "web", NOW))
    for number in range(3):
        said = Message(
            f"m{number}", "talk-now", "customer", NOW, f"你好 {number}", "yue", f"e{number}"
        )
        await store.accept(said, 1)
    await ticket(database, "now", stage="accepted", status="open")
    await ticket(database, "before", status="closed")
    note = TicketEvent("now", "talk-now", NOW, "note", "ho", {}, "影咗相")
    await desk.record(Effects(events=[note], ticket_id="now"))
    async with database.transaction() as connection:
        held = {"owner": "person", "holder": "ho", "fence": 3, "since": NOW.timestamp()}
        await connection.execute(insert(ownership).values(conversation_id="talk-now", **held))
    whole = await desk.whole("talk-now")
    assert whole is not None
    history = await store.history("talk-now")
    assert history is not None
    assert whole.conversation == history.conversation
    assert (whole.conversation.holder, whole.conversation.fence) == ("ho", 3)
    assert list(whole.messages) == await desk.transcript("talk-now")
    assert list(whole.events) == await desk.history("talk-now")
    assert whole.handover == await desk.newest("talk-now")
    assert [one.id for one in whole.tickets] == ["before", "now"]
    assert whole.unread
    await desk.look("now", NOW)
    seen = await desk.whole("talk-now")
    assert seen is not None
    assert not seen.unread
