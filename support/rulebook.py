"""A company's rules with what is needed to speak of them, and the answer that they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.company import CompanyNames, Product, Room
from domain.glossary import Glossary
from domain.policies import Policies
from domain.script import to_traditional
from support.calendar import StaffCalendar
from support.terms import Terms, Words

_SHOP_WORDS = (" store", " shop", " branch", "門市", "分店", "店")


@dataclass(frozen=True)
class PolicyAnswer:
    """What the rules say: `reply` names the sentence, `values` fill it, `section` is the rule."""

    reply: str
    values: dict[str, Any] = field(default_factory=dict)
    section: str = ""


@dataclass(frozen=True)
class Question:
    """The customer's words, and when they were said."""

    text: str
    now: datetime


@dataclass(frozen=True)
class Rulebook:
    """One company's rules."""

    policies: Policies
    calendar: StaffCalendar
    names: CompanyNames
    products: Sequence[Product]
    rooms: Sequence[Room]
    terms: Terms
    places: Glossary

    def has(self, rule: str) -> bool:
        """Whether the company wrote this rule; a default of ours is none of theirs."""
        return rule in self.policies.model_fields_set and bool(getattr(self.policies, rule))

    def other_text(self, rule: str) -> str | None:
        """The text of a rule that we have no field for."""
        value = (self.policies.model_extra or {}).get(rule)
        if isinstance(value, Mapping) and "working_days" in value:
            return f"{value['working_days']} working days"
        return value.strip() or None if isinstance(value, str) else None

    def place(self, text: str, keys: Sequence[str]) -> str | None:
        """The company's place that was named, in whichever script."""
        by_district = {_district(key): key for key in reversed(keys)}
        named = self.places.place(f"{text} {to_traditional(text)}", by_district)
        return None if named is None else by_district[named]

    def place_name(self, key: str) -> Words:
        """A shop or storehouse in both languages."""
        chinese, english = self.places.place_names(key)
        if chinese != english:
            return Words(chinese, english)
        chinese, english = self.places.place_names(_district(key))
        if chinese == english:
            return Words.verbatim(key)
        return Words(f"{chinese}店", f"{english} store")

    def elsewhere(self, text: str, keys: Sequence[str]) -> Words | None:
        """A district that was named and where the company has none of these places."""
        districts = [one.zh for one in self.places.places if one.zh not in ("貨倉", "網店", "門市")]
        named = self.place(text, districts)
        if named is None or self.place(text, keys) is not None:
            return None
        return Words(*self.places.place_names(named))


def _district(key: str) -> str:
    """A shop's name without the word for shop."""
    return next((key[: -len(end)] for end in _SHOP_WORDS if key.lower().endswith(end)), key)
