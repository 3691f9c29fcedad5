"""What the rules say of bad weather, dangerous goods, fraud and one-time codes."""

from __future__ import annotations

import re
from typing import Any

from support.policy_facts import web_address
from support.rulebook import PolicyAnswer, Question, Rulebook
from support.terms import fold

_RESUMING = re.compile(r"恢复|之后|过后|取消后|除下|resume|\bafter\b|lower|\blifted\b|落\s*signal")
_ABOVE_8 = {"T9", "T10"}
_WEATHER = {
    # shops close too, and it is known when everything goes on again
    (False, False): "topic.weather.delivery",
    (False, True): "topic.weather.delivery_resumes",
    (True, False): "topic.weather.shops",
    (True, True): "topic.weather.shops_resumes",
}


def weather(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """Under which signals delivery stops, and when it goes on; also when an order was named."""
    rule = book.policies.weather_rule
    if not rule.signals:
        return None
    terms = book.terms
    signals = terms.names("signals", rule.signals).named("signals")
    ruled = {terms.key("signals", one) for one in rule.signals}
    ruled |= _ABOVE_8 if "T8" in ruled else set()
    asked = terms.asked("signals", question.text)
    if asked and not ruled & set(asked) and not _RESUMING.search(fold(question.text)):
        values = {**terms.names("signals", asked).named("asked"), **signals}
        return PolicyAnswer("topic.weather.not_listed", values, "weather_rule")
    hours = rule.resumes_hours_after_signal_ends
    resumes: dict[str, Any] = {} if hours is None else {"hours": hours}
    reply = _WEATHER[bool(book.policies.hours.store), hours is not None]
    return PolicyAnswer(reply, {**signals, **resumes}, "weather_rule")


def safety_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """What to do with goods that are not safe."""
    text = book.policies.safety_rule
    if not text:
        return None
    said = text.casefold()
    if "stop" not in said or not re.search(r"unplug|power|socket|mains", said):
        return PolicyAnswer("topic.safety_policy.quoted", {"text": text}, "safety_rule")
    kept = re.search(r"\bkeep (?:it|the product)|inspect|\bretain\b", said)
    reply = "topic.safety_policy.keep" if kept else "topic.safety_policy.plain"
    return PolicyAnswer(reply, {}, "safety_rule")


def fraud(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """What the company never does, what not to do, and its own address where a rule names it."""
    text = book.policies.fraud_rule
    if not text:
        return None
    address = web_address(f"{text} {book.other_text('official_domain') or ''}")
    if address is None:
        return PolicyAnswer("topic.fraud.plain", {}, "fraud_rule")
    return PolicyAnswer("topic.fraud.domain", {"domain": address}, "fraud_rule")


def authentication(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """What needs a one-time code, and how often it may be tried."""
    rule = book.policies.authentication
    if not book.has("authentication"):
        return None
    if not rule.needed_for:
        return PolicyAnswer("topic.authentication.not_needed", {}, "authentication")
    values: dict[str, Any] = book.terms.names("protected", rule.needed_for).named("needed")
    if "attempts" not in rule.model_fields_set:
        return PolicyAnswer("topic.authentication.code", values, "authentication")
    values["attempts"] = rule.attempts
    return PolicyAnswer("topic.authentication.code_attempts", values, "authentication")
