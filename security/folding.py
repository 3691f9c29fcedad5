"""A plain view of a text that sees through width, invisible characters and spoken digits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from domain.script import simplify

Kind = Literal[
    "HKID", "PASSPORT", "CARD", "PHONE", "EMAIL", "ADDRESS", "BIRTHDATE", "OTP", "ACCOUNT", "NAME"
]
BARRIER = "\ue000"  # stands for what is masked already; no pattern can cross it
PLACEHOLDER = re.compile(
    r"\[(?:HKID|PASSPORT|CARD|PHONE|EMAIL|ADDRESS|BIRTHDATE|OTP|ACCOUNT|NAME)\]"
)

_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_HAN_DIGIT = "[0-9〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_HAN_RUN = re.compile(rf"{_HAN_DIGIT}(?:[ \-.,、()]{{0,2}}{_HAN_DIGIT}){{2,}}")
_ENGLISH_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_ENGLISH_WORD = "(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine)"
_ENGLISH_RUN = re.compile(
    rf"(?<![a-z])(?:(?:double|triple) )?{_ENGLISH_WORD}"
    rf"(?:[ ,.\-]{{1,2}}(?:(?:double|triple) )?{_ENGLISH_WORD}){{3,}}(?![a-z])"
)
_ENGLISH_PART = re.compile(rf"(?:(double|triple) )?({_ENGLISH_WORD})")


@dataclass(frozen=True)
class Finding:
    """A piece of personal data: where it stands and what it is."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Folded:
    """The plain view, and for each of its characters the span of the original."""

    text: str
    spans: tuple[tuple[int, int], ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where the view's characters `start` to `end` stand in the original."""
        return self.spans[start][0], self.spans[end - 1][1]


def fold(text: str) -> Folded:
    """Return the plain view of a text."""
    chars: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for placeholder in [*PLACEHOLDER.finditer(text), None]:
        _fold_into(text, at, placeholder.start() if placeholder else len(text), chars, spans)
        if placeholder:
            chars.append(BARRIER)
            spans.append(placeholder.span())
            at = placeholder.end()
    chars, spans = _english_digits(chars, spans)
    plain = _HAN_RUN.sub(lambda run: run[0].translate(_HAN_DIGITS), "".join(chars))
    return Folded(plain, tuple(spans))


def _fold_into(
    text: str, at: int, end: int, chars: list[str], spans: list[tuple[int, int]]
) -> None:
    for index in range(at, end):
        plain = _fold_char(text[index])
        if plain:
            chars.append(plain)
            spans.append((index, index + 1))
        elif spans and unicodedata.category(text[index]).startswith("M"):
            # A mark (keycap, variation selector) belongs to the character before it.
            spans[-1] = (spans[-1][0], index + 1)


@lru_cache(maxsize=65_536)
def _fold_char(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cf", "Mn", "Me"}:
        return ""
    if category == "Pd" or char in "−ー":
        return "-"
    if category == "Zs":
        return " "
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", char)
    lower = (plain if len(plain) == 1 else char).lower()
    return simplify(lower if len(lower) == 1 else char)


def _english_digits(
    chars: list[str], spans: list[tuple[int, int]]
) -> tuple[list[str], list[tuple[int, int]]]:
    text = "".join(chars)
    at = 0
    out_chars: list[str] = []
    out_spans: list[tuple[int, int]] = []
    for run in _ENGLISH_RUN.finditer(text):
        out_chars += chars[at : run.start()]
        out_spans += spans[at : run.start()]
        for part in _ENGLISH_PART.finditer(text, run.start(), run.end()):
            span = (spans[part.start()][0], spans[part.end() - 1][1])
            times = {"double": 2, "triple": 3}.get(part[1], 1)
            out_chars += [_ENGLISH_DIGITS[part[2]]] * times
            out_spans += [span] * times
        at = run.end()
    return out_chars + chars[at:], out_spans + spans[at:]
