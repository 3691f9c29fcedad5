"""Which of the customer's own records they mean, when they did not say, or said it loosely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from domain.tooling import NeedsInput


class _HasId(Protocol):
    id: str


Found = TypeVar("Found", bound=_HasId)


def choose(
    mine: Sequence[Found],
    wanted: str | None,
    *,
    slot: str,
    eligible: Callable[[Found], bool],
    fits: Callable[[Found], bool] = lambda _: True,
    asked: bool = False,
) -> Found | NeedsInput | None:
    """The record meant, a question which one, or None when there is no such record of theirs.

    `fits` keeps the records that the words describe (the one with the kettle), `eligible` those for which the
    request makes sense; a single eligible one is meant. `asked` says that the customer was asked and did not
    say: then the first eligible one is proposed, since a confirmation will show it before anything happens.
    """
    if wanted is not None:
        return next((one for one in mine if one.id.casefold() == wanted.strip().casefold()), None)
    described = [one for one in mine if fits(one)]
    pool = [one for one in described if eligible(one)] or described
    if not pool:
        return None
    if len(pool) == 1 or asked:
        return pool[0]
    return NeedsInput((slot,), tuple(one.id for one in pool))
