"""Open pages hear within a second that something has changed, and ask for nothing when nothing has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from desk.live import Watch, changes
from tests.unit.desk.office.conftest import Seat
from tests.unit.desk.office.world import OfficeRoom

QUICK = 0.01


async def heard(told: AsyncIterator[str], seconds: float = 1.0) -> str | None:
    """The next event; None if none came in time."""
    try:
        async with asyncio.timeout(seconds):
            async for each in told:
                if each.startswith("event:"):
                    return each
    except TimeoutError:
        pass
    return None


async def test_a_page_that_is_up_to_date_hears_nothing(room: OfficeRoom) -> None:
    watch = Watch(room.store, QUICK)
    async with aclosing(changes(watch, await watch.version())) as told:
        assert await anext(told) == "retry: 2000\n\n"
        assert await heard(told, 0.2) is None


@pytest.mark.parametrize("talk", ["", "parcel"])
async def test_a_new_message_is_heard_at_once(room: OfficeRoom, talk: str) -> None:
    watch = Watch(room.store, QUICK)
    seen = await watch.version(talk)
    async with aclosing(changes(watch, seen, talk)) as told:
        await anext(told)
        await room.turn("parcel", "喂？", None)
        event = await heard(told)
        assert event == f"event: changed\ndata: {await watch.version(talk)}\n\n"
        assert seen not in event


async def test_a_page_of_one_conversation_does_not_hear_of_others(room: OfficeRoom) -> None:
    watch = Watch(room.store, QUICK)
    async with aclosing(changes(watch, await watch.version("kettle"), "kettle")) as told:
        await anext(told)
        await room.turn("parcel", "喂？", None)
        assert await heard(told, 0.2) is None


async def test_what_a_colleague_does_is_heard(room: OfficeRoom, ho: Seat) -> None:
    watch = Watch(room.store, QUICK)
    versions = [await watch.version("kettle")]
    for deed in ("acknowledge", "take", "note", "back"):
        await ho.do(deed, note="x")
        await asyncio.sleep(2 * QUICK)
        versions.append(await watch.version("kettle"))
    assert len(set(versions)) == len(versions)


async def test_many_pages_ask_the_database_once(room: OfficeRoom) -> None:
    asked = []

    class Counted(type(room.store)):  # type: ignore[misc]  # the class of the store, whichever it is
        async def version(self, conversation_id: str = "") -> str:
            asked.append(conversation_id)
            return str(await super().version(conversation_id))

    watch = Watch(Counted(room.database), 60.0)
    found = await asyncio.gather(*(watch.version("kettle") for _ in range(20)))
    assert len(set(found)) == 1
    assert asked == ["", "kettle"]


async def test_the_pages_carry_the_state_that_they_show(ho: Seat) -> None:
    for page, address in (
        (await ho.see("inbox"), "inbox/news"),
        (await ho.talk(), "conversation/news"),
    ):
        assert re.search(rf'hx-sse:connect="/desk/{address}\?[^"]*seen=[\d.-]+"', page)


async def test_news_are_for_those_who_may_read(ho: Seat) -> None:
    stranger = await ho.client.get(
        "/desk/conversation/news",
        params={"id": "kettle"},
        headers={"cookie": "", "accept": "text/event-stream"},
    )
    assert stranger.status_code == 401
