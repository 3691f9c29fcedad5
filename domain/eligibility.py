"""Whether something bought may still go back: delivery, the window in days, and hygiene items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

from domain.company import Order, PastWrite, Product, Refund
from domain.policies import Policies

HONG_KONG = timezone(timedelta(hours=8))
FAULTS = frozenset({"wrong_item", "damaged", "faulty"})
_GONE_BACK = frozenset({"returned", "exchanged", "refunded"})
_WRITES_BACK = frozenset({"return.create", "refund.create", "exchange.create"})

PAID_BACK = frozenset({"completed", "refunded", "done", "paid", "settled", "succeeded"})
UNDER_WAY = frozenset({"processing", "pending", "requested", "approved", "initiated"})

Why = Literal[
    "not_shipped",
    "in_transit",
    "cancelled",
    "closed",
    "undated",
    "window",
    "window_unless_fault",
    "hygiene",
]


@dataclass(frozen=True)
class Obstacle:
    """Why something cannot go back, with the figures that decide."""

    why: Why
    values: Mapping[str, Any] = field(default_factory=dict)
    beyond_limit: bool = False

    @property
    def hands_over(self) -> str | None:
        return "beyond_limit" if self.beyond_limit else None


@dataclass(frozen=True)
class Claim:
    """What the customer said about the goods: why they go back, and whether they were opened."""

    reason: str | None = None
    opened: str | None = None

    @property
    def fault(self) -> bool:
        return self.reason in FAULTS


def hong_kong_day(moment: datetime) -> date:
    """The calendar day in Hong Kong; a moment without a zone is taken as Hong Kong time."""
    return (moment if moment.tzinfo is None else moment.astimezone(HONG_KONG)).date()


def fault_days(policies: Policies, ordinary: int) -> int:
    """Days in which wrong or damaged goods may go back; never fewer than the ordinary ones."""
    return max(ordinary, policies.return_rule.wrong_or_damaged_days or 0)


def exchange_days(policies: Policies) -> int:
    """Days in which goods may be exchanged; those of returns when no rule says."""
    days = policies.exchange_rule.window_days
    return policies.return_window_days if days is None else days


def needs_unopened(goods: Iterable[Product], claim: Claim) -> bool:
    """Whether hygiene items would go back and the customer did not say if they are opened."""
    return claim.opened is None and not claim.fault and any(one.hygiene for one in goods)


def obstacle(
    order: Order,
    goods: Sequence[Product],
    claim: Claim,
    *,
    ordinary: int,
    policies: Policies,
    today: date,
) -> Obstacle | None:
    """What stands against taking these goods of this order back, if anything does."""
    if order.status != "delivered":
        return _undelivered(order, policies)
    if order.delivered is None:
        return Obstacle("undated", beyond_limit=True)
    late = _outside(order.delivered, claim, ordinary, fault_days(policies, ordinary), today)
    if late is not None:
        return late
    if claim.opened == "yes" and not claim.fault and any(one.hygiene for one in goods):
        return Obstacle("hygiene")
    return None


def _undelivered(order: Order, policies: Policies) -> Obstacle:
    if order.status in policies.cancel_rule.statuses:
        return Obstacle("not_shipped")
    if order.status in ("pending", "processing", "shipped"):
        return Obstacle("in_transit")
    return Obstacle("cancelled" if order.status == "cancelled" else "closed")


def _outside(
    delivered: date, claim: Claim, ordinary: int, longest: int, today: date
) -> Obstacle | None:
    days = longest if claim.fault else ordinary
    last_day = delivered + timedelta(days=days)
    if today <= last_day:
        return None
    values = {"days": days, "delivered": delivered, "last_day": last_day, "fault_days": longest}
    may_be_fault = claim.reason is None and today <= delivered + timedelta(days=longest)
    return Obstacle("window_unless_fault" if may_be_fault else "window", values, beyond_limit=True)


def gone_back(order: Order, past: Iterable[PastWrite], refunds: Iterable[Refund]) -> bool:
    """Whether this order was already returned, exchanged or refunded, or that was asked for."""
    if order.status in _GONE_BACK or any(one.order == order.id for one in refunds):
        return True
    return any(one.kind in _WRITES_BACK and one.field("order") == order.id for one in past)


def last_working_day(start: date, span: str, holidays: Iterable[date]) -> date | None:
    """The day by which a span such as `3-7` working days is over; None when it is no span."""
    longest = span.split("-")[-1].strip()
    if not longest.isdecimal():
        return None
    closed, day, left = set(holidays), start, int(longest)
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            left -= 1
    return day
