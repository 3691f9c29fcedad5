"""Send an order to another address while it has not left yet."""

from __future__ import annotations

from pydantic import Field

from domain.company import Order
from domain.own_records import own_order, same
from domain.policies import Policies
from domain.ports import OrderSystem
from domain.slots import Text, ToolRequest
from domain.tooling import (
    Caller,
    Declined,
    Done,
    NeedsInput,
    Proposal,
    ToolAnswer,
    ToolPolicy,
    Values,
    tool,
)


class ChangeAddress(ToolRequest):
    """Which order, and where it should go."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    address: Text = Field(default=None, description="The new delivery address, in full")
    sku: Text = Field(default=None, description="Product that the order contains")


@tool(ToolPolicy(scope="orders:write", effect="write"))
async def change_address(
    request: ChangeAddress, *, orders: OrderSystem, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Change the delivery address of one order."""
    customer = caller.customer.id
    statuses = policies.address_rule.statuses
    found = own_order(
        await orders.orders(customer),
        request.order,
        sku=request.sku,
        eligible=lambda one: one.status in statuses,
        asked="order" in caller.asked,
        oldest=True,
    )
    address = request.address
    if isinstance(found, NeedsInput) and address is None:
        return NeedsInput((*found.slots, "address"), found.options)
    if not isinstance(found, Order):
        return found
    if found.status not in statuses:
        return _too_late(found)
    if address is None:
        return NeedsInput(("address",))
    values = {"order": found.id, "address": address}
    if same(found.address, address):
        return Done("change_address.already", values)

    async def act(key: str) -> Values:
        await orders.update_address(customer, found.id, address, key=key)
        return {}

    return Proposal("change_address.confirm", "change_address.done", values, act)


def _too_late(order: Order) -> Declined:
    values = {"order": order.id, "status": order.status}
    if order.status == "shipped":
        return Declined("change_address.shipped", values, hands_over="beyond_limit")
    if order.status == "delivered":
        return Declined("change_address.delivered", values)
    return Declined("change_address.closed", values)
