from __future__ import annotations

from decimal import Decimal

import pytest

from domain.tooling import Declined, Done, NeedsInput, Proposal
from tests.unit.tools.world import Counter, a_world, an_order, reply, values
from tools.remove_item import remove_item


async def test_a_product_is_taken_out_once_and_its_price_goes_back() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status="processing", amount_hkd=Decimal(660))
    order.items[1].qty = 2
    counter = Counter(a_world(orders=[order]))
    proposal = await counter.ask(remove_item, sku="BELL-1")
    assert reply(proposal) == "remove_item.confirm"
    assert values(proposal)["amount"] == Decimal(160)
    assert values(proposal)["item_en"] == "bell ×2"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.kinds == ["order.remove_item"]
    assert (await counter.shop.orders("mei"))[0].amount_hkd == Decimal(500)


async def test_an_unpaid_order_names_what_is_left_to_pay() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status="pending", paid=False)
    proposal = await Counter(a_world(orders=[order])).ask(remove_item, sku="HELM-1")
    assert isinstance(proposal, Proposal)
    assert proposal.summary == "remove_item.confirm_unpaid"
    assert proposal.values["total"] == Decimal(80)


@pytest.mark.parametrize("slots", [{}, {"sku": "HELM-1"}])
async def test_all_of_an_order_cannot_be_taken_out(slots: dict[str, str]) -> None:
    answer = await Counter(a_world(orders=[an_order(status="pending")])).ask(remove_item, **slots)
    assert isinstance(answer, Declined)
    assert answer.reply == "remove_item.whole_order"


async def test_which_product_is_asked_when_there_are_several() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status="pending")
    answer = await Counter(a_world(orders=[order])).ask(remove_item)
    assert answer == NeedsInput(("item",), ("HELM-1", "BELL-1"))


@pytest.mark.parametrize("sku", ["BIKE-1", "NO-SUCH"])
async def test_a_product_that_is_not_in_the_order_is_said_so(sku: str) -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status="pending")
    answer = await Counter(a_world(orders=[order])).ask(remove_item, order="K/1", sku=sku)
    assert answer == Declined("order.item_not_in", {"order": "K/1"})


async def test_a_product_taken_out_before_is_said_so() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status="pending")
    counter = Counter(a_world(orders=[order]))
    await counter.carry_out(await counter.ask(remove_item, order="K/1", sku="BELL-1"))
    answer = await counter.ask(remove_item, order="K/1", sku="BELL-1")
    assert isinstance(answer, Done)
    assert answer.reply == "remove_item.already"
    assert counter.kinds == ["order.remove_item"]


@pytest.mark.parametrize(
    ("status", "expected", "hands_over"),
    [
        ("shipped", "remove_item.shipped", "beyond_limit"),
        ("delivered", "remove_item.shipped", "beyond_limit"),
        ("cancelled", "remove_item.closed", None),
    ],
)
async def test_an_order_that_has_left_stays_as_it_is(
    status: str, expected: str, hands_over: str | None
) -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status=status)
    answer = await Counter(a_world(orders=[order])).ask(remove_item, sku="BELL-1")
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == (expected, hands_over)


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom", status="pending")]
    answer = await Counter(a_world(orders=orders)).ask(remove_item, order="K/77", sku="HELM-1")
    assert answer == Declined("order.not_found", {"order": "K/77"})
