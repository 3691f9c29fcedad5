"""Take one product out of an order that has not been sent yet."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.company import Order, PastWrite, Product
from domain.own_records import (
    find_product,
    holds,
    item_names,
    lines_price,
    own_order,
    same,
)
from domain.policies import Policies
from domain.ports import Catalogue, OrderSystem
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


class RemoveItem(ToolRequest):
    """Which product to take out of which order."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product to take out")


@tool(ToolPolicy(scope="orders:write", effect="write"))
async def remove_item(
    request: RemoveItem,
    *,
    orders: OrderSystem,
    catalogue: Catalogue,
    policies: Policies,
    caller: Caller,
) -> ToolAnswer:
    """Take a product with all its pieces out of an order; what was paid for it goes back."""
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
    if found.status not in statuses:
        return _too_late(found)
    products = await catalogue.products()
    product = _wanted(found, products, request.sku, await orders.past(customer))
    if not isinstance(product, Product):
        return product

    async def act(key: str) -> Values:
        await orders.remove_item(customer, found.id, product.sku, key=key)
        return {}

    values = _values(found, product, products)
    if found.paid:
        return Proposal("remove_item.confirm", "remove_item.done", values, act)
    return Proposal("remove_item.confirm_unpaid", "remove_item.done_unpaid", values, act)


def _wanted(
    order: Order, products: list[Product], sku: str | None, past: list[PastWrite]
) -> Product | Done | Declined | NeedsInput:
    whole = Declined("remove_item.whole_order", {"order": order.id, "amount": order.amount_hkd})
    skus = tuple(dict.fromkeys(line.sku for line in order.items))
    if sku is None:
        return whole if len(skus) == 1 else NeedsInput(("item",), skus)
    product = find_product(products, sku)
    if product is not None and _removed_before(order, product, past):
        values = {"order": order.id, "item_zh": product.name_zh, "item_en": product.name_en}
        return Done("remove_item.already", values)
    if product is None or not holds(order, sku):
        return Declined("order.item_not_in", {"order": order.id})
    return whole if len(skus) == 1 else product


def _removed_before(order: Order, product: Product, past: list[PastWrite]) -> bool:
    return not holds(order, product.sku) and any(
        one.kind == "order.remove_item"
        and one.field("order") == order.id
        and same(one.field("sku"), product.sku)
        for one in past
    )


def _values(order: Order, product: Product, products: list[Product]) -> dict[str, Any]:
    amount = lines_price(order, product)
    return {
        "order": order.id,
        "amount": amount,
        "total": order.amount_hkd - amount,
        **item_names(order, products, product.sku),
    }


def _too_late(order: Order) -> Declined:
    values = {"order": order.id, "status": order.status}
    if order.status in ("shipped", "delivered"):
        return Declined("remove_item.shipped", values, hands_over="beyond_limit")
    return Declined("remove_item.closed", values)
