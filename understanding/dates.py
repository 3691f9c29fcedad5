"""Find the calendar days that a message names, in any of the ways people name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from understanding.date_rules import RULES
from understanding.spoken import view


@dataclass(frozen=True)
class DateMention:
    """A day, and where the message says so. Both days of a range have the same place."""

    value: date
    start: int
    end: int
    text: str


def dates(text: str, now: datetime, *, ahead: bool = False) -> list[DateMention]:
    """The days named in a message, in its order.

    A day without a month or year is the next one to come; `ahead` says that a past day
    cannot be meant.
    """
    seen = view(text)
    taken: list[tuple[int, int]] = []
    found: list[DateMention] = []
    for pattern, read in RULES:
        for match in pattern.finditer(seen.text):
            low, high = match.span()
            if any(start < high and low < end for start, end in taken):
                continue
            values = read(match, now.date(), ahead)
            start, end = seen.span(low, high)
            # The 31st of April is no day, and no part of it is another one.
            named = "月" in match[0] or match.groupdict().get("mon")
            taken += [(low, high)] if values or named else []
            found += [DateMention(one, start, end, text[start:end]) for one in values]
    return sorted(found, key=lambda mention: mention.start)
