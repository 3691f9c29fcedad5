"""Read what an invoice should say instead: its title, tax number, e-mail address or amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from understanding.addresses import address
from understanding.dates import dates
from understanding.invoice_words import (
    AMOUNT_NAMED,
    BARE_CHANGE,
    BARE_UNDER,
    CHANGING,
    COMPANY,
    EMAIL,
    EMAIL_NAMED,
    END,
    NO_NAME,
    NO_TITLE,
    OWN_NAME,
    POLITE,
    QUOTE,
    SHOULD_BE,
    SPOKEN_EMAIL,
    TAX,
    TAX_NAMED,
    TITLE,
    TITLE_BEFORE,
    TITLE_NAMED,
)
from understanding.money import money
from understanding.normalise import fold
from understanding.spoken import view

InvoiceField = Literal["title", "tax_id", "email", "amount"]

_LONGEST = 120
_MOST = 12
_ANY_DAY = datetime(2025, 1, 1)  # noqa: DTZ001 - only whether it is a date matters here


@dataclass(frozen=True)
class InvoiceChange:
    """One field of an invoice and its new value; None when the customer has not said it yet."""

    field: InvoiceField
    value: str | None


def invoice_change(text: str) -> list[InvoiceChange]:
    """The changes a message asks for, title first; nothing when it names no field."""
    found: list[InvoiceChange] = []
    title, taxed, mail = _title(text), _tax_id(text), _email(text)
    seen = fold(text)
    changing = bool(CHANGING.search(seen))
    if title or (changing and _titled(seen)):
        found.append(InvoiceChange("title", title))
    if taxed or (changing and TAX_NAMED.search(seen)):
        found.append(InvoiceChange("tax_id", taxed))
    if mail or (changing and EMAIL_NAMED.search(seen)):
        found.append(InvoiceChange("email", mail))
    named = AMOUNT_NAMED.search(seen)
    amount = money(text[named.start() :]) if named else None
    if named and (changing or amount is not None):
        found.append(InvoiceChange("amount", None if amount is None else str(amount)))
    return found


def _titled(seen: str) -> bool:
    return bool(TITLE_NAMED.search(EMAIL.sub(" ", seen)))


def _title(text: str) -> str | None:
    seen = fold(text)
    before = TITLE_BEFORE.search(seen)
    if before:
        group = "v" if before["v"] else "v2"
        value = _tidy(text[before.start(group) : before.end(group)])
        if value:
            return value
    starts = [match.end() for match in islice(TITLE.finditer(seen), _MOST)]
    if starts:
        starts = [
            match.end() for match in islice(SHOULD_BE.finditer(seen, starts[0]), _MOST)
        ] + starts
    named = [_value(text, seen, start) for start in starts]
    changed = [
        _value(text, seen, match.end()) for match in islice(BARE_CHANGE.finditer(seen), _MOST)
    ]
    under = [_value(text, seen, match.end()) for match in islice(BARE_UNDER.finditer(seen), _MOST)]
    found = [
        *filter(None, named),
        *(value for value in changed if value and _like_a_name(value)),
        *(value for value in under if value and COMPANY.search(fold(value))),
    ]
    return found[0] if found else None


def _value(text: str, seen: str, start: int) -> str | None:
    quoted = QUOTE.match(text, start)
    if quoted:
        return quoted[1].strip() or None
    end = END.search(seen, start)
    return _tidy(text[start : min(end.start() if end else len(text), start + _LONGEST)])


def _tidy(value: str) -> str | None:
    value = value.strip().lstrip("「『“\"'：:，, ")
    owner = OWN_NAME.match(fold(value))
    value = value[owner.end() :] if owner else value
    while True:
        tail = POLITE.search(fold(value))
        if not tail or not tail[0]:
            break
        value = value[: tail.start()]
    return None if len(value) < 2 or NO_TITLE.search(fold(value)) else value


def _like_a_name(value: str) -> bool:
    """Without the word for a title a value must look like a company or a person."""
    if NO_NAME.match(fold(value)) or address(value) or dates(value, _ANY_DAY):
        return False
    return bool(COMPANY.search(fold(value))) or value[:1].isupper()


def _tax_id(text: str) -> str | None:
    seen = view(text).text
    match = TAX.search(seen)
    return match["v"].replace(" ", "").strip("-").upper() if match else None


def _email(text: str) -> str | None:
    match = EMAIL.search(text)
    if match:
        return match[0].strip(".-")
    spoken = SPOKEN_EMAIL.search(text)
    return f"{spoken[1]}@{spoken[2].replace(' dot ', '.')}" if spoken else None
