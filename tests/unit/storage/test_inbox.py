from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.clocks import FixedClock
from domain.channels import Address, Arrival, Click, Part, Sender
from domain.conversation import Message
from domain.errors import AlreadyAnswered, StorageError
from domain.records import TurnRecord
from storage.conversations import SqlConversations
from storage.database import Database
from storage.inbox import SqlInbox
from tests.unit.storage.conftest import NOW, TALK, on_disk, turn

CLOCK = FixedClock(datetime(2026, 3, 12, tzinfo=UTC))


def arrival(external_id: str, said: str = "你好", thread: str = "cid") -> Arrival:
    address = Address("dingtalk", "bot", thread, "someone")
    return Arrival(external_id, address, Sender("someone"), NOW, (Part("text", said),))


@pytest.fixture
def inbox(database: Database) -> SqlInbox:
    return SqlInbox(database, CLOCK)


async def test_an_arrival_comes_back_as_it_was_kept(inbox: SqlInbox) -> None:
    clicked = Arrival(
        "m1",
        Address("dingtalk", "bot", "cid", "u", group=True),
        Sender("u", "阿玲", "corp"),
        NOW,
        (Part("text", "唔該"), Part("image", reference="dl", name="相.jpg")),
        quoted="之前嗰句",
        click=Click("yes:1", "o1"),
        route={"webhook": "https://w"},
    )
    await inbox.keep(clicked, "talk")
    taken = await inbox.take("talk")
    assert taken is not None
    assert [kept.arrival for kept in taken.kept] == [clicked]


async def test_the_same_message_is_kept_once_however_often_it_comes_at_the_same_time(
    inbox: SqlInbox,
) -> None:
    kept = await asyncio.gather(*(inbox.keep(arrival("m1"), "talk") for _ in range(20)))
    assert sum(one is not None for one in kept) == 1


async def test_the_same_id_at_two_bots_is_two_messages(inbox: SqlInbox) -> None:
    one = arrival("m1")
    other = Arrival("m1", Address("dingtalk", "bot-2", "cid", "x"), one.sender, NOW, one.parts)
    assert await inbox.keep(one, "a") is not None
    assert await inbox.keep(other, "b") is not None


async def test_arrivals_are_taken_in_the_order_they_came(inbox: SqlInbox) -> None:
    for number in range(5):
        await inbox.keep(arrival(f"m{number}", str(number)), "talk")
    taken = await inbox.take("talk")
    assert taken is not None
    assert [kept.arrival.text for kept in taken.kept] == ["0", "1", "2", "3", "4"]


async def test_a_turn_that_died_is_taken_up_with_what_it_had_and_no_more(inbox: SqlInbox) -> None:
    await inbox.keep(arrival("m1", "first"), "talk")
    begun = await inbox.take("talk")
    await inbox.keep(arrival("m2", "second"), "talk")
    again = await inbox.take("talk")
    assert begun is not None
    assert again == replace(begun, more=True)


async def test_a_turn_grows_by_what_has_come_since(inbox: SqlInbox) -> None:
    await inbox.keep(arrival("m1", "我要退貨"), "talk")
    begun = await inbox.take("talk")
    assert begun is not None
    await inbox.keep(arrival("m2", "單號 1"), "talk")
    await inbox.keep(arrival("m3", "other"), "another talk")
    grown = await inbox.extend(begun)
    assert [kept.arrival.text for kept in grown.kept] == ["我要退貨", "單號 1"]
    assert grown.turn_id == begun.turn_id


async def test_what_a_turn_answered_does_not_wait_any_more(
    inbox: SqlInbox, store: SqlConversations
) -> None:
    await inbox.keep(arrival("m1"), "talk")
    taken = await inbox.take("talk")
    assert taken is not None
    await store.finish(answered(taken.turn_id), len)
    assert await inbox.take("talk") is None
    assert await inbox.waiting() == []


async def test_two_runs_of_one_turn_leave_one_answer(
    inbox: SqlInbox, store: SqlConversations
) -> None:
    await inbox.keep(arrival("m1"), "talk")
    taken = await inbox.take("talk")
    assert taken is not None
    await store.finish(answered(taken.turn_id), len)
    with pytest.raises(AlreadyAnswered):
        await store.finish(answered(taken.turn_id), len)
    history = await store.history("talk")
    assert history is not None
    assert len(history.messages) == 2


def answered(turn_id: str) -> TurnRecord:
    left = turn(turn_id)
    received = Message(turn_id, TALK.id, "customer", NOW, "你好")
    return TurnRecord(TALK, turn_id, received, left.reply, taken=turn_id)


async def test_the_oldest_of_every_conversation_waits(inbox: SqlInbox) -> None:
    for external_id, talk in (("m1", "a"), ("m2", "b"), ("m3", "a")):
        await inbox.keep(arrival(external_id), talk)
    waiting = await inbox.waiting()
    assert [kept.arrival.external_id for kept in waiting] == ["m1", "m2"]


async def test_when_the_disk_refuses_nobody_is_told_that_it_was_kept(
    database: Database, inbox: SqlInbox
) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("DROP TABLE inbox"))
    with pytest.raises(StorageError):
        await inbox.keep(arrival("m1"), "talk")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_customers_wrote_cannot_be_read_in_the_file(
    inbox: SqlInbox, tmp_path: Path
) -> None:
    await inbox.keep(arrival("m1", "PLAINLY-READABLE"), "talk")
    assert b"PLAINLY-READABLE" not in on_disk(tmp_path)
