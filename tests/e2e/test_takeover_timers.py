"""Timers and buttons of a takeover, where a random evening or a kill once found them wanting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.casework import Handover
from domain.channels import Address, Arrival, Click, Outgoing, Receipt, Sender
from domain.errors import StorageError
from domain.office import Colleague
from domain.settings import Settings
from house import House
from office_room import OfficeRoom
from service import again
from tests.e2e.mailroom import WINGYAN, Desk, Post

TALK = Address("dingtalk", "bot", f"cid-{WINGYAN}", WINGYAN).conversation_id
WISH = "我要搵真人客服"
SMOKE = "部氣炸鍋啱啱冒煙，插蘇都燒黑咗，好驚"
STATUS = "HB-203098 去到邊？"


@pytest.fixture
async def desk(house: House, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(data=tmp_path, channels={}, burst_seconds=0.1)
    world = read_world(settings.world)
    clock = FixedClock(world.default_now)
    opened = Desk(house, settings, DemoShop(world, clock), Post(), clock)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
def room(desk: Desk) -> OfficeRoom:
    return desk.running.room


def colleague(room: OfficeRoom, staff_id: str) -> Colleague:
    found = room.staff.find(staff_id)
    assert found is not None
    return found


async def handover(room: OfficeRoom) -> Handover:
    found = await room.store.newest(TALK)
    assert found is not None
    return found


async def test_a_stage_comes_at_its_time_though_nobody_asks(desk: Desk, room: OfficeRoom) -> None:
    """The queue's own timer is a minute away by the real clock."""
    await desk.arrive(SMOKE, "m1")
    await desk.post.replies(1)
    first = await handover(room)
    assert first.deadline is not None
    desk.clock.moment = first.deadline - timedelta(seconds=1)
    await asyncio.sleep(0.6)
    assert (await handover(room)).stage == "flagged"
    desk.clock.moment = first.deadline
    reminded = await desk.post.until(lambda one: one.text.startswith("⏰"))
    assert reminded.buttons
    (line,) = [one for one in await room.store.history(TALK) if one.kind == "supervisor_alerted"]
    assert line.detail["due"] == first.deadline.isoformat()


async def test_who_asksagain_while_a_handover_waits_sends_no_dead_buttons(
    desk: Desk, room: OfficeRoom
) -> None:
    await desk.arrive(WISH, "m1")
    await desk.post.until(lambda one: one.kind == "push")
    await desk.arrive(f"喂，{WISH}呀", "m2")
    again = await desk.post.until(lambda one: one.kind == "push" and "喂" in one.text)
    case = await handover(room)
    assert {one.value.partition(":")[2] for one in again.buttons} == {case.id}
    await desk.running.inbox.accept(
        Arrival(
            "p1",
            Address("dingtalk", "bot", ""),
            Sender("choi.kachun"),
            desk.clock.now(),
            click=Click(f"ack:{case.id}", again.id),
        )
    )
    await desk.post.until(lambda one: "蔡家俊" in one.text)
    assert (await handover(room)).acknowledged_by == "ST-02"


async def test_who_takes_over_twice_may_rely_on_the_silence_too(
    desk: Desk, room: OfficeRoom
) -> None:
    """As when the first answer was lost on its way, or a button and the desk were pressed."""
    sending, go = asyncio.Event(), asyncio.Event()
    send = desk.post.send

    async def slowly(message: Outgoing) -> Receipt:
        if message.kind == "reply":
            sending.set()
            await go.wait()
        return await send(message)

    desk.post.send = slowly  # type: ignore[method-assign]  # a platform that takes its time
    await desk.arrive(STATUS, "m1")
    await sending.wait()
    me = colleague(room, "ST-07")
    taking = [asyncio.create_task(room.office.take(TALK, me)) for _ in range(2)]
    await asyncio.sleep(0.5)
    assert [one.done() for one in taking] == [False, False]
    go.set()
    taken = await asyncio.gather(*taking)
    assert sorted(one.changed for one in taken) == [False, True]


async def test_an_old_button_takes_nothing_up_that_was_handed_back_in_this_moment(
    desk: Desk, room: OfficeRoom
) -> None:
    """The press was on its way while another colleague gave the conversation back."""
    await desk.arrive(SMOKE, "m1")
    await desk.post.replies(1)
    case, first, late = await handover(room), colleague(room, "ST-02"), colleague(room, "ST-01")
    await room.office.take(TALK, first, about=case.id)
    await room.office.give_back(TALK, first)
    taken = await room.office.take(TALK, late, about=case.id)
    assert (taken.by, taken.changed) == ("", False)
    assert (await room.store.owned(TALK)).holder == ""
    assert (
        await room.office.take(TALK, late)
    ).changed  # at the desk they may, for there they see it


async def test_what_was_asked_just_before_it_was_handed_back_is_answered(
    desk: Desk, room: OfficeRoom
) -> None:
    """The turn begins while a colleague has the conversation, and ends when they have given it back."""
    await desk.arrive("你好", "m0")
    await desk.post.replies(1)
    me = colleague(room, "ST-07")
    await room.office.take(TALK, me)
    turns = desk.running.work.turns
    heard, go = asyncio.Event(), asyncio.Event()
    keep = turns.keep

    async def slowly(*given: Any) -> Any:
        heard.set()
        await go.wait()
        return await keep(*given)

    turns.keep = slowly  # type: ignore[assignment,method-assign]  # a turn that is caught just before its end
    await desk.arrive(STATUS, "m1")
    await heard.wait()
    await room.office.give_back(TALK, me)
    go.set()
    assert "HB-203098" in (await desk.post.replies(2))[1]
    said = [one.text for one in (await desk.talk(TALK)).messages if one.author == "customer"]
    assert said == ["你好", STATUS]


async def test_what_is_looked_after_goes_on_after_a_fault() -> None:
    done: list[int] = []
    enough = asyncio.Event()

    async def deed() -> None:
        done.append(1)
        if len(done) == 1:
            raise StorageError("the database is busy")
        enough.set()

    running = asyncio.create_task(again(deed, 0.01))
    async with asyncio.timeout(5):
        await enough.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(done) >= 2
