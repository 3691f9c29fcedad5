"""When people are there: the company's staffed hours, Sundays and public holidays, in Hong Kong time."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import ConfigurationError
from domain.policies import Hours

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_HORIZON = 60  # days to look ahead for the next staffed one; longer closures are nobody's holidays

Span = tuple[time, time]


class StaffCalendar:
    """The company's staffed hours."""

    def __init__(self, hours: Hours) -> None:
        self._holidays = frozenset(hours.public_holidays)
        self._open: dict[int, list[Span]] = {day: [] for day in range(7)}
        for days, span in hours.human_open.items():
            for day in weekdays(days):
                self._open[day] += spans(span)

    def is_open(self, now: datetime) -> bool:
        """Is somebody there now?"""
        local = now.astimezone(HONG_KONG)
        return any(start <= local.time() < end for start, end in self._spans(local.date()))

    def next_open(self, now: datetime) -> datetime | None:
        """When somebody is there next: `now` if they are, None if the company has no staffed hours."""
        local = now.astimezone(HONG_KONG)
        if self.is_open(local):
            return local
        for ahead in range(_HORIZON):
            day = local.date() + timedelta(days=ahead)
            for start, _ in self._spans(day):
                opening = datetime.combine(day, start, HONG_KONG)
                if opening > local:
                    return opening
        return None

    def _spans(self, day: date) -> list[Span]:
        return [] if day in self._holidays else sorted(self._open[day.weekday()])


def weekdays(words: str) -> list[int]:
    """`mon-fri`, `sat`, `mon,wed`, `daily` as numbers, Monday being 0.

    Raises:
        ConfigurationError: a day that is none.
    """
    text = words.lower().replace(" ", "")
    if text in ("daily", "everyday", "all"):
        return list(range(7))
    found: list[int] = []
    for part in text.split(","):
        ends = [name[:3] for name in re.split(r"[-–]", part)]
        if any(end not in _DAYS for end in ends):
            raise ConfigurationError(
                f"hours: {words!r} names no days; write 'mon-fri', 'sat' or 'daily'"
            )
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return found


def spans(words: str | None) -> list[Span]:
    """`09:00-13:00, 14:00-18:00` as pairs of times; nothing or `closed` as none."""
    found = []
    for match in _SPAN.finditer(words or ""):
        start, end = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
        closing = time(23, 59, 59) if end[0] >= 24 else time(*end)
        found.append((time(*start), closing))
    return found
