from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.company import Refund
from domain.tooling import Declined, Done, NeedsInput
from tests.unit.tools.world import (
    TODAY,
    Counter,
    a_world,
    an_order,
    past,
    reply,
    values,
)
from tools.return_order import return_order


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def test_a_return_is_registered_once_by_key() -> None:
    counter = Counter(a_world(orders=[an_order("K/1")]))
    proposal = await counter.ask(return_order)
    assert reply(proposal) == "return_order.confirm"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [{"kind": "return.create", "customer": "mei", "order": "K/1"}]
    assert isinstance(await counter.ask(return_order), Done)


@pytest.mark.parametrize(
    ("days", "reason", "expected"),
    [
        (0, "changed_mind", "return_order.confirm"),
        (10, "changed_mind", "return_order.confirm"),
        (11, "changed_mind", "return_order.window"),
        (11, "", "return_order.window_unless_fault"),
        (11, "faulty", "return_order.confirm"),
        (25, "wrong_item", "return_order.confirm"),
        (25, "damaged", "return_order.confirm"),
        (25, "", "return_order.window_unless_fault"),
        (26, "damaged", "return_order.window"),
        (26, "", "return_order.window"),
    ],
)
async def test_the_window_counts_from_delivery_and_its_last_day_is_inside(
    days: int, reason: str, expected: str
) -> None:
    counter = Counter(a_world(orders=[an_order(delivered=days_ago(days))]))
    assert reply(await counter.ask(return_order, reason=reason)) == expected


async def test_a_closed_window_gives_its_figures_and_hands_over() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", delivered=date(2026, 5, 1))]))
    answer = await counter.ask(return_order, reason="changed_mind")
    assert isinstance(answer, Declined)
    assert answer.hands_over == "beyond_limit"
    assert answer.values["days"] == 10
    assert answer.values["delivered"] == date(2026, 5, 1)
    assert answer.values["last_day"] == date(2026, 5, 11)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 5, 22, 15, 59, tzinfo=UTC), "return_order.confirm"),
        (datetime(2026, 5, 22, 16, 0, tzinfo=UTC), "return_order.window"),
        (datetime(2026, 5, 22, 23, 59), "return_order.confirm"),  # noqa: DTZ001 - a naive clock
    ],
)
async def test_the_last_day_ends_at_midnight_in_hong_kong(now: datetime, expected: str) -> None:
    world = a_world(orders=[an_order(delivered=date(2026, 5, 12))])
    answer = await Counter(world, now=now).ask(return_order, reason="changed_mind")
    assert reply(answer) == expected


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"opened": "yes"}, "return_order.hygiene"),
        ({"opened": "yes", "reason": "changed_mind"}, "return_order.hygiene"),
        ({"opened": "yes", "reason": "faulty"}, "return_order.confirm"),
        ({"opened": "no"}, "return_order.confirm"),
        ({}, "return_order.confirm_hygiene"),
        ({"reason": "damaged"}, "return_order.confirm"),
    ],
)
async def test_hygiene_items_go_back_unopened_or_faulty(
    slots: dict[str, str], expected: str
) -> None:
    counter = Counter(a_world(orders=[an_order("K/1", "SOAP-1")]))
    assert reply(await counter.ask(return_order, **slots)) == expected


async def test_the_hygiene_of_another_line_does_not_matter() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", "SOAP-1", "HELM-1")]))
    answer = await counter.ask(return_order, sku="HELM-1", opened="yes")
    assert reply(answer) == "return_order.confirm"
    assert values(answer)["item_en"] == "black helmet"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", "return_order.not_shipped"),
        ("processing", "return_order.not_shipped"),
        ("shipped", "return_order.in_transit"),
        ("cancelled", "return_order.cancelled"),
        ("lost", "return_order.closed"),
    ],
)
async def test_only_what_arrived_can_go_back(status: str, expected: str) -> None:
    answer = await Counter(a_world(orders=[an_order(status=status)])).ask(return_order)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == (expected, None)


async def test_what_cannot_be_cancelled_any_more_is_not_said_to_be() -> None:
    world = a_world(
        orders=[an_order(status="processing")], policies={"cancel_rule": {"statuses": ["pending"]}}
    )
    assert reply(await Counter(world).ask(return_order)) == "return_order.in_transit"


async def test_without_a_delivery_day_a_person_decides() -> None:
    answer = await Counter(a_world(orders=[an_order(delivered=None)])).ask(return_order)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == ("return_order.undated", "beyond_limit")


@pytest.mark.parametrize("kind", ["return.create", "exchange.create", "refund.create"])
async def test_what_went_back_before_does_not_go_back_again(kind: str) -> None:
    world = a_world(orders=[an_order("K/1")], history=[past(kind, order="K/1")])
    answer = await Counter(world).ask(return_order)
    assert isinstance(answer, Done)
    assert answer.reply == "return_order.already"


async def test_a_refund_or_a_status_says_that_it_went_back_too() -> None:
    refund = Refund(
        id="R1", order="K/1", customer="mei", amount_hkd=Decimal(500), status="completed"
    )
    counter = Counter(a_world(orders=[an_order("K/1")], refunds=[refund]))
    assert reply(await counter.ask(return_order)) == "return_order.already"
    counter = Counter(a_world(orders=[an_order("K/1", status="returned")]))
    assert reply(await counter.ask(return_order)) == "return_order.already"


async def test_a_product_that_is_not_in_the_order_is_said_so() -> None:
    answer = await Counter(a_world(orders=[an_order("K/1")])).ask(
        return_order, order="K/1", sku="BIKE-1"
    )
    assert answer == Declined("order.item_not_in", {"order": "K/1"})


async def test_a_product_of_no_order_leads_to_a_question_and_then_to_a_no() -> None:
    orders = [an_order("K/1"), an_order("K/2", status="shipped")]
    counter = Counter(a_world(orders=orders))
    assert await counter.ask(return_order, sku="BIKE-1") == NeedsInput(("order",), ("K/1",))
    counter.asked = frozenset({"order"})
    assert await counter.ask(return_order, sku="BIKE-1") == Declined("order.no_such_item")


async def test_an_order_of_somebody_else_is_not_found() -> None:
    counter = Counter(a_world(orders=[an_order("K/77", customer="tom")]))
    answer = await counter.ask(return_order, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
    assert await counter.ask(return_order) == Declined("order.none")
