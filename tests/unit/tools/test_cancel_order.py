from __future__ import annotations

from decimal import Decimal

import pytest

from domain.tooling import Declined, Done, NeedsInput, Proposal
from tests.unit.tools.world import Counter, a_world, an_order, reply, values
from tools.cancel_order import cancel_order


@pytest.mark.parametrize("status", ["pending", "processing"])
async def test_a_paid_order_is_cancelled_once_and_pays_back_by_itself(status: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status=status)]))
    proposal = await counter.ask(cancel_order, order="K/1")
    assert reply(proposal) == "cancel_order.confirm"
    assert values(proposal)["amount"] == Decimal(500)
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [{"kind": "order.cancel", "customer": "mei", "order": "K/1"}]


async def test_an_unpaid_order_promises_no_money() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status="pending", paid=False)]))
    proposal = await counter.ask(cancel_order)
    assert isinstance(proposal, Proposal)
    assert proposal.summary == "cancel_order.confirm_unpaid"
    assert proposal.done == "cancel_order.done_unpaid"


async def test_nothing_happens_before_the_yes() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status="pending")]))
    await counter.ask(cancel_order)
    assert counter.kinds == []


@pytest.mark.parametrize(
    ("status", "expected", "hands_over"),
    [
        ("shipped", "cancel_order.shipped", "beyond_limit"),
        ("delivered", "cancel_order.delivered", "beyond_limit"),
        ("refunded", "cancel_order.closed", None),
    ],
)
async def test_what_has_left_cannot_be_cancelled(
    status: str, expected: str, hands_over: str | None
) -> None:
    answer = await Counter(a_world(orders=[an_order("K/1", status=status)])).ask(cancel_order)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == (expected, hands_over)


async def test_a_cancelled_order_is_simply_said_to_be_so() -> None:
    answer = await Counter(a_world(orders=[an_order(status="cancelled")])).ask(cancel_order)
    assert isinstance(answer, Done)
    assert answer.reply == "cancel_order.already"


async def test_the_statuses_are_those_of_the_rules() -> None:
    world = a_world(
        orders=[an_order("K/1", status="processing")],
        policies={"cancel_rule": {"statuses": ["pending"]}},
    )
    assert reply(await Counter(world).ask(cancel_order)) == "cancel_order.closed"


async def test_of_two_that_may_be_cancelled_it_asks_which_and_then_takes_the_newest() -> None:
    orders = [an_order("K/1", status="pending"), an_order("K/2", status="pending"), an_order()]
    counter = Counter(a_world(orders=orders))
    assert await counter.ask(cancel_order) == NeedsInput(("order",), ("K/2", "K/1"))
    counter.asked = frozenset({"order"})
    assert values(await counter.ask(cancel_order))["order"] == "K/2"


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom", status="pending")]
    answer = await Counter(a_world(orders=orders)).ask(cancel_order, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
