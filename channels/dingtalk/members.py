"""Reading members of JSON whose types differ from client to client."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.errors import InputError

# Zero-width marks that clients put around mentions, and what no text column or encoder takes.
_INVISIBLE = re.compile("[\u200b-\u200d\ufeff\x00\ud800-\udfff]")
_NARROW_SPACE = "\u2005"  # what a client puts behind a mention


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
    """An object, or the object in a JSON string; an empty one when it is neither."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}


def decoded(raw: str | bytes, what: str) -> dict[str, Any]:
    """The object that JSON says.

    Raises:
        InputError: it is not the JSON of an object. The text itself, a customer's, is not quoted.
    """
    try:
        found = json.loads(raw)
    except json.JSONDecodeError as error:
        raise InputError(f"{what} is not JSON: {error.msg} at {error.pos}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} is not JSON: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise InputError(f"{what} is not an object")
    return found


def clean(text: str) -> str:
    """Words without the invisible characters that clients put around them."""
    return _INVISIBLE.sub("", text.replace(_NARROW_SPACE, " ")).strip()


def moment(milliseconds: object, otherwise: datetime) -> datetime:
    """A time in milliseconds, as a number or a string; `otherwise` when it is no time."""
    try:
        return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
