"""The demo's web chat over a real house: what was said can be asked for, by whoever has the session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels.web import Said
from domain.channels import Click
from domain.conversation import Conversation
from domain.errors import NotIdentified
from domain.settings import Settings
from house import House
from server import DemoDesk  # noqa: TID251 - the page's desk stands there
from storage.conversations import SqlConversations
from storage.database import Database


@pytest.fixture
async def desk(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoDesk]:
    folder = tmp_path_factory.mktemp("web")
    database = await Database.open(folder)
    own = replace(
        house,
        settings=Settings(data=folder),
        database=database,
        store=SqlConversations(database),
    )
    opened = await DemoDesk.open(own, leads=False)
    yield opened
    await opened.turns.settled()
    await opened.room.close()
    await database.close()


async def said(desk: DemoDesk, session: str, text: str, click: Click | None = None) -> Said:
    events = [one async for one in desk.stream(session, text, None, click=click)]
    assert isinstance(events[-1], Said)
    return events[-1]


async def test_a_reply_and_the_transcript_name_the_same_message(desk: DemoDesk) -> None:
    session = await desk.start("C-118")
    reply = await said(desk, session, "查單 HB-203098")
    asked, told = await desk.since(session, 0)
    assert (asked.author, asked.text) == ("customer", "查單 HB-203098")
    assert (told.author, told.id, told.text) == ("assistant", reply.id, reply.text)
    assert [one.id for one in await desk.since(session, asked.seq)] == [reply.id]
    assert await desk.since(session, told.seq) == []


async def test_a_conversation_of_another_channel_is_unknown_to_the_page(desk: DemoDesk) -> None:
    session = await desk.start("C-118")
    other = Conversation("guessed", "demo", "C-118", "whatsapp", desk.now())
    await desk._house.store.open(other)
    for unknown in ("guessed", "nothing", session[:-1]):
        with pytest.raises(NotIdentified):
            await desk.since(unknown, 0)
        with pytest.raises(NotIdentified):
            await said(desk, unknown, "查單 HB-203098")


async def test_a_button_that_stands_for_nothing_any_more_is_said_to(desk: DemoDesk) -> None:
    session = await desk.start("C-118")
    told = await said(desk, session, "", Click("csat:s-1:5", "m-1"))
    assert "之前" in told.text
