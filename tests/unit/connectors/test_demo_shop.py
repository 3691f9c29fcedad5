from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, parse_world, read_world
from domain.company import World
from domain.errors import ConfigurationError, InputError

WORLD = Path(__file__).parents[3] / "playbook" / "demo" / "world.yaml"
NIGHT = date(2026, 3, 13)


@pytest.fixture(scope="module")
def world() -> World:
    return read_world(WORLD)


@pytest.fixture
def shop(world: World) -> DemoShop:
    return DemoShop(world, FixedClock(world.default_now))


def kinds(shop: DemoShop) -> list[str]:
    return [effect["kind"] for effect in shop.effects()]


def test_a_world_without_a_required_field_is_refused_with_its_name() -> None:
    with pytest.raises(ConfigurationError, match="default_now"):
        parse_world({"world_id": "x", "company": {"zh": "甲", "en": "A"}, "policies": {}})


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml cannot be read"):
        read_world(tmp_path / "nowhere.yaml")


def test_a_record_of_an_unlisted_customer_is_refused() -> None:
    document = {
        "world_id": "x",
        "company": {"zh": "甲", "en": "A"},
        "default_now": "2026-03-12T10:00:00+08:00",
        "policies": {},
        "customers": [],
        "accounts": [{"id": "A-1", "customer": "ghost", "balance_hkd": 1, "otp_fixture": "1"}],
    }
    with pytest.raises(ConfigurationError, match="A-1 belongs to customer 'ghost'"):
        parse_world(document)


async def test_two_shops_of_one_world_share_nothing(world: World, shop: DemoShop) -> None:
    other = DemoShop(world, FixedClock(world.default_now))
    await shop.cancel_order("C-118", "HB-203115", key="k")
    assert (await other.orders("C-118"))[0].status == "processing"
    assert other.effects() == []


async def test_what_is_read_cannot_change_the_shop(shop: DemoShop) -> None:
    (await shop.orders("C-118"))[0].items.clear()
    assert (await shop.orders("C-118"))[0].items != []


async def test_a_cancelled_order_is_cancelled_for_everyone_who_looks(shop: DemoShop) -> None:
    await shop.cancel_order("C-118", "HB-203115", key="k")
    assert {one.id: one.status for one in await shop.orders("C-118")}["HB-203115"] == "cancelled"


async def test_what_was_shipped_is_not_cancelled(shop: DemoShop) -> None:
    with pytest.raises(InputError, match="shipped"):
        await shop.cancel_order("C-118", "HB-203098", key="k")
    assert shop.effects() == []


async def test_a_refused_act_leaves_its_key_unused(shop: DemoShop) -> None:
    with pytest.raises(InputError):
        await shop.cancel_order("C-118", "HB-203098", key="k")
    await shop.cancel_order("C-118", "HB-203115", key="k")
    assert kinds(shop) == ["order.cancel"]


async def test_taking_an_item_out_takes_its_price_off(shop: DemoShop) -> None:
    await shop.remove_item("C-455", "HB-203126", "PAN-28", key="k")
    order = (await shop.orders("C-455"))[0]
    assert not order.has("PAN-28")
    assert order.amount_hkd == Decimal(924 - 428)


@pytest.mark.parametrize("sku", ["KET-17", "nothing"])
async def test_an_order_is_never_emptied_item_by_item(shop: DemoShop, sku: str) -> None:
    with pytest.raises(InputError):
        await shop.remove_item("C-118", "HB-203115", sku, key="k")


@pytest.mark.parametrize("amount", ["0", "-1", "290.01"])
async def test_no_more_than_was_paid_goes_back(shop: DemoShop, amount: str) -> None:
    with pytest.raises(InputError):
        await shop.create_refund("C-118", "HB-202871", Decimal(amount), key="k")


async def test_a_refund_can_be_looked_up_at_once(shop: DemoShop) -> None:
    await shop.create_refund("C-118", "HB-202871", Decimal(290), key="k")
    assert [one.amount_hkd for one in await shop.refunds("C-118")] == [Decimal(290)]


async def test_the_amount_of_an_invoice_is_changed_by_finance_only(shop: DemoShop) -> None:
    with pytest.raises(InputError, match="finance"):
        await shop.update_invoice("C-118", "INV-88021", "amount_hkd", "1", key="k")


async def test_the_last_room_is_sold_once(shop: DemoShop) -> None:
    asked = (
        shop.create_booking("C-118", "harbour_double", NIGHT, 1, key=str(number))
        for number in range(5)
    )
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert await shop.free("harbour_double", NIGHT, 1) == 0


async def test_a_stay_needs_its_room_on_every_night(shop: DemoShop) -> None:
    assert await shop.free("harbour_double", date(2026, 3, 20), 1) == 2
    assert await shop.free("harbour_double", date(2026, 3, 20), 2) == 0


async def test_a_change_that_fails_keeps_the_old_stay(shop: DemoShop) -> None:
    before = await shop.bookings("C-538")
    with pytest.raises(InputError):
        await shop.update_booking("C-538", "HI-3308", "garden_twin", date(2026, 4, 4), 1, key="k")
    assert await shop.bookings("C-538") == before
    assert await shop.free("garden_twin", NIGHT, 2) == 1


async def test_a_changed_stay_frees_the_old_nights_and_takes_the_new(shop: DemoShop) -> None:
    await shop.update_booking("C-538", "HI-3308", "solo_single", date(2026, 3, 17), 1, key="k")
    assert await shop.free("garden_twin", NIGHT, 2) == 2
    assert await shop.free("solo_single", date(2026, 3, 17), 1) == 2
    assert (await shop.bookings("C-538"))[0].amount_hkd == Decimal(640)


async def test_a_cancelled_stay_frees_its_nights(shop: DemoShop) -> None:
    await shop.cancel_booking("C-538", "HI-3308", key="k")
    assert await shop.free("garden_twin", NIGHT, 2) == 2
    assert await shop.bookings("C-538") == []


async def test_past_writes_are_those_of_earlier_days_and_of_today(shop: DemoShop) -> None:
    await shop.expedite("C-204", "HB-203121", key="k")
    assert [one.kind for one in await shop.past("C-204")] == ["logistics.expedite"] * 2


@pytest.mark.parametrize(
    ("customer", "code", "right"),
    [("C-118", "804417", True), ("C-118", "193066", False), ("C-317", "804417", False)],
)
async def test_a_code_opens_its_owners_account_only(
    shop: DemoShop, customer: str, code: str, right: bool
) -> None:
    assert await shop.check_code(customer, code) is right
