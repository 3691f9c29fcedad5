"""What a reply may cost, by the second and by the month."""

from __future__ import annotations

import asyncio

import pytest

from channels.dingtalk.quota import Budget
from tests.unit.channels.dingtalk.world import HandClock, MemoryQuota, budget_of


@pytest.mark.parametrize(
    ("used", "level"),
    [
        (0, "stream"),
        (69, "stream"),
        (70, "card"),
        (89, "card"),
        (90, "markdown"),
        (500, "markdown"),
    ],
)
async def test_the_fuller_the_month_the_cheaper_the_reply(used: int, level: str) -> None:
    assert await budget_of(MemoryQuota(used), monthly=100).level() == level


async def test_calls_of_this_run_count_before_they_are_written() -> None:
    quota = MemoryQuota(69)
    budget = budget_of(quota, monthly=100)
    await budget.count()
    assert quota.writes == 0
    assert await budget.level() == "card"


async def test_counting_costs_no_commit_for_each_call_and_loses_none_at_the_end() -> None:
    quota, clock = MemoryQuota(), HandClock()
    budget = budget_of(quota, clock)
    for _ in range(50):
        await budget.count()
    assert quota.writes == 2
    clock.move(seconds=6)
    await budget.count()
    assert quota.calls["dingtalk:x"] == 51
    await budget.count()
    await budget.close()
    assert quota.calls["dingtalk:x"] == 52


async def test_when_dingtalk_says_that_none_are_left_every_process_knows() -> None:
    quota = MemoryQuota(3)
    budget = budget_of(quota, monthly=100)
    await budget.count()
    await budget.used_up()
    assert await budget.level() == "markdown"
    assert await budget_of(quota, monthly=100).level() == "markdown"


async def test_a_new_month_begins_anew() -> None:
    quota, clock = MemoryQuota(99), HandClock()
    budget = budget_of(quota, clock, monthly=100)
    assert await budget.level() == "markdown"
    clock.move(days=31)
    quota.start = 0
    assert await budget.level() == "stream"


async def test_a_database_that_is_gone_stops_no_reply_and_loses_no_count() -> None:
    quota = MemoryQuota()
    quota.broken = True
    budget = budget_of(quota)
    for _ in range(25):
        await budget.count()
    assert await budget.level() == "stream"
    quota.broken = False
    await budget.close()
    assert quota.calls["dingtalk:x"] == 25


@pytest.mark.parametrize("per_second", [35.0, 7.0, 1.0])
async def test_in_no_second_more_calls_get_a_turn_than_the_limit(per_second: float) -> None:
    budget = Budget(MemoryQuota(), HandClock(), "x", monthly=1, per_second=per_second)
    loop, times = asyncio.get_running_loop(), list[float]()

    async def call() -> None:
        await budget.turn()
        times.append(loop.time())

    calling = [asyncio.create_task(call()) for _ in range(int(per_second * 1.5) + 1)]
    async with asyncio.timeout(20):
        await asyncio.gather(*calling)
    for start in times:
        assert sum(start <= time < start + 0.99 for time in times) <= max(per_second, 1)


async def test_what_can_be_left_out_never_takes_the_turn_of_what_cannot() -> None:
    budget = Budget(MemoryQuota(), HandClock(), "x", monthly=1, per_second=14)
    assert await budget.spare_turn()
    assert not await budget.spare_turn()  # the last place is for what must be sent
    waiting = [asyncio.create_task(budget.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not await budget.spare_turn()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


async def test_after_a_complaint_only_what_must_be_sent_is_sent() -> None:
    clock = HandClock()
    budget = budget_of(MemoryQuota(), clock)
    budget.slow_down(2)
    assert not await budget.spare_turn()
    clock.move(seconds=3)
    assert await budget.spare_turn()
    await budget.turn()
