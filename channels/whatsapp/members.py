"""Reading members of a webhook: whatever their type is, none of them may break the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.errors import InputError

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")  # what no text column or encoder takes


def word(holder: Mapping[str, Any], name: str) -> str:
    """A member as a string; numbers are written, everything else is nothing."""
    value = holder.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def identifier(holder: Mapping[str, Any], name: str) -> str:
    """A member that is an id, whole, or empty.

    Raises:
        InputError: it has characters that no id has, and no database would keep.
    """
    value = word(holder, name)
    if value and not value.isprintable():
        raise InputError(f"{name} has characters that no id has")
    return value


def table(value: object) -> Mapping[str, Any]:
    """An object; an empty one when it is none."""
    return value if isinstance(value, Mapping) else {}


def tables(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list."""
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def clean(text: str) -> str:
    """Words that can be kept."""
    return _NOT_TEXT.sub("", text).strip()


def moment(seconds: object, now: datetime) -> datetime:
    """A time in seconds, as a string or a number, and never in the future; `now` when it is no time."""
    try:
        return min(datetime.fromtimestamp(int(str(seconds)), UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def code_of(error: Mapping[str, Any]) -> int:
    """The number of an error: its titles change."""
    try:
        return int(word(error, "code") or -1)
    except ValueError:
        return -1
