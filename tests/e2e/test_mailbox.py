"""In at a channel, out at a channel: the inbox, the durable turn and the outbox together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.prompts.loader import load
from agent.turns import Turns
from agent.work import shown_now
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.channels import (
    Address,
    Arrival,
    Click,
    Part,
    Sender,
)
from domain.errors import Undeliverable, UpstreamUnavailable
from domain.models import Completion, Prompt
from domain.reading import Reader, Reading, ReadingContext
from domain.settings import ROOT, Settings
from house import House
from storage.inbox import SqlInbox
from support.writing.voice import Voice
from support.writing.writer import Writer
from tests.e2e.mailroom import WINGYAN, Desk, Post

CANCEL = "唔該幫我取消 HB-203115"


@pytest.fixture
async def desk(house: House, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(data=tmp_path, channels={}, burst_seconds=0.4)
    world = read_world(settings.world)
    clock = FixedClock(world.default_now)
    opened = Desk(house, settings, DemoShop(world, clock), Post(), clock)
    await opened.start()
    yield opened
    await opened.stop()


async def test_what_comes_in_at_a_channel_is_answered_there(desk: Desk) -> None:
    assert await desk.arrive("HB-203098 去到邊？", "m1")
    (told,) = await desk.post.replies(1)
    assert "HB-203098" in told


async def test_the_same_message_again_is_no_second_turn(desk: Desk) -> None:
    assert await desk.arrive("HB-203098 去到邊？", "m1")
    assert not await desk.arrive("HB-203098 去到邊？", "m1")
    await desk.post.replies(1)
    await asyncio.sleep(0.3)
    assert len(desk.post.out) == 1


async def test_a_request_and_what_it_lacked_are_one_turn(desk: Desk) -> None:
    await desk.arrive("我想取消張單", "m1")
    await asyncio.sleep(0.15)
    await desk.arrive("單號 HB-203115", "m2")
    (told,) = await desk.post.replies(1)
    assert "HB-203115" in told


async def test_a_button_confirms_what_it_stood_under(desk: Desk) -> None:
    await desk.arrive(CANCEL, "m1")
    await desk.post.replies(1)
    asked = desk.post.out[0]
    assert [button.label for button in asked.buttons] == ["確認", "唔好住"]
    await desk.arrive("", "c1", click=Click(asked.buttons[0].value, asked.id))
    await desk.post.replies(2)
    assert [one["kind"] for one in desk.shop.effects()] == ["order.cancel"]


async def test_a_button_under_an_old_question_confirms_nothing(desk: Desk) -> None:
    await desk.arrive(CANCEL, "m1")
    await desk.post.replies(1)
    await desk.arrive("唔好取消住", "m2")
    await desk.post.replies(2)
    await desk.arrive("", "c1", click=Click(desk.post.out[0].buttons[0].value, desk.post.out[0].id))
    told = await desk.post.replies(3)
    assert "之前" in told[2]
    assert desk.shop.effects() == []
    assert shown_now(()) == ""


async def test_a_reply_that_could_not_be_sent_is_sent_later(desk: Desk) -> None:
    desk.post.refusals = [UpstreamUnavailable("down")]
    await desk.arrive("HB-203098 去到邊？", "m1")
    (told,) = await desk.post.replies(1)
    assert "HB-203098" in told


async def test_an_address_that_is_gone_does_not_hold_up_the_conversation(desk: Desk) -> None:
    desk.post.refusals = [Undeliverable("the bot was removed from the group")]
    await desk.arrive("HB-203098 去到邊？", "m1")
    async with asyncio.timeout(20):
        await desk.post.came.wait()
    await desk.arrive(CANCEL, "m2")
    (told,) = await desk.post.replies(1)
    assert "HB-203115" in told


async def test_two_addresses_that_differ_at_the_end_are_two_conversations(desk: Desk) -> None:
    long = "x" * 70
    await desk.arrive("HB-203098 去到邊？", "m1", WINGYAN)
    await desk.arrive("你好", "m2", f"{long}1")
    await desk.arrive("hello", "m3", f"{long}2")
    await desk.post.replies(3)
    assert len({one.conversation_id for one in desk.post.out}) == 3
    stranger = next(one for one in desk.post.out if one.address.user == f"{long}1")
    assert "HB-" not in stranger.text


async def test_what_was_accepted_before_a_restart_is_answered_after_it(desk: Desk) -> None:
    assert desk.service is not None
    await desk.service.durable.stop()  # nothing works any more, but the door is still open
    inbox = inbox_of(desk)
    address = Address("dingtalk", "bot", "cid-1", WINGYAN)
    said = (Part("text", "HB-203098 去到邊？"),)
    arrival = Arrival("m1", address, Sender(WINGYAN), datetime.now(UTC), said)
    assert await inbox.keep(arrival, address.conversation_id) is not None
    await desk.service.database.close()
    await desk.start()
    (told,) = await desk.post.replies(1)
    assert "HB-203098" in told


async def test_more_than_a_turn_can_hold_is_answered_in_several(desk: Desk) -> None:
    assert desk.service is not None
    await desk.service.durable.stop()
    asked = ["HB-203098", "HB-203115", "INV-88021"] * 4
    inbox = inbox_of(desk)
    address = Address("dingtalk", "bot", "cid-1", WINGYAN)
    for number, record in enumerate(asked):
        text = f"唔該重發 {record}" if record.startswith("INV") else f"查單 {record}"
        said = (Part("text", text),)
        arrival = Arrival(f"m{number}", address, Sender(WINGYAN), datetime.now(UTC), said)
        assert await inbox.keep(arrival, address.conversation_id) is not None
    await desk.service.database.close()
    await desk.start()
    told = await desk.post.replies(3)
    assert all(all(record in one for record in set(asked)) for one in told[:2])
    assert desk.service is not None
    assert await inbox_of(desk).waiting() == []


class Waits:
    """A reader that is never done with a message which does not say this."""

    def __init__(self, inner: Reader, needed: str) -> None:
        self.inner, self.needed = inner, needed
        self.begun = asyncio.Event()
        self.stopped: list[str] = []

    async def read(self, text: str, context: ReadingContext) -> Reading:
        if self.needed not in text:
            self.begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.stopped.append(text)
                raise
        return await self.inner.read(text, context)


class Pauses:
    """A model that words nothing before it is let go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def complete(self, _prompt: Prompt) -> Completion:
        self.begun.set()
        await self.go_on.wait()
        return Completion("")

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        yield await self.complete(prompt)


def turns_of(desk: Desk) -> Turns:
    assert desk.service is not None
    return desk.service.work.turns


async def test_a_second_message_stops_the_reading_of_the_first(desk: Desk) -> None:
    turns = turns_of(desk)
    reader = Waits(turns.context.reader, "INV-88021")
    turns.context = replace(turns.context, reader=reader)
    await desk.arrive("HB-203098 去到邊？", "m1")
    async with asyncio.timeout(20):
        await reader.begun.wait()
    await desk.arrive("同埋唔該重發 INV-88021", "m2")
    (told,) = await desk.post.replies(1)
    assert reader.stopped == ["HB-203098 去到邊？"]
    assert "HB-203098" in told
    assert "INV-88021" in told
    assert await inbox_of(desk).waiting() == []


async def test_a_turn_that_goes_on_is_not_stopped(desk: Desk) -> None:
    turns, model = turns_of(desk), Pauses()
    voice = replace(Voice.read(ROOT / "playbook" / "voices" / "demo.yaml"), least_sentences=1)
    turns.context = replace(turns.context, writer=Writer(model, load("compose"), voice))
    await desk.arrive("HB-203098 去到邊？", "m1")
    async with asyncio.timeout(20):
        await model.begun.wait()
    await desk.arrive("HB-203115 去到邊？", "m2")
    model.go_on.set()
    told = await desk.post.replies(2)
    assert "HB-203098" in told[0]
    assert "HB-203115" in told[1]
    assert await inbox_of(desk).waiting() == []


def inbox_of(desk: Desk) -> SqlInbox:
    assert desk.service is not None
    return SqlInbox(desk.service.database, FixedClock(datetime.now(UTC)))


async def test_with_the_assistant_switched_off_a_person_is_promised(desk: Desk) -> None:
    assert desk.service is not None
    await desk.service.pilot.switch(0)
    await desk.arrive(CANCEL, "m1")
    (told,) = await desk.post.replies(1)
    assert "同事" in told
    await desk.arrive("喂？", "m2")
    await asyncio.sleep(0.4)
    assert len([one for one in desk.post.out if one.kind == "reply"]) == 1
    assert desk.shop.effects() == []


async def test_a_red_alert_is_pushed_to_the_person_on_duty(desk: Desk) -> None:
    await desk.arrive("我要投訴！HB-202604 個鍋爆咗，燙傷咗我隻手", "m1")
    await desk.post.replies(1)
    pushed = await desk.post.until(lambda one: one.push_by == "ding")
    assert pushed.address.user == "cheng.meishan"
