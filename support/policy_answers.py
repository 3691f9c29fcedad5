"""Answers to general questions from a company's own rules; without a rule there is no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import yaml

from domain.company import CompanyNames, Product, Room
from domain.glossary import Glossary
from domain.policies import Policies
from domain.settings import ROOT
from support import policy_after, policy_buying, policy_people, policy_places, policy_safety
from support.calendar import StaffCalendar
from support.rulebook import PolicyAnswer, Question, Rulebook
from support.terms import Terms

__all__ = ["TOPICS", "PolicyAnswer", "PolicyAnswers"]

GLOSSARY = ROOT / "playbook" / "glossary"
TOPICS: Mapping[str, Callable[[Rulebook, Question], PolicyAnswer | None]] = {
    "address_policy": policy_after.address_policy,
    "authentication": policy_safety.authentication,
    "bot_hours": policy_people.bot_hours,
    "bulk_discount": policy_buying.bulk_discount,
    "cancel_policy": policy_after.cancel_policy,
    "compensation_policy": policy_people.compensation_policy,
    "complaint_policy": policy_people.complaint_policy,
    "damage_policy": policy_after.damage_policy,
    "delivery_time": policy_buying.delivery_time,
    "exchange_policy": policy_after.exchange_policy,
    "expedite_policy": policy_after.expedite_policy,
    "fraud": policy_safety.fraud,
    "handover_policy": policy_people.handover_policy,
    "hotel_change_policy": policy_buying.hotel_change_policy,
    "hotel_checkin": policy_buying.hotel_checkin,
    "human_hours": policy_people.human_hours,
    "hygiene_items": policy_after.hygiene_items,
    "invoice_policy": policy_after.invoice_policy,
    "payment_methods": policy_buying.payment_methods,
    "privacy_policy": policy_people.privacy_policy,
    "quote_validity": policy_buying.quote_validity,
    "refund_limit": policy_after.refund_limit,
    "refund_time": policy_after.refund_time,
    "return_policy": policy_after.return_policy,
    "safety_policy": policy_safety.safety_policy,
    "shipping_fee": policy_buying.shipping_fee,
    "store_hours": policy_places.store_hours,
    "warehouse_or_stores": policy_places.warehouse_or_stores,
    "warranty": policy_buying.warranty_terms,
    "weather": policy_safety.weather,
}


class PolicyAnswers:
    """One company's rules, ready to be asked."""

    def __init__(
        self,
        policies: Policies,
        calendar: StaffCalendar,
        names: CompanyNames,
        products: Sequence[Product],
        rooms: Sequence[Room],
        *,
        glossary: Path = GLOSSARY,
    ) -> None:
        terms = Terms.read(glossary / "terms.yaml")
        lines = yaml.safe_load((glossary / "places.yaml").read_text(encoding="utf-8"))
        places = Glossary.model_validate({"places": lines or []})
        self._book = Rulebook(policies, calendar, names, products, rooms, terms, places)

    def answer(self, topic: str, text: str, now: datetime) -> PolicyAnswer | None:
        """What the rules say on a topic; None when they say nothing of it."""
        ask = TOPICS.get(topic)
        return None if ask is None else ask(self._book, Question(text, now))
