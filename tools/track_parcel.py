"""Tell where a parcel is: its courier, its number and when it should arrive."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.company import Order
from domain.eligibility import hong_kong_day
from domain.own_records import holds, is_open, own_order
from domain.parcels import parcel_values, progress
from domain.ports import OrderSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Done, ToolAnswer, ToolPolicy, tool

_ON_ITS_WAY = {
    "overdue": "track_parcel.overdue",
    "late": "track_parcel.late",
    "noted": "track_parcel.noted",
    "noted_no_eta": "track_parcel.noted_no_eta",
    "due": "track_parcel.shipped",
    "no_eta": "track_parcel.shipped_no_eta",
}
_NOT_SHIPPED = {
    "overdue": "track_parcel.not_shipped_noted",
    "late": "track_parcel.not_shipped_late",
    "noted": "track_parcel.not_shipped_noted",
    "noted_no_eta": "track_parcel.not_shipped_noted",
    "due": "track_parcel.not_shipped",
    "no_eta": "track_parcel.not_shipped_no_eta",
}
_NO_NUMBER = {"due": "track_parcel.no_number", "no_eta": "track_parcel.no_number_no_eta"}


class TrackParcel(ToolRequest):
    """Which order's parcel."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product that the parcel contains")


@tool(ToolPolicy(scope="orders:read"))
async def track_parcel(request: TrackParcel, *, orders: OrderSystem, caller: Caller) -> ToolAnswer:
    """Give the tracking number and the expected day; never pretend that something was sent."""
    mine = await orders.orders(caller.customer.id)
    fitting = [one for one in mine if request.sku is None or holds(one, request.sku)]
    sent = any(one.on_its_way for one in fitting)
    found = own_order(
        mine,
        request.order,
        sku=request.sku,
        eligible=lambda one: one.on_its_way if sent else is_open(one),
        asked="order" in caller.asked or not sent,
    )
    if not isinstance(found, Order):
        return found
    return Done(_reply(found, hong_kong_day(caller.now)), parcel_values(found))


def _reply(order: Order, today: date) -> str:
    standing = progress(order, today)
    if order.on_its_way:
        if order.tracking is None and standing in _NO_NUMBER:
            return _NO_NUMBER[standing]
        return _ON_ITS_WAY[standing]
    if order.status == "delivered":
        return "track_parcel.delivered" if order.delivered else "track_parcel.delivered_undated"
    if not is_open(order):
        return "track_parcel.cancelled" if order.status == "cancelled" else "track_parcel.closed"
    return _NOT_SHIPPED[standing] if order.paid else "track_parcel.unpaid"
