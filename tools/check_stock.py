"""Tell how many pieces of a product there are, in all or in one place."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.company import Product
from domain.glossary import Glossary
from domain.own_records import find_product, names
from domain.ports import Catalogue
from domain.slots import Text, ToolRequest
from domain.tooling import Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool


class CheckStock(ToolRequest):
    """Which product, and where."""

    sku: Text = Field(default=None, description="Product asked about")
    place: Text = Field(default=None, description="Shop or storehouse asked about")


@tool(ToolPolicy(scope="catalogue:read"))
async def check_stock(
    request: CheckStock, *, catalogue: Catalogue, glossary: Glossary
) -> ToolAnswer:
    """Say what is in stock now; without stock, when it comes back if that is known."""
    if request.sku is None:
        return NeedsInput(("item",))
    product = find_product(await catalogue.products(), request.sku)
    if product is None:
        return Declined("product.not_found", {"sku": request.sku})
    stocked = [place for place, pieces in product.stock.items() if pieces > 0]
    if not stocked:
        return _none(product)
    values = {
        **names(product),
        "count": sum(product.stock[place] for place in stocked),
        **_places(product, stocked, glossary),
    }
    if request.place is None:
        return Done("check_stock.available", values)
    return _at(product, request.place, values, glossary)


def _none(product: Product) -> Done:
    if product.restock is None:
        return Done("check_stock.none", names(product))
    return Done("check_stock.none_restock", {**names(product), "restock": product.restock})


def _at(product: Product, said: str, values: dict[str, Any], glossary: Glossary) -> Done:
    place = glossary.place(said, product.stock)
    if place is None:
        return Done("check_stock.unknown_place", {**values, "place_zh": said, "place_en": said})
    chinese, english = glossary.place_names(place)
    here = {**values, "place_zh": chinese, "place_en": english, "pieces": product.stock[place]}
    if product.stock[place] > 0:
        return Done("check_stock.place_available", here)
    return Done("check_stock.place_none_elsewhere", here)


def _places(product: Product, stocked: list[str], glossary: Glossary) -> dict[str, list[str]]:
    named = [(glossary.place_names(place), product.stock[place]) for place in stocked]
    return {
        "places_zh": [f"{chinese} {pieces}" for (chinese, _), pieces in named],
        "places_en": [f"{english} {pieces}" for (_, english), pieces in named],
    }
