from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.company import Refund
from domain.tooling import Declined, Done
from tests.unit.tools.world import Counter, a_world, an_order, past, reply, values
from tools.find_refund import find_refund


def a_refund(refund_id: str = "R1", order: str = "K/1", **fields: Any) -> Refund:
    given = {"status": "processing", "created": date(2026, 5, 18), **fields}
    return Refund(id=refund_id, order=order, customer="mei", amount_hkd=Decimal(500), **given)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "find_refund.processing"),
        ({"created": date(2026, 5, 13)}, "find_refund.processing"),
        ({"created": date(2026, 5, 12)}, "find_refund.late"),
        ({"created": None}, "find_refund.processing_plain"),
        ({"status": "completed"}, "find_refund.completed"),
        ({"status": "completed", "created": None}, "find_refund.completed_undated"),
        ({"status": "rejected"}, "find_refund.refused"),
        ({"status": "at the bank"}, "find_refund.other"),
    ],
)
async def test_every_standing_has_its_own_sentence(fields: dict[str, Any], expected: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/1")], refunds=[a_refund(**fields)]))
    assert reply(await counter.ask(find_refund)) == expected


async def test_the_answer_has_amount_start_and_working_days() -> None:
    counter = Counter(a_world(orders=[an_order("K/1")], refunds=[a_refund()]))
    told = values(await counter.ask(find_refund, order="K/1"))
    assert (told["amount"], told["created"], told["working_days"]) == (
        Decimal(500),
        date(2026, 5, 18),
        "2-5",
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [({}, "find_refund.processing_plain"), ({"working_days": "soon"}, "find_refund.processing")],
)
async def test_days_are_told_only_as_the_rules_say(rule: dict[str, str], expected: str) -> None:
    world = a_world(
        orders=[an_order("K/1")],
        refunds=[a_refund(created=date(2026, 4, 1))],
        policies={"refund_rule": rule},
    )
    assert reply(await Counter(world).ask(find_refund)) == expected


async def test_a_holiday_is_no_working_day() -> None:
    refund = a_refund(created=date(2026, 5, 12))
    hours = {"public_holidays": ["2026-05-14"]}
    world = a_world(orders=[an_order("K/1")], refunds=[refund], policies={"hours": hours})
    assert reply(await Counter(world).ask(find_refund)) == "find_refund.processing"


async def test_what_is_under_way_is_meant_before_what_is_over() -> None:
    orders = [an_order("K/1"), an_order("K/2")]
    refunds = [
        a_refund("R1", "K/1"),
        a_refund("R2", "K/2", status="completed", created=date(2026, 5, 19)),
    ]
    answer = await Counter(a_world(orders=orders, refunds=refunds)).ask(find_refund)
    assert values(answer)["refund"] == "R1"


async def test_a_product_tells_which_refund_is_meant() -> None:
    orders = [an_order("K/1"), an_order("K/2", "BELL-1")]
    refunds = [a_refund("R1", "K/1"), a_refund("R2", "K/2")]
    answer = await Counter(a_world(orders=orders, refunds=refunds)).ask(find_refund, sku="BELL-1")
    assert values(answer)["refund"] == "R2"


@pytest.mark.parametrize(
    ("fields", "kind", "expected"),
    [
        ({}, "approval.request", "find_refund.approval_pending"),
        ({}, "refund.create", "find_refund.requested"),
        ({"status": "cancelled"}, "", "find_refund.cancelled_pays_back"),
    ],
)
async def test_money_that_is_no_refund_yet_is_told_of(
    fields: dict[str, Any], kind: str, expected: str
) -> None:
    history = [past(kind, order="K/1")] if kind else []
    orders = [an_order("K/1", **fields), an_order("K/2")]
    refunds = [a_refund("R2", "K/2", status="completed")]
    counter = Counter(a_world(orders=orders, refunds=refunds, history=history))
    assert reply(await counter.ask(find_refund)) == expected


async def test_nothing_is_said_to_be_nothing() -> None:
    orders = [an_order("K/1"), an_order("K/2", status="cancelled", paid=False)]
    counter = Counter(a_world(orders=orders))
    assert await counter.ask(find_refund) == Done("find_refund.none", {})
    expected = Done("find_refund.none_for_order", {"order": "K/1"})
    assert await counter.ask(find_refund, order="K/1") == expected
    assert await Counter(a_world()).ask(find_refund) == Done("find_refund.none", {})


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/1"), an_order("K/77", customer="tom")]
    answer = await Counter(a_world(orders=orders)).ask(find_refund, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
