"""Finds phone, card and account numbers and one-time codes among the digits of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from security.folding import Finding, Kind
from security.labels import Label, Labels

_RUN = re.compile(r"(?:\+ ?|\(\+?(?=\d{1,4}\)))?\d(?:[ .\-()/_·,、]{0,3}\d)*")
_GROUP = re.compile(r"\d+")
_URL = re.compile(r"(?:https?://|www\.)[a-z0-9./?=&%_#:~+\-]{1,500}")
_PHONE_URL = re.compile(r"wa\.me|whatsapp|tel")
_UNIT_AFTER = re.compile(
    r" ?(?:蚊|元|块|港币|hkd|rmb|usd|件|个|只|pcs|ml|mah|g|kg|gb|tb|mb|w|mm|cm|km|%|万|分钟"
    r"|小时|日内|天|次|月)(?![a-z])"
)
_ID_AFTER = re.compile(r"[a-z]{0,3}\d|-[a-z](?![a-z])|_[a-z]|[a-z](?![a-z])")
_ID_BEFORE = re.compile(r"(?:[a-z][\-_#]{0,2}|[#$¥€£]|hk\$ ?|\$ ?)$")
_ONLY_SIX = re.compile(r"[\s.,!?。~]*(\d(?:[ \-]?\d){5})[\s.,!?。~]*")
_NUMBER_LABELS = frozenset({"product"})
_MAX_DIGITS = 19


@dataclass(frozen=True)
class _Candidate:
    digits: str
    shape: tuple[int, ...]
    start: int
    end: int
    international: bool
    tidy: bool  # the groups are joined by spaces and dashes only
    label: Label | None

    def labelled(self, *names: str) -> bool:
        return self.label is not None and self.label.name in names

    @property
    def named_as_reference(self) -> bool:
        if self.label is None or self.label.name not in {"order", "money", "plain"}:
            return False
        return self.label.immediate or (self.label.gap <= 12 and len(self.shape) == 1)


def find_numbers(text: str, labels: Labels) -> Iterator[Finding]:
    """Yield phones, cards, accounts and one-time codes in a folded text."""
    only = _ONLY_SIX.fullmatch(text)
    if only:
        yield Finding(*only.span(1), "OTP")
        return
    urls = [m.span() for m in _URL.finditer(text) if not _PHONE_URL.search(m[0])]
    for run in _RUN.finditer(text):
        if not any(start <= run.start() < end for start, end in urls):
            yield from _in_run(text, run, labels)


def _in_run(text: str, run: re.Match[str], labels: Labels) -> Iterator[Finding]:
    groups = [m.span() for m in _GROUP.finditer(text, run.start(), run.end())]
    first = 0
    while first < len(groups):
        if _is_date(text, groups[first : first + 3]):
            first += 3
            continue
        taken = _best_from(text, run, groups, first, labels)
        if taken:
            yield taken[1]
        first = taken[0] if taken else first + 1


def _best_from(
    text: str, run: re.Match[str], groups: list[tuple[int, int]], first: int, labels: Labels
) -> tuple[int, Finding] | None:
    choices = list(_candidates(text, run, groups, first, labels))
    for rule in (_strict_kind, _loose_kind):
        for last, candidate in reversed(choices):
            kind = rule(candidate)
            if kind and not _part_of_something_else(text, candidate, labels):
                return last + 1, Finding(candidate.start, candidate.end, kind)
    return None


def _candidates(
    text: str, run: re.Match[str], groups: list[tuple[int, int]], first: int, labels: Labels
) -> Iterator[tuple[int, _Candidate]]:
    start = run.start() if first == 0 else groups[first][0]
    digits = ""
    shape: tuple[int, ...] = ()
    for last in range(first, len(groups)):
        begin, end = groups[last]
        digits, shape = digits + text[begin:end], (*shape, end - begin)
        if len(digits) > _MAX_DIGITS:
            return
        if len(digits) < 3:
            continue
        between = text[groups[first][0] : end]
        yield (
            last,
            _Candidate(
                digits=digits,
                shape=shape,
                start=start,
                end=end,
                international="+" in text[start : groups[first][0]] or digits.startswith("00"),
                tidy=not re.search(r"[^0-9 .\-()]", between),
                label=labels.beside(start, end, ignore=_NUMBER_LABELS),
            ),
        )


def _strict_kind(number: _Candidate) -> Kind | None:
    if number.labelled("cvv") and len(number.digits) in (3, 4):
        return "CARD"
    if number.labelled("tail") or number.named_as_reference:
        return None
    if _is_card(number):
        return "CARD"
    if _is_code(number, immediate=True):
        return "OTP"
    if _is_account(number):
        return "ACCOUNT"
    return "PHONE" if _is_phone(number) else None


def _loose_kind(number: _Candidate) -> Kind | None:
    if number.labelled("tail") or number.named_as_reference:
        return None
    if number.labelled("card") and 13 <= len(number.digits) <= 19 and number.shape[0] != 2:
        return "CARD"
    if number.labelled("phone") and number.tidy and _is_foreign_phone(number):
        return "PHONE"
    return "OTP" if _is_code(number, immediate=False) else None


def _is_card(number: _Candidate) -> bool:
    if not 13 <= len(number.digits) <= 19 or number.international:
        return False
    shape = number.shape
    regular = len(set(shape[:-1])) <= 1 and (
        len(shape) == 1 or shape[0] >= 4 or sum(shape) == len(shape)
    )
    even = regular or shape == (4, 6, 5)
    if number.labelled("card") and number.tidy and even:
        return True
    return number.digits[0] in "3456" and number.tidy and even and _luhn(number.digits)


def _luhn(digits: str) -> bool:
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def _is_phone(number: _Candidate) -> bool:
    digits = number.digits
    if number.international and not number.labelled("account"):
        return 8 <= len(digits) <= 15
    if len(digits) == 11 and digits.startswith("852"):
        return digits[3] in "23456789"
    if len(digits) in (11, 13) and re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
        return number.tidy and number.shape[-1] >= 4
    return len(digits) == 8 and digits[0] in "23456789" and _is_local_phone(number)


def _is_local_phone(number: _Candidate) -> bool:
    if number.labelled("phone"):
        return True
    if re.fullmatch(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", number.digits):
        return False
    if number.shape == (4, 4):
        # 2000-3500 and 2024-2025 are ranges.
        return not (number.digits[3] == "0" == number.digits[7]) and not re.fullmatch(
            r"20\d\d20\d\d", number.digits
        )
    return number.shape in {(8,), (1,) * 8}


def _is_foreign_phone(number: _Candidate) -> bool:
    if len(number.digits) == 8 and len(number.shape) > 1:
        return True
    lengths = range(7, 16) if number.label and number.label.immediate else range(9, 13)
    return len(number.digits) in lengths


def _is_account(number: _Candidate) -> bool:
    if not 6 <= len(number.digits) <= _MAX_DIGITS:
        return False
    if number.labelled("wallet"):
        return len(number.digits) != 8 or number.digits[0] not in "569"
    return number.labelled("account") and number.tidy


def _is_code(number: _Candidate, *, immediate: bool) -> bool:
    if not number.labelled("code") or not 4 <= len(number.digits) <= 8 or number.international:
        return False
    return bool(number.label and (number.label.immediate or not immediate))


def _part_of_something_else(text: str, number: _Candidate, labels: Labels) -> bool:
    if _ID_AFTER.match(text, number.end) or _UNIT_AFTER.match(text, number.end):
        return True
    before = _ID_BEFORE.search(text, max(0, number.start - 6), number.start)
    if not before or labels.ends_at(before.end()):
        return False
    return not (number.labelled("phone", "code") and re.match(r"#|g-", before[0]))


def _is_date(text: str, groups: list[tuple[int, int]]) -> bool:
    if len(groups) < 3:
        return False
    joined = "-".join(text[start:end] for start, end in groups)
    return bool(
        re.fullmatch(r"(?:19|20)\d\d-\d\d?-\d\d?|\d\d?-\d\d?-(?:19|20)\d\d", joined)
        and all(int(part) <= 31 for part in joined.split("-") if len(part) < 3)
    )
