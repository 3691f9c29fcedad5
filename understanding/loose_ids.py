"""Find what is written like an identifier, whether or not the company has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from understanding.id_book import IdBook, Span
from understanding.id_words import CONTEXT, NO_PREFIX
from understanding.normalise import both_scripts
from understanding.spoken import View

_LETTERED = re.compile(
    r"(?<![a-z0-9@./$-])(?P<letters>[a-z]{1,6}(?:-[a-z]{1,4}(?=-\d))?)(?P<gap>[-_/#.]| ?#?| - ?)"
    r"(?P<digits>\d{2,}(?:-\d+)*[a-z]?)(?![a-z0-9@%])(?!\.\d)",
    re.ASCII,
)
_CODE = re.compile(
    r"(?<![a-z0-9@./-])[a-z]{1,4}-[a-z]{2,6}\d{0,4}(?:-[a-z0-9]{1,4})?(?![a-z0-9@-])", re.ASCII
)
_TRACKING = re.compile(
    r"(?<![a-z0-9])(?:[a-z]{2,4}\d{9,15}[a-z]{0,2}|\d{10,16})(?![a-z0-9])", re.ASCII
)
_BARE = re.compile(
    r"(?<![\da-z@.$%/-])(?<!\d,)(?P<hash>#\s?)?(?P<digits>\d{3,14})(?![\d%])(?![.:/]\d|,\d{3})"
    r"(?!-\d)(?![a-z])",
    re.ASCII,
)
_COUNTED = re.compile(
    both_scripts(
        r"\s?(?:個|隻|件|張(?!單)|條|套|部|盒|箱|支|樽|包|袋|對|打|位|晚|日|號(?!單|訂單|嗰|"
        r"呢)|月|年|人|點|蚊|元|塊|毫|樓|室|座|吋|寸|"
        r"cm|mm|kg|ml|gb|tb|mah|w\b|pcs?|pieces?|units?|nights?|days?|hours?|dollars?|bucks|"
        r"people|guests?|am\b|pm\b|%|sets?|boxes|times|of\b)"
    ),
    re.ASCII,
)
_REFERS = re.compile(
    both_scripts(
        r"^\s?(?:號)?(?:嗰|那|呢|這)?(?:張|個|筆)?(?:單|訂單)|^ (?:order|booking|invoice)\b"
    ),
    re.ASCII,
)
_CLAUSE = re.compile(r"[,，。;；!！?？\n]", re.ASCII)
_WINDOW = 18


@dataclass(frozen=True)
class Loose:
    """Something written like an identifier. `sure` says that it is one even if nobody knows it."""

    span: Span
    value: str
    kind: str
    digits: str
    bare: bool
    sure: bool


def context_kind(text: str, span: Span) -> str | None:
    """What the words around a place say that it is: those before first, then those after."""
    before = _CLAUSE.split(text[max(0, span[0] - _WINDOW) : span[0]])[-1]
    found = [
        (match.end(), kind)
        for kind, pattern in CONTEXT.items()
        for match in pattern.finditer(before)
    ]
    if found:
        return max(found, key=lambda one: one[0])[1]
    after = _CLAUSE.split(text[span[1] : span[1] + 10])[0]
    late = [
        (match.start(), kind)
        for kind, pattern in CONTEXT.items()
        for match in pattern.finditer(after)
    ]
    return min(late)[1] if late else None


def loose_ids(seen: View, book: IdBook) -> Iterator[Loose]:
    """Candidates, the most telling first."""
    text = seen.text
    yield from _tracking(text)
    for match in _LETTERED.finditer(text):
        found = _lettered(match, seen, book)
        if found:
            yield found
    for match in _CODE.finditer(text):
        letters = match[0].partition("-")[0]
        said = context_kind(text, match.span()) == "sku"
        if said or "sku" in book.kinds_of_prefix(letters) or any(map(str.isdigit, match[0])):
            yield Loose(match.span(), match[0].upper(), "sku", "", False, True)
    for match in _BARE.finditer(text):
        found = _bare(match, text, book)
        if found:
            yield found


def _tracking(text: str) -> Iterator[Loose]:
    for match in _TRACKING.finditer(text):
        if match[0].startswith("sf") or context_kind(text, match.span()) == "tracking":
            yield Loose(match.span(), match[0].upper(), "tracking", "", False, True)


def _lettered(match: re.Match[str], seen: View, book: IdBook) -> Loose | None:
    letters, gap, digits = match["letters"], match["gap"], match["digits"]
    said = context_kind(seen.text, match.span())
    kinds = book.kinds_of_prefix(letters) if letters in book.prefixes else []
    value = _value(match, book)
    if kinds:
        kind = said if said in kinds else kinds[0]
        near = any(abs(len(digits) - count) <= 2 for count in book.digit_counts[kind])
        return Loose(match.span(), value, kind, digits, False, near)
    if letters in NO_PREFIX or _COUNTED.match(seen.text, match.end()):
        return None
    written = seen.original(*match.span("letters"))
    spaced = gap.strip() in ("", "#") and " " in gap
    enough = len(digits) >= (5 if spaced and not written.isupper() else 4)
    if not enough and not (said and len(digits) >= 3 and not spaced):
        return None
    guess = next(iter(book.kinds_of_prefix(letters)), "order" if book.empty else "unknown_id")
    return Loose(match.span(), value, said or guess, digits, False, True)


def _value(match: re.Match[str], book: IdBook) -> str:
    """In the company's own spelling where the letters are known, else as it was written."""
    letters, gap = match["letters"], match["gap"].replace(" ", "")
    return f"{letters}{book.separators.get(letters, gap)}{match['digits']}".upper()


def _bare(match: re.Match[str], text: str, book: IdBook) -> Loose | None:
    digits = match["digits"]
    exact = len(digits) >= 5 and book.by_digits(digits)
    if _COUNTED.match(text, match.end()) and not exact:
        return None
    span = match.span()
    said = context_kind(text, span)
    alone = not re.sub(r"[^\w]", "", text[: span[0]] + text[span[1] :], flags=re.ASCII)
    refers = bool(match["hash"]) or bool(said) or bool(_REFERS.match(text[span[1] :]))
    shaped = next(iter(book.plain_counts.get(len(digits), {})), None)
    counts = {count for each in book.digit_counts.values() for count in each}
    if not (refers or alone or shaped or len(digits) in counts):
        return None
    sure = len(digits) >= 4 and (refers or (shaped is not None and (alone or len(digits) >= 6)))
    return Loose(span, digits, said or shaped or "order", digits, True, sure)
