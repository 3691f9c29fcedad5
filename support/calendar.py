"""When people are there: the company's staffed hours, Sundays and public holidays, in Hong Kong time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import ConfigurationError
from domain.policies import Hours

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_CLOSED_ON_HOLIDAYS = re.compile(r"(?:closed|except|not)[^.;]*holiday|假期[^。；]*(?:休息|除外)")
_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(days=7)
_NOTHING = timedelta()

Span = tuple[time, time]
_Shift = tuple[timedelta, timedelta]  # from midnight; the end may lie in the next day


class Holiday(BaseModel):
    """A day on which nobody works. `kept`: a person wrote it, so that no update touches it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    kept: bool = False


class _HolidayFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    holidays: list[Holiday]


class StaffCalendar:
    """The company's staffed hours, less its own holidays and the `holidays` of the place.

    Every moment that goes in has a time zone; every moment that comes out is on the clock of Hong Kong.
    A shift that runs past midnight belongs to the day on which it began.
    """

    def __init__(self, hours: Hours, holidays: Iterable[date] = ()) -> None:
        self._holidays = frozenset(hours.public_holidays) | frozenset(holidays)
        shifts: dict[int, list[_Shift]] = {day: [] for day in range(7)}
        for days, words in hours.human_open.items():
            for day in weekdays(days):
                shifts[day] += _shifts(words)
        # What is staffed from midnight to midnight, for every kind of day: a holiday or none, after one or none.
        self._staffed = {
            (day, works, worked): _from_midnight_to_midnight(
                shifts[day] if works else [], shifts[(day - 1) % 7] if worked else []
            )
            for day in range(7)
            for works in (True, False)
            for worked in (True, False)
        }
        self._whole = {kind: _length(shifts) for kind, shifts in self._staffed.items()}
        self._never = not any(self._whole.values())

    def is_open(self, now: datetime) -> bool:
        """Is somebody there now?"""
        day, since = _local(now)
        return any(opening <= since < closing for opening, closing in self._on(day))

    def until_close(self, now: datetime) -> timedelta:
        """How long somebody is there without a break (lunch is one); nothing if nobody is, a week at most."""
        day, since = _local(now)
        left = _NOTHING
        while left < _ONE_WEEK:
            closing = next((end for start, end in self._on(day) if start <= since < end), since)
            left += closing - since
            if closing < _ONE_DAY:
                return left
            day, since = day + _ONE_DAY, _NOTHING
        return _ONE_WEEK

    def next_open(self, now: datetime) -> datetime | None:
        """When somebody is there next: `now` if they are, None if the company has no staffed hours."""
        day, since = _local(now)
        while not self._never:
            for opening, closing in self._on(day):
                if closing > since:
                    return _moment(day, max(opening, since))
            day, since = day + _ONE_DAY, _NOTHING
        return None

    def add(self, start: datetime, duration: timedelta) -> datetime | None:
        """The first moment by which `duration` of staffed time has passed since `start`.

        Outside hours the clock begins to run at the next opening. A duration that is used up exactly at closing
        time ends there, not at the next opening. None if the company has no staffed hours.

        Raises:
            ValueError: the duration is negative.
        """
        if duration < _NOTHING:
            raise ValueError(f"{duration} is negative; staffed time is counted forward only")
        day, since = _local(start)
        left = duration + self._before(day, since)
        while not self._never:
            whole = self._whole[self._kind(day)]
            if left <= whole:
                found = self._after(day, since, left)
                if found is not None:
                    return found
            left, day, since = left - whole, day + _ONE_DAY, _NOTHING
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The staffed time from one moment to another; negative if the second comes first."""
        (first, since), (last, until) = _local(start), _local(end)
        if last < first:
            return -self.between(end, start)
        staffed = self._before(last, until) - self._before(first, since)
        for step in range((last - first).days):
            staffed += self._whole[self._kind(first + timedelta(days=step))]
        return staffed

    def _after(self, day: date, since: timedelta, staffed: timedelta) -> datetime | None:
        """The moment of a day, not before `since`, by which so much of its staffed time has passed."""
        for opening, closing in self._on(day):
            if since <= closing and staffed <= closing - opening:
                return _moment(day, opening + staffed)
            staffed -= closing - opening
        return None

    def _before(self, day: date, since: timedelta) -> timedelta:
        """How much of a day's staffed time is over."""
        over = [(start, min(end, since)) for start, end in self._on(day) if start < since]
        return _length(over)

    def _on(self, day: date) -> tuple[_Shift, ...]:
        return self._staffed[self._kind(day)]

    def _kind(self, day: date) -> tuple[int, bool, bool]:
        return day.weekday(), day not in self._holidays, day - _ONE_DAY not in self._holidays


def read_holidays(path: Path) -> frozenset[date]:
    """The dates of a file of public holidays.

    Raises:
        ConfigurationError: names the file, the line and the remedy.
    """
    return frozenset(one.day for one in holidays_in(path))


def holidays_in(path: Path) -> list[Holiday]:
    """The holidays of a file with their names, in order.

    Raises:
        ConfigurationError: names the file, the line and the remedy.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = _HolidayFile.model_validate(content).holidays
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path.name} is missing; make it with `nightdesk calendar update`"
        ) from error
    except ValidationError as error:
        raise ConfigurationError(
            f"{path.name}: {_problem(error)}; "
            "write a list `holidays` with lines like {day: 2026-10-01, zh: 國慶日, en: National Day}"
        ) from error
    except (
        OSError,
        ValueError,
        yaml.YAMLError,
    ) as error:  # a 13th month is a ValueError of the YAML reader
        raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
    days = [one.day for one in found]
    twice = sorted({day for day in days if days.count(day) > 1})
    if twice:
        raise ConfigurationError(f"{path.name}: {twice[0]} stands there twice; remove one of them")
    return sorted(found, key=lambda one: one.day)


def observes_holidays(hours: Hours) -> bool:
    """Does the company close on public holidays? One that lists none, and says nothing, works on them."""
    said = (hours.human or "").casefold()
    return bool(hours.public_holidays) or _CLOSED_ON_HOLIDAYS.search(said) is not None


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


def _shifts(words: str | None) -> list[_Shift]:
    """Spans as they are worked: `22:00-02:00` ends in the next day, and so does `22:00-26:00`."""
    found = []
    for match in _SPAN.finditer(words or ""):
        hour, minute, last_hour, last_minute = map(int, match.groups())
        start = timedelta(hours=hour, minutes=minute)
        end = timedelta(hours=last_hour, minutes=last_minute)
        if end < start:
            end += _ONE_DAY
        if max(minute, last_minute) > 59 or start >= _ONE_DAY or end - start > _ONE_DAY:
            raise ConfigurationError(f"hours: {match[0]!r} is no span; write '09:00-18:00'")
        found.append((start, end))
    return found


def _from_midnight_to_midnight(
    shifts: Iterable[_Shift], of_yesterday: Iterable[_Shift]
) -> tuple[_Shift, ...]:
    """A day's shifts and what runs on from the day before, in order, what overlaps as one."""
    parts = [(start, min(end, _ONE_DAY)) for start, end in shifts if start < end]
    parts += [(_NOTHING, end - _ONE_DAY) for _, end in of_yesterday if end > _ONE_DAY]
    joined: list[_Shift] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _problem(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"


def _length(shifts: Iterable[_Shift]) -> timedelta:
    return sum((end - start for start, end in shifts), _NOTHING)


def _local(moment: datetime) -> tuple[date, timedelta]:
    """The day in Hong Kong, and how long it has run; the city has no summer time."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    here = moment.astimezone(HONG_KONG)
    return here.date(), here - datetime.combine(here.date(), time(), HONG_KONG)


def _moment(day: date, since: timedelta) -> datetime:
    return datetime.combine(day, time(), HONG_KONG) + since
