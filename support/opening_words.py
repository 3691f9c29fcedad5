"""Opening hours in words, and which day a customer asks about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.eligibility import hong_kong_day
from domain.errors import ConfigurationError
from support.calendar import Span, spans, weekdays
from support.terms import Terms, Words, fold, listed

Week = Mapping[int, Sequence[Span]]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_END_OF_DAY = time(23, 59, 59)
_HAN_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})",
        r"(?<![\d:])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d:])",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b",
    )
)
_FEASTS = (
    (r"christmas eve|xmas eve|平安夜", 12, 24),
    (r"boxing day", 12, 26),
    (r"christmas|xmas|圣诞", 12, 25),
    (r"元旦|new year'?s day", 1, 1),
    (r"国庆|national day", 10, 1),
)
_AHEAD = (
    (r"后日|后天|day after tomorrow", 2),
    (r"听日|听朝|听晚|明天|明日|明早|明晚|tomorrow|\btmr\b", 1),
    (r"今日|今天|今晚|今朝|\btoday\b|\btonight\b", 0),
)
_HOLIDAY = re.compile(
    r"假期|假日|红日|过年|新年|农历|春节|年初|除夕|长假|连假|holiday|\bcny\b|chinese new year"
)
_HAN_WEEKDAYS = re.compile(r"(?:星期|礼拜|周)([一二三四五六日天]+)")
_EN_WEEKDAYS = re.compile(rf"\b({'|'.join(_DAYS)})(?:day|sday|nesday|rsday|urday|s)*\b")
_WEEKEND = re.compile(r"周末|weekend|六日")


@dataclass(frozen=True)
class AskedDay:
    """The day of a question: a date (a feast, perhaps), days of the week, or public holidays."""

    date: date | None = None
    weekdays: tuple[int, ...] = ()
    holiday: bool = False

    def __bool__(self) -> bool:
        return bool(self.date or self.weekdays or self.holiday)


def asked_day(text: str, now: datetime) -> AskedDay:
    """The day that a question is about; empty when it names none."""
    said, today = fold(text), hong_kong_day(now)
    feast = next(((m, d) for words, m, d in _FEASTS if re.search(words, said)), None)
    if feast is not None:
        return AskedDay(date=_coming(today, *feast), holiday=True)
    named = _date(said, today)
    if named is not None:
        return AskedDay(date=named)
    if _HOLIDAY.search(said):
        return AskedDay(holiday=True)
    return AskedDay(weekdays=_weekdays(said))


def _date(said: str, today: date) -> date | None:
    for pattern in _DATES:
        match = pattern.search(said)
        if match:
            groups = match.groupdict()
            month = groups.get("month") or _MONTHS.index(groups["name"][:3]) + 1
            return _coming(today, int(month), int(match["day"]))
    return next((today + timedelta(days=n) for words, n in _AHEAD if re.search(words, said)), None)


def _coming(today: date, month: int, day: int) -> date | None:
    """The next such day, today included; None when there is no such day."""
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _weekdays(said: str) -> tuple[int, ...]:
    found = [_HAN_DAYS[char] for run in _HAN_WEEKDAYS.findall(said) for char in run]
    found += [_DAYS.index(name) for name in _EN_WEEKDAYS.findall(said)]
    if _WEEKEND.search(said):
        found += [5, 6]
    return tuple(sorted(set(found)))


def week_of(hours: Mapping[str, str | None]) -> dict[int, list[Span]]:
    """Days of the week with their hours; a day without hours is empty."""
    week: dict[int, list[Span]] = {day: [] for day in range(7)}
    for days, words in hours.items():
        for day in weekdays(days):
            week[day] += spans(words)
    return {day: sorted(open_hours) for day, open_hours in week.items()}


def names_days(keys: Sequence[str]) -> bool:
    """Whether these are days of the week rather than shops."""
    try:
        return bool(keys) and all(weekdays(key) for key in keys)
    except ConfigurationError:
        return False


def hours_in_words(open_hours: Sequence[Span], terms: Terms) -> Words:
    """`09:00–13:00 and 14:00–18:00`."""
    if not open_hours:
        return terms.phrase("closed_all_day")
    return terms.both([Words.verbatim(f"{start:%H:%M}–{_end(end)}") for start, end in open_hours])


def schedule_in_words(week: Week, terms: Terms, *, closed_on_holidays: bool) -> Words:
    """`Mon–Fri 09:00–18:00, Sat 09:00–13:00; closed Sun and public holidays`."""
    groups: dict[tuple[Span, ...], list[int]] = {}
    for day in range(7):
        groups.setdefault(tuple(week.get(day, ())), []).append(day)
    lines = [
        terms.phrase("open", days=days_in_words(days, terms), hours=hours_in_words(hours, terms))
        for hours, days in groups.items()
        if hours
    ]
    schedule = listed(lines, "，", ", ")
    closed = _each_day(groups.get((), []), terms)
    if closed_on_holidays:
        closed.append(terms.phrase("public_holidays"))
    if not closed:
        return schedule
    return terms.phrase("closed", schedule=schedule, days=terms.both(closed))


def days_in_words(days: Sequence[int], terms: Terms) -> Words:
    """`Mon–Fri`, `Sat, Sun`, `every day`."""
    if len(days) == 7:
        return terms.phrase("every_day")
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return listed(part for run in runs for part in _run(run, terms))


def each_day_in_words(days: Sequence[int], terms: Terms) -> Words:
    """`Sundays`; more than two days as in a schedule."""
    return terms.both(_each_day(days, terms))


def _each_day(days: Sequence[int], terms: Terms) -> list[Words]:
    if len(days) > 2:
        return [days_in_words(days, terms)]
    return [terms.name("each_day", _DAYS[day]) for day in days]


def _run(run: Sequence[int], terms: Terms) -> list[Words]:
    names = [terms.name("days", _DAYS[day]) for day in run]
    if len(run) > 2:
        return [terms.phrase("weekdays", first=names[0], last=names[-1])]
    return [terms.phrase("weekday", day=name) for name in names]


def _end(end: time) -> str:
    return "24:00" if end == _END_OF_DAY else f"{end:%H:%M}"
