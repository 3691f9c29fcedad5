from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import connectors
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from connectors.erp_rest import RestCompany
from domain.errors import InputError
from domain.ports import (
    AccountSystem,
    Catalogue,
    Company,
    CustomerDirectory,
    EffectLog,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    RefundSystem,
)
from simulators import erp

PORTS = (
    CustomerDirectory,
    OrderSystem,
    RefundSystem,
    InvoiceSystem,
    Catalogue,
    HotelSystem,
    AccountSystem,
)


@dataclass(frozen=True)
class Trial:
    """A company's systems, and what was really changed in them."""

    systems: Company
    log: EffectLog


WORLD = read_world(Path(__file__).parents[2] / "playbook" / "demo" / "world.yaml")


def demo_company() -> DemoShop:
    return DemoShop(WORLD, FixedClock(WORLD.default_now))


@asynccontextmanager
async def demo_shop() -> AsyncIterator[Trial]:
    shop = demo_company()
    yield Trial(shop, shop)


@asynccontextmanager
async def rest_company() -> AsyncIterator[Trial]:
    """Over a real socket: the simulator changes the shop, and the shop's own log tells what was changed."""
    shop = demo_company()
    async with erp.running(shop) as url:
        company = RestCompany(url)
        yield Trial(company, shop)
        await company.close()


IMPLEMENTATIONS: dict[str, Callable[[], AbstractAsyncContextManager[Trial]]] = {
    "DemoShop": demo_shop,
    "RestCompany": rest_company,
}
STAY = date(2026, 3, 18)
Write = Callable[[Company, str], Awaitable[object]]
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
async def trial(request: pytest.FixtureRequest) -> AsyncIterator[Trial]:
    async with IMPLEMENTATIONS[request.param]() as made:
        yield made


@pytest.fixture
def shop(trial: Trial) -> Company:
    return trial.systems


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
async def test_every_operation_is_called_as_the_port_says(shop: Company, port: type) -> None:
    for name, signature in operations(port).items():
        parameters = [one for one in signature.parameters.values() if one.name != "self"]
        own = inspect.signature(getattr(shop, name)).parameters.values()
        assert [(one.name, one.kind) for one in own] == [(one.name, one.kind) for one in parameters]


READS = ["orders", "invoices", "refunds", "accounts", "bookings", "past"]


@pytest.mark.parametrize("read", READS)
async def test_a_stranger_has_no_records(shop: Company, read: str) -> None:
    assert await getattr(shop, read)("nobody") == []


@pytest.mark.parametrize("read", READS)
async def test_everybody_reads_their_own_records_only(shop: Company, read: str) -> None:
    for customer in ("C-118", "C-204", "C-602", "C-700"):
        assert {one.customer for one in await getattr(shop, read)(customer)} <= {customer}


@pytest.mark.parametrize("read", READS)
async def test_a_record_comes_over_whole(shop: Company, read: str) -> None:
    for customer in ("C-118", "C-204", "C-317", "C-602"):
        assert await getattr(shop, read)(customer) == await getattr(demo_company(), read)(customer)


async def test_what_is_offered_comes_over_whole(shop: Company) -> None:
    assert await shop.products() == await demo_company().products()
    assert await shop.rooms() == await demo_company().rooms()
    assert await shop.free("solo_single", STAY, 2) == 4


async def test_a_code_is_right_for_its_owner_only(shop: Company) -> None:
    assert await shop.check_code("C-118", "804417")
    assert not await shop.check_code("C-118", "193066")
    assert not await shop.check_code("C-317", "804417")


async def test_a_customer_is_known_by_their_id_and_by_nothing_else(shop: Company) -> None:
    known = await shop.customer("C-118")
    assert known is not None
    assert known.id == "C-118"
    assert await shop.customer(known.name) is None


@pytest.mark.parametrize("kind", sorted(WRITES))
async def test_a_write_is_done_once_under_one_key(trial: Trial, kind: str) -> None:
    first = await WRITES[kind](trial.systems, "k")
    again = await WRITES[kind](trial.systems, "k")
    assert again == first
    assert [one["kind"] for one in trial.log.effects()] == [kind]


@pytest.mark.parametrize("kind", sorted(WRITES))
async def test_a_write_stands_in_the_log_under_its_customer(trial: Trial, kind: str) -> None:
    await WRITES[kind](trial.systems, "k")
    customer = trial.log.effects()[0]["customer"]
    assert [one.kind for one in await trial.systems.past(customer)][-1] == kind


@pytest.mark.parametrize("kind", sorted(STRANGE))
async def test_nobody_writes_to_the_records_of_others(trial: Trial, kind: str) -> None:
    with pytest.raises(InputError):
        await STRANGE[kind](trial.systems, "k")
    assert trial.log.effects() == []


async def test_the_log_cannot_be_rewritten_from_outside(trial: Trial) -> None:
    await WRITES["order.cancel"](trial.systems, "k")
    trial.log.effects()[0]["kind"] = "nothing"
    assert trial.log.effects()[0]["kind"] == "order.cancel"
