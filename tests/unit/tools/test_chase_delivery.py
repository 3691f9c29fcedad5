from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.tooling import Declined, NeedsInput, Proposal
from tests.unit.tools.world import (
    HONG_KONG,
    NOW,
    Counter,
    a_world,
    an_order,
    past,
    reply,
    values,
)
from tools.chase_delivery import chase_delivery


@pytest.mark.parametrize(
    ("fields", "done"),
    [
        ({"status": "shipped"}, "chase_delivery.done"),
        ({"status": "processing"}, "chase_delivery.done_not_shipped"),
        ({"status": "pending", "paid": False}, "chase_delivery.done_unpaid"),
    ],
)
async def test_an_open_order_is_chased_once_by_key(fields: dict[str, Any], done: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/1", **fields)]))
    proposal = await counter.ask(chase_delivery)
    assert isinstance(proposal, Proposal)
    assert proposal.done == done
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [
        {"kind": "logistics.expedite", "customer": "mei", "order": "K/1"}
    ]


async def test_a_second_time_on_the_same_day_is_declined_with_the_limit() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", status="shipped")]))
    await counter.carry_out(await counter.ask(chase_delivery))
    answer = await counter.ask(chase_delivery)
    assert reply(answer) == "chase_delivery.already_today"
    assert values(answer)["limit"] == 1
    counter.clock.moment += timedelta(days=1)
    assert isinstance(await counter.ask(chase_delivery), Proposal)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 5, 19, 16, 0, tzinfo=UTC), "chase_delivery.already_today"),
        (datetime(2026, 5, 19, 15, 59, tzinfo=UTC), "chase_delivery.confirm"),
        (datetime(2026, 5, 20, 0, 0, tzinfo=HONG_KONG), "chase_delivery.already_today"),
        (NOW - timedelta(days=1), "chase_delivery.confirm"),
    ],
)
async def test_the_day_is_that_of_hong_kong(at: datetime, expected: str) -> None:
    history = [past("logistics.expedite", at, order="K/1")]
    counter = Counter(a_world(orders=[an_order("K/1", status="shipped")], history=history))
    assert reply(await counter.ask(chase_delivery)) == expected


async def test_what_was_done_to_another_order_does_not_count() -> None:
    orders = [an_order("K/1", status="shipped")]
    history = [past("logistics.expedite", order="K/2"), past("return.create", order="K/1")]
    answer = await Counter(a_world(orders=orders, history=history)).ask(chase_delivery)
    assert reply(answer) == "chase_delivery.confirm"


async def test_without_a_rule_there_is_no_limit() -> None:
    world = a_world(
        orders=[an_order("K/1", status="shipped")],
        history=[past("logistics.expedite", order="K/1")],
        policies={"expedite_rule": {}},
    )
    assert reply(await Counter(world).ask(chase_delivery)) == "chase_delivery.confirm"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "delivered"}, "chase_delivery.delivered"),
        ({"status": "delivered", "delivered": None}, "chase_delivery.delivered_undated"),
        ({"status": "cancelled"}, "chase_delivery.closed"),
    ],
)
async def test_what_is_finished_cannot_be_chased(fields: dict[str, Any], expected: str) -> None:
    answer = await Counter(a_world(orders=[an_order(**fields)])).ask(chase_delivery)
    assert isinstance(answer, Declined)
    assert answer.reply == expected


async def test_of_several_open_orders_it_asks_which() -> None:
    orders = [an_order("K/1", status="shipped"), an_order("K/2", status="processing"), an_order()]
    answer = await Counter(a_world(orders=orders)).ask(chase_delivery)
    assert answer == NeedsInput(("order",), ("K/2", "K/1"))


async def test_a_product_of_no_order_leads_to_a_question() -> None:
    orders = [an_order("K/1", status="shipped"), an_order("K/2")]
    answer = await Counter(a_world(orders=orders)).ask(chase_delivery, sku="BIKE-1")
    assert answer == NeedsInput(("order",), ("K/1",))


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom", status="shipped")]
    answer = await Counter(a_world(orders=orders)).ask(chase_delivery, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
