"""Take a delivered order back."""

from __future__ import annotations

from pydantic import Field

from domain.company import Order
from domain.eligibility import Claim, gone_back, hong_kong_day, needs_unopened, obstacle
from domain.own_records import goods_of, holds, item_names, own_order
from domain.policies import Policies
from domain.ports import Catalogue, OrderSystem, RefundSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Done, Proposal, ToolAnswer, ToolPolicy, Values, tool

_REFUSALS = {
    "not_shipped": "return_order.not_shipped",
    "in_transit": "return_order.in_transit",
    "cancelled": "return_order.cancelled",
    "closed": "return_order.closed",
    "undated": "return_order.undated",
    "window": "return_order.window",
    "window_unless_fault": "return_order.window_unless_fault",
    "hygiene": "return_order.hygiene",
}


class ReturnOrder(ToolRequest):
    """Which order goes back, and why."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product that goes back")
    reason: Text = Field(default=None, description="wrong_item, damaged, faulty or changed_mind")
    opened: Text = Field(default=None, description="yes or no: whether the package was opened")


@tool(ToolPolicy(scope="orders:write", effect="write"))
async def return_order(
    request: ReturnOrder,
    *,
    orders: OrderSystem,
    refunds: RefundSystem,
    catalogue: Catalogue,
    policies: Policies,
    caller: Caller,
) -> ToolAnswer:
    """Register the return of a delivered order inside the company's window."""
    customer = caller.customer.id
    found = own_order(
        await orders.orders(customer),
        request.order,
        sku=request.sku,
        eligible=lambda one: one.status == "delivered",
        asked="order" in caller.asked,
    )
    if not isinstance(found, Order):
        return found
    products = await catalogue.products()
    if request.sku is not None and not holds(found, request.sku):
        return Declined("order.item_not_in", {"order": found.id})
    values = {"order": found.id, **item_names(found, products, request.sku)}
    if gone_back(found, await orders.past(customer), await refunds.refunds(customer)):
        return Done("return_order.already", values)
    claim, goods = Claim(request.reason, request.opened), goods_of(found, products, request.sku)
    days, today = policies.return_window_days, hong_kong_day(caller.now)
    no = obstacle(found, goods, claim, ordinary=days, policies=policies, today=today)
    if no is not None:
        return Declined(_REFUSALS[no.why], {**values, **no.values}, hands_over=no.hands_over)

    async def act(key: str) -> Values:
        await orders.create_return(customer, found.id, key=key)
        return {}

    unopened = needs_unopened(goods, claim)
    summary = "return_order.confirm_hygiene" if unopened else "return_order.confirm"
    return Proposal(summary, "return_order.done", values, act)
