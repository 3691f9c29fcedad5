"""Cancel an order that has not been sent yet."""

from __future__ import annotations

from pydantic import Field

from domain.company import Order
from domain.own_records import item_names, own_order
from domain.policies import Policies
from domain.ports import Catalogue, OrderSystem
from domain.slots import Text, ToolRequest
from domain.tooling import Caller, Declined, Done, Proposal, ToolAnswer, ToolPolicy, Values, tool


class CancelOrder(ToolRequest):
    """Which order to cancel."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product that the order contains")


@tool(ToolPolicy(scope="orders:write", effect="write"))
async def cancel_order(
    request: CancelOrder,
    *,
    orders: OrderSystem,
    catalogue: Catalogue,
    policies: Policies,
    caller: Caller,
) -> ToolAnswer:
    """Cancel a whole order; what was paid goes back with the cancellation."""
    customer = caller.customer.id
    statuses = policies.cancel_rule.statuses
    found = own_order(
        await orders.orders(customer),
        request.order,
        sku=request.sku,
        eligible=lambda one: one.status in statuses,
        asked="order" in caller.asked,
    )
    if not isinstance(found, Order):
        return found
    values = {
        "order": found.id,
        "status": found.status,
        "amount": found.amount_hkd,
        **item_names(found, await catalogue.products()),
    }
    if found.status not in statuses:
        return _too_late(found, values)

    async def act(key: str) -> Values:
        await orders.cancel_order(customer, found.id, key=key)
        return {}

    if found.paid:
        return Proposal("cancel_order.confirm", "cancel_order.done", values, act)
    return Proposal("cancel_order.confirm_unpaid", "cancel_order.done_unpaid", values, act)


def _too_late(order: Order, values: Values) -> Done | Declined:
    if order.status == "cancelled":
        return Done("cancel_order.already", values)
    if order.status == "shipped":
        return Declined("cancel_order.shipped", values, hands_over="beyond_limit")
    if order.status == "delivered":
        return Declined("cancel_order.delivered", values, hands_over="beyond_limit")
    return Declined("cancel_order.closed", values)
