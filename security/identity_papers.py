"""Finds identity card and passport numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.script import simplify
from security.folding import Finding
from security.labels import Label, Labels

_GAP = r"[ \-.]{0,2}"
_NO_WORD = "(?!(?:is|no|my|id|to|on|in|of|it)[ .:])"
_HKID = re.compile(
    rf"(?<![a-z0-9]){_NO_WORD}(?P<letters>[a-z]{{1,2}})(?P<gap>{_GAP})(?P<digits>\d(?:{_GAP}\d){{5}})"
    rf"(?:{_GAP}(?P<open>[(\[{{])?[ ]?(?P<check>[0-9a])(?: ?(?P<close>[)\]}}]))?)?(?![a-z0-9])"
)
_HKID_HEAD = re.compile(
    simplify(
        "身份證(?:號碼)?(?:嘅|的)?頭[四4三3]"
        "(?:個|位)?(?:字|號碼|數字)?[ :係是]{0,3}(?P<value>[a-z]\\d{2,3})(?!\\d)"
    )
)
_MAINLAND_ID = re.compile(
    rf"(?<![a-z0-9])[1-6]\d{{5}}{_GAP}(?:19|20)\d\d{_GAP}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"{_GAP}\d{{3}}[0-9x](?![a-z0-9])"
)
_PASSPORT = re.compile(
    rf"(?<![a-z0-9])(?:{_NO_WORD}[a-z]{{1,2}}{_GAP}\d(?:{_GAP}\d){{5,9}}|\d(?:{_GAP}\d){{7,8}})(?![a-z0-9])"
)
_BRACKETS = {("(", ")"), ("[", "]"), ("{", "}")}


def find_identity_papers(text: str, labels: Labels) -> Iterator[Finding]:
    """Yield identity card and passport numbers in a folded text."""
    for match in _PASSPORT.finditer(text):
        label = labels.beside(*match.span())
        if label and label.name == "passport":
            yield Finding(*match.span(), "PASSPORT")
    for match in _MAINLAND_ID.finditer(text):
        if _announced(labels.beside(*match.span())) or _mainland_check(match[0]):
            yield Finding(*match.span(), "HKID")
    for match in _HKID_HEAD.finditer(text):
        yield Finding(*match.span("value"), "HKID")
    for match in _HKID.finditer(text):
        label = labels.beside(*match.span())
        if _announced(label) or (match["check"] and _looks_like_hkid(match, label)):
            end = match.end() if not match["open"] or match["close"] else match.end("check")
            yield Finding(match.start(), end, "HKID")


def _announced(label: Label | None) -> bool:
    return label is not None and label.name == "hkid"


def _looks_like_hkid(match: re.Match[str], label: Label | None) -> bool:
    # One product code in eleven passes the check digit, so product words veto.
    if label and label.name in {"order", "product", "plain", "money"}:
        return False
    if (match["open"], match["close"]) in _BRACKETS:
        return True
    # "a 123456 7" is more often an article and a number; "HB-2031157" is an order.
    return not match["gap"] and _check_digit_is_right(match)


def _check_digit_is_right(match: re.Match[str]) -> bool:
    letters = [ord(letter) - ord("a") + 10 for letter in match["letters"]]
    values = ([36] if len(letters) == 1 else []) + letters
    values += [int(digit) for digit in match["digits"] if digit.isdigit()]
    check = 10 if match["check"] == "a" else int(match["check"])
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + check) % 11 == 0


def _mainland_check(text: str) -> bool:
    body = [char for char in text if char.isdigit() or char == "x"]
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(body[:17]))
    return "10x98765432"[total % 11] == body[17]
