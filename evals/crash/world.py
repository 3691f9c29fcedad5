"""The company of a crash campaign: the demo company's goods and rules, with orders that nobody has seen before."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from connectors.demo_shop import parse_world
from domain.company import World
from domain.settings import ROOT

ADDRESSES = ROOT / "playbook" / "demo" / "addresses.yaml"
LANGUAGES = ("yue", "zh-Hans", "en", "zh-Hant")
STATUSES = ("processing", "delivered", "shipped", "pending")
PRICIEST = 1000  # a refund above it would wait for a person's approval
_EMPTIED = ("invoices", "refunds", "accounts", "bookings", "history")
_COURIER = "順豐速運"


def make_document(demo: Path, customers: int, orders: int, seed: int) -> dict[str, Any]:
    """The demo world with other orders: `orders` each for `customers` people, the demo's own people first.

    The same seed makes the same company. Ids look like the demo's and are none of them.
    """
    document: dict[str, Any] = yaml.safe_load(demo.read_text(encoding="utf-8"))
    rng = random.Random(seed)  # noqa: S311 - a campaign must be repeatable, not secret
    known = {str(one["id"]) for one in (*document["orders"], *document["customers"])}
    ids = _fresh(rng, known)
    people = document["customers"][:customers]
    people += [_customer(next(ids["C-"]), number) for number in range(customers - len(people))]
    goods = [one for one in document["products"] if _simple(one)]
    today = datetime.fromisoformat(document["default_now"]).date()
    document |= {kind: [] for kind in _EMPTIED}
    document["customers"] = people
    document["orders"] = [
        _order(next(ids["HB-"]), str(person["id"]), rng.choice(goods), STATUSES[turn % 4], today)
        for person in people
        for turn in range(orders)
    ]
    document["invoices"] = [
        _invoice(next(ids["INV-"]), order, today)
        for order in document["orders"]
        if order["status"] == "shipped"
    ]
    return document


def write_world(demo: Path, file: Path, customers: int, orders: int, seed: int) -> World:
    """Make a world, check it, and keep it in a file that the desk, the ERP and the feeder read."""
    document = make_document(demo, customers, orders, seed)
    world = parse_world(document)
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")
    return world


def users(world: World, addresses: Path) -> dict[str, str]:
    """The platform's user id of every customer. The demo's people keep theirs; whoever is new gets one."""
    book: Mapping[str, Mapping[str, str]] = yaml.safe_load(addresses.read_text(encoding="utf-8"))
    known = {customer: user for user, customer in book["dingtalk"].items()}
    return {one.id: known.get(one.id, f"crash.{one.id.lower()}") for one in world.customers}


def write_addresses(world: World, addresses: Path, file: Path) -> None:
    """An address book in which all of them are known; more people than the demo's need it."""
    table = {user: customer for customer, user in users(world, addresses).items()}
    file.write_text(yaml.safe_dump({"dingtalk": table}, allow_unicode=True), "utf-8")


def people(world: World, addresses: Path) -> list[dict[str, str]]:
    """The same people as the DingTalk simulator's settings list them."""
    known = users(world, addresses)
    return [
        {"user_id": known[one.id], "name": one.name, "language": one.lang}
        for one in world.customers
    ]


def _fresh(rng: random.Random, known: set[str]) -> dict[str, Iterator[str]]:
    """Ids that nobody had, by how they begin."""

    def drawn(prefix: str, low: int, high: int) -> Iterator[str]:
        while True:
            made = f"{prefix}{rng.randint(low, high)}"
            if made not in known:
                known.add(made)
                yield made

    return {
        "HB-": drawn("HB-", 100_000, 999_999),
        "INV-": drawn("INV-", 100_000, 999_999),
        "C-": drawn("C-", 1000, 9999),
    }


def _invoice(invoice_id: str, order: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {
        "id": invoice_id,
        "order": order["id"],
        "customer": order["customer"],
        "amount_hkd": order["amount_hkd"],
        "email": "someone@mailbox.example",
        "issued": today - timedelta(days=1),
    }


def _customer(customer_id: str, number: int) -> dict[str, Any]:
    language = LANGUAGES[number % len(LANGUAGES)]
    return {"id": customer_id, "name": f"Guest {number + 1}", "lang": language}


def _simple(product: Mapping[str, Any]) -> bool:
    """Goods that go back without a question, and without anybody's approval."""
    return not product.get("hygiene") and Decimal(str(product["price_hkd"])) <= PRICIEST


def _order(
    order_id: str, customer: str, product: Mapping[str, Any], status: str, today: date
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": order_id,
        "customer": customer,
        "items": [{"sku": product["sku"], "qty": 1}],
        "amount_hkd": product["price_hkd"],
        "status": status,
        "placed": today - timedelta(days=6),
    }
    if status == "delivered":
        record |= {"shipped": today - timedelta(days=4), "delivered": today - timedelta(days=2)}
    else:
        record["eta"] = today + timedelta(days=3)
    if status == "shipped":
        record["shipped"] = today - timedelta(days=1)
    if status in ("shipped", "delivered"):
        record |= {"courier": _COURIER, "tracking": f"SF{order_id.removeprefix('HB-')}7731"}
    return record
