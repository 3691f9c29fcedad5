from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import TODAY, Counter, a_world, an_order, reply, values
from tools.track_parcel import track_parcel

SOON, GONE = date(2026, 5, 22), date(2026, 5, 19)
SENT = {"status": "shipped", "courier": "Junk Express", "tracking": "JX-5"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({**SENT, "eta": SOON}, "track_parcel.shipped"),
        ({**SENT, "eta": TODAY}, "track_parcel.shipped"),
        (SENT, "track_parcel.shipped_no_eta"),
        ({"status": "shipped", "eta": SOON}, "track_parcel.no_number"),
        ({"status": "shipped"}, "track_parcel.no_number_no_eta"),
        ({**SENT, "eta": GONE}, "track_parcel.late"),
        ({**SENT, "eta": GONE, "note": "van broke down"}, "track_parcel.overdue"),
        ({**SENT, "eta": SOON, "note": "at hub"}, "track_parcel.noted"),
        ({**SENT, "note": "at hub"}, "track_parcel.noted_no_eta"),
        ({"status": "pending", "eta": SOON}, "track_parcel.not_shipped"),
        ({"status": "processing"}, "track_parcel.not_shipped_no_eta"),
        ({"status": "processing", "eta": GONE}, "track_parcel.not_shipped_late"),
        ({"status": "processing", "note": "paint dries"}, "track_parcel.not_shipped_noted"),
        ({"status": "pending", "paid": False}, "track_parcel.unpaid"),
        ({"status": "delivered"}, "track_parcel.delivered"),
        ({"status": "delivered", "delivered": None}, "track_parcel.delivered_undated"),
        ({"status": "cancelled"}, "track_parcel.cancelled"),
        ({"status": "refunded"}, "track_parcel.closed"),
    ],
)
async def test_every_standing_has_its_own_sentence(fields: dict[str, Any], expected: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/41-a", **fields)]))
    assert reply(await counter.ask(track_parcel)) == expected


async def test_the_parcel_is_its_courier_and_number() -> None:
    answer = await Counter(a_world(orders=[an_order(**SENT, eta=SOON)])).ask(track_parcel)
    assert values(answer)["parcel"] == "Junk Express JX-5"


async def test_the_parcel_that_was_sent_is_meant_before_others() -> None:
    orders = [
        an_order("K/1", **SENT, placed=date(2026, 5, 1)),
        an_order("K/2", status="processing", placed=date(2026, 5, 9)),
    ]
    answer = await Counter(a_world(orders=orders)).ask(track_parcel)
    assert values(answer)["order"] == "K/1"


async def test_with_none_sent_the_newest_open_order_is_answered() -> None:
    orders = [
        an_order("K/1", status="processing", placed=date(2026, 5, 1)),
        an_order("K/2", status="pending", placed=date(2026, 5, 9)),
        an_order("K/3", placed=date(2026, 5, 11)),
    ]
    answer = await Counter(a_world(orders=orders)).ask(track_parcel)
    assert values(answer)["order"] == "K/2"


async def test_of_several_sent_it_asks_which_and_once_only() -> None:
    orders = [an_order(f"K/{day}", **SENT, placed=date(2026, 5, day)) for day in (1, 2)]
    counter = Counter(a_world(orders=orders))
    assert await counter.ask(track_parcel) == NeedsInput(("order",), ("K/2", "K/1"))
    counter.asked = frozenset({"order"})
    assert values(await counter.ask(track_parcel))["order"] == "K/2"


async def test_a_product_that_is_in_no_order_is_said_so() -> None:
    answer = await Counter(a_world(orders=[an_order()])).ask(track_parcel, sku="BELL-1")
    assert answer == Declined("order.no_such_item")


async def test_an_order_of_somebody_else_is_not_found() -> None:
    orders = [an_order("K/77", customer="tom", **SENT)]
    answer = await Counter(a_world(orders=orders)).ask(track_parcel, order="K/77")
    assert answer == Declined("order.not_found", {"order": "K/77"})
