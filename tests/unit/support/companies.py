"""Three invented companies with different rules, and what their rules answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from domain.company import CompanyNames, Product, Room
from domain.language import Language, to_script
from domain.policies import Policies
from support.calendar import StaffCalendar
from support.policy_answers import PolicyAnswer, PolicyAnswers
from support.replies import Replies

PLAYBOOK = Path(__file__).parents[3] / "playbook"
REPLIES = Replies.read(PLAYBOOK / "replies")
NOON = datetime.fromisoformat("2026-03-12T12:00:00+08:00")  # a Thursday
NIGHT = datetime.fromisoformat("2026-03-14T23:00:00+08:00")  # a Saturday

BOOKS: dict[str, Any] = {
    "return_window_days": 10,
    "return_rule": {"wrong_or_damaged_days": 21, "hygiene_items": "only if unopened or faulty"},
    "exchange_rule": {"window_days": 12, "target_in_stock": True},
    "refund_auto_limit_hkd": {"none": 600, "gold": 1500},
    "refund_rule": {"method": "original payment method", "working_days": "5-8"},
    "cancel_rule": {"statuses": ["pending", "processing"]},
    "address_rule": {"statuses": ["pending"]},
    "invoice_rule": {"fields": ["title", "tax_id"], "edit_days_after_issue": 25},
    "bulk_discount": {"10-49": "0.04", "50+": "0.1"},
    "quote_rule": {"valid_days": 9},
    "hours": {
        "ai": "24 hours, every day",
        "human": "Mon-Fri 09:30-18:30, closed on Sundays and public holidays",
        "human_open": {"mon-fri": "09:30-18:30", "sat": "10:00-14:00"},
        "public_holidays": ["2026-10-01", "2026-12-25", "2026-12-26"],
        "store": {"赤柱店": "10:00-20:00", "Mong Kok store": "12:00-22:30"},
    },
    "expedite_rule": {"per_order_per_day": 2},
    "authentication": {"needed_for": ["account_balance"], "attempts": 4},
    "weather_rule": {"signals": ["T8", "black_rain"], "resumes_hours_after_signal_ends": 3},
    "privacy_rule": {"requests": ["access", "erasure"], "answer_within_days": 28},
    "safety_rule": "stop using the product, unplug it, keep it for inspection",
    "fraud_rule": "we never ask for codes; our only site is shop.books.example",
    "warranty": "2 years; accidental damage is not covered",
    "shipping": {"hk": "HK$35, free from HK$300", "macau": "HK$80"},
    "payment": ["Visa", "FPS", "AlipayHK"],
    "escalation": [
        {"when": "complaint", "red_alert": "yes", "priority": "high", "handover": "required"}
    ],
}
INN: dict[str, Any] = {
    "return_window_days": 0,
    "return_rule": {"hygiene_items": "sealed ones within 3 days"},
    "refund_auto_limit_hkd": {"none": 0},
    "refund_rule": {"working_days": "14"},
    "cancel_rule": {"statuses": ["pending", "shipped"]},
    "hours": {
        "ai": "07:00-23:00",
        "human": "by appointment",
        "store": {"mon-fri": "08:00-20:00", "sat": "closed"},
    },
    "hotel_rule": {"free_change_hours_before_checkin": 36, "checkin_time": "14:00"},
    "weather_rule": {"signals": ["black_rain", "sandstorm"]},
    "safety_rule": "call the front desk at once",
    "fraud_rule": "we never ask for card data",
    "warranty": "12 months on lamps, 24 months on beds",
    "shipping": {"hk": "by quotation only", "outlying_islands": "HK$120; 3-5 working days"},
    "payment": ["credit card", "cash"],
    "compensation_rule": "HK$50 voucher for each late day",
}
BARE: dict[str, Any] = {"return_window_days": 7, "refund_auto_limit_hkd": {}}

NAMES = CompanyNames.model_validate({"zh": "書館", "en": "Book Hall", "hotel_zh": "書館旅舍"})
ROOM = Room.model_validate(
    {"type": "twin", "name_zh": "雙人房", "name_en": "twin room", "rate_hkd": 700}
)
GOODS = [
    Product.model_validate(
        {
            "sku": "MASK-1",
            "name_zh": "眼罩（藍色）",
            "name_en": "sleep mask, blue",
            "price_hkd": 90,
            "stock": {"warehouse": 3, "赤柱店": 1},
            "hygiene": True,
        }
    )
]


def company(rules: dict[str, Any], *, rooms: list[Room] | None = None) -> PolicyAnswers:
    policies = Policies.model_validate(rules)
    goods = GOODS if rules is BOOKS else []
    return PolicyAnswers(policies, StaffCalendar(policies.hours), NAMES, goods, rooms or [])


COMPANIES = {"books": company(BOOKS), "inn": company(INN, rooms=[ROOM]), "bare": company(BARE)}


def asked(who: str, topic: str, text: str = "", *, now: datetime = NOON) -> PolicyAnswer | None:
    return COMPANIES[who].answer(topic, text, now)


def said(
    who: str, topic: str, text: str = "", *, now: datetime = NOON, language: Language = "en"
) -> str:
    """The answer as the customer reads it; nothing when the rules say nothing."""
    answer = asked(who, topic, text, now=now)
    if answer is None:
        return ""
    values = {
        name: to_script(value, language) if isinstance(value, str) else value
        for name, value in answer.values.items()
    }
    return REPLIES.say(answer.reply, language, **values)
