"""Give money back for an order, within the limit of the customer's tier, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from domain.company import Order, PastWrite, Product, Refund
from domain.eligibility import (
    PAID_BACK,
    UNDER_WAY,
    Claim,
    hong_kong_day,
    needs_unopened,
    obstacle,
)
from domain.own_records import find_product, goods_of, holds, item_names, lines_price, own_order
from domain.policies import Policies
from domain.ports import Catalogue, OrderSystem, RefundSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Done, Proposal, ToolAnswer, ToolPolicy, Values, tool

_REFUSALS = {
    "in_transit": "refund_order.in_transit",
    "closed": "refund_order.closed",
    "undated": "refund_order.undated",
    "window": "refund_order.window",
    "window_unless_fault": "refund_order.window_unless_fault",
    "hygiene": "refund_order.hygiene",
}


class RefundOrder(ToolRequest):
    """Which order, and why."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product, when not the whole order is meant")
    reason: Text = Field(default=None, description="wrong_item, damaged, faulty or changed_mind")
    opened: Text = Field(default=None, description="yes or no: whether the package was opened")


@dataclass(frozen=True)
class _Case:
    """What is asked for: the order, the part of it that is meant, and the figures."""

    customer: str
    order: Order
    part: Product | None
    goods: list[Product]
    amount: Decimal
    limit: Decimal
    values: Mapping[str, Any]


@tool(ToolPolicy(scope="refunds:write", effect="money", approval="refunds:approve"))
async def refund_order(
    request: RefundOrder,
    *,
    orders: OrderSystem,
    refunds: RefundSystem,
    catalogue: Catalogue,
    policies: Policies,
    caller: Caller,
) -> ToolAnswer:
    """Refund what was delivered; cancel what was not sent; above the limit ask for approval."""
    customer = caller.customer.id
    found = own_order(
        await orders.orders(customer),
        request.order,
        sku=request.sku,
        eligible=lambda one: _refundable(one, policies),
        asked="order" in caller.asked,
    )
    if not isinstance(found, Order):
        return found
    if request.sku is not None and not holds(found, request.sku):
        return Declined("order.item_not_in", {"order": found.id})
    case = _case(found, request.sku, await catalogue.products(), policies, caller)
    past = await orders.past(customer)
    if caller.approved:  # what was asked for is what is done now
        past = [one for one in past if one.kind != "approval.request"]
    settled = _settled(case, await refunds.refunds(customer), past)
    if settled is not None:
        return settled
    if found.status in policies.cancel_rule.statuses:
        return _cancellation(case, orders)
    claim = Claim(request.reason, request.opened)
    refusal = _refusal(case, claim, policies, hong_kong_day(caller.now))
    return refusal or _refund(case, claim, refunds, approved=caller.approved)


def _refundable(order: Order, policies: Policies) -> bool:
    return order.paid and order.status in ("delivered", *policies.cancel_rule.statuses)


def _case(
    order: Order, sku: str | None, products: list[Product], policies: Policies, caller: Caller
) -> _Case:
    """A named product is a part of the order only when the order has other products too."""
    several = len({line.sku for line in order.items}) > 1
    part = find_product(products, sku) if sku is not None and several else None
    amount = lines_price(order, part) if part else order.amount_hkd
    limit = policies.refund_limit(caller.customer.vip)
    values: dict[str, Any] = {
        "order": order.id,
        "amount": amount,
        "limit_hkd": limit,
        "status": order.status,
    }
    if policies.refund_rule.working_days is not None:
        values["working_days"] = policies.refund_rule.working_days
    named = part.sku if part else None
    names = item_names(order, products, named)
    goods = goods_of(order, products, named)
    return _Case(caller.customer.id, order, part, goods, amount, limit, {**values, **names})


def _settled(case: _Case, refunds: list[Refund], past: list[PastWrite]) -> Done | Declined | None:
    """What there is to say when this order's money was dealt with before, or was never paid."""
    order = case.order
    mine = [one for one in refunds if one.order == order.id]
    if mine:
        known = {"amount": mine[-1].amount_hkd, "status": mine[-1].status, "refund": mine[-1].id}
        return Done(_already(mine[-1]), {**case.values, **known})
    written = {one.kind for one in past if one.field("order") == order.id}
    if "refund.create" in written or order.status == "refunded":
        return Done("refund_order.already_requested", case.values)
    if "approval.request" in written:
        return Done("refund_order.approval_pending", case.values)
    if not order.paid:
        return Declined("refund_order.unpaid", case.values)
    if order.status == "cancelled":
        return Done("refund_order.cancelled_pays_back", case.values)
    return None


def _already(refund: Refund) -> str:
    if refund.status in PAID_BACK:
        return "refund_order.already_paid_back"
    under_way = refund.status in UNDER_WAY
    return "refund_order.already_under_way" if under_way else "refund_order.already"


def _cancellation(case: _Case, orders: OrderSystem) -> Proposal:
    """An order that was not sent is cancelled, in whole or in part: that pays back by itself."""
    part = case.part

    async def act(key: str) -> Values:
        if part is None:
            await orders.cancel_order(case.customer, case.order.id, key=key)
        else:
            await orders.remove_item(case.customer, case.order.id, part.sku, key=key)
        return {}

    if part is None:
        return Proposal("refund_order.confirm_cancel", "refund_order.done_cancel", case.values, act)
    return Proposal("refund_order.confirm_remove", "refund_order.done_remove", case.values, act)


def _refusal(case: _Case, claim: Claim, policies: Policies, today: date) -> Declined | None:
    no = obstacle(
        case.order,
        case.goods,
        claim,
        ordinary=policies.return_window_days,
        policies=policies,
        today=today,
    )
    if no is None:
        return None
    hands_over = "beyond_limit" if no.why == "closed" else no.hands_over
    return Declined(_REFUSALS[no.why], {**case.values, **no.values}, hands_over=hands_over)


def _refund(case: _Case, claim: Claim, refunds: RefundSystem, *, approved: bool) -> Proposal:
    async def pay(key: str) -> Values:
        await refunds.create_refund(case.customer, case.order.id, case.amount, key=key)
        return {}

    async def ask(key: str) -> Values:
        await refunds.request_approval(case.customer, case.order.id, case.amount, key=key)
        return {}

    if case.amount > case.limit and not approved:
        return Proposal(
            "refund_order.confirm_approval",
            "refund_order.approval_requested",
            case.values,
            ask,
            awaits_approval=True,
            hands_over="beyond_limit",
        )
    unopened = needs_unopened(case.goods, claim)
    summary = "refund_order.confirm_hygiene" if unopened else "refund_order.confirm"
    known = "working_days" in case.values
    return Proposal(
        summary, "refund_order.done" if known else "refund_order.done_no_days", case.values, pay
    )
