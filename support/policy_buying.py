"""What the rules say before buying: delivery, payment, warranty, quantities, quotations, stays."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from domain.policies import span_bounds
from support.policy_facts import (
    Shipping,
    amount,
    percent,
    quantity,
    shipping,
    shipping_time,
    warranty,
)
from support.rulebook import PolicyAnswer, Question, Rulebook
from support.terms import Words, fold, listed

_WITHOUT_CARD = re.compile(
    r"(?:冇|没有|无|no|don'?t have(?: a| any)?|without(?: a)?)\s*"
    r"(?:香港)?(?:信用卡|银行卡|credit cards?)"
)
_OTHER_HOTEL_MATTER = re.compile(
    r"按金|押金|deposit|证件|身份证|护照|passport|\bid\b|行李|luggage|\bbags?\b|早餐|breakfast"
)
_CHECKOUT = re.compile(r"退房|check(?:ing)?[ -]?out")


def shipping_fee(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """The fee of the region that was named, or of each; and what is missing for free delivery."""
    rules = {region: shipping(text) for region, text in book.policies.shipping.items()}
    if not rules:
        return None
    asked = _asked_region(book, question)
    region = next((one for one in rules if _is_region(book, one, asked)), None)
    if region is None and asked is None and len(rules) == 1:
        region = next(iter(rules))
    if region is None:
        fees = listed((_fee(book, *rule) for rule in rules.items()), "；", "; ").named("fees")
        if asked is None:
            return PolicyAnswer("topic.shipping_fee.several", fees, "shipping")
        values = {**book.terms.name("regions", asked).named("region"), **fees}
        return PolicyAnswer("topic.shipping_fee.not_listed", values, "shipping")
    return _fee_of(book, region, rules[region], amount(question.text))


def _fee_of(book: Rulebook, region: str, rule: Shipping, basket: Decimal | None) -> PolicyAnswer:
    values: dict[str, Any] = book.terms.name("regions", region).named("region")
    if rule.fee is None:
        quoted = {**values, "text": rule.text}
        return PolicyAnswer("topic.shipping_fee.quoted", quoted, "shipping")
    if rule.free:
        return PolicyAnswer("topic.shipping_fee.free", values, "shipping")
    values["fee"] = rule.fee
    if rule.free_from is None:
        return PolicyAnswer("topic.shipping_fee.flat", values, "shipping")
    values["free_from"] = rule.free_from
    if basket is None:
        return PolicyAnswer("topic.shipping_fee.free_from", values, "shipping")
    values["amount"] = basket
    if basket >= rule.free_from:
        return PolicyAnswer("topic.shipping_fee.reached", values, "shipping")
    values["gap"] = rule.free_from - basket
    return PolicyAnswer("topic.shipping_fee.short", values, "shipping")


def _fee(book: Rulebook, region: str, rule: Shipping) -> Words:
    name = book.terms.name("regions", region)
    if rule.fee is None:
        return book.terms.phrase("fee_quoted", region=name, text=rule.text)
    if rule.free:
        return book.terms.phrase("fee_none", region=name)
    if rule.free_from is None:
        return book.terms.phrase("fee", region=name, fee=rule.fee)
    return book.terms.phrase("fee_free_from", region=name, fee=rule.fee, free_from=rule.free_from)


def _asked_region(book: Rulebook, question: Question) -> str | None:
    asked = book.terms.asked("regions", question.text)
    return next((one for one in asked if one != "hk"), asked[0] if asked else None)


def _is_region(book: Rulebook, spelt: str, asked: str | None) -> bool:
    return asked is not None and (book.terms.key("regions", spelt) or spelt) == asked


def delivery_time(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """How long delivery takes, where a rule names days."""
    times = _times(book)
    if not times:
        return None
    asked = _asked_region(book, question)
    region = next((one for one in times if _is_region(book, one, asked)), None)
    if region is None and asked is None and len(times) == 1:
        region = next(iter(times))
    if region is not None:
        name = book.terms.name("regions", region)
        values = {**name.named("region"), **times[region].named("time")}
        return PolicyAnswer("topic.delivery_time.one", values, "shipping")
    lines = listed(
        book.terms.phrase("time", region=book.terms.name("regions", one), time=time)
        for one, time in times.items()
    ).named("times")
    if asked is None:
        return PolicyAnswer("topic.delivery_time.several", lines, "shipping")
    values = {**book.terms.name("regions", asked).named("region"), **lines}
    return PolicyAnswer("topic.delivery_time.not_listed", values, "shipping")


def _times(book: Rulebook) -> dict[str, Words]:
    """How long each region takes, from its delivery rule or from a rule about delivery times."""
    rules = {}
    for name in ("delivery_time", "delivery_rule", "delivery", "lead_time"):
        text = book.other_text(name)
        if text is not None:
            rules["hk"] = text
    for region, text in book.policies.shipping.items():
        if shipping(text).time is not None:
            rules[region] = text
    found = {one: shipping_time(shipping(text), book.terms) for one, text in rules.items()}
    return {region: words for region, words in found.items() if words is not None}


def payment_methods(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """Whether the ways of paying that were named are accepted, and which are."""
    if not book.policies.payment:
        return None
    terms, said = book.terms, _WITHOUT_CARD.sub(" ", fold(question.text))
    methods = terms.names("payment", book.policies.payment).named("methods")
    listed_keys = {key for one in book.policies.payment for key in _known(book, one)}
    named = terms.asked("payment", said)
    # Who asks for a brand of card asks for no other.
    named = [one for one in named if not set(terms.includes("payment", one)) & set(named)]
    asked = [key for key in named if not _covered(book, key, listed_keys)]
    yes = [key for key in asked if listed_keys & {key, *terms.includes("payment", key)}]
    no = [key for key in asked if key not in yes]
    accepted, refused = terms.names("payment", yes), terms.names("payment", no)
    if yes and no:
        values = {**accepted.named("accepted"), **refused.named("refused"), **methods}
        return PolicyAnswer("topic.payment_methods.some", values, "payment")
    if yes:
        values = {**accepted.named("asked"), **methods}
        return PolicyAnswer("topic.payment_methods.yes", values, "payment")
    if no:
        values = {**refused.named("asked"), **methods}
        return PolicyAnswer("topic.payment_methods.no", values, "payment")
    return PolicyAnswer("topic.payment_methods.list", methods, "payment")


def _known(book: Rulebook, method: str) -> list[str]:
    key = book.terms.key("payment", method)
    return [key] if key else book.terms.asked("payment", method)


def _covered(book: Rulebook, key: str, listed_keys: set[str]) -> bool:
    """A brand that the rules neither name nor exclude, since they only say `credit card`."""
    return key not in listed_keys and any(
        key in book.terms.includes("payment", one) for one in listed_keys
    )


def warranty_terms(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """How long, and that accidents are left out where the rule says so."""
    text = book.policies.warranty
    if not text:
        return None
    found = warranty(text)
    if found is None:
        return PolicyAnswer("topic.warranty.quoted", {"text": text}, "warranty")
    period = book.terms.counted(found.unit, found.count).named("period")
    if found.not_accident:
        return PolicyAnswer("topic.warranty.period_not_accident", period, "warranty")
    return PolicyAnswer("topic.warranty.period", period, "warranty")


def bulk_discount(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """The steps, or the step that a number of pieces reaches."""
    if not book.policies.bulk_discount:
        return None
    lines = book.policies.bulk_discount.items()
    tiers = listed(_tier(book, *line) for line in lines).named("tiers")
    pieces = quantity(question.text)
    if pieces is None:
        return PolicyAnswer("topic.bulk_discount.tiers", tiers, "bulk_discount")
    share = book.policies.discount(pieces)
    values = {"qty": pieces, "percent": percent(share), **tiers}
    if share:
        return PolicyAnswer("topic.bulk_discount.quantity", values, "bulk_discount")
    return PolicyAnswer("topic.bulk_discount.below", values, "bulk_discount")


def _tier(book: Rulebook, pieces: str, share: Decimal) -> Words:
    low, high = span_bounds(pieces)
    off = percent(share)
    if high is None:
        return book.terms.phrase("tier_from", low=low, percent=off)
    if high == low:
        return book.terms.phrase("tier_exact", low=low, percent=off)
    return book.terms.phrase("tier_span", low=low, high=high, percent=off)


def quote_validity(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """For how many days a quoted price stands."""
    days = book.policies.quote_rule.valid_days
    if days is None:
        return None
    return PolicyAnswer("topic.quote_validity.days", {"days": days}, "quote_rule")


def hotel_change_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """Until when a stay is changed or cancelled free of charge."""
    rule = book.policies.hotel_rule
    hours = rule.free_change_hours_before_checkin
    if hours is None or not book.rooms:
        return None
    values: dict[str, Any] = {"hours": hours, **_hotel(book)}
    if "checkin_time" not in rule.model_fields_set:
        return PolicyAnswer("topic.hotel_change_policy.hours", values, "hotel_rule")
    values["time"] = rule.checkin_time
    return PolicyAnswer("topic.hotel_change_policy.hours_time", values, "hotel_rule")


def hotel_checkin(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """When rooms are ready; and when to leave, where a rule says it."""
    rule = book.policies.hotel_rule
    if "checkin_time" not in rule.model_fields_set or not book.rooms:
        return None
    said = fold(question.text)
    checkout = (rule.model_extra or {}).get("checkout_time")
    if _OTHER_HOTEL_MATTER.search(said) or (_CHECKOUT.search(said) and not checkout):
        return None
    values: dict[str, Any] = {"time": rule.checkin_time, **_hotel(book)}
    if checkout:
        values["checkout"] = str(checkout)
        return PolicyAnswer("topic.hotel_checkin.time_checkout", values, "hotel_rule")
    return PolicyAnswer("topic.hotel_checkin.time", values, "hotel_rule")


def _hotel(book: Rulebook) -> dict[str, Any]:
    extra = book.names.model_extra or {}
    general = book.terms.phrase("hotel")
    chinese, english = extra.get("hotel_zh") or general.zh, extra.get("hotel_en") or general.en
    return Words(str(chinese), str(english)).named("hotel")
