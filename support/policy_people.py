"""What the rules say of people: when they are there, complaints, compensation, privacy."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from domain.eligibility import hong_kong_day
from support.opening_words import (
    AskedDay,
    Week,
    asked_day,
    each_day_in_words,
    hours_in_words,
    schedule_in_words,
    week_of,
)
from support.rulebook import PolicyAnswer, Question, Rulebook
from support.terms import Words

_ALWAYS = re.compile(r"\b24\b|24/7|around the clock|廿四|二十四|24\s*小時|24小时")
_CLOSED_ON_HOLIDAYS = re.compile(r"(?:closed|except|not)[^.;]*holiday|假期[^。；]*(?:休息|除外)")


def human_hours(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """When people are there: on the day that was asked about, and in general."""
    if not _staffed(book):
        return _quoted_hours(book, "topic.human_hours.quoted")
    later = _later(book, question.now)
    values = {**_schedule(book).named("schedule"), **_bot(book), **later}
    day = _day(book, asked_day(question.text, question.now), hong_kong_day(question.now))
    if day is None:
        reply = "topic.human_hours.later" if later else "topic.human_hours.now"
        return PolicyAnswer(reply, values, "hours.human_open")
    if "there_zh" in day:
        return PolicyAnswer("topic.human_hours.day_open", {**values, **day}, "hours.human_open")
    reply = "topic.human_hours.day_closed_later" if later else "topic.human_hours.day_closed"
    return PolicyAnswer(reply, {**values, **day}, "hours.human_open")


def _staffed(book: Rulebook) -> bool:
    return any(week_of(book.policies.hours.human_open).values())


def _quoted_hours(book: Rulebook, reply: str) -> PolicyAnswer | None:
    text = book.policies.hours.human
    return PolicyAnswer(reply, {"text": text}, "hours.human") if text else None


def _later(book: Rulebook, now: datetime) -> dict[str, Any]:
    """When people are there next; nothing while they are."""
    following = None if book.calendar.is_open(now) else book.calendar.next_open(now)
    return {} if following is None else {"next": following}


def _schedule(book: Rulebook) -> Words:
    hours = book.policies.hours
    holidays = bool(hours.public_holidays) or _closed_on_holidays(hours.human)
    return schedule_in_words(week_of(hours.human_open), book.terms, closed_on_holidays=holidays)


def _closed_on_holidays(text: str | None) -> bool:
    return _CLOSED_ON_HOLIDAYS.search((text or "").casefold()) is not None


def _bot(book: Rulebook) -> dict[str, Any]:
    if _ALWAYS.search((book.policies.hours.ai or "").casefold()):
        return book.terms.phrase("bot_always").named("bot")
    return Words("", "").named("bot")


def _day(book: Rulebook, asked: AskedDay, today: date) -> dict[str, Any] | None:
    """The day in words, with its hours if people are there; None where no rule decides it."""
    hours = book.policies.hours
    week = week_of(hours.human_open)
    if asked.date is not None:
        years = {one.year for one in hours.public_holidays}
        if asked.holiday and asked.date.year not in years:
            return None
        closed = asked.date in hours.public_holidays
        there = _there(book, week, () if closed else (asked.date.weekday(),))
        # Of today it is told whether somebody is there now, not that they were there this morning.
        return None if there and asked.date == today else {"day": asked.date, **there}
    if asked.holiday:
        known = hours.public_holidays or _closed_on_holidays(hours.human)
        return book.terms.phrase("on_public_holidays").named("day") if known else None
    spans_of_days = {tuple(week[day]) for day in asked.weekdays}
    if len(spans_of_days) != 1:
        return None
    named = each_day_in_words(asked.weekdays, book.terms).named("day")
    return {**named, **_there(book, week, asked.weekdays)}


def _there(book: Rulebook, week: Week, days: tuple[int, ...]) -> dict[str, Any]:
    open_hours = week[days[0]] if days else []
    return hours_in_words(open_hours, book.terms).named("there") if open_hours else {}


def bot_hours(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """Whether this chat answers around the clock."""
    text = book.policies.hours.ai
    if not text:
        return None
    if _ALWAYS.search(text.casefold()):
        return PolicyAnswer("topic.bot_hours.always", {}, "hours.ai")
    return PolicyAnswer("topic.bot_hours.quoted", {"text": text}, "hours.ai")


def handover_policy(book: Rulebook, question: Question) -> PolicyAnswer | None:
    """How to reach a person, and when one answers."""
    if not _staffed(book):
        return _quoted_hours(book, "topic.handover_policy.quoted")
    later = _later(book, question.now)
    values = {**_schedule(book).named("schedule"), **later}
    reply = "topic.handover_policy.later" if later else "topic.handover_policy.now"
    return PolicyAnswer(reply, values, "hours.human_open")


def complaint_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """Where complaints go: to a person, whose hours are named."""
    text = book.other_text("complaint_rule")
    if text is not None:
        return PolicyAnswer("topic.complaint_policy.quoted", {"text": text}, "complaint_rule")
    if not _escalates(book, "complaint"):
        return None
    if not _staffed(book):
        return PolicyAnswer("topic.complaint_policy.plain", {}, "escalation")
    values = _schedule(book).named("schedule")
    return PolicyAnswer("topic.complaint_policy.hours", values, "escalation")


def compensation_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """No promise: a person looks at each case, unless a rule says more."""
    text = book.other_text("compensation_rule") or book.other_text("compensation")
    if text is not None:
        values = {"text": text}
        return PolicyAnswer("topic.compensation_policy.quoted", values, "compensation_rule")
    if not _escalates(book, "compensation") and not _escalates(book, "complaint"):
        return None
    return PolicyAnswer("topic.compensation_policy.case", {}, "escalation")


def _escalates(book: Rulebook, word: str) -> bool:
    """Whether the table of what follows from what speaks of it."""
    lines = book.policies.escalation
    return any(word in one.when.casefold() or word in one.reason for one in lines)


def privacy_policy(book: Rulebook, _: Question) -> PolicyAnswer | None:
    """Which requests about personal data are taken, and when they are answered."""
    rule = book.policies.privacy_rule
    values = book.terms.names("requests", rule.requests).named("requests") if rule.requests else {}
    if rule.answer_within_days is not None:
        values["days"] = rule.answer_within_days
    if not values:
        return None
    if not rule.requests:
        return PolicyAnswer("topic.privacy_policy.days", values, "privacy_rule")
    if rule.answer_within_days is None:
        return PolicyAnswer("topic.privacy_policy.requests", values, "privacy_rule")
    return PolicyAnswer("topic.privacy_policy.requests_days", values, "privacy_rule")
