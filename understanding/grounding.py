"""Keeps what a model returns only if the customer said it or a system of ours returned it.

A model that has to fill a slot invents a value, so every slot may stay empty and every value is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from domain.reading import ReadingContext
from understanding.dates import dates
from understanding.normalise import arabic, fold
from understanding.quantities import guests, quantities
from understanding.utterance import Utterance

# What is a judgement and no value, or what a customer must say in so many words, is read by code alone.
_BY_CODE = frozenset({"reason", "opened", "field", "topic", "text", "otp"})
_DAYS = frozenset({"checkin"})
_COUNTS = frozenset({"qty", "guests", "nights", "amount"})
_NAMED = {
    "order": "order",
    "invoice": "invoice",
    "booking": "booking",
    "account": "account",
    "sku": "sku",
    "to_sku": "sku",
    "from_sku": "sku",
    "room": "room",
    "new_room": "room",
    "place": "store",
}
_SPACE = re.compile(r"[\s\-‐-―,，.。#＃]+")
_GROUPS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_SHORTEST = 2  # characters of a free text value; a shorter one stands in any message


def grounded(
    slots: Mapping[str, object], utterance: Utterance, context: ReadingContext
) -> dict[str, str]:
    """The slots whose values were said or are known, as the house writes them; the rest is left out."""
    found = {}
    for name, value in slots.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            kept = _kept(name, str(value).strip(), utterance, context)
            if kept:
                found[name] = kept
    return found


def _kept(name: str, value: str, utterance: Utterance, context: ReadingContext) -> str | None:
    if not value or name in _BY_CODE:
        return None
    if name in _NAMED:
        return _record(_NAMED[name], value, utterance, context)
    if name in _DAYS:
        return _day(value, utterance.text, context)
    if name in _COUNTS:
        return _count(name, value, utterance.text)
    return value if len(value) >= _SHORTEST and _said(value, utterance.text) else None


def _record(kind: str, value: str, utterance: Utterance, context: ReadingContext) -> str | None:
    """The id as we write it: one that the message names, or the customer's own that is spoken of."""
    known = {m.value for m in utterance.named(kind) if m.value}
    known |= {option for m in utterance.named(kind) for option in m.options}
    if kind in context.focus:
        known.add(context.focus[kind])
    known |= {task.slots[kind] for task in context.tasks if task.unfinished and kind in task.slots}
    records = context.records
    mine = {
        "order": [one.id for one in records.orders],
        "invoice": [one.id for one in records.invoices],
        "booking": [one.id for one in records.bookings],
        "account": [one.id for one in records.accounts],
    }
    said = [one for one in mine.get(kind, ()) if _said(one, utterance.text)]
    return _match(value, [*known, *said])


def _match(value: str, known: Iterable[str]) -> str | None:
    bare = _bare(value)
    return next((one for one in known if _bare(one) == bare), None)


def _day(value: str, text: str, context: ReadingContext) -> str | None:
    try:
        wanted = date.fromisoformat(value[:10])
    except ValueError:
        return None
    said = {mention.value for mention in dates(text, context.now, ahead=True)}
    return wanted.isoformat() if wanted in said else None


def _count(name: str, value: str, text: str) -> str | None:
    counts = {str(one.value) for one in quantities(text)}
    if name == "guests":
        counts.add(str(guests(text) or ""))
    whole = re.fullmatch(r"(\d{1,6})(?:\.0+)?", value)
    if whole is None:
        return None
    digits = set(re.findall(r"\d+", _GROUPS.sub("", arabic(text))))
    return whole[1] if whole[1] in counts | digits else None


def _said(value: str, text: str) -> bool:
    """Do the words stand in the text, whatever the width, the script, the spacing and the numerals?"""
    return _bare(value) in _bare(text) or _bare(arabic(value)) in _bare(arabic(text))


def _bare(text: str) -> str:
    return _SPACE.sub("", fold(text))
