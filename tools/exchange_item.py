"""Exchange one product of a delivered order for another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field

from domain.company import Order, PastWrite, Product, Refund
from domain.eligibility import (
    Claim,
    exchange_days,
    gone_back,
    hong_kong_day,
    needs_unopened,
    obstacle,
)
from domain.own_records import find_product, goods_of, holds, names, own_order, same
from domain.policies import Policies
from domain.ports import Catalogue, OrderSystem, RefundSystem
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

_REFUSALS = {
    "not_shipped": "exchange_item.not_shipped",
    "in_transit": "exchange_item.in_transit",
    "cancelled": "exchange_item.cancelled",
    "closed": "exchange_item.closed",
    "undated": "exchange_item.undated",
    "window": "exchange_item.window",
    "window_unless_fault": "exchange_item.window_unless_fault",
    "hygiene": "exchange_item.hygiene",
}
_SUMMARIES = {
    ("more", False): "exchange_item.confirm_pay_more",
    ("back", False): "exchange_item.confirm_get_back",
    ("even", False): "exchange_item.confirm_even",
    ("more", True): "exchange_item.confirm_pay_more_hygiene",
    ("back", True): "exchange_item.confirm_get_back_hygiene",
    ("even", True): "exchange_item.confirm_even_hygiene",
}


class ExchangeItem(ToolRequest):
    """What goes back, and what comes in its place."""

    order: Text = Field(default=None, description="Order number, as the customer wrote it")
    sku: Text = Field(default=None, description="Product of the order, when only one is named")
    from_sku: Text = Field(default=None, description="Product that goes back")
    to_sku: Text = Field(default=None, description="Product wanted instead")
    reason: Text = Field(default=None, description="wrong_item, damaged, faulty or changed_mind")
    opened: Text = Field(default=None, description="yes or no: whether the package was opened")


@dataclass(frozen=True)
class _Exchange:
    """One product of an order against another; `unopened` is a condition to show."""

    order: Order
    source: Product
    target: Product
    unopened: bool


@tool(ToolPolicy(scope="orders:write", effect="write"))
async def exchange_item(
    request: ExchangeItem,
    *,
    orders: OrderSystem,
    refunds: RefundSystem,
    catalogue: Catalogue,
    policies: Policies,
    caller: Caller,
) -> ToolAnswer:
    """Register an exchange inside the company's window, for something that is in stock."""
    customer = caller.customer.id
    source_sku = request.from_sku or request.sku
    found = own_order(
        await orders.orders(customer),
        request.order,
        sku=source_sku,
        eligible=lambda one: one.status == "delivered",
        asked="order" in caller.asked,
    )
    if not isinstance(found, Order):
        return found
    claim = Claim(request.reason, request.opened)
    products = await catalogue.products()
    past, returned = await orders.past(customer), await refunds.refunds(customer)
    if _exchanged(found, source_sku, past, returned):
        return Done("exchange_item.already", {"order": found.id})
    goods = _goods(found, products, source_sku)
    no = _refused(found, goods, claim, policies, hong_kong_day(caller.now))
    pair = no or _pair(found, products, source_sku, request.to_sku, claim)
    if not isinstance(pair, tuple):
        return pair
    exchange = _Exchange(found, *pair, unopened=needs_unopened(pair[:1], claim))
    return _proposal(exchange, orders=orders, policies=policies)


def _proposal(
    exchange: _Exchange, *, orders: OrderSystem, policies: Policies
) -> Proposal | Declined:
    source, target, order = exchange.source, exchange.target, exchange.order
    values = _values(order, source, target)
    if policies.exchange_rule.target_in_stock and sum(target.stock.values()) < values["qty"]:
        return _no_stock(target, values)

    async def act(key: str) -> Values:
        await orders.create_exchange(order.customer, order.id, source.sku, target.sku, key=key)
        return {}

    summary = _summary(source, target, unopened=exchange.unopened)
    return Proposal(summary, "exchange_item.done", values, act)


def _goods(order: Order, products: list[Product], sku: str | None) -> list[Product]:
    """The product that goes back, if it is known yet."""
    skus = {line.sku for line in order.items}
    if sku is None and len(skus) > 1:
        return []
    return goods_of(order, products, sku)


def _refused(
    order: Order, goods: list[Product], claim: Claim, policies: Policies, today: date
) -> Declined | None:
    no = obstacle(
        order,
        goods,
        claim,
        ordinary=exchange_days(policies),
        policies=policies,
        today=today,
    )
    if no is None:
        return None
    values = {"order": order.id, **(names(goods[0]) if goods else {}), **no.values}
    return Declined(_REFUSALS[no.why], values, hands_over=no.hands_over)


def _exchanged(order: Order, sku: str | None, past: list[PastWrite], refunds: list[Refund]) -> bool:
    """An exchange of another line of the order does not stand against this one."""
    others = [
        one
        for one in past
        if one.kind == "exchange.create" and sku and not same(one.field("from_sku"), sku)
    ]
    return gone_back(order, [one for one in past if one not in others], refunds)


def _pair(
    order: Order, products: list[Product], from_sku: str | None, to_sku: str | None, claim: Claim
) -> tuple[Product, Product] | NeedsInput | Declined:
    skus = tuple(dict.fromkeys(line.sku for line in order.items))
    if from_sku is None and len(skus) > 1:
        asks = ("item",) if to_sku or claim.fault else ("item", "to_sku")
        return NeedsInput(asks, skus)
    source = find_product(products, from_sku or skus[0])
    if source is None or not holds(order, source.sku):
        return Declined("order.item_not_in", {"order": order.id})
    if to_sku is None and not claim.fault:
        return NeedsInput(("to_sku",))
    target = find_product(products, to_sku or source.sku)
    if target is None:
        return Declined("product.not_found", {"sku": to_sku})
    return source, target


def _values(order: Order, source: Product, target: Product) -> dict[str, Any]:
    pieces = sum(line.qty for line in order.items if same(line.sku, source.sku))
    return {
        "order": order.id,
        "from_item_zh": source.name_zh,
        "from_item_en": source.name_en,
        "item_zh": target.name_zh,
        "item_en": target.name_en,
        "qty": pieces,
        "difference": abs(target.price_hkd - source.price_hkd) * pieces,
    }


def _no_stock(target: Product, values: dict[str, Any]) -> Declined:
    if target.restock is None:
        return Declined("exchange_item.no_stock_no_date", values)
    return Declined("exchange_item.no_stock", {**values, "restock": target.restock})


def _summary(source: Product, target: Product, *, unopened: bool) -> str:
    more = target.price_hkd - source.price_hkd
    direction = "more" if more > 0 else "back" if more < 0 else "even"
    return _SUMMARIES[direction, unopened]
