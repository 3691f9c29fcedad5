from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.company import Refund
from domain.tooling import Declined, Done, Proposal
from tests.unit.tools.world import (
    TODAY,
    Counter,
    a_world,
    an_order,
    past,
    reply,
    values,
)
from tools.refund_order import refund_order


def worth(amount: int, **fields: Any) -> Any:
    return an_order("K/1", amount_hkd=Decimal(amount), **fields)


async def test_a_delivered_order_is_refunded_once_by_key() -> None:
    counter = Counter(a_world(orders=[worth(500)]))
    proposal = await counter.ask(refund_order)
    assert reply(proposal) == "refund_order.confirm"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [
        {"kind": "refund.create", "customer": "mei", "order": "K/1", "amount_hkd": 500.0}
    ]


@pytest.mark.parametrize(
    ("customer", "amount", "kind"),
    [
        ("mei", 600, "refund.create"),
        ("mei", 601, "approval.request"),
        ("kit", 1500, "refund.create"),
        ("kit", 1501, "approval.request"),
    ],
)
async def test_the_limit_of_the_tier_decides_to_the_dollar(
    customer: str, amount: int, kind: str
) -> None:
    counter = Counter(a_world(orders=[worth(amount, customer=customer)]), customer=customer)
    proposal = await counter.ask(refund_order)
    assert isinstance(proposal, Proposal)
    assert proposal.awaits_approval is (kind == "approval.request")
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.kinds == [kind]


async def test_above_the_limit_it_asks_for_approval_and_then_waits() -> None:
    counter = Counter(a_world(orders=[worth(601)]))
    proposal = await counter.ask(refund_order)
    assert isinstance(proposal, Proposal)
    assert proposal.summary == "refund_order.confirm_approval"
    assert proposal.done == "refund_order.approval_requested"
    assert proposal.hands_over == "beyond_limit"
    assert proposal.values["limit_hkd"] == Decimal(600)
    await counter.carry_out(proposal)
    answer = await counter.ask(refund_order)
    assert isinstance(answer, Done)
    assert answer.reply == "refund_order.approval_pending"


async def test_one_line_is_refunded_at_its_price() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1")
    order.items[1].qty = 3
    order.amount_hkd = Decimal(740)
    proposal = await Counter(a_world(orders=[order])).ask(refund_order, sku="bell-1")
    assert values(proposal)["amount"] == Decimal(240)
    assert values(proposal)["item_en"] == "bell ×3"


async def test_the_only_line_is_refunded_at_what_was_paid() -> None:
    proposal = await Counter(a_world(orders=[worth(450)])).ask(refund_order, sku="HELM-1")
    assert values(proposal)["amount"] == Decimal(450)


async def test_a_line_is_never_worth_more_than_the_order() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", amount_hkd=Decimal(300))
    proposal = await Counter(a_world(orders=[order])).ask(refund_order, sku="HELM-1")
    assert values(proposal)["amount"] == Decimal(300)


@pytest.mark.parametrize("status", ["pending", "processing"])
async def test_what_was_not_sent_is_cancelled_and_not_refunded_beside_it(status: str) -> None:
    counter = Counter(a_world(orders=[worth(5000, status=status)]))
    proposal = await counter.ask(refund_order)
    assert reply(proposal) == "refund_order.confirm_cancel"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.kinds == ["order.cancel"]
    answer = await counter.ask(refund_order, order="K/1")
    assert isinstance(answer, Done)
    assert answer.reply == "refund_order.cancelled_pays_back"


async def test_one_line_of_what_was_not_sent_is_taken_out() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1", status="pending")
    counter = Counter(a_world(orders=[order]))
    proposal = await counter.ask(refund_order, sku="BELL-1")
    assert reply(proposal) == "refund_order.confirm_remove"
    await counter.carry_out(proposal)
    assert counter.kinds == ["order.remove_item"]


@pytest.mark.parametrize("status", ["pending", "cancelled", "delivered"])
async def test_what_was_not_paid_is_not_refunded(status: str) -> None:
    answer = await Counter(a_world(orders=[worth(500, status=status, paid=False)])).ask(
        refund_order
    )
    assert isinstance(answer, Declined)
    assert answer.reply == "refund_order.unpaid"


@pytest.mark.parametrize(
    ("status", "expected", "hands_over"),
    [
        ("shipped", "refund_order.in_transit", None),
        ("returned", "refund_order.closed", "beyond_limit"),
    ],
)
async def test_only_what_arrived_is_refunded(
    status: str, expected: str, hands_over: str | None
) -> None:
    answer = await Counter(a_world(orders=[worth(500, status=status)])).ask(refund_order)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == (expected, hands_over)


@pytest.mark.parametrize(
    ("days", "reason", "expected"),
    [
        (10, "", "refund_order.confirm"),
        (11, "", "refund_order.window_unless_fault"),
        (11, "changed_mind", "refund_order.window"),
        (25, "faulty", "refund_order.confirm"),
        (26, "faulty", "refund_order.window"),
    ],
)
async def test_the_window_is_that_of_returns(days: int, reason: str, expected: str) -> None:
    order = worth(500, delivered=TODAY - timedelta(days=days))
    answer = await Counter(a_world(orders=[order])).ask(refund_order, reason=reason)
    assert reply(answer) == expected


async def test_without_a_delivery_day_a_person_decides() -> None:
    answer = await Counter(a_world(orders=[worth(500, delivered=None)])).ask(refund_order)
    assert isinstance(answer, Declined)
    assert (answer.reply, answer.hands_over) == ("refund_order.undated", "beyond_limit")


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"opened": "yes"}, "refund_order.hygiene"),
        ({"opened": "yes", "reason": "faulty"}, "refund_order.confirm"),
        ({}, "refund_order.confirm_hygiene"),
    ],
)
async def test_hygiene_items_are_refunded_unopened_or_faulty(
    slots: dict[str, str], expected: str
) -> None:
    answer = await Counter(a_world(orders=[an_order("K/1", "SOAP-1")])).ask(refund_order, **slots)
    assert reply(answer) == expected


async def test_a_refund_happens_once_only() -> None:
    counter = Counter(a_world(orders=[worth(500)]))
    await counter.carry_out(await counter.ask(refund_order))
    answer = await counter.ask(refund_order)
    assert isinstance(answer, Done)
    assert answer.reply == "refund_order.already_under_way"
    assert answer.values["status"] == "processing"
    assert counter.kinds == ["refund.create"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("completed", "refund_order.already_paid_back"),
        ("approved", "refund_order.already_under_way"),
        ("at the bank", "refund_order.already"),
    ],
)
async def test_an_earlier_refund_is_told_as_it_stands(status: str, expected: str) -> None:
    refund = Refund(id="R1", order="K/1", customer="mei", amount_hkd=Decimal(90), status=status)
    answer = await Counter(a_world(orders=[worth(500)], refunds=[refund])).ask(refund_order)
    assert reply(answer) == expected
    assert values(answer)["amount"] == Decimal(90)


async def test_a_refund_of_an_earlier_session_counts_too() -> None:
    world = a_world(orders=[worth(500)], history=[past("refund.create", order="K/1")])
    assert reply(await Counter(world).ask(refund_order)) == "refund_order.already_requested"
    world = a_world(orders=[worth(500, status="refunded")])
    assert reply(await Counter(world).ask(refund_order)) == "refund_order.already_requested"


async def test_the_refund_of_another_order_does_not_count() -> None:
    refund = Refund(id="R1", order="K/2", customer="mei", amount_hkd=Decimal(9), status="completed")
    world = a_world(orders=[worth(500)], refunds=[refund], history=[past("refund.create")])
    assert reply(await Counter(world).ask(refund_order)) == "refund_order.confirm"


async def test_without_a_rule_no_days_are_promised() -> None:
    world = a_world(orders=[worth(500)], policies={"refund_rule": {}})
    proposal = await Counter(world).ask(refund_order)
    assert isinstance(proposal, Proposal)
    assert proposal.done == "refund_order.done_no_days"


async def test_a_product_that_is_not_in_the_order_is_said_so() -> None:
    answer = await Counter(a_world(orders=[worth(500)])).ask(
        refund_order, order="K/1", sku="BIKE-1"
    )
    assert answer == Declined("order.item_not_in", {"order": "K/1"})


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom")]
    answer = await Counter(a_world(orders=orders)).ask(refund_order, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
