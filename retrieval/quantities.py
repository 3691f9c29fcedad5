"""Reads the amounts, periods, clock times, dates and phone numbers that stand in a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from domain.script import simplify
from retrieval.numerals import CHINESE, ENGLISH, MONTHS, number
from retrieval.units import UNITS

Kind = Literal["number", "date", "time"]


@dataclass(frozen=True)
class Quantity:
    """One value of a sentence. `low` and `high` are equal unless it is a range such as 3-5 days.

    `unit` is what is counted; amounts of one unit can be compared. `start` and `end` are where its
    words stand in the sentence.
    """

    kind: Kind
    unit: str
    low: float
    high: float
    start: int
    end: int


def flat(text: str) -> str:
    """The text in lower case, half width and one script; every character keeps its place."""
    return "".join(_flat(char) for char in simplify(text))


def _flat(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower()
    return plain if len(plain) == 1 else char


_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,4})?"
_HAN = CHINESE + "{1,9}"
_GAP = r"\s{0,3}"  # bounded, so that no text takes long to read
_N = rf"(?:{_ARABIC}(?:\s?[万千])?|{_HAN}(?:点{_HAN})?|(?:{ENGLISH})(?![a-z]))"
_TO = r"\s{0,3}(?:-|–|—|~|至|到|或|\bto\b|\bor\b)\s{0,3}"
_LISTED = r"\s{0,3}(?:,\s|、|和|及|\band\b)\s{0,3}"  # 30, 32 and 36 cm are three values
_RANGE = rf"(?P<low>{_N})(?:{_TO}(?P<high>{_N}))?"
_HALF_DAY = r"(?P<part>凌晨|清晨|早上|朝早|上昼|上午|中午|正午|下午|下昼|晏昼|傍晚|晚上|夜晚|晚)?"
_HOUR = rf"(?P<hour>\d{{1,2}}|{CHINESE}{{1,3}})"

_DATE = re.compile(
    rf"(?:(?P<year>\d{{4}}){_GAP}年{_GAP})?(?P<month>\d{{1,2}}|{CHINESE}{{1,2}}){_GAP}月{_GAP}"
    rf"(?P<day>\d{{1,2}}|{CHINESE}{{1,3}}){_GAP}[日号]"
)
_ISO_DATE = re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_SLASH_DATE = re.compile(r"(?<!\d)(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})(?!\d)")
_MONTH = "|".join(rf"{name}[a-z]*\.?" for name in MONTHS)
_DAY_FIRST = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?\b"
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<year>\d{{4}}))?"
)
_PHONE = re.compile(
    r"(?<![\d$.,])(?:\+?852[ -]?)?(?P<digits>\d{4}[ -]?\d{4}|\d{3}-\d{3,4}-\d{4})(?!\d)"
)
_CLOCK = re.compile(
    rf"{_HALF_DAY}{_GAP}(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?!\d){_GAP}(?P<half>[ap]\.?m\b\.?)?"
)
_CLOCK_EN = re.compile(
    r"(?<![\d.:])(?P<hour>\d{1,2})(?:\.(?P<minute>\d{2}))?\s{0,3}(?P<half>[ap]\.?m\b\.?)"
)
_CLOCK_ZH = re.compile(
    rf"{_HALF_DAY}{_GAP}{_HOUR}{_GAP}(?:[点时](?!间|候|段|常|光|节|限|数|算|样|解|会|心)钟?)"
    rf"(?P<minute>半|[正整]|{CHINESE}{{1,3}}分|\d{{1,2}}分)?"
)
_NOON = re.compile(r"\b(?P<word>noon|midday|midnight)\b")
_PERCENT_ZH = re.compile(rf"百分之(?P<low>{_N})")
_DISCOUNT = re.compile(
    rf"(?<![\d.])(?P<tenths>\d(?:\.\d)?|\d\d|{CHINESE}{{1,2}}){_GAP}(?P<word>折|成(?P<half>半)?)(?![交为功本员品立熟])"
)
_MONEY_BEFORE = re.compile(
    r"(?P<sign>hk\$|hkd|us\$|usd|rmb|cny|mop|[$¥€£]|港币|人民币)\s{0,3}"
    rf"(?P<low>{_ARABIC}(?:\s?万)?)(?:{_TO}(?:hk\$|[$¥])?(?P<high>{_ARABIC}))?"
)
_YEARS_AND_HALF = re.compile(
    rf"(?P<low>{_N}){_GAP}(?P<unit>年|个半(?:月|小时|钟头|钟))(?P<half>半)?"
)
_HALF = re.compile(r"(?:半个?|half an?\s+|half-)(?P<unit>年|月|小时|钟头|钟|日|天|year|hour|day)")

_LONG_WORKING = re.compile(rf"{_RANGE}{_GAP}(?:working|business)[ -]days?")
_UNIT_WORDS = "|".join(re.escape(word) for word in sorted(UNITS, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?<![\d.:a-z#])(?<!\d,)(?P<listed>(?:{_N}{_LISTED}){{0,8}})"
    rf"{_RANGE}(?:\s|-)*(?P<unit>{_UNIT_WORDS})(?![a-z])(?!(?<=分)之)"
)
_EACH = re.compile(_N)
_ARTICLES = ("一", "one")  # 一份, one piece: no amount, only "a"
_COUNTED = ("pieces", "people", "times")


def quantities(sentence: str) -> list[Quantity]:
    """Every value of a sentence, in the order in which they stand."""
    text = flat(sentence)
    found: list[Quantity] = []
    taken = [False] * len(text)
    for reader in (_dates, _phones, _percents, _clocks, _money, _halves, _amounts):
        for each in reader(text):
            if not any(taken[each.start : each.end]):
                taken[each.start : each.end] = [True] * (each.end - each.start)
                found.append(_trimmed(each, text))
    return sorted(found, key=lambda each: each.start)


def _trimmed(each: Quantity, text: str) -> Quantity:
    words = text[each.start : each.end]
    start = each.start + len(words) - len(words.lstrip())
    return replace(each, start=start, end=start + len(words.strip()))


def _dates(text: str) -> Iterator[Quantity]:
    for pattern in (_DATE, _ISO_DATE, _SLASH_DATE, _DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            year = int(match["year"] or 0)
            month = MONTHS.get(match["month"][:3]) or number(match["month"])
            day = number(match["day"])
            if 1 <= month <= 12 and 1 <= day <= 31:
                value = year * 10_000 + month * 100 + day
                yield Quantity("date", "date", value, value, *match.span())


def _phones(text: str) -> Iterator[Quantity]:
    for match in _PHONE.finditer(text):
        value = float(re.sub(r"\D", "", match["digits"]))
        yield Quantity("number", "phone", value, value, *match.span())


def _clocks(text: str) -> Iterator[Quantity]:
    for match in _NOON.finditer(text):
        value = 0.0 if match["word"] == "midnight" else 720.0
        yield Quantity("time", "clock", value, value, *match.span())
    for pattern in (_CLOCK, _CLOCK_EN, _CLOCK_ZH):
        for match in pattern.finditer(text):
            minutes = _minutes(match.groupdict())
            if minutes is not None:
                yield Quantity("time", _clock_unit(match), minutes, minutes, *match.span())


def _minutes(part: dict[str, str | None]) -> float | None:
    hour = number(part["hour"] or "")
    if not 0 <= hour <= 24 or (hour == 1 and part["hour"] == "一" and not part.get("part")):
        return None  # 一點 without morning or afternoon usually means "a little"
    words = part.get("minute") or ""
    minute = 30.0 if words == "半" else number(words.rstrip("分正整") or "0")
    half = (part.get("half") or "").replace(".", "")
    named = part.get("part") or ""
    afternoon = half == "pm" or named in ("下午", "下昼", "晏昼", "傍晚")
    evening = named in ("晚上", "夜晚", "晚") and hour > 5  # 夜晚一點 is after midnight
    if (afternoon or evening) and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return float(hour % 24 * 60 + minute)


def _clock_unit(match: re.Match[str]) -> str:
    """Whether it is sure which half of the day is meant."""
    part = match.groupdict()
    hour = part["hour"] or ""
    of_day = match.re is _CLOCK and (hour[0] == "0" or number(hour) == 12)
    sure = part.get("half") or part.get("part") or of_day or number(hour) > 12
    return "clock" if sure else "clock?"


def _money(text: str) -> Iterator[Quantity]:
    for match in _MONEY_BEFORE.finditer(text):
        first = number(match["low"])
        low, high = sorted((first, number(match["high"]) if match["high"] else first))
        foreign = {"us$": "usd", "usd": "usd", "€": "eur", "£": "gbp"}.get(match["sign"])
        yield Quantity("number", foreign or "money", low, high, *match.span())


def _percents(text: str) -> Iterator[Quantity]:
    for match in _PERCENT_ZH.finditer(text):
        value = number(match["low"])
        yield Quantity("number", "percent", value, value, *match.span())
    for match in _DISCOUNT.finditer(text):
        tenths = number(match["tenths"])
        if match["word"] == "折":  # 九折 leaves 90 %, 八五折 leaves 85 %
            value = 100 - (tenths * 10 if tenths < 10 else tenths)
        else:
            value = tenths * 10 + (5 if match["half"] else 0)
        if 0 < value < 100:
            yield Quantity("number", "percent", value, value, *match.span())


def _halves(text: str) -> Iterator[Quantity]:
    for match in _YEARS_AND_HALF.finditer(text):
        if match["half"] or match["unit"] != "年":
            value = (number(match["low"]) + 0.5) * UNITS[_whole(match["unit"])][1]
            yield Quantity("number", "period", value, value, *match.span())
    for match in _HALF.finditer(text):
        value = 0.5 * UNITS[_whole(match["unit"])][1]
        yield Quantity("number", "period", value, value, *match.span())


def _whole(unit: str) -> str:
    unit = unit.replace("个半", "")
    return {"钟": "钟头", "月": "个月"}.get(unit, unit)


def _amounts(text: str) -> Iterator[Quantity]:
    for match in _LONG_WORKING.finditer(text):
        low, high = _bounds(match)
        yield Quantity("number", "working days", low, high, *match.span())
    for match in _AMOUNT.finditer(text):
        unit, factor = UNITS[match["unit"]]
        article = unit in _COUNTED and match["low"] in _ARTICLES and not match["high"]
        if article or match["unit"] == "月":
            continue
        for each in _EACH.finditer(text, match.start("listed"), match.end("listed")):
            value = number(each[0]) * factor
            yield Quantity("number", unit, value, value, *each.span())
        low, high = _bounds(match)
        yield Quantity("number", unit, low * factor, high * factor, match.start("low"), match.end())


def _bounds(match: re.Match[str]) -> tuple[float, float]:
    first, second = match["low"], match["high"]
    if not second and re.fullmatch("[一二三四五六七八两][二三四五六七八九两]", first):
        first, second = first[0], first[1]  # 兩三日 is two to three days
    low = number(first)
    high = number(second) if second else low
    return min(low, high), max(low, high)
