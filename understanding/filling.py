"""The slots of a request: what the customer said, matched to what is theirs. Nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.company import Order, Product
from domain.reading import ReadingContext
from understanding.addresses import address
from understanding.exchanges import Exchanges, inside
from understanding.identifiers import CompanyWords, Mention
from understanding.invoice_fields import invoice_change
from understanding.money import one_time_code
from understanding.quantities import guests, quantity
from understanding.reasons import opened, reason
from understanding.stays import days_moved, stay
from understanding.utterance import Utterance

_LATEST = re.compile(
    r"最近|最新|啱啱落|剛(?:剛)?(?:下|買)|刚(?:刚)?(?:下|买)|上一?[張张單单]|latest|last order|most recent|newest",
    re.I,
)
_ORDINAL = re.compile(
    r"第([一二三四五1-5])[張张個个筆笔單单]|the (first|second|third|fourth) (?:one|order)|(1st|2nd|3rd) (?:one|order)",
    re.I,
)
_ORDINALS = {
    "一": 0,
    "1": 0,
    "first": 0,
    "1st": 0,
    "二": 1,
    "2": 1,
    "second": 1,
    "2nd": 1,
    "三": 2,
    "3": 2,
    "third": 2,
    "3rd": 2,
}
_OTHER = re.compile(
    r"另(?:外)?一?[張张個个筆笔單单]|其他|第二張單|the other|another (?:one|order)", re.I
)
_COUNTED = re.compile(r"(?<![\w.$-])(\d{1,5})\s+(?:[A-Za-z-]+\s+){0,4}$")
_KEPT = re.compile(
    r"(?:淨係留|淨留|只留|留返|留低|留|保留|keep(?: only| just)?(?: the)?|only keep(?: the)?|只要|淨係要)\s*[隻個件支張部把對對条條]?\s*$",
    re.I,
)
_SIGNAL_REASONS = {"wrong_item": "wrong_item", "damage": "damaged", "fault": "faulty"}


@dataclass(frozen=True)
class Words:
    """A stretch of a message in which the slots of one request are looked for."""

    text: str
    utterance: Utterance
    start: int
    end: int
    alone: bool

    def mentions(self, kind: str) -> list[Mention]:
        """What is named here; if nothing is and this is the only request, what the message names."""
        every = self.utterance.named(kind)
        here = self.here(kind)
        one = len({m.value for m in every}) == 1
        return here or (every if self.alone or one else [])

    def here(self, kind: str) -> list[Mention]:
        """What is named in this very stretch."""
        return [m for m in self.utterance.named(kind) if self.start <= m.start < self.end]

    def values(self, kind: str) -> list[str]:
        """What is named here without a doubt."""
        return [m.value for m in self.mentions(kind) if m.value]


class Filler:
    """Fills the slots that a tool takes from a customer's words."""

    def __init__(self, words: CompanyWords, products: Sequence[Product]) -> None:
        self._exchanges = Exchanges(words, products)
        self._products = {product.sku: product for product in products}
        self._fillers: dict[str, Callable[[Words, ReadingContext], dict[str, str]]] = {
            "order": self._order,
            "invoice": lambda words, context: self._record("invoice", words, context),
            "booking": lambda words, context: self._record("booking", words, context),
            "account": lambda words, context: self._record("account", words, context),
            "sku": self._sku,
            "to_sku": lambda words, context: self._exchanges.slots(
                words.utterance.text,
                words.mentions("sku"),
                self._order_of(words, context),
                context,
            ),
            "address": lambda words, _: _named("address", address(words.text)),
            "title": _invoice,
            "email": _email,
            "qty": _quantity,
            "checkin": self._stay,
            "guests": _guests,
            "room": self._room,
            "place": lambda words, _: _named("place", next(iter(words.values("store")), None)),
            "reason": _reason,
            "opened": _opened,
            "text": lambda words, _: {"text": words.text},
        }

    def fill(
        self, fields: Collection[str], words: Words, context: ReadingContext
    ) -> dict[str, str]:
        """Every slot of `fields` that the words give a value for."""
        slots: dict[str, str] = {}
        for name, filler in self._fillers.items():
            if name in fields:
                slots |= {
                    key: value for key, value in filler(words, context).items() if key in fields
                }
        if "sku" in fields and "order" not in fields:  # any product, whatever order is spoken of
            slots = {**slots, **self._product(words, context)}
        if "from_sku" in fields:
            slots.pop("sku", None)
        return slots

    def answer(self, slot: str, words: Words, context: ReadingContext) -> dict[str, str]:
        """The value of a slot that was asked for: here a bare `3` or `A室` counts."""
        answerer = _ANSWERS.get(slot)
        if answerer is not None:
            return answerer(words, context)
        if slot in ("item", "sku"):
            return self._sku(words, context)
        if slot in ("to_sku", "from_sku"):
            return _named(slot, next(iter(words.values("sku")), None))
        return self._fillers[slot](words, context) if slot in self._fillers else {}

    def _order(self, words: Words, context: ReadingContext) -> dict[str, str]:
        named = [
            value for kind in ("order", "tracking", "unknown_id") for value in words.values(kind)
        ]
        if named:
            meant = self._by_tracking(named[0], context)
            return {"order": meant} if self._may_be_about(meant, words, context) else {}
        newest = sorted(context.records.orders, key=lambda one: str(one.placed), reverse=True)
        if _LATEST.search(words.text) and newest:
            return {"order": newest[0].id}
        ordinal = _ORDINAL.search(words.text)
        if ordinal:
            spoken = next(group for group in ordinal.groups() if group).lower()
            at = _ORDINALS.get(spoken, 9)
            return {"order": newest[at].id} if at < len(newest) else {}
        if _OTHER.search(words.text):
            return {}
        return self._in_focus("order", words, context)

    @staticmethod
    def _may_be_about(order: str, words: Words, context: ReadingContext) -> bool:
        """Another request's order is not meant where a product is named that it does not hold."""
        skus = {sku for m in words.here("sku") for sku in (m.value, *m.options) if sku}
        found = next((one for one in context.records.orders if one.id == order), None)
        if words.here("order") or not skus or found is None:
            return True
        return any(found.has(sku) for sku in skus)

    @staticmethod
    def _by_tracking(value: str, context: ReadingContext) -> str:
        return next((one.id for one in context.records.orders if one.tracking == value), value)

    def _record(self, kind: str, words: Words, context: ReadingContext) -> dict[str, str]:
        named = words.values(kind)
        if named:
            return {kind: named[0]}
        if kind == "invoice" and words.mentions("order"):
            return {}
        return self._in_focus(kind, words, context)

    def _in_focus(self, kind: str, words: Words, context: ReadingContext) -> dict[str, str]:
        """The record spoken of last, unless a product is named that it does not hold."""
        spoken_of = context.focus.get(kind)
        if spoken_of is None:
            return {}
        skus = {sku for m in words.mentions("sku") for sku in (m.value, *m.options) if sku}
        if kind == "order" and skus:
            order = next((one for one in context.records.orders if one.id == spoken_of), None)
            if order is not None and not any(order.has(sku) for sku in skus):
                return {}
        return {kind: spoken_of}

    def _sku(self, words: Words, context: ReadingContext) -> dict[str, str]:
        order = self._order_of(words, context)
        if order is None:
            return self._product(words, context)
        named = words.mentions("sku")
        held = [line.sku for line in order.items]
        within = [m for m in named if m.value in held or set(m.options) & set(held)]
        kept = [m for m in within if _KEPT.search(words.utterance.text[: m.start])]
        gone = [m for m in within if m not in kept]
        if kept and not gone:
            rest = [sku for sku in held if sku not in {inside(m, held) for m in kept}]
            return _named("sku", rest[0] if len(rest) == 1 else None)
        return _named("sku", inside(gone[0], held) if gone else None)

    def _product(self, words: Words, context: ReadingContext) -> dict[str, str]:
        """A product that is named; of several that fit, one that the customer has."""
        named = words.mentions("sku")
        if not named:
            return _named("sku", self._shortened(words.text))
        held_by_them = {line.sku for one in context.records.orders for line in one.items}
        exact = [m for m in named if m.value in named[0].options]
        return _named("sku", _one_of((exact or named)[0], held_by_them))

    def _shortened(self, text: str) -> str | None:
        """The one product whose Chinese name was said with some of its characters left out."""
        found = [
            product.sku
            for product in self._products.values()
            for name in re.findall(r"[\u4e00-\u9fff]{4,}", product.name_zh)
            if re.search(f"{name[0]}{''.join(f'{char}?' for char in name[1:-1])}{name[-1]}", text)
        ]
        return found[0] if len(set(found)) == 1 else None

    def _order_of(self, words: Words, context: ReadingContext) -> Order | None:
        wanted = self._order(words, context).get("order")
        return next((one for one in context.records.orders if one.id == wanted), None)

    def _stay(self, words: Words, context: ReadingContext) -> dict[str, str]:
        """The days that are said, or those of the stay that exists, so many days earlier or later."""
        said, moved = _stay(words, context), days_moved(words.text)
        if "checkin" in said or moved is None:
            return said
        which = self._record("booking", words, context).get("booking")
        upcoming = [one for one in context.records.bookings if one.checkin >= context.now.date()]
        meant = [one for one in upcoming if which in (None, one.id)]
        if len(meant) != 1:
            return said
        return {**said, "checkin": (meant[0].checkin + timedelta(days=moved)).isoformat()}

    @staticmethod
    def _room(words: Words, _: ReadingContext) -> dict[str, str]:
        named = words.values("room")
        return {"room": named[-1], "new_room": named[-1]} if named else {}


def _named(slot: str, value: str | None) -> dict[str, str]:
    return {slot: value} if value else {}


def _one_of(mention: Mention, preferred: Collection[str]) -> str | None:
    """The product named; of several that fit, the only one the customer ordered."""
    if mention.value:
        return mention.value
    ordered = [sku for sku in mention.options if sku in preferred]
    return ordered[0] if len(ordered) == 1 else None


def _invoice(words: Words, _: ReadingContext) -> dict[str, str]:
    changes = invoice_change(words.text)
    given: dict[str, str] = {change.field: change.value for change in changes if change.value}
    asked = [change.field for change in changes if not change.value]
    return {**given, **({"field": asked[0]} if asked and not given else {})}


def _said_whole(words: Words) -> dict[str, str]:
    """All that was said is the value, unless it is only the number of an invoice or an order."""
    said = words.text.strip()
    for mention in (*words.here("invoice"), *words.here("order")):
        if mention.end - mention.start >= len(said):
            return {}
    return {"value": said}


def _field(text: str) -> dict[str, str]:
    if re.search(r"稅|税|登記|登记|BR|tax|vat", text, re.I):
        return {"field": "tax_id"}
    return {"field": "title"} if re.search(r"抬頭|抬头|名|title|name", text, re.I) else {}


def _quantity(words: Words, _: ReadingContext) -> dict[str, str]:
    taken = [(m.start - words.start, m.end - words.start) for m in words.utterance.mentions]
    found = quantity(
        words.text,
        taken if not words.alone else [(m.start, m.end) for m in words.utterance.mentions],
    )
    return _named("qty", _before_a_product(words) if found is None else str(found))


def _before_a_product(words: Words) -> str | None:
    """The number in `19 desk lamps`: a few words before the product at most."""
    for mention in words.mentions("sku"):
        number = _COUNTED.search(words.utterance.text[: mention.start])
        if number:
            return number[1]
    return None


def _email(words: Words, _: ReadingContext) -> dict[str, str]:
    found = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", words.text)
    return _named("email", found[0] if found else None)


def _stay(words: Words, context: ReadingContext) -> dict[str, str]:
    found = stay(words.text, context.now)
    slots = {} if found.checkin is None else {"checkin": found.checkin.isoformat()}
    return slots if found.nights is None else {**slots, "nights": str(found.nights)}


def _guests(words: Words, _: ReadingContext) -> dict[str, str]:
    count = guests(words.text)
    return {} if count is None else {"guests": str(count)}


def _reason(words: Words, context: ReadingContext) -> dict[str, str]:
    signalled = next(
        (why for name, why in _SIGNAL_REASONS.items() if name in context.signals), None
    )
    return _named("reason", signalled or reason(words.text))


def _opened(words: Words, _: ReadingContext) -> dict[str, str]:
    found = opened(words.utterance.text if words.alone else words.text)
    return {} if found is None else {"opened": "yes" if found else "no"}


def _bare_quantity(words: Words, _: ReadingContext) -> dict[str, str]:
    found = quantity(words.text, expected=True)
    return _named("qty", None if found is None else str(found))


def _bare_guests(words: Words, _: ReadingContext) -> dict[str, str]:
    count = guests(words.text, expected=True)
    return _named("guests", None if count is None else str(count))


def _bare_nights(words: Words, context: ReadingContext) -> dict[str, str]:
    count = quantity(words.text, expected=True)
    return _stay(words, context) or _named("nights", None if count is None else str(count))


# What counts as an answer once a slot was asked for.
_ANSWERS: dict[str, Callable[[Words, ReadingContext], dict[str, str]]] = {
    "otp": lambda words, _: _named("otp", one_time_code(words.text, expected=True)),
    "qty": _bare_quantity,
    "guests": _bare_guests,
    "nights": _bare_nights,
    "checkin": _stay,
    "value": lambda words, context: _invoice(words, context) or _said_whole(words),
    "field": lambda words, context: _invoice(words, context) or _field(words.text),
}
