# ruff: noqa: E501 - tables of wordings read better unbroken
"""Numbers written as words become digits, so that 三千五百, 3，500 and "three days" can be compared."""

from __future__ import annotations

import re
import unicodedata

from domain.script import simplify

_DIGITS = dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)) | {"两": "2", "壹": "1"}
_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_NUMERAL = "[零〇一二三四五六七八九两壹十百千万]"
# A lone numeral is a number only before something that is counted: 一齊 and 四川 are words.
_COUNTED = "(?=\\s*(?:[件日天号晚年周月折倍蚊元块成位次个间样支部张盒箱点岁楼]|巴仙|小时|星期|礼拜|分钟|工作|港|美|%|人))"
_ONE_COUNTED = (
    "(?=\\s*(?:[件日天号晚年月折倍蚊元块成周]|小时|星期|礼拜|分钟|工作"
    "|个(?:月|工作|钟|小时|星期|礼拜)))"
)
_CHINESE = re.compile(
    f"(?<![第周期拜逐统唯万])(?:(?=[一二三四五六七八九两壹十零〇]){_NUMERAL}{{2,}}"
    f"|(?<=百分之)[一二三四五六七八九十]|[二三四五六七八九两十]{_COUNTED}|[一壹]{_ONE_COUNTED})"
)
_SCALED = re.compile(r"(?<![A-Za-z0-9_.])(\d[\d,]*(?:\.\d+)?)\s*(百|千|万|k\b|K\b)")
_SCALES = {"百": 100, "千": 1_000, "万": 10_000, "k": 1_000}
_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "dozen": 12,
}  # fmt: skip
_BIG = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_WORD = "|".join([*_SMALL, *_BIG])
_UNIT = "(?=\\s+(?:working |business )?(?:day|night|week|month|year|hour|minute|piece|item|hk|dollar|percent))"
_ENGLISH = re.compile(
    rf"(?i:\b(?:one{_UNIT}|(?!one\b)(?:{_WORD})(?:[-\s]+(?:and\s+)?(?:{_WORD}))*"
    rf"|one[-\s]+(?:hundred|thousand)(?:[-\s]+(?:and\s+)?(?:{_WORD}))*)\b)"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_SAME = str.maketrans("’‘ʼ–—‐‑‒―−", "'''" + "-" * 7)


def plain(text: str) -> str:
    """The text as it is compared: half width, one script, numbers in digits; letters keep their case."""
    # NFKC makes a space of some signs and letters of others, but never a digit of another value.
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_SAME)
    simple = simplify(folded)
    digits = _CHINESE.sub(lambda found: _chinese(found[0]), simple)
    scaled = _SCALED.sub(_scaled, digits)
    return _ENGLISH.sub(lambda found: _english(found[0]), scaled)


def _chinese(run: str) -> str:
    if not any(char in _UNITS for char in run):
        return "".join(_DIGITS[char] for char in run)
    total = section = digit = 0
    last = 1
    for char in run:
        if char in _UNITS:
            unit = _UNITS[char]
            if unit == _UNITS["万"]:
                total, section, digit = total + (section + digit) * unit, 0, 0
            else:
                section, digit = section + (digit or 1) * unit, 0
            last = unit
        else:
            digit = int(_DIGITS[char])
            last = 1 if char in "零〇" else last
    # 三千五 is 3,500, and 三千零五 is 3,005.
    return str(total + section + digit * (last // 10 if last > 10 else 1))


def _scaled(found: re.Match[str]) -> str:
    value = float(found[1].replace(",", "")) * _SCALES[found[2].lower()]
    return f"{value:g}" if value < 1e6 else str(int(value))


def _english(run: str) -> str:
    total = current = 0
    for word in re.findall("[a-z]+", run.lower()):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _BIG:
            total, current = total + (current or 1) * _BIG[word], 0
    return str(total + current)
