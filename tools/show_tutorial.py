"""Send the tutorial that shows how to use a product."""

from __future__ import annotations

from pydantic import Field

from domain.glossary import Glossary
from domain.own_records import find_product, names
from domain.ports import Catalogue
from domain.slots import Text, ToolRequest
from domain.tooling import Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool


class ShowTutorial(ToolRequest):
    """Which product, and what about it."""

    sku: Text = Field(default=None, description="Product asked about")
    topic: Text = Field(default=None, description="What to show: assembly, cleaning, reset…")
    text: Text = Field(default=None, description="The customer's own words")


@tool(ToolPolicy(scope="catalogue:read"))
async def show_tutorial(
    request: ShowTutorial, *, catalogue: Catalogue, glossary: Glossary
) -> ToolAnswer:
    """Give the link that fits the words; all links when the words fit none of several."""
    if request.sku is None:
        return NeedsInput(("item",))
    product = find_product(await catalogue.products(), request.sku)
    if product is None:
        return Declined("product.not_found", {"sku": request.sku})
    links = product.tutorial
    if not links:
        return Declined("show_tutorial.none", names(product))
    said = f"{request.topic or ''} {request.text or ''}"
    topic = glossary.topic(said, tuple(links))
    if topic is None and len(links) > 1:
        return Done("show_tutorial.several", {**names(product), "links": list(links.values())})
    link = links[topic] if topic is not None else next(iter(links.values()))
    return Done("show_tutorial.done", {**names(product), "link": link})
