"""Lengths of time as people write them in rules: `90 seconds`, `5 minutes`, `1 hour 30 minutes`, `2 days`."""

from __future__ import annotations

import re
from datetime import timedelta

_LENGTH = re.compile(
    r"(?:(?P<days>\d{1,3}) ?d(?:ays?)?)? ?"
    r"(?:(?P<hours>\d{1,4}) ?h(?:ours?)?)? ?"
    r"(?:(?P<minutes>\d{1,5}) ?m(?:in(?:ute)?s?)?)? ?"
    r"(?:(?P<seconds>\d{1,5}) ?s(?:ec(?:ond)?s?)?)?"
)


def length(words: object) -> timedelta:
    """A length of time.

    Raises:
        ValueError: it is none.
    """
    if isinstance(words, timedelta):
        return words
    match = _LENGTH.fullmatch(words.strip().lower()) if isinstance(words, str) else None
    units = {unit: int(n) for unit, n in match.groupdict().items() if n} if match else {}
    if not units:
        raise ValueError(f"{words!r} is no length of time; write '30 seconds' or '5 minutes'")
    return timedelta(**units)
