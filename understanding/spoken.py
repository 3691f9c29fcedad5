"""A message as if its numbers had been typed as digits, and where each of them stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from understanding.normalise import Replacement, fold, numerals

_UNITS_TEXT = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
"""
_UNITS = _UNITS_TEXT.split()
_UNITS += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_UNITS)}
_VALUES |= {word: 10 * value for value, word in enumerate(_TENS, start=2)} | {"fourty": 40}
_SCALES = {"hundred": 100, "thousand": 1000}

_DIGIT = rf"(?:{'|'.join(_UNITS[:10])}|oh|nought|\d)"
_TOKEN = rf"(?:(?:double|triple|treble)[ -])?{_DIGIT}"
_READ_OUT = re.compile(
    rf"(?<![a-z0-9]){_TOKEN}(?:(?:, ?|[ -]){_TOKEN}){{1,}}(?![a-z0-9])", re.ASCII
)
_WORD = rf"(?:{'|'.join([*_VALUES, *_SCALES])})"
_CARDINAL = re.compile(
    rf"(?<![a-z0-9])(?:(?:a )?(?:hundred|thousand)(?![a-z])|{_WORD})(?:(?:[ -]| and ){_WORD})"
    rf"*(?![a-z0-9])",
    re.ASCII,
)
_ONE_OF = re.compile(
    r" (?:more |extra |additional )?(?:nights?|weeks?|adults?|guests?|persons?|people|rooms?|"
    r"pieces?|pcs?|"
    r"units?|days?|dozen|boxe?s?|sets?|pairs?|packs?|kids?|child|month)\b",
    re.ASCII,
)
_ORDINALS_TEXT = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ORDINALS = _ORDINALS_TEXT.split()
_ORDINAL_VALUES = {word: value for value, word in enumerate(_ORDINALS, start=1)}
_ORDINAL_VALUES |= {
    f"{tens}{sep}{word}": base + value
    for base, tens in ((20, "twenty"), (30, "thirty"))
    for sep in (" ", "-")
    for word, value in list(_ORDINAL_VALUES.items())[:9]
} | {"thirtieth": 30}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ORDINAL = "|".join(sorted(_ORDINAL_VALUES, key=len, reverse=True))
# "the second one" is no date: an ordinal in letters counts beside a month only.
_DAY = re.compile(
    rf"(?<![a-z])(?P<before>{_ORDINAL})(?= (?:of )?{_MONTH}\b)"
    rf"|(?<![a-z]){_MONTH} (?:the )?(?P<after>{_ORDINAL})(?![a-z])",
    re.ASCII,
)


@dataclass(frozen=True)
class View:
    """A folded text with digits for numbers. `span` tells where a part stood in the original."""

    source: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        if start >= end or not self.starts:
            at = self.starts[start] if start < len(self.starts) else len(self.source)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def original(self, start: int, end: int) -> str:
        low, high = self.span(start, end)
        return self.source[low:high]


@lru_cache(maxsize=256)
def view(text: str) -> View:
    """The message folded, with Chinese and English number words as digits."""
    first = _apply(text, fold(text), numerals(fold(text)), None)
    second = _apply(text, first.text, _read_out(first.text), first)
    third = _apply(text, second.text, _ordinals(second.text), second)
    return _apply(text, third.text, _cardinals(third.text), third)


def _apply(source: str, text: str, changes: list[Replacement], before: View | None) -> View:
    starts = before.starts if before else tuple(range(len(text)))
    ends = before.ends if before else tuple(range(1, len(text) + 1))
    if not changes and before:
        return before
    out: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    at = 0
    for low, high, replacement in [*sorted(changes), (len(text), len(text), "")]:
        if low < at:
            continue
        out += [text[at:low], replacement]
        new_starts += [*starts[at:low], *(starts[low : low + 1] * len(replacement))]
        new_ends += [*ends[at:low], *(ends[high - 1 : high] * len(replacement))]
        at = high
    return View(source, "".join(out), tuple(new_starts), tuple(new_ends))


def _read_out(text: str) -> list[Replacement]:
    found = []
    for match in _READ_OUT.finditer(text):
        words = re.findall(r"[a-z]+|\d", match[0])
        digits, times = "", 1
        for word in words:
            if word in ("double", "triple", "treble"):
                times = 2 if word == "double" else 3
            else:
                digit = word if word.isdigit() else str(_VALUES.get(word, 0))
                digits, times = digits + digit * times, 1
        if len(digits) >= 3 and any(not word.isdigit() for word in words):
            found.append((*match.span(), digits))
    return found


def _ordinals(text: str) -> list[Replacement]:
    found = []
    for match in _DAY.finditer(text):
        group = "before" if match["before"] else "after"
        found.append((*match.span(group), f"{_ORDINAL_VALUES[match[group]]}th"))
    return found


def _cardinals(text: str) -> list[Replacement]:
    found = []
    for match in _CARDINAL.finditer(text):
        if match[0] == "one" and not _ONE_OF.match(text, match.end()):
            continue
        value = _value(re.findall(r"[a-z]+", match[0]))
        if value is not None:
            found.append((*match.span(), str(value)))
    return found


def _value(words: list[str]) -> int | None:
    """Two hundred and fifty is 250; twenty five is 25; two three is nothing."""
    total, current = 0, 0
    for word in words:
        if word in ("and", "a"):
            continue
        if word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
            continue
        size = _VALUES[word]
        if current and not (current % 10 == 0 and current >= 20 and size < 10):
            return None
        current += size
    return total + current
