"""Replaces personal data in a text by the name of what stood there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

from security.addresses import find_addresses
from security.birthdates import find_birthdates
from security.emails import find_emails
from security.folding import BARRIER, Finding, Folded, Kind, fold
from security.identity_papers import find_identity_papers
from security.labels import Labels
from security.numbers import find_numbers

_SIGNIFICANT = re.compile("[^\\W_]")


def mask(text: str, *, known: Iterable[str] = (), keep_addresses: bool = False) -> str:
    """Return the text with personal data replaced by placeholders such as [PHONE].

    Args:
        text: What somebody wrote; whatever is not personal data comes back unchanged.
        known: Values on file for this person, masked however they are spaced or written.
        keep_addresses: Leave addresses readable, for the one step that must deliver to them.
    """
    values = tuple(known)
    while True:
        findings = find_personal_data(text, known=values, keep_addresses=keep_addresses)
        if not findings:
            return text
        for finding in reversed(findings):
            text = f"{text[: finding.start]}[{finding.kind}]{text[finding.end :]}"


def find_personal_data(
    text: str, *, known: Iterable[str] = (), keep_addresses: bool = False
) -> list[Finding]:
    """Return where personal data stands in the text, in order and without overlaps."""
    folded = fold(text)
    labels = Labels(folded.text)
    left = folded.text
    found: list[Finding] = []
    for finding in _known_values(left, known):
        left = _take(left, finding, found)
    detectors: tuple[Callable[[str], Iterator[Finding]], ...] = (
        find_emails,
        partial(find_identity_papers, labels=labels),
        find_birthdates,
        find_addresses,
        partial(find_numbers, labels=labels),
    )
    for detect in detectors:
        # Each detector sees only what the ones before it left.
        for finding in list(detect(left)):
            left = _take(left, finding, found)
    kept = [f for f in found if not (keep_addresses and f.kind == "ADDRESS")]
    return sorted((_in_original(folded, f) for f in kept), key=lambda f: f.start)


def _take(left: str, finding: Finding, found: list[Finding]) -> str:
    if BARRIER in left[finding.start : finding.end]:
        return left
    found.append(finding)
    width = finding.end - finding.start
    return left[: finding.start] + BARRIER * width + left[finding.end :]


def _in_original(folded: Folded, finding: Finding) -> Finding:
    return Finding(*folded.origin(finding.start, finding.end), finding.kind)


def _known_values(text: str, known: Iterable[str]) -> Iterator[Finding]:
    places = [m.start() for m in _SIGNIFICANT.finditer(text)]
    compact = "".join(text[place] for place in places)
    for value in sorted(set(known), key=len, reverse=True):
        kind = _kind_of(value)
        for wanted in _spellings(value):
            at = compact.find(wanted)
            while at >= 0:
                start, end = places[at], places[at + len(wanted) - 1] + 1
                if _stands_alone(text, start, end):
                    yield Finding(start, end, kind)
                at = compact.find(wanted, at + len(wanted))


@lru_cache(maxsize=4096)  # the values on file are the same at every turn
def _spellings(value: str) -> list[str]:
    plain = "".join(_SIGNIFICANT.findall(fold(value).text))
    wanted = [plain]
    if re.fullmatch(r"852\d{8}", plain):
        wanted.append(plain[3:])
    elif re.fullmatch(r"[2-9]\d{7}", plain):
        wanted.insert(0, "852" + plain)
    # Two Chinese characters are a name; two Latin letters are half of every text.
    return [word for word in wanted if len(word) >= (4 if word.isascii() else 2)]


def _stands_alone(text: str, start: int, end: int) -> bool:
    def same_sort(a: str, b: str) -> bool:
        return (a.isdigit() and b.isdigit()) or (
            a.isascii() and b.isascii() and a.isalpha() and b.isalpha()
        )

    before = start > 0 and same_sort(text[start - 1], text[start])
    after = end < len(text) and same_sort(text[end - 1], text[end])
    return not (before or after)


@lru_cache(maxsize=4096)
def _kind_of(value: str) -> Kind:
    found = find_personal_data(value)
    if len({finding.kind for finding in found}) == 1 and found[0].kind != "OTP":
        return found[0].kind
    plain = "".join(_SIGNIFICANT.findall(fold(value).text))
    digits = sum(char.isdigit() for char in plain)
    if not digits:
        return "NAME"
    if any("\u3400" <= char <= "\u9fff" for char in plain):
        return "ADDRESS"
    return "OTP" if plain.isdigit() and len(plain) <= 7 else "ACCOUNT"
