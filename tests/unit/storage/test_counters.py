from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from connectors.clocks import FixedClock
from domain.channels import Address, Button, Outgoing, Receipt
from storage.counters import SqlLease, SqlQuota, SqlSwitches
from storage.database import Database
from storage.outbox import SqlOutbox


def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 31, 23, 59, tzinfo=UTC))


async def test_a_switch_keeps_what_was_switched_last(database: Database) -> None:
    switches = SqlSwitches(database)
    assert await switches.read("pilot") is None
    await switches.write("pilot", "5")
    await switches.write("pilot", "50")
    assert await switches.read("pilot") == "50"


async def test_a_lease_has_one_holder_until_it_ends(database: Database) -> None:
    now = clock()
    here, there = SqlLease(database, now, "here"), SqlLease(database, now, "there")
    assert await here.hold("bot", 30)
    assert not await there.hold("bot", 30)
    assert await here.hold("bot", 30)
    now.moment += timedelta(seconds=31)
    assert await there.hold("bot", 30)
    assert not await here.hold("bot", 30)


async def test_a_lease_that_is_let_go_can_be_taken_at_once(database: Database) -> None:
    now = clock()
    here, there = SqlLease(database, now, "here"), SqlLease(database, now, "there")
    await here.hold("bot", 30)
    await there.release("bot")
    assert not await there.hold("bot", 30)
    await here.release("bot")
    assert await there.hold("bot", 30)


async def test_calls_are_counted_together_and_by_the_month(database: Database) -> None:
    now = clock()
    quota = SqlQuota(database, now)
    await asyncio.gather(*(quota.spend("dingtalk", 2) for _ in range(10)))
    assert await quota.used("dingtalk") == 20
    now.moment += timedelta(minutes=2)
    assert await quota.used("dingtalk") == 0


def outgoing(message_id: str, talk: str = "talk") -> Outgoing:
    buttons = (Button("yes:1", "確認"),)
    return Outgoing(message_id, talk, Address("dingtalk", "bot", "cid", "u"), "好", buttons=buttons)


async def test_messages_wait_in_order_until_they_are_off_our_hands(database: Database) -> None:
    outbox = SqlOutbox(database)
    await outbox.put([outgoing("o1"), outgoing("o2"), outgoing("o3"), outgoing("x", "other")])
    await outbox.put([outgoing("o1")])
    await outbox.sent("o1", Receipt(("id",), "card"), clock().now())
    await outbox.gave_up("o2", "gone")
    await outbox.tried("o3", "down")
    waiting = await outbox.unsent("talk")
    assert [(one.message, one.tries) for one in waiting] == [(outgoing("o3"), 1)]
    assert sorted(await outbox.conversations()) == ["other", "talk"]


async def test_a_sent_message_is_found_again_by_its_id(database: Database) -> None:
    outbox = SqlOutbox(database)
    await outbox.put([outgoing("o1")])
    assert await outbox.find("o1") == outgoing("o1")
    assert await outbox.find("o2") is None
