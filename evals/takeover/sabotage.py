"""Takes one safety of takeovers away, in the campaign's process only, to show that the campaign would notice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Literal

from domain.casework import Handover
from domain.channels import Outgoing
from storage import conversations, handovers
from storage.outbox import SqlOutbox
from support import takeovers
from support.takeovers import Takeovers

Sabotage = Literal["", "fence", "early", "twice"]


def sabotage(which: Sabotage) -> None:
    """Take away the fence of every send, the look at the clock, or what makes a stage happen once."""
    if which == "fence":
        vars(conversations)["speaks_for"] = _may_speak
        SqlOutbox.claim = _may_send  # type: ignore[assignment,method-assign]
    elif which == "early":
        takeovers._EARLY = timedelta(seconds=1)
        Takeovers.punctual = _hasty  # type: ignore[method-assign]
    elif which == "twice":
        vars(handovers)["advance"] = _regardless
        Takeovers.advance = _doubled  # type: ignore[method-assign]


def _may_speak(_turn: object, _now: object) -> bool:
    return True


async def _may_send(_self: SqlOutbox, _message: Outgoing) -> bool:
    return True


async def _hasty(self: Takeovers) -> None:
    for handover_id in list(self._due):
        await self.advance(handover_id)


async def _regardless(connection: Any, _before: Handover, after: Handover) -> bool:
    values = {name: one for name, one in handovers._row(after).items() if name != "id"}
    await handovers.change(connection, after.id, **values)
    return True


_advance = Takeovers.advance


async def _doubled(self: Takeovers, handover_id: str) -> str:
    stage, _ = await asyncio.gather(_advance(self, handover_id), _advance(self, handover_id))
    return stage
