"""Read from when, and for how many nights, a guest wants a room."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from understanding.date_rules import next_in_month
from understanding.dates import DateMention, dates
from understanding.normalise import both_scripts
from understanding.spoken import view

LONGEST = 90


@dataclass(frozen=True)
class Stay:
    """The first night and how many; `extra` are nights to be added to a stay that exists."""

    checkin: date | None = None
    nights: int | None = None
    extra: int | None = None


_MORE = r"(?:多住?|加|延長?|延遲?|extend(?:ed)? (?:by |for )?|extra |another |additional )"
_NIGHTS = re.compile(
    both_scripts(
        rf"(?P<more>{_MORE}\s*)?(?<![\d/.-])(?P<n>\d{{1,2}}|an?|another)"
        rf"\s?-?\s?(?P<more2>more |extra )?"
        r"(?P<unit>晚|夜|nights?\b|nites?\b|weeks?\b|個?星期(?![一二三四五六日天\d])|"
        r"個?禮拜(?![一二三四五六日天\d]))"
    ),
    re.ASCII,
)
_COUNT = re.compile(both_scripts(r"(?:晚數|nights?)\s*[:：=係是]\s*(\d{1,2})"), re.ASCII)
_OVERNIGHT = re.compile(both_scripts(r"過夜|過一晚|\bovernight\b|\bjust the night\b"), re.ASCII)
_STAYING = re.compile(both_scripts(r"住|stay|book|訂|房|入住|for|from|room"), re.ASCII)
_MOVED = re.compile(
    both_scripts(
        r"改(?:到|去|成|為|做|返|期)?|轉[去做到]|推遲|延[遲後期]|提前|change|move|instead|"
        r"shift|postpone"
    ),
    re.ASCII,
)
_RANGE = re.compile(
    both_scripts(
        r"^.{0,12}(?:至|到|-|–|—|~|to|until|till|through|thru|退房|走|check ?-?out|c/o|and|"
        r"out|leav|住到)"
    ),
    re.ASCII,
)
_WEEKDAY = re.compile(
    both_scripts(r"星期|禮拜|週|周|day$|^(?:mon|tue|wed|thu|fri|sat|sun)"), re.ASCII
)
_LEAVES = re.compile(
    both_scripts(r"\s?(?:早上?|朝早?|中午)?(?:走|退房|離開|離店|check ?-?out)"), re.ASCII
)
_BARE = re.compile(
    both_scripts(
        r"(?:check(?:ing)?[ -]?in|入住|from|由)\D{0,8}(?P<a>[0-3]?\d)\D{1,24}?"
        r"(?:check(?:ing)?[ -]?out|退房|to|至|到|until|till|leav\w+|走)\D{0,8}(?P<b>[0-3]?\d)"
        r"(?![\d/:])"
    ),
    re.ASCII,
)
_BARE_IN = re.compile(
    both_scripts(
        r"(?:check(?:ing)?[ -]?in|入住)\s?(?:on|at|日期|係|是|:|the)?\s?(?P<a>[0-3]?\d)"
        r"(?![\d/:.年月晚夜位人個间間])(?! ?(?:nights?|guests?|people|persons?|rooms?))"
    ),
    re.ASCII,
)


_EARLIER = re.compile(
    both_scripts(
        r"(?:提早|提前|早|移前)\s*(?P<n>\d{1,2})\s*(?:日|天|晚)|(?:bring|move|brought|"
        r"moved) .{0,20}forward "
        r"(?:by )?"
        r"(?P<n2>\d{1,2}|an?) (?:day|night)|(?P<n3>\d{1,2}|an?) (?:day|night)s? (?:earlier|before|sooner)"
    ),
    re.ASCII,
)
_LATER = re.compile(
    both_scripts(
        r"(?:推遲|延後|延遲|押後|移後|遲|順延)\s*(?P<n>\d{1,2})\s*(?:日|天|晚)|(?:push|put|"
        r"move)\w* .{0,20}back "
        r"(?:by )?"
        r"(?P<n2>\d{1,2}|an?) (?:day|night)|(?P<n3>\d{1,2}|an?) (?:day|night)s? later"
    ),
    re.ASCII,
)


def days_moved(text: str) -> int | None:
    """By how many days a stay is to begin earlier (below zero) or later, where only that is said."""
    seen = view(text).text
    for pattern, sign in ((_EARLIER, -1), (_LATER, 1)):
        match = pattern.search(seen)
        if match:
            count = match["n"] or match["n2"] or match["n3"]
            return sign * (1 if count in ("a", "an") else int(count))
    return None


def stay(text: str, now: datetime) -> Stay:
    """The stay a message speaks of; what it does not say is None."""
    days = dates(text, now, ahead=True)
    nights, extra = _nights(text)
    if len(days) < 2:
        return _bare(text, now, days, nights, extra)
    first, last = days[0], days[-1]
    between = view(text[first.end : last.start]).text
    if first.start != last.start and _MOVED.search(between):
        return Stay(last.value, nights, extra)
    length = (days[1].value - first.value).days
    leaves = _LEAVES.match(view(text[days[1].end :]).text)
    if length <= 0 and _WEEKDAY.search(view(last.text).text):
        length += 7 * (-length // 7 + 1)  # 下星期五至星期日 ends in the same week
    ranged = first.start == last.start or leaves or _RANGE.search(between)
    if ranged and 0 < length <= LONGEST:
        return Stay(first.value, length, extra)
    return Stay(first.value, nights, extra)


def _bare(
    text: str, now: datetime, days: list[DateMention], nights: int | None, extra: int | None
) -> Stay:
    """Check in 20 check out 22: days that only their place tells from other numbers."""
    seen = view(text).text
    both, only = _BARE.search(seen), _BARE_IN.search(seen)
    if both:
        first = next_in_month(now.date(), int(both["a"]))
        last = next_in_month(first[0], int(both["b"])) if first else []
        if last and 0 < (last[0] - first[0]).days <= LONGEST:
            return Stay(first[0], (last[0] - first[0]).days, extra)
    if only and not days:
        found = next_in_month(now.date(), int(only["a"]))
        return Stay(found[0] if found else None, nights, extra)
    return Stay(days[0].value if days else None, nights, extra)


def _nights(text: str) -> tuple[int | None, int | None]:
    seen = view(text).text
    nights = extra = None
    for match in _NIGHTS.finditer(seen):
        count = 1 if match["n"] in ("a", "an", "another") else int(match["n"])
        if match["unit"][0] not in "晚夜n":
            if not _STAYING.search(seen):
                continue
            count *= 7
        if match["more"] or match["more2"] or match["n"] == "another":
            extra = count
        elif nights is None:
            nights = count
    told = _COUNT.search(seen)
    if nights is None and extra is None:
        nights = int(told[1]) if told else (1 if _OVERNIGHT.search(seen) else None)
    return nights if nights and nights <= LONGEST else None, extra
