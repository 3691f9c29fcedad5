"""The ways of naming a day: a pattern each, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from understanding.calendar_words import (
    HOLIDAYS,
    MONTH,
    MONTH_NUMBER,
    RELATIVE,
    WEEKDAY_EN,
    WEEKDAY_ZH,
)
from understanding.normalise import both_scripts

# A date without a year this far ahead was more likely the one just gone (15/11 said on 21/11).
TOO_FAR = 300

# Reads a match on a given day; the flag says that only days to come are meant.
Read = Callable[[re.Match[str], date, bool], list[date]]


def day(year: int, month: int, number: int) -> list[date]:
    """That day, or nothing where the calendar has none."""
    try:
        return [date(year, month, number)]
    except ValueError:
        return []


def upcoming(today: date, month: int, number: int, ahead: bool) -> list[date]:
    """The next such day; unless `ahead`, the one just gone when the next is most of a year away."""
    for year in range(today.year, today.year + 5):
        found = day(year, month, number)
        if found and found[0] >= today:
            past = day(year - 1, month, number)
            far = (found[0] - today).days > TOO_FAR
            return past if far and past and not ahead else found
    return []


def next_in_month(today: date, number: int) -> list[date]:
    """The next day with that number, in this month or a following one."""
    year, month = today.year, today.month
    for _ in range(4):
        found = day(year, month, number)
        if found and found[0] >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return []


def _full(match: re.Match[str], _: date, __: bool) -> list[date]:
    year = int(match["y"])
    month, number = _day_first(int(match["m"]), int(match["d"]))
    return day(year + 2000 if year < 100 else year, month, number)


def _day_first(month: int, number: int) -> tuple[int, int]:
    return (number, month) if month > 12 >= number else (month, number)


def _month_day(match: re.Match[str], today: date, ahead: bool) -> list[date]:
    month, last = _day_first(int(match["m"]), int(match["d"]))
    return [one for number in _days(match, last) for one in upcoming(today, month, number, ahead)]


def _days(match: re.Match[str], last: int) -> list[int]:
    first = match.groupdict().get("d1")
    return [int(first), last] if first else [last]


def _named_month(match: re.Match[str], today: date, ahead: bool) -> list[date]:
    month = MONTH_NUMBER[match["mon"][:3]]
    numbers = _days(match, int(match["d"]))
    if match["y"]:
        return [one for number in numbers for one in day(int(match["y"]), month, number)]
    return [one for number in numbers for one in upcoming(today, month, number, ahead)]


def _day_only(match: re.Match[str], today: date, _: bool) -> list[date]:
    first = match.groupdict().get("d1")
    before = next_in_month(today, int(first)) if first else []
    return before + next_in_month(before[0] if before else today, int(match["d"]))


def _relative_month(match: re.Match[str], today: date, _: bool) -> list[date]:
    ahead = match["rm"].count("下") - match["rm"].count("上")
    year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return day(year, month + 1, int(match["d"])) if match["d"] else [_last_day(year, month + 1)]


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _end_of_month(_: re.Match[str], today: date, __: bool) -> list[date]:
    return [_last_day(today.year, today.month)]


def _chinese_weekday(match: re.Match[str], today: date, _: bool) -> list[date]:
    wanted, which = WEEKDAY_ZH[match["wd"]], match["which"] or ""
    if not which:
        return [today + timedelta(days=(wanted - today.weekday()) % 7)]
    weeks = which.count("下") - which.count("上")
    return [today + timedelta(days=wanted - today.weekday() + 7 * weeks)]


def _english_weekday(match: re.Match[str], today: date, _: bool) -> list[date]:
    wanted, which = WEEKDAY_EN[match["wd"][:3]], (match["which"] or "").strip()
    if which in ("last", "past", "previous"):
        return [today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)]
    if which == "next":
        return [today + timedelta(days=7 - today.weekday() + wanted)]
    after = 1 if which.endswith("coming") else 0
    return [today + timedelta(days=(wanted - today.weekday() - after) % 7 + after)]


def _weekend(match: re.Match[str], today: date, _: bool) -> list[date]:
    weeks = 7 if match[0].startswith(("下", "next")) else 0
    return [max(today + timedelta(days=5 - today.weekday() + weeks), today)]


def _counted(match: re.Match[str], today: date, _: bool) -> list[date]:
    count = 1 if match["n"] in ("a", "an") else int(match["n"])
    days = count * (1 if match["unit"][0] in "d日天" else 7)
    return [today + timedelta(days=-days if match.groupdict().get("ago") else days)]


def _shifted(days: int) -> Read:
    return lambda _, today, __: [today + timedelta(days=days)]


def _fixed(month: int, number: int) -> Read:
    return lambda _, today, ahead: upcoming(today, month, number, ahead)


_D = r"(?P<d>[0-3]?\d)"
_D1 = r"(?P<d1>[0-3]?\d)"
_TH = r"(?:st|nd|rd|th)"
_TO = r"(?:\s*(?:-|–|—|~|至|到|to|until|till|through|and)\s*(?:the )?)"
_Y = r"(?P<y>20\d\d)"
_OR_Y = rf"(?:,? {_Y})?"
_MON = rf"(?P<mon>{MONTH})\b"
_M = r"(?P<m>1[0-2]|0?[1-9])"
# 巧明街12號, 3號房 and #15號 are a door, a room and a number.
_BEFORE = r"(?<![街道路里徑巷坊邨村苑廣場樓座單第帳台弄圍灣園角#\d/.a-z-])"
_AFTER = (
    r"(?!\s*(?:樓|層|室|舖|鋪|房|門|店|單|碼|倉|色|機|幹線|線|客服|套餐|order|款|波|風球|廠|大廈|"
    r"地下|閣|院|館|座|電池))"
)
_UNIT = r"(?P<unit>日|天|個?星期|個?禮拜|週|days?|weeks?)"
_FLOOR = (
    r"(?! (?:floor|fl|item|order|time|st|street|avenue|century|anniversary|birthday|one|gen)\b)"
)
_DAY_NAME = (
    r"(?P<wd>(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues?|weds?|thur?s?|fri)(?![a-z]))\b"
)
_WHICH = r"(?P<which>(?:this coming|last|next|this|coming|past|previous) )"

_TABLE: list[tuple[str, Read]] = [
    (
        rf"(?<![\d-]){_Y}\s*(?:[-/.]|年)\s*(?P<m>\d\d?)\s*(?:[-/.]|月)\s*(?P<d>\d\d?)(?!\d)"
        rf"\s*[日號]?",
        _full,
    ),
    (r"(?<![\d/.$-])(?P<d>\d\d?)(?P<s>[-/.])(?P<m>\d\d?)(?P=s)(?P<y>20\d\d|\d\d)(?![\d/-])", _full),
    (rf"(?<![\d/.$a-z-]){_D1}{_TO}{_D}/(?P<m>\d\d?)(?![\d/])", _month_day),
    (r"(?<![\d/.$a-z])(?<![a-z]-)(?!24/7)(?P<d>\d\d?)/(?P<m>\d\d?)(?![\d/%])(?! of\b)", _month_day),
    (rf"(?<!\d){_M}\s*月份?\s*{_D1}\s*[日號]?{_TO}{_D}(?![\d月])\s*[日號]?", _month_day),
    (rf"(?<!\d){_M}\s*月份?\s*{_D}(?![\d個])\s*[日號]?", _month_day),
    (
        rf"(?P<rm>下下個?月|下個?月|上個?月|今個?月|本月|呢個?月|這個?月)\s*[的嘅]?\s*"
        rf"(?:{_D}\s*[日號]|[尾底末])",
        _relative_month,
    ),
    (rf"(?<![\d$]){_D1}{_TH}?{_TO}{_D}{_TH}? (?:of )?{_MON}\.?{_OR_Y}", _named_month),
    (rf"\b{_MON}\.? (?:the )?{_D1}{_TH}?{_TO}{_D}{_TH}?(?![\d:/]){_OR_Y}", _named_month),
    (rf"(?<![\d$.]){_D}\s?{_TH}? ?(?:of )?{_MON}(?! be)\.?{_OR_Y}", _named_month),
    (
        rf"\b{_MON}\.? ?(?:the )?{_D}{_TH}?(?![\d:/])(?! ?(?:pm|am|%|pcs|units)){_OR_Y}",
        _named_month,
    ),
    (rf"{_BEFORE}{_D1}\s*[號日]?{_TO}{_D}\s*號{_AFTER}", _day_only),
    (rf"{_BEFORE}{_D1}\s*日\s*[至到]\s*{_D}\s*日", _day_only),
    (rf"{_BEFORE}{_D}\s*號{_AFTER}", _day_only),
    (
        r"(?<![\d等過第咗了要每月來用早遲前後多住延])(?P<d>[0-3]?\d)日(?=入住|check|退房|[早晚]|下午|上午|"
        r"送|到貨)",
        _day_only,
    ),
    (rf"(?<![\d$]){_D1}{_TH}{_TO}{_D}{_TH}\b", _day_only),
    (rf"(?<![\d$]){_D}{_TH}\b{_FLOOR}", _day_only),
    (
        r"(?<![\d每])(?P<which>上上|上|下下|下|今|本|呢|這)?個?(?:星期|禮拜|週|周)"
        r"(?P<wd>[一二三四五六日天1-7])(?!個)",
        _chinese_weekday,
    ),
    (rf"\b{_WHICH}?{_DAY_NAME}", _english_weekday),
    (
        rf"\b(?:{_WHICH}|(?<=on )|(?<=by )|(?<=to )|(?<=til )|(?<=till )|(?<=until )|(?<=from ))"
        r"(?P<wd>sat|sun)\b",
        _english_weekday,
    ),
    (r"(?:今個?|呢個?|這個?|下個?)?[週周]末|\b(?:this|next|the|coming) weekend", _weekend),
    (rf"\bin (?P<n>an?|\d{{1,3}}) {_UNIT}(?!['’])", _counted),
    (
        rf"(?<![\d-])\b(?P<n>a|\d{{1,3}}) {_UNIT}(?:'s time| from (?:now|today)| later| time\b)",
        _counted,
    ),
    (rf"(?<![\d-])\b(?P<n>a|\d{{1,3}}) {_UNIT} (?P<ago>ago|back)\b", _counted),
    (rf"(?<![\d\-滿到貨])(?P<n>\d{{1,3}})\s*{_UNIT}(?:之後|以後|後)", _counted),
    (rf"過(?P<n>\d{{1,3}})\s*{_UNIT}(?!未|都|仲|沒)", _counted),
    (rf"(?<![\d\-提])(?P<n>\d{{1,3}})\s*{_UNIT}(?P<ago>之前|以前|前)", _counted),
    (r"月[尾底末]|\b(?:the )?end of (?:the |this )?month", _end_of_month),
    *[(name, _fixed(month, number)) for name, month, number in HOLIDAYS],
    *[(words, _shifted(days)) for words, days in RELATIVE.items()],
]
RULES = [(re.compile(both_scripts(pattern), re.ASCII), read) for pattern, read in _TABLE]
