"""Tell where a refund stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from domain.company import Order, PastWrite, Refund
from domain.eligibility import PAID_BACK, UNDER_WAY, hong_kong_day, last_working_day
from domain.own_records import holds, newest_first, own_order
from domain.policies import Policies
from domain.ports import OrderSystem, RefundSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool

_REFUSED = frozenset({"rejected", "declined", "failed", "cancelled"})


class FindRefund(ToolRequest):
    """Whose refund: the order it is for."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product that was refunded")


@tool(ToolPolicy(scope="refunds:read"))
async def find_refund(
    request: FindRefund,
    *,
    orders: OrderSystem,
    refunds: RefundSystem,
    policies: Policies,
    caller: Caller,
) -> ToolAnswer:
    """Say how much goes back, since when, and in how many working days."""
    customer = caller.customer.id
    mine = await orders.orders(customer)
    wanted = _wanted(mine, request)
    if wanted is None:
        return Declined("order.not_found", {"order": request.order})
    ids = {one.id for one in wanted}
    found = [one for one in await refunds.refunds(customer) if one.order in ids]
    found.sort(key=lambda one: (one.status not in PAID_BACK, one.created or date.min))
    latest = found[-1] if found else None
    if latest is not None and latest.status not in PAID_BACK:
        return _told(latest, policies, hong_kong_day(caller.now))
    waiting = _waiting(wanted, found, await orders.past(customer))
    if waiting is not None:
        return waiting
    if latest is not None:
        return _told(latest, policies, hong_kong_day(caller.now))
    named = request.order is not None
    return Done("find_refund.none_for_order" if named else "find_refund.none", _order(wanted))


def _wanted(mine: list[Order], request: FindRefund) -> list[Order] | None:
    """The orders to look at, newest first; None when the one named is not the customer's."""
    if request.order is not None:
        one = own_order(mine, request.order, sku=None, eligible=lambda _: True, asked=True)
        return None if isinstance(one, (Declined, NeedsInput)) else [one]
    fitting = [one for one in mine if request.sku is None or holds(one, request.sku)]
    return newest_first(fitting or mine)


def _order(wanted: list[Order]) -> dict[str, str]:
    return {"order": wanted[0].id} if len(wanted) == 1 else {}


def _waiting(wanted: list[Order], found: list[Refund], past: list[PastWrite]) -> Done | None:
    """Money that is not a refund yet: an approval that was asked for, a cancelled paid order."""
    refunded = {one.order for one in found}
    for order in (one for one in wanted if one.id not in refunded):
        written = {one.kind for one in past if one.field("order") == order.id}
        values = {"order": order.id, "amount": order.amount_hkd}
        if "refund.create" in written:
            return Done("find_refund.requested", values)
        if "approval.request" in written:
            return Done("find_refund.approval_pending", values)
        if order.status == "cancelled" and order.paid:
            return Done("find_refund.cancelled_pays_back", values)
    return None


def _told(refund: Refund, policies: Policies, today: date) -> Done:
    values = _values(refund, policies)
    if refund.status in PAID_BACK:
        dated = "created" in values
        return Done("find_refund.completed" if dated else "find_refund.completed_undated", values)
    if refund.status not in UNDER_WAY:
        refused = refund.status in _REFUSED
        return Done("find_refund.refused" if refused else "find_refund.other", values)
    if "created" not in values or "working_days" not in values:
        return Done("find_refund.processing_plain", values)
    start, span = values["created"], values["working_days"]
    due = last_working_day(start, span, policies.hours.public_holidays)
    late = due is not None and today > due
    return Done("find_refund.late" if late else "find_refund.processing", values)


def _values(refund: Refund, policies: Policies) -> Mapping[str, Any]:
    known = {
        "refund": refund.id,
        "order": refund.order,
        "amount": refund.amount_hkd,
        "status": refund.status,
        "created": refund.created,
        "method": refund.method,
        "working_days": policies.refund_rule.working_days,
    }
    return {name: value for name, value in known.items() if value is not None}
