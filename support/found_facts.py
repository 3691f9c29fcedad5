# ruff: noqa: E501 - tables of shapes read better unbroken
"""Finds what can be checked in a text: amounts, days, times, ids, addresses, promises, and what each is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from support.fact_words import COMMITMENTS, LABELS, LIMITS, NEGATION, NEUTRAL, STATUSES
from support.numerals import plain

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MONTHS = {name: at for at, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAYS = {name: at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)}
_DAYS |= {name: at for at, name in enumerate("一二三四五六日", 1)} | {"天": 7, "末": 67}
_LATE = {"下午", "下昼", "晏昼", "傍晚", "晚上", "夜晚", "今晚", "晚", "夜", "pm", "p.m.", "p.m"}
_CURRENCIES = {
    "us$": "USD", "usd": "USD", "us dollars": "USD", "美元": "USD", "美金": "USD", "rmb": "RMB",
    "cny": "RMB", "¥": "RMB", "人民币": "RMB", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP",
}  # fmt: skip
_RELATIVE = {
    "today": r"今日|今天|即日|\btoday\b|\btonight\b|今晚|今朝",
    "tomorrow": r"听日|听朝|听晚|明天|明日|明晚|\btomorrow\b",
    "day after": r"后日|后天|day after tomorrow",
    "yesterday": r"寻日|昨日|昨天|噚日|琴日|\byesterday\b",
    "this week": r"(?:今个|本|这|呢个)(?:星期|周|礼拜)|this week",
    "next week": r"下(?:个)?(?:星期|周|礼拜)|next week",
    "weekend": r"周末|weekend",
    "month": r"(?:月底|月尾|月初|下个?月|next month|this month|end of the month)",
    "few": r"(?:几|数)(?:个)?(?:日|天|小时|钟|分钟|星期|工作)|(?:few|couple of|several) (?:more )?(?:days|hours|minutes|weeks)",
    "noon": r"\bnoon\b|\bmidnight\b|正午|半夜",
    "half": r"一半|\bhalf\b(?! an)|\btwice\b|\bdouble|双倍|加倍",
}  # fmt: skip
_UNITS = {
    "workday": r"个?工作天|个?工作日|working days?|business days?", "day": r"天|日|days?",
    "hour": r"个?小时|个?钟头?|hours?|hrs?", "minute": r"分钟|minutes?|mins?",
    "week": r"个?星期|周|个?礼拜|weeks?", "month": r"个?月|months?", "year": r"年|years?",
    "night": r"晚|nights?(?:\(s\))?",
}  # fmt: skip
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
_PERIOD = r"(?P<period>上午|早上|朝早|清晨|凌晨|中午|下午|下昼|晏昼|傍晚|晚上|夜晚|今晚|晚|夜)?\s*"
_CLAUSE = re.compile(
    r",(?!\d{3})|[;!?。、\n]|\.(?=\s|$)|但系?|\bbut\b|\bhowever\b|所以|\bso\b|而且|仲会|\band\b|并且?"
)
_LATIN = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:'s|s|es|ed|ing|ly)$|'(?:s|ve|re|m|d|ll)$")
_HAN = re.compile("[\u3400-\u9fff]+")
TAKEN = "\x00"
_ENDS = re.compile(rf"[A-Za-z]*{TAKEN}[A-Za-z{TAKEN}]*")  # a word is taken with its ending
_ORDERED = frozenset(
    {"amount", "date", "time", "code", "number", "duration", "percent", "weekday", "url"}
)


@dataclass(frozen=True)
class Fact:
    """One thing that a text says; `needed` ones may not be left out of a rewording."""

    kind: str
    value: str
    at: int
    needed: bool = True

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def ordered(self) -> bool:
        """Must it stand in the same order as the others of its kind?"""
        return self.kind in _ORDERED


_Found = re.Match[str]


def _digits(found: _Found) -> str:
    return found["n"].replace(",", "").lstrip("0") or "0"


def _number(text: str) -> str:
    value = text.replace(",", "")
    return value.rstrip("0").rstrip(".") if "." in value else value.lstrip("0") or "0"


def _date(found: _Found) -> str:
    groups = found.groupdict()
    month = groups.get("m") or _MONTHS[groups["name"][:3].lower()]
    year = f"{groups['y']}-" if groups.get("y") else ""
    return f"{year}{int(month)}-{int(groups['d'])}"


def _time(found: _Found) -> str:
    groups = found.groupdict()
    hour = int(groups["h"])
    period = (groups.get("period") or groups.get("half") or "").lower()
    minute = 30 if groups.get("mid") else int(groups.get("min") or 0)
    if period in _LATE and hour < 12:
        hour += 12
    if period.startswith("a") and hour == 12:
        hour = 0
    return f"{hour}:{minute:02}"


def _amount(found: _Found) -> str:
    unit = (
        found["sign"] if "sign" in found.groupdict() and found["sign"] else found["unit"]
    ).lower()
    return f"{_number(found['n'])} {_CURRENCIES.get(unit.strip(), 'HKD')}"


def _duration(found: _Found) -> str:
    unit = next(name for name in _UNITS if found[name])
    low = f"{_number(found['low'])}-" if found["low"] else ""
    return f"{low}{_number(found['n'])} {unit}"


def _fold(found: _Found) -> str:
    value = found["n"]
    return f"fold {value[0] + '.' + value[1] if len(value) == 2 and value[1] != '0' else value[0]}"


def _weekday(found: _Found) -> str:
    return str(_DAYS[found["w"][:3].lower()])


_Shape = tuple[str, re.Pattern[str], Callable[[_Found], str]]


def _shape(kind: str, pattern: str, value: Callable[[_Found], str], flags: int = re.I) -> _Shape:
    return kind, re.compile(pattern, flags), value


# In this order: what one has taken is gone for the next.
_SHAPES: tuple[_Shape, ...] = (
    _shape("email", r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", lambda m: m[0].lower(), re.A),
    _shape("url", r"(?:https?://|www\.)[\w./?=&%#:~+@-]*[\w/#]", lambda m: m[0].rstrip("/"), re.I | re.A),
    _shape("url", r"(?<![\w@])(?:[a-z0-9-]+\.)+(?:com|hk|net|org|cn|io|me|co|info|biz|app|link|ly|shop)\b(?:/[\w./?=&%#-]*)?",
           lambda m: m[0].lower().rstrip("/"), re.I | re.A),
    _shape("date", r"(?P<y>20\d\d)\s*[-/年.]\s*(?P<m>\d{1,2})\s*[-/月.]\s*(?P<d>\d{1,2})(?!\d)\s*[日号]?", _date),
    _shape("date", r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?", _date),
    _shape("date", rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?\s*{_MONTH}(?![a-z])(?:,?\s*(?P<y>20\d\d))?", _date),
    _shape("date", rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s*(?P<y>20\d\d))?", _date),
    _shape("date", r"(?<![\d/])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>20\d\d))?(?![\d/])", _date),
    _shape("time", rf"{_PERIOD}(?<!\d)(?P<h>\d{{1,2}}):(?P<min>\d\d)(?!\d)\s*(?P<half>[ap]\.?m\b\.?)?", _time),
    _shape("time", r"(?<![\d.])(?P<h>\d{1,2})(?:\.(?P<min>\d\d))?\s*(?P<half>[ap]\.?m\b\.?)", _time),
    _shape("time", rf"{_PERIOD}(?<!\d)(?P<h>\d{{1,2}})\s*(?:点钟?|时(?!间)|o'?clock)(?:(?P<mid>半)|(?P<min>\d{{1,2}})分?)?", _time),
    _shape("percent", r"(?P<n>\d+(?:\.\d+)?)\s*(?:%|percent\b|per cent\b|巴仙)", lambda m: _number(m["n"])),
    _shape("percent", r"百分之\s*(?P<n>\d+(?:\.\d+)?)", lambda m: _number(m["n"])),
    _shape("percent", r"(?P<n>\d{1,2})\s*折", _fold),
    _shape("amount", rf"(?P<sign>hk\$|hkd|us\$|usd|rmb|cny|港币|港元|人民币|\$|¥|€|£)\s*\$?\s*(?P<n>{_NUMBER})(?P<unit>)\s*(?:元|蚊)?", _amount),
    _shape("amount", rf"(?<![A-Za-z0-9_.])(?P<n>{_NUMBER})\s*(?P<unit>蚊|元|块|港币|港元|港纸|hkd\b|hk dollars?\b|us dollars\b|dollars?\b|bucks\b"
           r"|rmb\b|cny\b|人民币|usd\b|美元|美金|eur\b|gbp\b)", _amount),
    _shape("duration", rf"(?<![A-Za-z0-9_.])(?:(?P<low>\d+)\s*(?:-|~|至|到|to)\s*)?(?P<n>\d+(?:\.\d+)?)[\s-]*(?:{_UNIT})(?![a-z])", _duration),
    _shape("code", r"(?<![A-Za-z0-9])(?=[A-Za-z_/-]*\d)(?=[0-9_/-]*[A-Za-z])[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*", lambda m: m[0].upper(), 0),
    _shape("code", r"(?<![A-Za-z0-9_.])\+?(?:(?:\d{1,3}[ -])?\d{4}[ -]?\d{4}|\d{7,})(?![\d,.]\d|\d)", lambda m: re.sub(r"\D", "", m[0])),
    _shape("weekday", r"(?:星期|周|礼拜)\s*(?P<w>[一二三四五六日天末])", _weekday),
    _shape("weekday", r"(?<=[至到-])\s*(?P<w>[一二三四五六日])(?=[^一-鿿]|$)", _weekday),
    _shape("weekday", r"\b(?P<w>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|mon|tues|wednes|thurs|fri|satur|sun)days?|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", _weekday, 0),
    _shape("number", rf"(?P<n>{_NUMBER})", lambda m: _number(m["n"])),
)  # fmt: skip
_RELATIVES = {name: re.compile(pattern, re.I) for name, pattern in _RELATIVE.items()}


def find(text: str) -> list[Fact]:
    """Every fact of a text, in the order in which it stands there."""
    whole = plain(text)
    found = [*_figures(whole), *_relative(whole), *_wordings(whole)]
    return sorted(found, key=lambda fact: fact.at)


def _figures(text: str) -> list[Fact]:
    return _taken(text)[0]


def _taken(text: str) -> tuple[list[Fact], str]:
    """The figures of a plain text, and what is left of it without them."""
    facts: list[Fact] = []
    left = text
    for kind, pattern, value in _SHAPES:
        for match in list(pattern.finditer(left)):
            facts.append(Fact(kind, value(match), match.start()))
            left = left[: match.start()] + TAKEN * len(match[0]) + left[match.end() :]
    days = [fact.at for fact in facts if fact.kind == "date"]
    seen = [
        # Beside its date a weekday may go: 3月15日 says it all.
        Fact(one.kind, one.value, one.at, needed=False)
        if one.kind == "weekday" and any(abs(one.at - at) <= 14 for at in days)
        else one
        for one in facts
    ]
    return seen, left


def remaining(text: str, labels: set[str]) -> str:
    """What is left of a text without its figures and without the words that are compared by their name."""
    left = NEUTRAL.sub(TAKEN, _taken(plain(text))[1])
    known = [pattern for name, pattern in LABELS.items() if name in labels]
    for table in (COMMITMENTS, STATUSES, LIMITS, _RELATIVES):
        known += table.values()
    for pattern in (*known, NEGATION):
        left = pattern.sub(TAKEN, left)
    return _ENDS.sub(" ", left)


def labels(text: str) -> set[str]:
    """What the figures of a text may be about."""
    whole = plain(text)
    return {name for name, pattern in LABELS.items() if pattern.search(whole)}


def bound(text: str) -> list[tuple[set[str], set[str]]]:
    """The figures of each clause that has some, and the words beside them."""
    whole = plain(text)
    facts, left = _taken(whole)
    pairs = []
    for at, clause in clauses(whole):
        figures = {fact.name for fact in facts if at <= fact.at < at + len(clause)}
        if figures:
            pairs.append((figures, words(left[at : at + len(clause)])))
    return pairs


def words(text: str) -> set[str]:
    """Latin words without their endings, and pairs of Chinese characters."""
    latin = {_ENDING.sub("", word.lower()) for word in _LATIN.findall(text)}
    return latin | {run[at : at + 2] for run in _HAN.findall(text) for at in range(len(run) - 1)}


def _relative(text: str) -> Iterator[Fact]:
    for name, pattern in _RELATIVES.items():
        for match in pattern.finditer(text):
            yield Fact("day", name, match.start())


def clauses(text: str) -> Iterator[tuple[int, str]]:
    """The clauses of a plain text and where each begins."""
    at = 0
    for match in _CLAUSE.finditer(text):
        yield at, text[at : match.start()]
        at = match.end()
    yield at, text[at:]


def negations(text: str) -> int:
    """How many times a text says no; polite phrases and questions of the kind 要唔要 are not counted."""
    return len(NEGATION.findall(NEUTRAL.sub(" ", plain(text))))


def _wordings(text: str) -> Iterator[Fact]:
    for at, clause in clauses(text):
        denied = "not " if NEGATION.search(NEUTRAL.sub(" ", clause)) else ""
        for kind, table in (("commitment", COMMITMENTS), ("status", STATUSES)):
            for name, pattern in table.items():
                if match := pattern.search(clause):
                    yield Fact(kind, f"{denied}{name}", at + match.start(), needed=False)
        for name, pattern in LIMITS.items():
            if match := pattern.search(clause):
                yield Fact("limit", name, at + match.start())


def labelled(text: str) -> dict[str, set[str]]:
    """What each amount and date is about, where a word in the same clause says so."""
    whole = plain(text)
    figures = [fact for fact in _figures(whole) if fact.kind in ("amount", "date", "percent")]
    about: dict[str, set[str]] = {}
    for at, clause in clauses(whole):
        words = [
            (at + match.start(), name)
            for name, pattern in LABELS.items()
            for match in pattern.finditer(clause)
        ]
        for figure in figures:
            if words and at <= figure.at < at + len(clause):
                nearest = min(words, key=lambda word: abs(word[0] - figure.at))[1]
                about.setdefault(figure.name, set()).add(nearest)
    return about
