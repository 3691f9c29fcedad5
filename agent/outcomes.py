"""Outcomes as plain JSON and back, so that a task or the ledger can keep them with their types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.tooling import Declined, Done, Failed, NeedsConfirmation, NeedsInput, Outcome

_KINDS = {
    "done": Done,
    "declined": Declined,
    "input": NeedsInput,
    "confirm": NeedsConfirmation,
    "failed": Failed,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def packed(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON; amounts and days keep their type."""
    return {
        "is": _NAMES[type(outcome)],
        **{key: _pack(value) for key, value in vars(outcome).items()},
    }


def unpacked(kept: Mapping[str, Any]) -> Outcome:
    """The outcome that was packed."""
    fields = {key: _unpack(value) for key, value in kept.items() if key != "is"}
    for key in ("slots", "options"):
        if key in fields:
            fields[key] = tuple(fields[key])
    outcome: Outcome = _KINDS[kept["is"]](**fields)
    return outcome


def _pack(value: Any) -> Any:
    match value:
        case Decimal():
            return {"$amount": str(value)}
        case datetime():
            return {"$time": value.isoformat()}
        case date():
            return {"$day": value.isoformat()}
        case Mapping():
            return {str(key): _pack(one) for key, one in value.items()}
        case list() | tuple():
            return [_pack(one) for one in value]
        case _:
            return value


def _unpack(value: Any) -> Any:
    match value:
        case {"$amount": str(text)}:
            return Decimal(text)
        case {"$time": str(text)}:
            return datetime.fromisoformat(text)
        case {"$day": str(text)}:
            return date.fromisoformat(text)
        case dict():
            return {key: _unpack(one) for key, one in value.items()}
        case list():
            return [_unpack(one) for one in value]
        case _:
            return value
