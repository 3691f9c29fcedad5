"""What the rules say of shops and storehouses: where they are and when they open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.calendar import spans
from support.opening_words import (
    AskedDay,
    asked_day,
    each_day_in_words,
    hours_in_words,
    names_days,
    schedule_in_words,
    week_of,
)
from support.rulebook import PolicyAnswer, Question, Rulebook
from support.terms import Words, listed

_WEEKEND = {5, 6}
_ABROAD = {"macau", "mainland", "taiwan", "overseas"}
_STOREHOUSES = ("warehouse", "depot", "倉", "仓", "online", "web", "網店", "网店")


def store_hours(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """The hours of the shop that was named, or of each; says so when a day is not in the rules."""
    stores = book.policies.hours.store
    if not stores:
        return None
    if names_days(list(stores)):
        values = _store(book, stores).named("hours")
        return PolicyAnswer("topic.store_hours.all", values, "hours.store")
    shops = list(stores)
    every = listed((_line(book, one, stores[one]) for one in shops), "；", "; ").named("hours")
    district = book.elsewhere(question.text, shops)
    if district is not None:
        values = {**district.named("place"), **every}
        return PolicyAnswer("topic.store_hours.elsewhere", values, "hours.store")
    named = book.place(question.text, shops)
    shop = named or (shops[0] if len(shops) == 1 else None)
    asked = _unlisted_day(book, question, [stores[one] for one in ([shop] if shop else shops)])
    if shop is None:
        reply = "topic.store_hours.all_day" if asked else "topic.store_hours.all"
        return PolicyAnswer(reply, {**every, **asked}, "hours.store")
    values = {**book.place_name(shop).named("store"), **_store(book, stores[shop]).named("hours")}
    reply = "topic.store_hours.one_day" if asked else "topic.store_hours.one"
    return PolicyAnswer(reply, {**values, **asked}, "hours.store")


def _line(book: Rulebook, shop: str, hours: Any) -> Words:
    return book.terms.phrase("open", days=book.place_name(shop), hours=_store(book, hours))


def _store(book: Rulebook, hours: Any) -> Words:
    """A shop's hours: one span, days with spans, or the rule's own words."""
    if isinstance(hours, Mapping) and names_days([str(day) for day in hours]):
        week = week_of({str(day): None if one is None else str(one) for day, one in hours.items()})
        return schedule_in_words(week, book.terms, closed_on_holidays=False)
    text = str(hours)
    found = spans(text)
    if found and not any(char.isalpha() for char in text):
        return hours_in_words(found, book.terms)
    return Words.verbatim(text)


def _unlisted_day(book: Rulebook, question: Question, hours: list[Any]) -> dict[str, Any]:
    """The day that was asked about, when the hours do not speak of days (or of holidays) at all."""
    asked = asked_day(question.text, question.now)
    if not asked:
        return {}
    if asked.holiday or asked.date in book.policies.hours.public_holidays:
        return _day(book, asked)
    plain = all(not isinstance(one, Mapping) and not _has_words(one) for one in hours)
    return _day(book, asked) if plain and _WEEKEND & set(asked.weekdays) else {}


def _has_words(hours: Any) -> bool:
    return any(char.isalpha() for char in str(hours))


def _day(book: Rulebook, asked: AskedDay) -> dict[str, Any]:
    if asked.date is not None:
        return {"day": asked.date}
    if asked.holiday:
        return book.terms.phrase("public_holidays").named("day")
    return each_day_in_words(asked.weekdays, book.terms).named("day")


def warehouse_or_stores(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """Which shops there are, and where goods are kept."""
    stocked = dict.fromkeys(place for one in book.products for place in one.stock)
    hours = book.policies.hours.store
    opened = [] if names_days(list(hours)) else list(hours)
    shops = list(dict.fromkeys([*opened, *(one for one in stocked if not _is_storehouse(one))]))
    storage = [one for one in stocked if _is_storehouse(one)]
    stores = listed(book.place_name(one) for one in shops).named("stores")
    kept = listed(book.place_name(one) for one in storage).named("storage")
    if not shops:
        return PolicyAnswer("topic.warehouse_or_stores.storage", kept, "stock") if storage else None
    district = book.elsewhere(question.text, shops) or _abroad(book, question)
    if district is not None:
        values = {**district.named("place"), **stores}
        return PolicyAnswer("topic.warehouse_or_stores.elsewhere", values, "hours.store")
    if storage and book.place(question.text, storage) is not None:
        both = {**stores, **kept}
        return PolicyAnswer("topic.warehouse_or_stores.stores_storage", both, "stock")
    values = {"count": len(shops), **stores}
    return PolicyAnswer("topic.warehouse_or_stores.stores", values, "hours.store")


def _abroad(book: Rulebook, question: Question) -> Words | None:
    asked = [one for one in book.terms.asked("regions", question.text) if one in _ABROAD]
    return book.terms.name("regions", asked[0]) if asked else None


def _is_storehouse(place: str) -> bool:
    return any(word in place.casefold() for word in _STOREHOUSES)
