"""Figures in the sentences of a company's rules, so that they can be said in any language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.script import simplify
from support.terms import Terms, Words

Hygiene = Literal["unopened_or_faulty", "unopened", "faulty", "never"]

_MONEY = r"(?:hk\s*\$|\$|hkd)\s*([\d,]+(?:\.\d+)?)"
_FEE = re.compile(_MONEY)
_FREE_FROM = re.compile(
    rf"free\b[^$;.\d]{{0,40}}?{_MONEY}|满\s*{_MONEY}[^;；]{{0,10}}免[^;；]{{0,4}}"
)
_FREE = re.compile(r"\bfree\b|免运费|免费|包邮")
_FILLER = re.compile(
    r"\b(?:per|an?|order|orders|flat|rate|fee|delivery|shipping|standard|and|up|or|more|of|is|the"
    r"|charge|within|in|takes?|usually|normally|about|manufacturer|limited|warranty)\b|运费|送货"
)
_TIME = re.compile(
    r"(\d+)(?:\s*(?:-|–|to|至)\s*(\d+))?\s*(?:(working|business|个?工作)\s*)?(?:days?|天|日)"
)
_PERIOD = re.compile(r"(\d+)\s*-?\s*(months?|years?|个月|年)")
_NO_ACCIDENT = re.compile(
    r"accidental damage (?:is |are )?(?:not (?:covered|included)|excluded)"
    r"|(?:does not cover|excludes|excluding|excl\.?|except|not for|no) accidental damage"
)
_AMOUNT = re.compile(rf"{_MONEY}|([\d,]+(?:\.\d+)?)\s*(?:蚊|元|块|hkd|dollars)")
_QUANTITY = re.compile(
    r"(\d+|[一二两三四五六七八九十百千]+)\s*(?:件|个|部|支|樽|只|箱|套|对|盒|台|把|张|pcs?\b|pieces?\b|units?\b|items?\b|of\b)"
)
_BARE_NUMBER = re.compile(r"(?<![\d$.,])(\d{1,5})(?![\d%,]|\.\d)")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_DOMAIN = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b")


@dataclass(frozen=True)
class Shipping:
    """What sending to one region costs; without figures the rule's own words stand."""

    text: str
    fee: Decimal | None = None
    free_from: Decimal | None = None
    time: str | None = None
    working_days: bool = False

    @property
    def free(self) -> bool:
        return self.fee == 0


@dataclass(frozen=True)
class Warranty:
    """How long, in months or years, and whether accidents are left out."""

    count: int
    unit: Literal["months", "years"]
    not_accident: bool


def shipping(text: str) -> Shipping:
    """`HK$35, free from HK$300` as 35 and 300. A text that says more than that is kept whole."""
    left = simplify(text).casefold()
    period = _TIME.search(left)
    left = _TIME.sub(" ", left)
    free_from = _FREE_FROM.search(left)
    left = _FREE_FROM.sub(" ", left)
    fees = _FEE.findall(left)
    left = _FEE.sub(" ", left)
    free = not fees and not free_from and _FREE.search(left) is not None
    if free:
        left = _FREE.sub(" ", left)
    known = (len(fees) == 1 or free) and not _rest(left)
    return Shipping(
        text=text,
        fee=(Decimal(0) if free else _number(fees[0])) if known else None,
        free_from=_number(free_from[1] or free_from[2]) if known and free_from else None,
        time="–".join(part for part in period.groups()[:2] if part) if period else None,
        working_days=bool(period and period[3]),
    )


def warranty(text: str) -> Warranty | None:
    """`12 months; accidental damage is not covered`; None when it says more, or something else."""
    left = simplify(text).casefold()
    periods = _PERIOD.findall(left)
    not_accident = _NO_ACCIDENT.search(left) is not None
    left = _NO_ACCIDENT.sub(" ", _PERIOD.sub(" ", left))
    if len(periods) != 1 or _rest(left):
        return None
    count, unit = periods[0]
    years = unit.startswith(("y", "年"))
    return Warranty(int(count), "years" if years else "months", not_accident)


def hygiene(text: str) -> Hygiene | None:
    """On what condition hygiene items may go back; None when the words are not of a known kind."""
    said = text.casefold()
    if re.search(r"\d|\$", said):
        return None
    unopened = re.search(r"unopened|sealed|not (?:been )?opened|(?:once|if|after|when) open", said)
    faulty = re.search(r"fault|defect", said)
    if unopened:
        return "unopened_or_faulty" if faulty else "unopened"
    if faulty and re.search(r"\bonly\b|unless|except", said):
        return "faulty"
    if re.search(r"non-?returnable|(?:not|never|cannot|can't|no) (?:be )?return|final sale", said):
        return "never"
    return None


def span(text: str) -> str:
    """`3-7` as `3–7`."""
    return re.sub(r"\s*(?:-|to)\s*", "–", text.strip())


def percent(share: Decimal) -> str:
    """0.05 as `5`."""
    return f"{(share * 100).normalize():f}"


def amount(text: str) -> Decimal | None:
    """The amount of money that a customer names."""
    match = _AMOUNT.search(simplify(text).casefold())
    return _number(match[1] or match[2]) if match else None


def quantity(text: str) -> int | None:
    """The number of pieces that a customer names, in figures or in Chinese numerals."""
    said = simplify(text).casefold()
    match = _QUANTITY.search(said) or _BARE_NUMBER.search(said)
    if match is None:
        return None
    return int(match[1]) if match[1].isdecimal() else _chinese_number(match[1])


def web_address(text: str) -> str | None:
    """The web address that a rule names."""
    match = _DOMAIN.search(text.casefold())
    return match[0] if match else None


def shipping_time(rule: Shipping, terms: Terms) -> Words | None:
    """How long it takes, in words."""
    if rule.time is None:
        return None
    return terms.counted("working_days" if rule.working_days else "calendar_days", rule.time)


def _chinese_number(text: str) -> int | None:
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _SCALES[char]
            digit = 0
    return total + digit or None


def _rest(text: str) -> str:
    """What is left of a rule once its figures are taken out."""
    return re.sub(r"[\W_]+", "", _FILLER.sub(" ", text))


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
