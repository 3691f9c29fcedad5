"""Find the orders, invoices, bookings, products, rooms and stores that a message names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.company import Product, Room, World
from understanding.catalogue import Catalogue, Named
from understanding.glossary import Glossary, aliases
from understanding.id_book import IdBook, Known, Span
from understanding.id_words import ENDING, NOT_ENDING
from understanding.loose_ids import Loose, context_kind, loose_ids
from understanding.other_numbers import links
from understanding.other_numbers import spans as other_numbers
from understanding.spoken import View, view
from understanding.wordfinder import WordFinder

Kind = Literal[
    "order", "invoice", "booking", "account", "sku", "tracking", "room", "store", "unknown_id"
]


@dataclass(frozen=True)
class Mention:
    """Something a message names. Where several fit equally `value` is empty and `options` has them.

    `known` says that the company has it; `score` is below 1 where it was named loosely.
    """

    kind: Kind
    value: str
    start: int
    end: int
    known: bool = True
    options: tuple[str, ...] = ()
    score: float = 1.0


class CompanyWords:
    """What one company's identifiers, products, rooms and stores look like in a message."""

    def __init__(
        self,
        ids: Mapping[str, Iterable[str]] | None = None,
        products: Sequence[Product] = (),
        rooms: Sequence[Room] = (),
        glossary: Glossary | None = None,
    ) -> None:
        words = glossary or Glossary()
        every = {kind: list(each) for kind, each in (ids or {}).items()}
        every["sku"] = [*every.get("sku", []), *(product.sku for product in products)]
        self._ids = IdBook(every)
        self.kinds = words.products
        self._products = Catalogue(
            {one.sku: (one.name_zh, one.name_en) for one in products}, words.products
        )
        self._rooms = Catalogue(
            {one.type: (one.name_zh, one.name_en, one.type.replace("_", " ")) for one in rooms},
            words.rooms,
        )
        self._stores = aliases({place for one in products for place in one.stock}, words.places)
        self._store_names = WordFinder(self._stores)

    @classmethod
    def of_world(cls, world: World, glossary: Glossary | None = None) -> CompanyWords:
        ids = {
            "order": [order.id for order in world.orders],
            "invoice": [invoice.id for invoice in world.invoices],
            "booking": [booking.id for booking in world.bookings],
            "account": [account.id for account in world.accounts],
            "tracking": [order.tracking for order in world.orders if order.tracking],
        }
        return cls(ids, world.products, world.hotel.rooms, glossary)

    def find(self, text: str, mine: Collection[str] = ()) -> list[Mention]:
        """What a message names, in its order. `mine` are the customer's own identifiers."""
        seen = view(text)
        found = self.ids(text, mine)
        taken = [(one.start, one.end) for one in found]
        rest = "".join(
            " " if any(low <= at < high for low, high in taken) else char
            for char, at in zip(seen.text, seen.starts, strict=True)
        )
        found += [_named("sku", seen, one) for one in self._products.find(rest)]
        found += [_named("room", seen, one) for one in self._rooms.find(rest)]
        for hit in self._store_names.find(rest, single=False):
            keys = self._stores[hit.word]
            found.append(_named("store", seen, Named(keys, hit.start, hit.end, 0.9)))
        return sorted(found, key=lambda one: (one.start, one.end))

    def ids(self, text: str, mine: Collection[str] = ()) -> list[Mention]:
        """The identifiers a message names."""
        seen = view(text)
        taken: list[Span] = []
        found: list[Mention] = []
        written = links(text)
        for span, known in self._ids.find(seen.text):
            if _clear(span, written):
                taken.append(span)
                found.append(self._of_known(seen, span, known, mine))
        for match in ENDING.finditer(seen.text):
            group = "n" if match["n"] else "m"
            span = match.span(group)
            if _clear(span, taken) and not NOT_ENDING.search(seen.text[: match.start()][-8:]):
                known = _own(self._ids.ending(match[group]), mine)
                taken.append(span)
                found += [self._of_known(seen, span, known, mine)] if known else []
        taken += [span for span in other_numbers(text) if _clear(span, taken)]
        for loose in loose_ids(seen, self._ids):
            if _clear(loose.span, taken):
                taken.append(loose.span)
                found += self._of_loose(seen, loose, mine)
        return sorted(found, key=lambda one: (one.start, one.end))

    def _of_known(
        self, seen: View, span: Span, known: list[Known], mine: Collection[str], score: float = 1.0
    ) -> Mention:
        start, end = seen.span(*span)
        wanted = context_kind(seen.text, span)
        fitting = _own([one for one in known if one[0] == wanted] or known, mine)
        if len(fitting) > 1:
            orders = [one for one in fitting if one[0] == "order"]
            fitting = orders if len(orders) == 1 else fitting
        options = tuple(identifier for _, identifier in fitting)
        kind = fitting[0][0] if len({one[0] for one in fitting}) == 1 else "unknown_id"
        value = options[0] if len(options) == 1 else ""
        return Mention(_kind(kind), value, start, end, True, options if not value else (), score)

    def _of_loose(self, seen: View, loose: Loose, mine: Collection[str]) -> list[Mention]:
        known = self._ids.by_digits(loose.digits) if loose.bare else []
        if not known and loose.bare and len(loose.digits) >= 3 and mine:
            known = [one for one in self._ids.ending(loose.digits) if one[1] in mine]
        if known:
            return [self._of_known(seen, loose.span, known, mine, 0.9)]
        if not loose.sure:
            return []
        start, end = seen.span(*loose.span)
        return [Mention(_kind(loose.kind), loose.value, start, end, False, (), 0.7)]


def _own(known: list[Known], mine: Collection[str]) -> list[Known]:
    """The customer's own come first; without any, all of them."""
    return [one for one in known if one[1] in mine] or known


def _clear(span: Span, taken: list[Span]) -> bool:
    return not any(low < span[1] and span[0] < high for low, high in taken)


def _kind(kind: str) -> Kind:
    kinds: dict[str, Kind] = {
        "order": "order",
        "invoice": "invoice",
        "booking": "booking",
        "account": "account",
        "sku": "sku",
        "tracking": "tracking",
    }
    return kinds.get(kind, "unknown_id")


def _named(kind: Kind, seen: View, named: Named) -> Mention:
    start, end = seen.span(named.start, named.end)
    one = named.keys[0] if len(named.keys) == 1 else ""
    return Mention(kind, one, start, end, True, () if one else named.keys, named.score)
