"""Chase the delivery of an order with the courier or the warehouse."""

from __future__ import annotations

from pydantic import Field

from domain.company import Order, PastWrite
from domain.eligibility import hong_kong_day
from domain.own_records import is_open, own_order
from domain.parcels import parcel_values
from domain.policies import Policies
from domain.ports import OrderSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Proposal, ToolAnswer, ToolPolicy, Values, tool


class ChaseDelivery(ToolRequest):
    """Which order to chase."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product that the order contains")


@tool(ToolPolicy(scope="orders:write", effect="write", confirm="never"))
async def chase_delivery(
    request: ChaseDelivery, *, orders: OrderSystem, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Chase one order, as often a day as the company's rules allow."""
    customer = caller.customer.id
    found = own_order(
        await orders.orders(customer),
        request.order,
        sku=request.sku,
        eligible=is_open,
        asked="order" in caller.asked,
    )
    if not isinstance(found, Order):
        return found
    values = parcel_values(found)
    if not is_open(found):
        return Declined(_finished(found), values)
    limit = policies.expedite_rule.per_order_per_day
    if limit is not None and _chased_today(await orders.past(customer), found, caller) >= limit:
        return Declined("chase_delivery.already_today", {**values, "limit": limit})

    async def act(key: str) -> Values:
        await orders.expedite(customer, found.id, key=key)
        return {}

    return Proposal("chase_delivery.confirm", _done(found), values, act)


def _chased_today(past: list[PastWrite], order: Order, caller: Caller) -> int:
    today = hong_kong_day(caller.now)
    mine = [one for one in past if one.kind == "logistics.expedite" and _about(one, order)]
    return sum(hong_kong_day(one.at) == today for one in mine)


def _about(write: PastWrite, order: Order) -> bool:
    return write.field("order") == order.id


def _finished(order: Order) -> str:
    if order.status == "delivered":
        known = order.delivered is not None
        return "chase_delivery.delivered" if known else "chase_delivery.delivered_undated"
    return "chase_delivery.closed"


def _done(order: Order) -> str:
    if order.on_its_way:
        return "chase_delivery.done"
    return "chase_delivery.done_not_shipped" if order.paid else "chase_delivery.done_unpaid"
