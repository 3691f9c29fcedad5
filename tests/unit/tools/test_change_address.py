from __future__ import annotations

import pytest

from domain.tooling import Declined, Done, NeedsInput
from tests.unit.tools.world import Counter, a_world, an_order, reply
from tools.change_address import change_address

PEAK = "1 Test Lane, The Peak"


@pytest.mark.parametrize("status", ["pending", "processing"])
async def test_the_address_of_an_order_that_has_not_left_is_changed_once(status: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status=status)]))
    proposal = await counter.ask(change_address, address=PEAK)
    assert reply(proposal) == "change_address.confirm"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [
        {"kind": "order.update_address", "customer": "mei", "order": "K/1", "address": PEAK}
    ]


async def test_the_new_address_is_asked_for() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status="pending")]))
    assert await counter.ask(change_address, address="  ") == NeedsInput(("address",))


async def test_order_and_address_are_asked_for_together() -> None:
    orders = [an_order("K/1", status="pending"), an_order("K/2", status="pending")]
    counter = Counter(a_world(orders=orders))
    expected = NeedsInput(("order", "address"), ("K/2", "K/1"))
    assert await counter.ask(change_address) == expected
    assert await counter.ask(change_address, address=PEAK) == NeedsInput(("order",), ("K/2", "K/1"))


async def test_the_same_address_needs_no_change() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status="pending", address=PEAK)]))
    answer = await counter.ask(change_address, address=PEAK.lower())
    assert isinstance(answer, Done)
    assert answer.reply == "change_address.already"


@pytest.mark.parametrize(
    ("status", "expected", "hands_over"),
    [
        ("shipped", "change_address.shipped", "beyond_limit"),
        ("delivered", "change_address.delivered", None),
        ("cancelled", "change_address.closed", None),
    ],
)
async def test_no_address_is_asked_for_when_it_is_too_late(
    status: str, expected: str, hands_over: str | None
) -> None:
    answer = await Counter(a_world(orders=[an_order("K/1", status=status)])).ask(change_address)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == (expected, hands_over)


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom", status="pending")]
    answer = await Counter(a_world(orders=orders)).ask(change_address, order="K/77", address=PEAK)
    assert answer == Declined("order.not_found", {"order": "K/77"})
