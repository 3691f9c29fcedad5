"""The pilot: which share of conversations the assistant takes, and the switch that stops it at once."""

from __future__ import annotations

import time

from domain.conversation import Owner
from domain.errors import InputError
from domain.mailbox import Switches

SWITCH = "pilot_percent"
FRESH_SECONDS = 1.0
_BUCKETS = 10_000


class Pilot:
    """Splits conversations between the assistant and people. A conversation stays where it began."""

    def __init__(self, switches: Switches, percent: int) -> None:
        self._switches = switches
        self._percent = percent
        self._read_at = -FRESH_SECONDS
        self._read = percent

    async def percent(self) -> int:
        """The share in force: what was switched last, or else the setting; at most a second old."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            switched = await self._switches.read(SWITCH)
            self._read = self._percent if switched is None else int(switched)
            self._read_at = time.monotonic()
        return self._read

    async def switch(self, percent: int) -> None:
        """Change the share while the desk runs; 0 stops the assistant in running conversations too.

        Raises:
            InputError: it is not between 0 and 100.
        """
        if not 0 <= percent <= 100:
            raise InputError("the share must be between 0 and 100 percent")
        await self._switches.write(SWITCH, str(percent))
        self._read_at = -FRESH_SECONDS

    async def owner(self, conversation_id: str) -> Owner:
        """Who takes a new conversation. Its id is a digest, so that its first digits spread evenly."""
        bucket = int(conversation_id[:8], 16) % _BUCKETS
        return "assistant" if bucket < await self.percent() * _BUCKETS // 100 else "person"

    async def stopped(self) -> bool:
        return await self.percent() == 0
