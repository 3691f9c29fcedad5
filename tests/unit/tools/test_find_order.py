from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.tooling import Declined, Done
from tests.unit.tools.world import TODAY, Counter, a_world, an_order, reply, values
from tools.find_order import find_order

SOON, GONE = date(2026, 5, 22), date(2026, 5, 19)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "pending", "eta": SOON}, "find_order.pending"),
        ({"status": "pending"}, "find_order.pending_no_eta"),
        ({"status": "pending", "eta": SOON, "paid": False}, "find_order.unpaid"),
        ({"status": "processing", "eta": SOON}, "find_order.processing"),
        ({"status": "processing"}, "find_order.processing_no_eta"),
        ({"status": "shipped", "eta": SOON, "tracking": "T9"}, "find_order.shipped"),
        ({"status": "shipped", "eta": TODAY}, "find_order.shipped"),
        ({"status": "shipped"}, "find_order.shipped_no_eta"),
        ({"status": "shipped", "eta": GONE}, "find_order.late"),
        ({"status": "shipped", "eta": GONE, "note": "flood at hub"}, "find_order.overdue"),
        ({"status": "shipped", "eta": SOON, "note": "at hub"}, "find_order.noted"),
        ({"status": "shipped", "note": "at hub"}, "find_order.noted_no_eta"),
        ({"status": "delivered"}, "find_order.delivered"),
        ({"status": "delivered", "note": "at the door"}, "find_order.delivered_noted"),
        ({"status": "delivered", "delivered": None}, "find_order.delivered_undated"),
        ({"status": "cancelled"}, "find_order.cancelled"),
        ({"status": "refunded"}, "find_order.refunded"),
        ({"status": "returned"}, "find_order.returned"),
        ({"status": "exchanged"}, "find_order.exchanged"),
        ({"status": "at customs"}, "find_order.other"),
    ],
)
async def test_every_standing_has_its_own_sentence(fields: dict[str, Any], expected: str) -> None:
    counter = Counter(a_world(orders=[an_order("K/41-a", **fields)]))
    assert reply(await counter.ask(find_order, order="K/41-a")) == expected


async def test_the_note_is_given_word_for_word() -> None:
    order = an_order(status="shipped", eta=GONE, note="flood at hub")
    answer = await Counter(a_world(orders=[order])).ask(find_order)
    assert values(answer)["note"] == "flood at hub"
    assert values(answer)["eta"] == GONE


async def test_the_items_are_named_in_both_languages_with_their_number() -> None:
    order = an_order("K/1", "HELM-1", "BELL-1")
    order.items[1].qty = 2
    order.items.append(order.items[0].model_copy(update={"sku": "GONE-9"}))
    answer = await Counter(a_world(orders=[order])).ask(find_order)
    assert values(answer)["item_zh"] == "黑色頭盔、車鈴 ×2、GONE-9"
    assert values(answer)["item_en"] == "black helmet, bell ×2, GONE-9"


async def test_the_one_order_on_its_way_is_meant_when_none_is_named() -> None:
    orders = [an_order("K/1"), an_order("K/2", status="shipped", eta=SOON)]
    answer = await Counter(a_world(orders=orders)).ask(find_order)
    assert values(answer)["order"] == "K/2"


async def test_several_on_their_way_are_listed_newest_first_and_at_most_four() -> None:
    orders = [
        an_order(f"K/{day}", status="processing", placed=date(2026, 5, day)) for day in range(1, 7)
    ]
    answer = await Counter(a_world(orders=orders)).ask(find_order)
    assert answer == Done(
        "find_order.several", {"orders": ["K/6", "K/5", "K/4", "K/3"], "count": 6}
    )


async def test_the_latest_is_meant_when_all_have_arrived() -> None:
    orders = [an_order("K/1", placed=date(2026, 5, 9)), an_order("K/2", placed=date(2026, 4, 1))]
    answer = await Counter(a_world(orders=orders)).ask(find_order)
    assert values(answer)["order"] == "K/1"


async def test_a_product_tells_which_order_is_meant() -> None:
    orders = [an_order("K/1", "BELL-1"), an_order("K/2", status="shipped")]
    answer = await Counter(a_world(orders=orders)).ask(find_order, sku="bell-1")
    assert values(answer)["order"] == "K/1"


async def test_a_product_that_is_in_no_order_is_said_so() -> None:
    answer = await Counter(a_world(orders=[an_order()])).ask(find_order, sku="BELL-1")
    assert answer == Declined("order.no_such_item")


async def test_an_order_number_is_known_in_any_case() -> None:
    answer = await Counter(a_world(orders=[an_order("K/41-a")])).ask(find_order, order=" k/41-A ")
    assert values(answer)["order"] == "K/41-a"


@pytest.mark.parametrize("wanted", ["K/77", "NO-SUCH"])
async def test_an_order_of_somebody_else_sounds_like_one_that_does_not_exist(wanted: str) -> None:
    orders = [an_order("K/1"), an_order("K/77", customer="tom")]
    answer = await Counter(a_world(orders=orders)).ask(find_order, order=wanted)
    assert answer == Declined("order.not_found", {"order": wanted})


async def test_without_any_order_it_says_so() -> None:
    assert await Counter(a_world()).ask(find_order) == Declined("order.none")
