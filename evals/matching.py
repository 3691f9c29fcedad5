"""When two written values are the same for a reader."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation


def fold(text: object) -> str:
    """Text without what does not change its meaning: width, case, spaces, thousands commas."""
    plain = unicodedata.normalize("NFKC", str(text)).casefold()
    return "".join(char for char in plain if not (char.isspace() or char in ",，"))


def same(actual: object, wanted: str | list[str]) -> bool:
    """A list means: every one of these stands in it."""
    if isinstance(wanted, list):
        return all(fold(part) in fold(actual) for part in wanted)
    try:
        return Decimal(str(actual)) == Decimal(wanted)
    except InvalidOperation:
        return fold(actual) == fold(wanted)


def listed(words: Iterable[str]) -> str:
    """Words in a sentence, always in the same order."""
    return ", ".join(sorted(words))
