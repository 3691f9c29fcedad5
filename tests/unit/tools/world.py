"""A small bicycle company, for the tests of tools only."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from connectors.demo_shop import DemoShop
from domain.company import (
    Account,
    Booking,
    CompanyNames,
    Customer,
    Hotel,
    Invoice,
    Line,
    Order,
    PastWrite,
    Product,
    Refund,
    Room,
    World,
)
from domain.glossary import Glossary
from domain.policies import Policies
from domain.ports import (
    AccountSystem,
    Catalogue,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    RefundSystem,
)
from domain.tooling import Caller, Declined, Done, NeedsInput, Proposal, ToolAnswer

PLAYBOOK = Path(__file__).parents[3] / "playbook"
HONG_KONG = timezone(timedelta(hours=8))
NOW = datetime(2026, 5, 20, 10, 0, tzinfo=HONG_KONG)
TODAY = NOW.date()

PRODUCTS = [
    Product(sku="HELM-1", name_zh="黑色頭盔", name_en="black helmet", price_hkd=Decimal(500),
            stock={"warehouse": 3, "旺角店": 0}, tutorial={"fit": "https://v.example/fit"}),
    Product(sku="HELM-2", name_zh="紅色頭盔", name_en="red helmet", price_hkd=Decimal(560),
            stock={"warehouse": 1, "旺角店": 2}),
    Product(sku="BELL-1", name_zh="車鈴", name_en="bell", price_hkd=Decimal(80),
            stock={"warehouse": 0}, restock=date(2026, 6, 1)),
    Product(sku="BELL-2", name_zh="銅車鈴", name_en="brass bell", price_hkd=Decimal(80)),
    Product(sku="SOAP-1", name_zh="吸嘴", name_en="mouthpiece", price_hkd=Decimal(120),
            stock={"warehouse": 40}, hygiene=True),
    Product(sku="BIKE-1", name_zh="摺疊單車", name_en="folding bike", price_hkd=Decimal(6800),
            stock={"warehouse": 2},
            tutorial={"assembly": "https://v.example/build", "fold": "https://v.example/fold"}),
]  # fmt: skip
PRICES = {one.sku: one.price_hkd for one in PRODUCTS}

POLICIES: dict[str, Any] = {
    "return_window_days": 10,
    "return_rule": {"wrong_or_damaged_days": 25, "hygiene_items": "unopened or faulty only"},
    "exchange_rule": {"window_days": 12, "target_in_stock": True},
    "refund_auto_limit_hkd": {"none": 600, "gold": 1500},
    "refund_rule": {"working_days": "2-5"},
    "invoice_rule": {"fields": ["title", "tax_id"], "edit_days_after_issue": 20},
    "bulk_discount": {"10-29": "0.04", "30+": "0.1"},
    "quote_rule": {"valid_days": 7},
    "hotel_rule": {"free_change_hours_before_checkin": 36, "checkin_time": "14:00"},
    "expedite_rule": {"per_order_per_day": 1},
    "hours": {"public_holidays": ["2026-05-25"]},
    "authentication": {"needed_for": ["account_balance"]},
}

CUSTOMERS = [
    Customer(id="mei", name="Mei", email="mei@post.example"),
    Customer(id="kit", name="Kit", vip="gold"),
    Customer(id="tom", name="Tom"),
]

ROOMS = [
    Room(type="loft", name_zh="閣樓房", name_en="Loft", rate_hkd=Decimal(900)),
    Room(type="twin", name_zh="雙床房", name_en="Twin", rate_hkd=Decimal(700)),
]


@dataclass
class FixedClock:
    """Time stands still unless a test moves it."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def an_order(order_id: str = "K/41-a", *skus: str, **fields: Any) -> Order:
    """A delivered, paid order of Mei's over one black helmet, unless said otherwise."""
    lines = [Line(sku=sku, qty=1) for sku in skus or ("HELM-1",)]
    given = {
        "customer": "mei",
        "items": lines,
        "amount_hkd": sum((PRICES[line.sku] for line in lines), Decimal(0)),
        "status": "delivered",
        "placed": date(2026, 5, 8),
        "delivered": date(2026, 5, 12)
        if fields.get("status", "delivered") == "delivered"
        else None,
        **fields,
    }
    return Order(id=order_id, **given)


def past(kind: str, at: datetime = NOW, customer: str = "mei", **fields: str) -> PastWrite:
    return PastWrite.model_validate({"kind": kind, "at": at, "customer": customer, **fields})


def availability(first: date, **free: Sequence[int]) -> dict[date, dict[str, int]]:
    """Rooms free by night: `availability(day, loft=[1, 0], twin=[2, 2])`."""
    nights = max(len(counts) for counts in free.values())
    return {
        first + timedelta(days=step): {room: counts[step] for room, counts in free.items()}
        for step in range(nights)
    }


def a_world(
    *,
    orders: Sequence[Order] = (),
    refunds: Sequence[Refund] = (),
    invoices: Sequence[Invoice] = (),
    accounts: Sequence[Account] = (),
    bookings: Sequence[Booking] = (),
    free: Mapping[date, dict[str, int]] | None = None,
    history: Sequence[PastWrite] = (),
    policies: Mapping[str, Any] | None = None,
) -> World:
    return World(
        world_id="bikes",
        company=CompanyNames(zh="竹林單車", en="Bamboo Cycles"),
        default_now=NOW,
        policies={**POLICIES, **(policies or {})},
        customers=CUSTOMERS,
        products=PRODUCTS,
        orders=list(orders),
        refunds=list(refunds),
        invoices=list(invoices),
        accounts=list(accounts),
        bookings=list(bookings),
        hotel=Hotel(rooms=ROOMS, availability=dict(free or {})),
        history=list(history),
    )


def read_replies() -> dict[str, dict[str, str]]:
    """Every sentence of the playbook, by key."""
    sentences: dict[str, dict[str, str]] = {}
    for path in sorted((PLAYBOOK / "replies").glob("*.yaml")):
        sentences.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    return sentences


def read_glossary() -> Glossary:
    folder = PLAYBOOK / "glossary"
    texts = {name: (folder / f"{name}.yaml").read_text("utf-8") for name in ("topics", "places")}
    return Glossary.model_validate({name: yaml.safe_load(text) for name, text in texts.items()})


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


REPLIES = read_replies()
GLOSSARY = read_glossary()


class Counter:
    """The company with one customer at the counter; checks that every answer can be spoken."""

    def __init__(self, world: World, *, customer: str = "mei", now: datetime = NOW) -> None:
        self.clock = FixedClock(now)
        self.shop = DemoShop(world, self.clock)
        self.policies = Policies.model_validate(world.policies)
        self.customer = next(one for one in world.customers if one.id == customer)
        self.verified = False
        self.asked: frozenset[str] = frozenset()

    @property
    def kinds(self) -> list[str]:
        return [effect["kind"] for effect in self.shop.effects()]

    async def ask(self, function: Any, **slots: str) -> ToolAnswer:
        hints = get_type_hints(function)
        ports = {name: self._supply(wanted) for name, wanted in hints.items() if name != "return"}
        ports["request"] = hints["request"].model_validate(slots)
        request = ports.pop("request")
        answer: ToolAnswer = await function(request, **ports)
        _check_speakable(answer)
        return answer

    async def carry_out(self, proposal: ToolAnswer, key: str = "key-1") -> dict[str, Any]:
        assert isinstance(proposal, Proposal)
        returned = await proposal.act(key)
        values = {**proposal.values, **returned}
        _check_values(proposal.done, values)
        return values

    def _supply(self, wanted: Any) -> Any:
        caller = Caller(self.customer, self.clock.now(), self.verified, self.asked)
        systems = {Policies: self.policies, Caller: caller, Glossary: GLOSSARY}
        shops = (OrderSystem, InvoiceSystem, RefundSystem, Catalogue, HotelSystem, AccountSystem)
        return self.shop if wanted in shops else systems.get(wanted)


def _check_speakable(answer: ToolAnswer) -> None:
    if isinstance(answer, (Done, Declined)):
        _check_values(answer.reply, answer.values)
    elif isinstance(answer, Proposal):
        _check_values(answer.summary, answer.values)
        assert answer.done in REPLIES
    else:
        assert answer.slots


def _check_values(key: str, values: Mapping[str, Any]) -> None:
    for sentence in REPLIES[key].values():
        for name in placeholders(sentence):
            supplied = name in values or {f"{name}_zh", f"{name}_en"} <= set(values)
            assert supplied, f"{key} speaks of {name}, which is not among {sorted(values)}"


def reply(answer: ToolAnswer) -> str:
    """The key of the sentence that an answer would be spoken with."""
    if isinstance(answer, Proposal):
        return answer.summary
    assert not isinstance(answer, NeedsInput), answer
    return answer.reply


def values(answer: ToolAnswer) -> Mapping[str, Any]:
    assert not isinstance(answer, NeedsInput), answer
    return answer.values
