"""What the rules say after buying: returns, refunds, changes to an order, invoices, chasing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from domain.company import Product
from support.policy_facts import hygiene, span
from support.rulebook import PolicyAnswer, Question, Rulebook
from support.terms import Words, fold

_PHOTO = re.compile(r"相片|照片|影相|拍照|存证|\bphotos?\b|\bpictures?\b|\bpics?\b")
_TIERS = re.compile(r"\bvip\b|会员|\bmembers?(?:hip)?\b|贵宾")
_RETURNS = {
    # wrong or damaged goods have days of their own, what is known of hygiene items
    (False, "none"): "topic.return_policy.plain",
    (True, "none"): "topic.return_policy.wrong",
    (False, "unopened_or_faulty"): "topic.return_policy.hygiene",
    (True, "unopened_or_faulty"): "topic.return_policy.wrong_hygiene",
    (False, "quoted"): "topic.return_policy.hygiene_quoted",
    (True, "quoted"): "topic.return_policy.wrong_hygiene_quoted",
}
_HYGIENE = {
    "unopened_or_faulty": "topic.hygiene_items.unopened_or_faulty",
    "unopened": "topic.hygiene_items.unopened",
    "faulty": "topic.hygiene_items.faulty",
    "never": "topic.hygiene_items.never",
}
EXAMPLES = 3  # hygiene items that an answer names


def return_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """How many days, what about wrong goods, and the condition for hygiene items."""
    days, rule = book.policies.return_window_days, book.policies.return_rule
    if days <= 0:
        return PolicyAnswer("topic.return_policy.none", {}, "return_window_days")
    values: dict[str, Any] = {"days": days}
    wrong = rule.wrong_or_damaged_days not in (None, days)
    if wrong:
        values["wrong_days"] = rule.wrong_or_damaged_days
    condition = "none"
    if rule.hygiene_items:
        known = hygiene(rule.hygiene_items) == "unopened_or_faulty"
        condition = "unopened_or_faulty" if known else "quoted"
        values |= {} if known else {"text": rule.hygiene_items}
    return PolicyAnswer(_RETURNS[wrong, condition], values, "return_rule")


def hygiene_items(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """On what condition opened or used hygiene items may go back."""
    text = book.policies.return_rule.hygiene_items
    if not text:
        return None
    values: dict[str, Any] = _hygiene_goods(book).named("goods")
    kind = hygiene(text)
    if kind is None:
        values["text"] = text
        return PolicyAnswer("topic.hygiene_items.quoted", values, "return_rule")
    return PolicyAnswer(_HYGIENE[kind], values, "return_rule")


def _hygiene_goods(book: Rulebook) -> Words:
    kinds = [_kind(one) for one in book.products if one.hygiene]
    goods = list(dict.fromkeys(kinds))[:EXAMPLES]
    if not goods:
        return book.terms.phrase("hygiene_goods_any")
    return book.terms.phrase("hygiene_goods", examples=book.terms.both(goods))


def _kind(product: Product) -> Words:
    """A product without its colour or size: `電動牙刷（白色）` is 電動牙刷."""
    chinese = re.split(r"[（(]", product.name_zh)[0].strip()
    return Words(chinese, re.split(r"[,(]", product.name_en)[0].strip())


def damage_policy(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """Within how many days wrong or damaged goods are to be reported."""
    days = book.policies.return_rule.wrong_or_damaged_days
    if days is None:
        return None
    if _PHOTO.search(fold(question.text)):
        return PolicyAnswer("topic.damage_policy.photo", {"days": days}, "return_rule")
    return PolicyAnswer("topic.damage_policy.days", {"days": days}, "return_rule")


def exchange_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """How many days, and that the other product must be in stock where the rule says so."""
    rule = book.policies.exchange_rule
    if rule.window_days is None:
        return None
    if "target_in_stock" in rule.model_fields_set and rule.target_in_stock:
        reply = "topic.exchange_policy.window_stock"
    else:
        reply = "topic.exchange_policy.window"
    return PolicyAnswer(reply, {"days": rule.window_days}, "exchange_rule")


def refund_time(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """How long a refund takes, and where the money goes."""
    rule = book.policies.refund_rule
    values: dict[str, Any] = {}
    if rule.method:
        values |= book.terms.name("refund_methods", rule.method).named("method")
    if rule.working_days:
        values["days"] = span(rule.working_days)
    if not values:
        return None
    if not rule.method:
        return PolicyAnswer("topic.refund_time.days", values, "refund_rule")
    if not rule.working_days:
        return PolicyAnswer("topic.refund_time.method", values, "refund_rule")
    return PolicyAnswer("topic.refund_time.method_days", values, "refund_rule")


def refund_limit(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """What is refunded without approval; the limit of a tier only when it is asked for."""
    limits = book.policies.refund_auto_limit_hkd
    if not limits:
        return None
    section = "refund_auto_limit_hkd"
    asked = book.terms.asked("tiers", question.text)
    tiers = [tier for tier in limits if tier != "none"]
    tier = next((one for one in tiers if book.terms.key("tiers", one) in asked), None)
    if tier is not None:
        values = {**book.terms.name("tiers", tier).named("tier"), "limit": limits[tier]}
        return PolicyAnswer("topic.refund_limit.tier", values, section)
    limit = book.policies.refund_limit(None)
    if tiers and _TIERS.search(fold(question.text)):
        lines = [
            book.terms.phrase("limit", tier=book.terms.name("tiers", one), limit=limits[one])
            for one in tiers
        ]
        values = {"limit": limit, **book.terms.both(lines).named("limits")}
        return PolicyAnswer("topic.refund_limit.tiers", values, section)
    if limit <= 0:
        return PolicyAnswer("topic.refund_limit.always", {}, section)
    return PolicyAnswer("topic.refund_limit.limit", {"limit": limit}, section)


def cancel_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """In which states an order is still cancelled."""
    statuses = book.policies.cancel_rule.statuses
    if not book.has("cancel_rule"):
        return None
    if not statuses:
        return PolicyAnswer("topic.cancel_policy.never", {}, "cancel_rule")
    values = book.terms.names("statuses", statuses).named("statuses")
    if _shipped(book, statuses):
        return PolicyAnswer("topic.cancel_policy.any", values, "cancel_rule")
    return PolicyAnswer("topic.cancel_policy.before_shipping", values, "cancel_rule")


def address_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """In which states an order's address is still changed."""
    statuses = book.policies.address_rule.statuses
    if not book.has("address_rule"):
        return None
    if not statuses:
        return PolicyAnswer("topic.address_policy.never", {}, "address_rule")
    values = book.terms.names("statuses", statuses).named("statuses")
    if _shipped(book, statuses):
        return PolicyAnswer("topic.address_policy.any", values, "address_rule")
    return PolicyAnswer("topic.address_policy.before_shipping", values, "address_rule")


def _shipped(book: Rulebook, statuses: Sequence[str]) -> bool:
    return any(book.terms.key("statuses", one) == "shipped" for one in statuses)


def invoice_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """What may be changed on an invoice, and until when; amounts never."""
    rule = book.policies.invoice_rule
    values: dict[str, Any] = {}
    if rule.fields:
        values |= book.terms.names("invoice_fields", rule.fields).named("fields")
    if rule.edit_days_after_issue is not None:
        values["days"] = rule.edit_days_after_issue
    if not values:
        return None
    if not rule.fields:
        return PolicyAnswer("topic.invoice_policy.days", values, "invoice_rule")
    if rule.edit_days_after_issue is None:
        return PolicyAnswer("topic.invoice_policy.fields", values, "invoice_rule")
    return PolicyAnswer("topic.invoice_policy.fields_days", values, "invoice_rule")


def expedite_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """How often a day one order is chased."""
    count = book.policies.expedite_rule.per_order_per_day
    if count is None:
        return None
    if count == 1:
        return PolicyAnswer("topic.expedite_policy.once", {}, "expedite_rule")
    return PolicyAnswer("topic.expedite_policy.per_day", {"count": count}, "expedite_rule")
