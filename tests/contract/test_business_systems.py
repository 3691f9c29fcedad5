from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

import connectors
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.errors import InputError
from domain.ports import (
    AccountSystem,
    Catalogue,
    CustomerDirectory,
    EffectLog,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    RefundSystem,
)

WORLD = Path(__file__).parents[2] / "playbook" / "demo" / "world.yaml"
PORTS = (
    CustomerDirectory,
    OrderSystem,
    RefundSystem,
    InvoiceSystem,
    Catalogue,
    HotelSystem,
    AccountSystem,
    EffectLog,
)


class Business(
    CustomerDirectory,
    OrderSystem,
    RefundSystem,
    InvoiceSystem,
    Catalogue,
    HotelSystem,
    AccountSystem,
    EffectLog,
    Protocol,
):
    """A company's systems taken together."""


def demo_shop() -> Business:
    world = read_world(WORLD)
    return DemoShop(world, FixedClock(world.default_now))


IMPLEMENTATIONS: dict[str, Callable[[], Business]] = {"DemoShop": demo_shop}
STAY = date(2026, 3, 18)
Write = Callable[[Business, str], Awaitable[object]]
WRITES: dict[str, Write] = {
    "order.cancel": lambda shop, key: shop.cancel_order("C-118", "HB-203115", key=key),
    "order.update_address": lambda shop, key: shop.update_address(
        "C-118", "HB-203115", "香港中環結志街1號", key=key
    ),
    "order.remove_item": lambda shop, key: shop.remove_item(
        "C-455", "HB-203126", "PAN-28", key=key
    ),
    "return.create": lambda shop, key: shop.create_return("C-118", "HB-202871", key=key),
    "exchange.create": lambda shop, key: shop.create_exchange(
        "C-118", "HB-202871", "BRU-02W", "BRU-02P", key=key
    ),
    "logistics.expedite": lambda shop, key: shop.expedite("C-118", "HB-203098", key=key),
    "refund.create": lambda shop, key: shop.create_refund(
        "C-118", "HB-202871", Decimal(290), key=key
    ),
    "approval.request": lambda shop, key: shop.request_approval(
        "C-204", "HB-202533", Decimal(2680), key=key
    ),
    "invoice.update": lambda shop, key: shop.update_invoice(
        "C-118", "INV-88021", "title", "晴灣有限公司", key=key
    ),
    "invoice.reissue": lambda shop, key: shop.reissue_invoice("C-118", "INV-88021", key=key),
    "booking.create": lambda shop, key: shop.create_booking(
        "C-118", "solo_single", STAY, 2, key=key
    ),
    "booking.update": lambda shop, key: shop.update_booking(
        "C-317", "HI-3321", "solo_single", STAY, 1, key=key
    ),
    "booking.cancel": lambda shop, key: shop.cancel_booking("C-317", "HI-3321", key=key),
}
STRANGE: dict[str, Write] = {
    "order": lambda shop, key: shop.cancel_order("C-317", "HB-203115", key=key),
    "address": lambda shop, key: shop.update_address("C-317", "HB-203115", "x", key=key),
    "return": lambda shop, key: shop.create_return("C-317", "HB-202871", key=key),
    "refund": lambda shop, key: shop.create_refund("C-317", "HB-202871", Decimal(1), key=key),
    "invoice": lambda shop, key: shop.update_invoice("C-317", "INV-88021", "title", "x", key=key),
    "reissue": lambda shop, key: shop.reissue_invoice("C-317", "INV-88021", key=key),
    "booking": lambda shop, key: shop.cancel_booking("C-118", "HI-3321", key=key),
}


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def shop(request: pytest.FixtureRequest) -> Business:
    return IMPLEMENTATIONS[request.param]()


def operations(port: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(function)
        for name, function in vars(port).items()
        if inspect.isfunction(function) and not name.startswith("_")
    }


def test_every_connector_that_has_orders_is_held_to_this_contract() -> None:
    found = set()
    for module in pkgutil.iter_modules(connectors.__path__):
        loaded = importlib.import_module(f"connectors.{module.name}")
        for name, kind in inspect.getmembers(loaded, inspect.isclass):
            own = kind.__module__ == loaded.__name__
            if own and all(hasattr(kind, one) for one in operations(OrderSystem)):
                found.add(name)
    assert found == set(IMPLEMENTATIONS)


@pytest.mark.parametrize("port", PORTS)
def test_every_operation_is_called_as_the_port_says(shop: Business, port: type) -> None:
    for name, signature in operations(port).items():
        parameters = [one for one in signature.parameters.values() if one.name != "self"]
        own = inspect.signature(getattr(shop, name)).parameters.values()
        assert [(one.name, one.kind) for one in own] == [(one.name, one.kind) for one in parameters]


@pytest.mark.parametrize("read", ["orders", "invoices", "refunds", "accounts", "bookings", "past"])
async def test_a_stranger_has_no_records(shop: Business, read: str) -> None:
    assert await getattr(shop, read)("nobody") == []


@pytest.mark.parametrize("read", ["orders", "invoices", "refunds", "accounts", "bookings", "past"])
async def test_everybody_reads_their_own_records_only(shop: Business, read: str) -> None:
    for customer in ("C-118", "C-204", "C-602", "C-700"):
        assert {one.customer for one in await getattr(shop, read)(customer)} <= {customer}


async def test_a_customer_is_known_by_their_id_and_by_nothing_else(shop: Business) -> None:
    known = await shop.customer("C-118")
    assert known is not None
    assert known.id == "C-118"
    assert await shop.customer(known.name) is None


@pytest.mark.parametrize("kind", sorted(WRITES))
async def test_a_write_is_done_once_under_one_key(shop: Business, kind: str) -> None:
    first = await WRITES[kind](shop, "k")
    again = await WRITES[kind](shop, "k")
    assert again == first
    assert [one["kind"] for one in shop.effects()] == [kind]


@pytest.mark.parametrize("kind", sorted(WRITES))
async def test_a_write_stands_in_the_log_under_its_customer(shop: Business, kind: str) -> None:
    await WRITES[kind](shop, "k")
    customer = shop.effects()[0]["customer"]
    assert [one.kind for one in await shop.past(customer)][-1] == kind


@pytest.mark.parametrize("kind", sorted(STRANGE))
async def test_nobody_writes_to_the_records_of_others(shop: Business, kind: str) -> None:
    with pytest.raises(InputError):
        await STRANGE[kind](shop, "k")
    assert shop.effects() == []


async def test_the_log_cannot_be_rewritten_from_outside(shop: Business) -> None:
    await WRITES["order.cancel"](shop, "k")
    shop.effects()[0]["kind"] = "nothing"
    assert shop.effects()[0]["kind"] == "order.cancel"
