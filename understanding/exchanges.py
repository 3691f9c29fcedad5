"""What goes back and what is wanted in its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from domain.company import Order, Product
from domain.reading import ReadingContext
from understanding.identifiers import CompanyWords, Mention
from understanding.reasons import reason
from understanding.variants import Variants, size

_TO_WORDS = (
    r"換成|换成|換做|換去|換到|换到|換返|换回|"
    r"換個|换个|換過|换过|換|换|改要|改做|想要|upgrade ?(?:去|到|to)?"
)
_TO = re.compile(
    rf"(?:{_TO_WORDS}|to (?:the|a)?|for (?:the|a)?|with (?:the|a)?|swap.{{0,12}}for|into)\s*$", re.I
)
_WANTED = re.compile(rf"{_TO_WORDS}|\b(?:to|for|into|with|in)\b", re.I)
_ORDERED = re.compile(
    r"(?:\bordered|\bbought|\bpaid for|訂(?:的|嘅|咗)?|订(?:的|了)?|落單(?:嘅|係)?|下單的?|"
    r"下单的?|買(?:的|嘅|咗)|买的)"
    r"\s?(?:was |係|是|明明)?\s?(?:the |a |an )?\s?[^,，。.;；]{0,3}$",
    re.I,
)
_ORDERED_SIZE = re.compile(
    r"(?:\bordered|\bbought|訂|订|落單|下單|下单|買|买)[^,，。.;；\d]{0,12}(\d+(?:\.\d+)?)", re.I
)


class Exchanges:
    """Reads the two products of an exchange."""

    def __init__(self, words: CompanyWords, products: Sequence[Product]) -> None:
        self._products = {product.sku: product for product in products}
        self._variants = Variants(products, words.kinds)

    def slots(
        self, text: str, named: Sequence[Mention], order: Order | None, context: ReadingContext
    ) -> dict[str, str]:
        """The products by their slots; `named` are those the words name."""
        as_ordered = self._as_ordered(text, order)
        if as_ordered:
            return as_ordered
        orders = [order] if order else list(context.records.orders)
        held = {line.sku for one in orders for line in one.items}
        if "wrong_item" in context.signals or reason(text) == "wrong_item":
            return self._variant(text, sorted(held)) if order else {}
        ordered = next((m for m in named if _ORDERED.search(text[: m.start])), None)
        if ordered is not None and ordered.value in held:
            return {"to_sku": ordered.value, "from_sku": ordered.value, "reason": "wrong_item"}
        slots = _pair(text, named, held)
        if "to_sku" not in slots and order is not None:
            slots = self._variant(
                text, [slots["from_sku"]] if "from_sku" in slots else sorted(held)
            )
        return slots

    def _as_ordered(self, text: str, order: Order | None) -> dict[str, str]:
        """The size they say they ordered is the one in the order, so that one is owed."""
        only = order.items[0].sku if order is not None and len(order.items) == 1 else None
        said = _ORDERED_SIZE.search(text)
        if only in self._products and said and float(said[1]) == size(self._products[only]):
            return {"to_sku": only, "from_sku": only, "reason": "wrong_item"}
        return {}

    def _variant(self, text: str, held: Sequence[str]) -> dict[str, str]:
        """Another colour or size of the one thing in the order that comes in it."""
        starts = [match.end() for match in _WANTED.finditer(text)]
        for piece in [*(text[start:] for start in reversed(starts)), text]:
            pairs = [(sku, self._variants.meant(sku, piece)) for sku in held]
            found = [(sku, other) for sku, other in pairs if other and other not in held]
            if len(found) == 1:
                sku, other = found[0]
                return {"from_sku": sku, "to_sku": other}
        return {"from_sku": held[0]} if len(held) == 1 else {}


def _pair(text: str, named: Sequence[Mention], held: Collection[str]) -> dict[str, str]:
    """What goes back is in one of their orders; what is wanted instead is named after a word like `for`."""
    after = [m for m in named if _TO.search(text[: m.start])]
    wanted = [m for m in after or named if _outside(m, held)]
    given = [m for m in named if m not in after and (m.value in held or set(m.options) & set(held))]
    target = _outside(wanted[-1], held) if wanted else None
    slots = {"to_sku": target} if target else {}
    return {**slots, "from_sku": inside(given[0], sorted(held))} if given else slots


def inside(mention: Mention, held: Collection[str]) -> str:
    """The product named, as one of these."""
    return next(sku for sku in (mention.value, *mention.options) if sku in held)


def _outside(mention: Mention, held: Collection[str]) -> str | None:
    ways = (mention.value, *mention.options)
    return next((sku for sku in ways if sku and sku not in held), None)
