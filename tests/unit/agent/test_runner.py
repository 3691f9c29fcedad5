from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from agent.outcomes import packed, unpacked
from agent.toolbox import find_tools
from connectors.demo_shop import DemoShop
from domain.conversation import Task
from domain.errors import UpstreamUnavailable
from domain.tooling import Declined, Done, Failed, NeedsConfirmation, NeedsInput, Outcome
from security.permissions import Permissions
from tests.unit.agent.conftest import Bench

CANCEL = Task("m1-0", "cancel_order", {"order": "HB-203115"})
CHASE = Task("m1-0", "chase_delivery", {"order": "HB-203098"})
CANCELLED = [{"kind": "order.cancel", "customer": "C-118", "order": "HB-203115"}]


def agreed(task: Task) -> Task:
    """As a reader hands it on after a yes."""
    return replace(task, status="open", agreed=task.shown)


class SlowShop(DemoShop):
    """Takes too long over its first cancellation: before it acted, or after."""

    lost = "before"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.keys: list[str] = []

    async def cancel_order(self, customer: str, order: str, *, key: str) -> None:
        self.keys.append(key)
        first = len(self.keys) == 1
        if first and self.lost == "before":
            await asyncio.sleep(60)
        await super().cancel_order(customer, order, key=key)
        if first and self.lost == "after":
            await asyncio.sleep(60)


class DroppingShop(DemoShop):
    """Cannot be reached the first so many times."""

    drops = 1

    async def orders(self, customer: str) -> Any:
        if self.drops:
            self.drops -= 1
            raise UpstreamUnavailable("the order system cannot be reached")
        return await super().orders(customer)


def hurried(bench: Bench, name: str) -> None:
    """Give a tool a twentieth of a second, so that a slow system is too slow."""
    tool = bench.tools[name]
    bench.tools[name] = replace(tool, policy=replace(tool.policy, timeout_seconds=0.05))


async def test_nothing_is_changed_before_a_yes(bench: Bench) -> None:
    ran = await bench.run(CANCEL)
    assert isinstance(ran.outcome, NeedsConfirmation)
    assert ran.task.awaits_yes
    assert bench.shop.effects() == []


async def test_a_yes_does_what_was_shown(bench: Bench) -> None:
    shown = (await bench.run(CANCEL)).task
    ran = await bench.run(agreed(shown))
    assert isinstance(ran.outcome, Done)
    assert ran.task.status == "done"
    assert bench.shop.effects() == CANCELLED


async def test_a_yes_said_twice_does_it_once(bench: Bench) -> None:
    shown = (await bench.run(CANCEL)).task
    first = await bench.run(agreed(shown))
    again = await bench.run(agreed(shown))
    assert again.outcome == first.outcome
    assert bench.shop.effects() == CANCELLED


async def test_two_workers_with_the_same_yes_do_it_once(bench: Bench) -> None:
    task = agreed((await bench.run(CANCEL)).task)
    await asyncio.gather(bench.run(task), bench.run(task))
    assert bench.shop.effects() == CANCELLED


async def test_a_redelivered_message_finds_the_ledger_and_does_not_ask_the_shop(
    bench: Bench,
) -> None:
    first = await bench.run(CHASE)
    assert isinstance(first.outcome, Done)
    bench.shop = DemoShop(bench.world, bench.clock)  # a system that has forgotten every key
    again = await bench.run(CHASE)
    assert again.outcome == first.outcome
    assert bench.shop.effects() == []


async def test_a_task_of_another_message_is_another_act(bench: Bench) -> None:
    await bench.run(CHASE)
    again = await bench.run(replace(CHASE, id="m2-0"))
    assert isinstance(again.outcome, Declined)
    assert again.outcome.reply == "chase_delivery.already_today"


async def test_another_order_after_the_yes_is_asked_again(bench: Bench) -> None:
    task = Task("m1-0", "cancel_order", {"order": "HB-203126"})
    shown = (await bench.run(task, "C-455")).task
    other = replace(agreed(shown), slots={"order": "HB-203115"})
    ran = await bench.run(other)
    assert isinstance(ran.outcome, NeedsConfirmation)
    assert ran.task.shown != shown.shown
    assert bench.shop.effects() == []


async def test_an_amount_that_changed_after_the_yes_is_asked_again(bench: Bench) -> None:
    task = Task("m1-0", "cancel_order", {"order": "HB-203126"})
    shown = (await bench.run(task, "C-455")).task
    await bench.shop.remove_item("C-455", "HB-203126", "PAN-28", key="by-staff")
    ran = await bench.run(agreed(shown), "C-455")
    assert isinstance(ran.outcome, NeedsConfirmation)
    assert ran.task.agreed is None
    assert [one["kind"] for one in bench.shop.effects()] == ["order.remove_item"]


async def test_a_condition_makes_even_a_chase_wait_for_a_yes(bench: Bench) -> None:
    ran = await bench.run(replace(CHASE, ask_first=True))
    assert isinstance(ran.outcome, NeedsConfirmation)
    assert bench.shop.effects() == []


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_timeout_fails_and_the_retry_does_it_once(bench: Bench, lost: str) -> None:
    shop = SlowShop(bench.world, bench.clock)
    shop.lost = lost
    bench.shop = shop
    hurried(bench, "cancel_order")
    task = agreed((await bench.run(CANCEL)).task)
    failed = await bench.run(task)
    assert failed.outcome == Failed("upstream_timeout", retryable=True)
    assert failed.task.status == "failed"
    retried = await bench.run(task)
    assert isinstance(retried.outcome, Done)
    assert shop.effects() == CANCELLED


async def test_the_retry_keeps_the_key(bench: Bench) -> None:
    bench.shop = shop = SlowShop(bench.world, bench.clock)
    hurried(bench, "cancel_order")
    task = agreed((await bench.run(CANCEL)).task)
    await bench.run(task)
    await bench.run(task)
    assert len(shop.keys) == 2
    assert len(set(shop.keys)) == 1


@pytest.mark.parametrize(("drops", "outcome"), [(1, Done), (2, Failed)])
async def test_an_unreachable_system_is_tried_once_more(
    bench: Bench, drops: int, outcome: type[Done | Failed]
) -> None:
    shop = DroppingShop(bench.world, bench.clock)
    shop.drops = drops
    bench.shop = shop
    ran = await bench.run(Task("m1-0", "find_order", {"order": "HB-203115"}))
    assert isinstance(ran.outcome, outcome)


async def test_a_scope_that_nobody_was_granted_is_refused(bench: Bench) -> None:
    bench.permissions = Permissions({"customer": frozenset({"orders:read"})})
    ran = await bench.run(agreed(CANCEL))
    assert ran.outcome == Declined("declined.not_permitted", {}, hands_over="unsupported")
    assert bench.shop.effects() == []


async def test_an_order_of_somebody_else_does_not_exist(bench: Bench) -> None:
    ran = await bench.run(Task("m1-0", "cancel_order", {"order": "HB-203126"}))
    assert ran.outcome == Declined("order.not_found", {"order": "HB-203126"})


async def test_what_is_missing_is_asked_for(bench: Bench) -> None:
    ran = await bench.run(Task("m1-0", "check_stock"))
    assert isinstance(ran.outcome, NeedsInput)
    assert ran.task.status == "awaiting_customer"
    assert ran.task.missing == ran.outcome.slots


@pytest.mark.parametrize("name", sorted(find_tools()))
async def test_every_tool_answers_a_request_that_says_nothing(bench: Bench, name: str) -> None:
    ran = await bench.run(Task("m1-0", name))
    assert isinstance(ran.outcome, Outcome)
    assert unpacked(packed(ran.outcome)) == ran.outcome


async def test_the_right_code_verifies_and_is_not_kept(bench: Bench) -> None:
    task = Task("m1-0", "check_balance", {"otp": "804417"})
    moved, conversation = await bench.runner().step_up(task, bench.customer(), bench.conversation())
    assert conversation.verified
    assert moved.slots == {}


async def test_wrong_codes_up_to_the_limit_lock_the_account(bench: Bench) -> None:
    runner, conversation = bench.runner(), bench.conversation()
    for _ in range(3):
        task = Task("m1-0", "check_balance", {"otp": "000000"})
        task, conversation = await runner.step_up(task, bench.customer(), conversation)
    assert runner.locked(conversation)
    right = Task("m1-0", "check_balance", {"otp": "804417"})
    same, after = await runner.step_up(right, bench.customer(), conversation)
    ran = await runner.run(same, bench.customer(), after)
    assert ran.outcome == Declined("account.locked", {}, hands_over="wrong_codes")
