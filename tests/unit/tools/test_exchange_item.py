from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

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
from tools.exchange_item import exchange_item


async def test_an_exchange_for_something_dearer_names_the_difference_and_runs_once() -> None:
    counter = Counter(a_world(orders=[an_order("K/1")]))
    proposal = await counter.ask(exchange_item, to_sku="HELM-2")
    assert reply(proposal) == "exchange_item.confirm_pay_more"
    assert values(proposal)["difference"] == Decimal(60)
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [
        {
            "kind": "exchange.create",
            "customer": "mei",
            "order": "K/1",
            "from_sku": "HELM-1",
            "to_sku": "HELM-2",
        }
    ]
    assert isinstance(await counter.ask(exchange_item, to_sku="HELM-2"), Done)


async def test_the_difference_counts_every_piece() -> None:
    order = an_order("K/1", "HELM-2")
    order.items[0].qty = 2
    proposal = await Counter(a_world(orders=[order])).ask(exchange_item, to_sku="HELM-1")
    assert reply(proposal) == "exchange_item.confirm_get_back"
    assert values(proposal)["difference"] == Decimal(120)


@pytest.mark.parametrize("reason", ["wrong_item", "faulty", "damaged"])
async def test_faulty_goods_are_exchanged_for_the_same(reason: str) -> None:
    proposal = await Counter(a_world(orders=[an_order()])).ask(exchange_item, reason=reason)
    assert reply(proposal) == "exchange_item.confirm_even"
    assert values(proposal)["difference"] == Decimal(0)


async def test_what_is_wanted_instead_is_asked_for() -> None:
    assert await Counter(a_world(orders=[an_order()])).ask(exchange_item) == NeedsInput(("to_sku",))


async def test_which_line_goes_back_is_asked_together_with_what_comes() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", "HELM-1", "SOAP-1")]))
    lines = ("HELM-1", "SOAP-1")
    assert await counter.ask(exchange_item) == NeedsInput(("item", "to_sku"), lines)
    assert await counter.ask(exchange_item, to_sku="HELM-2") == NeedsInput(("item",), lines)
    assert await counter.ask(exchange_item, reason="faulty") == NeedsInput(("item",), lines)


@pytest.mark.parametrize("slot", ["sku", "from_sku"])
async def test_the_line_may_be_named_either_way(slot: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/1", "HELM-1", "BELL-1")]))
    answer = await counter.ask(exchange_item, **{slot: "HELM-1", "to_sku": "HELM-2"})
    assert values(answer)["from_item_en"] == "black helmet"


@pytest.mark.parametrize(
    ("slots", "suffix"),
    [
        ({"to_sku": "HELM-1"}, "pay_more_hygiene"),
        ({"to_sku": "SOAP-1"}, "even_hygiene"),
        ({"to_sku": "SOAP-1", "opened": "no"}, "even"),
        ({"reason": "faulty", "opened": "yes"}, "even"),
    ],
)
async def test_hygiene_items_are_exchanged_unopened_or_faulty(
    slots: dict[str, str], suffix: str
) -> None:
    answer = await Counter(a_world(orders=[an_order("K/1", "SOAP-1")])).ask(exchange_item, **slots)
    assert reply(answer) == f"exchange_item.confirm_{suffix}"


async def test_an_opened_hygiene_item_is_not_exchanged() -> None:
    counter = Counter(a_world(orders=[an_order("K/1", "SOAP-1")]))
    answer = await counter.ask(exchange_item, opened="yes", to_sku="HELM-1")
    assert reply(answer) == "exchange_item.hygiene"


async def test_money_comes_back_for_something_cheaper_and_unopened() -> None:
    world = a_world(
        orders=[an_order("K/1", "SOAP-1")], policies={"exchange_rule": {"target_in_stock": False}}
    )
    answer = await Counter(world).ask(exchange_item, to_sku="BELL-2")
    assert reply(answer) == "exchange_item.confirm_get_back_hygiene"


@pytest.mark.parametrize(
    ("target", "expected"),
    [("BELL-1", "exchange_item.no_stock"), ("BELL-2", "exchange_item.no_stock_no_date")],
)
async def test_the_target_must_be_in_stock(target: str, expected: str) -> None:
    answer = await Counter(a_world(orders=[an_order()])).ask(exchange_item, to_sku=target)
    assert isinstance(answer, Declined)
    assert answer.reply == expected


async def test_there_must_be_stock_for_every_piece() -> None:
    order = an_order("K/1")
    order.items[0].qty = 4
    answer = await Counter(a_world(orders=[order])).ask(exchange_item, to_sku="HELM-2")
    assert reply(answer) == "exchange_item.no_stock_no_date"


async def test_stock_may_be_of_no_matter() -> None:
    world = a_world(orders=[an_order()], policies={"exchange_rule": {"target_in_stock": False}})
    answer = await Counter(world).ask(exchange_item, to_sku="BELL-2")
    assert reply(answer) == "exchange_item.confirm_get_back"


@pytest.mark.parametrize(
    ("days", "reason", "expected"),
    [
        (12, "changed_mind", "exchange_item.confirm_pay_more"),
        (13, "changed_mind", "exchange_item.window"),
        (13, "", "exchange_item.window_unless_fault"),
        (25, "damaged", "exchange_item.confirm_pay_more"),
        (26, "damaged", "exchange_item.window"),
    ],
)
async def test_the_exchange_window_ends_on_its_last_day(
    days: int, reason: str, expected: str
) -> None:
    order = an_order(delivered=TODAY - timedelta(days=days))
    answer = await Counter(a_world(orders=[order])).ask(
        exchange_item, to_sku="HELM-2", reason=reason
    )
    assert reply(answer) == expected


async def test_without_a_window_of_its_own_that_of_returns_counts() -> None:
    world = a_world(
        orders=[an_order(delivered=TODAY - timedelta(days=11))], policies={"exchange_rule": {}}
    )
    answer = await Counter(world).ask(exchange_item, to_sku="HELM-2", reason="changed_mind")
    assert reply(answer) == "exchange_item.window"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", "exchange_item.not_shipped"),
        ("shipped", "exchange_item.in_transit"),
        ("cancelled", "exchange_item.cancelled"),
        ("lost", "exchange_item.closed"),
        ("exchanged", "exchange_item.already"),
    ],
)
async def test_only_what_arrived_can_be_exchanged(status: str, expected: str) -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status=status)
    assert reply(await Counter(a_world(orders=[order])).ask(exchange_item)) == expected


async def test_without_a_delivery_day_a_person_decides() -> None:
    answer = await Counter(a_world(orders=[an_order(delivered=None)])).ask(exchange_item)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == ("exchange_item.undated", "beyond_limit")


@pytest.mark.parametrize(
    ("sku", "expected"),
    [("HELM-1", "exchange_item.already"), ("SOAP-1", "exchange_item.confirm_pay_more_hygiene")],
)
async def test_another_line_may_be_exchanged_after_the_first(sku: str, expected: str) -> None:
    world = a_world(
        orders=[an_order("K/1", "HELM-1", "SOAP-1")],
        history=[past("exchange.create", order="K/1", from_sku="HELM-1", to_sku="HELM-2")],
    )
    answer = await Counter(world).ask(exchange_item, from_sku=sku, to_sku="HELM-2")
    assert reply(answer) == expected


async def test_products_that_do_not_exist_or_are_not_in_the_order_are_said_so() -> None:
    counter = Counter(a_world(orders=[an_order("K/1")]))
    answer = await counter.ask(exchange_item, order="K/1", from_sku="BIKE-1", to_sku="HELM-2")
    assert answer == Declined("order.item_not_in", {"order": "K/1"})
    answer = await counter.ask(exchange_item, to_sku="NO-SUCH")
    assert answer == Declined("product.not_found", {"sku": "NO-SUCH"})


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom", placed=date(2026, 5, 1))]
    answer = await Counter(a_world(orders=orders)).ask(exchange_item, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
