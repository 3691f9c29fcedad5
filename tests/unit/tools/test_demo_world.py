from __future__ import annotations

import re
from collections import Counter as Tally
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import yaml

from connectors.demo_shop import DemoShop, read_world
from domain.company import World
from domain.policies import Policies
from domain.tooling import Caller, Declined, Done, Proposal, ToolAnswer
from tests.unit.tools.world import GLOSSARY, PLAYBOOK, FixedClock, reply
from tools.cancel_booking import cancel_booking
from tools.chase_delivery import chase_delivery
from tools.edit_invoice import edit_invoice
from tools.find_refund import find_refund
from tools.refund_order import refund_order
from tools.return_order import return_order

WORLD: World = read_world(PLAYBOOK / "demo" / "world.yaml")
POLICIES = Policies.model_validate(WORLD.policies)
TODAY = date(2026, 3, 12)
REASONS = {
    "low_score",
    "explicit_request", "anger", "complaint", "red_alert", "safety", "vip_complaint",
    "policy_limit", "auth_failed", "security", "delivery_dispute", "payment_dispute",
    "privacy_request", "unsupported", "low_confidence",
}  # fmt: skip


async def ask(function: Any, customer_id: str, **slots: str) -> ToolAnswer:
    shop = DemoShop(WORLD, FixedClock(WORLD.default_now))
    customer = await shop.customer(customer_id)
    assert customer is not None
    given = {"policies": POLICIES, "caller": Caller(customer, WORLD.default_now)}
    wanted = [name for name in get_type_hints(function) if name not in ("request", "return")]
    request = get_type_hints(function)["request"].model_validate(slots)
    ports = {name: given.get(name, shop) for name in wanted}
    answer: ToolAnswer = await function(request, **ports)
    return answer


def test_the_company_has_the_customers_it_promises() -> None:
    languages = Tally(one.lang for one in WORLD.customers)
    assert languages == {"yue": 5, "zh-Hant": 2, "zh-Hans": 2, "en": 2, "mix": 1}
    assert Tally(one.vip for one in WORLD.customers) == {None: 9, "gold": 2, "platinum": 1}
    assert all(str(one.email).endswith(".example") for one in WORLD.customers)


def test_orders_are_in_every_status_and_add_up() -> None:
    statuses = {one.status for one in WORLD.orders}
    assert len(WORLD.orders) >= 30
    assert statuses == {
        "pending", "processing", "shipped", "delivered",
        "cancelled", "refunded", "returned", "exchanged",
    }  # fmt: skip
    prices = {one.sku: one.price_hkd for one in WORLD.products}
    for order in WORLD.orders:
        pieces = sum(line.qty for line in order.items)
        full = sum((prices[line.sku] * line.qty for line in order.items), Decimal(0))
        assert order.amount_hkd == full * (1 - POLICIES.discount(pieces)), order.id


def test_records_point_at_records_of_the_same_customer() -> None:
    owner = {one.id: one.customer for one in WORLD.orders}
    papers = [(one.id, one.order, one.customer) for one in WORLD.invoices]
    papers += [(one.id, one.order, one.customer) for one in WORLD.refunds]
    assert [one for one, order, customer in papers if owner[order] != customer] == []
    for write in WORLD.history:
        assert owner[str(write.field("order"))] == write.customer
    rooms = {one.type: one.rate_hkd for one in WORLD.hotel.rooms}
    for stay in WORLD.bookings:
        assert stay.amount_hkd == rooms[stay.room] * stay.nights, stay.id


def test_rooms_are_listed_for_forty_nights() -> None:
    nights = [TODAY + timedelta(days=step) for step in range(40)]
    assert sorted(WORLD.hotel.availability) == nights
    rooms = {one.type for one in WORLD.hotel.rooms}
    assert all(set(free) == rooms for free in WORLD.hotel.availability.values())


def test_identifiers_keep_their_shape() -> None:
    shapes = {
        r"HB-\d{6}": [one.id for one in WORLD.orders],
        r"INV-\d{5}": [one.id for one in WORLD.invoices],
        r"HI-\d{4}": [one.id for one in WORLD.bookings],
        r"HP-\d{4}": [one.id for one in WORLD.accounts],
        r"[A-Z]{3}-\d{2}[A-Z]?": [one.sku for one in WORLD.products],
    }
    for shape, ids in shapes.items():
        assert len(ids) == len(set(ids))
        assert [one for one in ids if re.fullmatch(shape, one) is None] == []


def test_every_line_of_the_escalation_is_known_to_the_playbook() -> None:
    text = (PLAYBOOK / "rules" / "escalation.yaml").read_text(encoding="utf-8")
    ours = yaml.safe_load(text)
    found = [
        [one["trigger"] for one in ours if _fits(line.when, one["fits"])]
        for line in POLICIES.escalation
    ]
    assert [names[0] for names in found] == [one["trigger"] for one in ours]
    assert [names for names in found if len(names) > 1] == [["anger_repeated", "anger_once"]]
    assert {reason for line in POLICIES.escalation for reason in line.reason} == REASONS


def _fits(when: str, fits: list[list[str]]) -> bool:
    return any(all(word in when for word in words) for words in fits)


def test_topics_of_its_tutorials_are_in_the_glossary() -> None:
    keys = {key for one in WORLD.products for key in one.tutorial}
    assert {key for key in keys if GLOSSARY.topic(key, (key,)) != key} == set()


async def test_the_boundary_days_are_in_it() -> None:
    assert isinstance(await ask(return_order, "C-118", order="HB-202604"), Proposal)
    late = await ask(return_order, "C-204", order="HB-202533")
    assert reply(late) == "return_order.window_unless_fault"
    fault = {"reason": "faulty"}
    assert isinstance(await ask(return_order, "C-326", order="HB-202377", **fault), Proposal)
    over = await ask(return_order, "C-326", order="HB-202350", **fault)
    assert reply(over) == "return_order.window"
    assert isinstance(await ask(edit_invoice, "C-326", invoice="INV-87952", title="A"), Proposal)
    closed = await ask(edit_invoice, "C-326", invoice="INV-87949", title="A")
    assert isinstance(closed, Declined)


async def test_the_limits_of_every_tier_are_in_it() -> None:
    for customer, order, approval in (
        ("C-455", "HB-202712", False),
        ("C-204", "HB-202790", False),
        ("C-700", "HB-202966", False),
        ("C-700", "HB-203109", True),
        ("C-617", "HB-202769", True),
    ):
        proposal = await ask(refund_order, customer, order=order)
        assert isinstance(proposal, Proposal)
        assert proposal.awaits_approval is approval, order


async def test_earlier_conversations_are_remembered() -> None:
    assert reply(await ask(chase_delivery, "C-204")) == "chase_delivery.already_today"
    assert isinstance(await ask(chase_delivery, "C-733"), Proposal)
    pending = await ask(refund_order, "C-538", order="HB-202834")
    assert pending == Done("refund_order.approval_pending", pending.values)  # type: ignore[union-attr]  # a Done has them
    assert reply(await ask(find_refund, "C-733")) == "find_refund.late"


async def test_one_stay_may_still_be_cancelled_and_one_may_not() -> None:
    assert isinstance(await ask(cancel_booking, "C-700"), Proposal)
    assert reply(await ask(cancel_booking, "C-538")) == "cancel_booking.too_late"
