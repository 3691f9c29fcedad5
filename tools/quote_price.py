"""Quote the price of a number of pieces, with the discount for that many."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from domain.company import Product
from domain.eligibility import hong_kong_day
from domain.own_records import find_product, names
from domain.policies import Policies
from domain.ports import Catalogue
from domain.slots import Count, Text, ToolRequest
from domain.tooling import Caller, Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool

_CENT = Decimal("0.01")
_SENTENCES = {
    # discount, valid until a day, more than there is
    (True, True, False): "quote_price.discount",
    (False, True, False): "quote_price.plain",
    (True, False, False): "quote_price.discount_open",
    (False, False, False): "quote_price.plain_open",
    (True, True, True): "quote_price.discount_above_stock",
    (False, True, True): "quote_price.plain_above_stock",
    (True, False, True): "quote_price.discount_open_above_stock",
    (False, False, True): "quote_price.plain_open_above_stock",
}


class QuotePrice(ToolRequest):
    """Which product, and how many."""

    sku: Text = Field(default=None, description="Product asked about")
    qty: Count = Field(default=None, description="Number of pieces")


@tool(ToolPolicy(scope="catalogue:read"))
async def quote_price(
    request: QuotePrice, *, catalogue: Catalogue, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Give unit price, discount and total; of one piece when no number was said."""
    if request.sku is None:
        return NeedsInput(("item",) if request.qty else ("item", "qty"))
    product = find_product(await catalogue.products(), request.sku)
    if product is None:
        return Declined("product.not_found", {"sku": request.sku})
    if request.qty is None:
        return _single(product, policies)
    discount = policies.discount(request.qty)
    stock = sum(product.stock.values())
    values: dict[str, Any] = {
        **names(product),
        "qty": request.qty,
        "unit_price": product.price_hkd,
        "percent": _percent(discount),
        "total": (product.price_hkd * request.qty * (1 - discount)).quantize(_CENT),
        "stock": stock,
        "short": max(0, request.qty - stock),
    }
    days = policies.quote_rule.valid_days
    if days is not None:
        values["valid_until"] = hong_kong_day(caller.now) + timedelta(days=days)
    kind = (discount > 0, days is not None, request.qty > stock)
    return Done(_SENTENCES[kind], values)


def _single(product: Product, policies: Policies) -> Done:
    values: dict[str, Any] = {**names(product), "unit_price": product.price_hkd}
    tiers = [f"{span} −{_percent(share)}%" for span, share in policies.bulk_discount.items()]
    if not tiers:
        return Done("quote_price.single_no_tiers", values)
    return Done("quote_price.single", {**values, "tiers": tiers})


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"
