"""Reads a number however it is written: 14, 1,200, 十四, 廿, 八五, fourteen."""

from __future__ import annotations

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_TENS = {"廿": 20, "卅": 30}
CHINESE = "[零〇一二三四五六七八九十百千万两廿卅]"

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ROUND = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_WORDS = {word: value for value, word in enumerate(_SMALL)} | _ROUND | {"hundred": 100}
ENGLISH = "|".join(sorted(_WORDS, key=len, reverse=True))

_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {_MONTH_NAMES[at : at + 3]: at // 4 + 1 for at in range(0, 48, 4)}


def number(text: str) -> float:
    """The value of a numeral in half-width digits, simplified Chinese or English words."""
    text = text.strip()
    if text[:1].isdigit():
        return float(text.rstrip("万千 ").replace(",", "")) * _PLACES.get(text[-1], 1)
    if text in _WORDS:
        return float(_WORDS[text])
    whole, _, part = text.partition("点")
    value = float(_chinese(whole))
    return (
        value + float("0." + "".join(str(_DIGITS.get(char, 0)) for char in part)) if part else value
    )


def _chinese(text: str) -> int:
    if text and all(char in _DIGITS for char in text):  # digit by digit, as in 八五折
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in _TENS:
            section, digit = section + _TENS[char], 0
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        elif char in _PLACES:
            section, digit = section + (digit or 1) * _PLACES[char], 0
        else:
            digit = _DIGITS.get(char, 0)
    return total + section + digit
