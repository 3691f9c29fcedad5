"""Tell where an order stands."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.company import Order
from domain.eligibility import hong_kong_day
from domain.own_records import holds, is_open, item_names, newest_first, own_order
from domain.parcels import parcel_values, progress
from domain.ports import Catalogue, OrderSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool

_MOST_LISTED = 4
_WITH_DAY = {
    "pending": "find_order.pending",
    "processing": "find_order.processing",
    "shipped": "find_order.shipped",
}
_WITHOUT_DAY = {
    "pending": "find_order.pending_no_eta",
    "processing": "find_order.processing_no_eta",
    "shipped": "find_order.shipped_no_eta",
}
_TROUBLED = {
    "overdue": "find_order.overdue",
    "late": "find_order.late",
    "noted": "find_order.noted",
    "noted_no_eta": "find_order.noted_no_eta",
}
_FINISHED = {
    "cancelled": "find_order.cancelled",
    "refunded": "find_order.refunded",
    "returned": "find_order.returned",
    "exchanged": "find_order.exchanged",
}


class FindOrder(ToolRequest):
    """Which order."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product that the order contains")


@tool(ToolPolicy(scope="orders:read"))
async def find_order(
    request: FindOrder, *, orders: OrderSystem, catalogue: Catalogue, caller: Caller
) -> ToolAnswer:
    """Say what was ordered, where it stands and when it should arrive."""
    found = _meant(await orders.orders(caller.customer.id), request)
    if not isinstance(found, Order):
        return found
    values = {
        **parcel_values(found),
        **item_names(found, await catalogue.products()),
        "amount": found.amount_hkd,
    }
    return Done(_reply(found, hong_kong_day(caller.now)), values)


def _meant(mine: list[Order], request: FindOrder) -> Order | Done | Declined | NeedsInput:
    fitting = [one for one in mine if request.sku is None or holds(one, request.sku)]
    on_the_way = [one for one in newest_first(fitting) if is_open(one)]
    if request.order is None and len(on_the_way) > 1:
        listed = [one.id for one in on_the_way[:_MOST_LISTED]]
        return Done("find_order.several", {"orders": listed, "count": len(on_the_way)})
    return own_order(mine, request.order, sku=request.sku, eligible=is_open, asked=True)


def _reply(order: Order, today: date) -> str:
    if order.status == "delivered":
        return _delivered(order)
    if order.status in _FINISHED:
        return _FINISHED[order.status]
    if order.status in ("pending", "processing") and not order.paid:
        return "find_order.unpaid"
    standing = progress(order, today)
    if standing in _TROUBLED:
        return _TROUBLED[standing]
    sentences = _WITH_DAY if standing == "due" else _WITHOUT_DAY
    return sentences.get(order.status, "find_order.other")


def _delivered(order: Order) -> str:
    if order.delivered is None:
        return "find_order.delivered_undated"
    return "find_order.delivered_noted" if order.note else "find_order.delivered"
