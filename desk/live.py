"""Tells open pages of the office that something has changed, within a second, however many are open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from desk.company import DeskLists

LOOK_EVERY = 0.25  # seconds
_BREATHE_EVERY = 60  # looks after which a word is sent, so that a broken connection is noticed
_MOST_KEPT = 1_000


class Watch:
    """Asks the database once for all pages that are open; of one conversation, only when anything changed."""

    def __init__(self, store: DeskLists, every: float = LOOK_EVERY) -> None:
        self._store, self.every = store, every
        self._asking = asyncio.Lock()
        self._looked = float("-inf")
        self._version = ""
        self._of: dict[str, tuple[str, str]] = {}

    async def version(self, conversation_id: str = "") -> str:
        """The state of the office, or of one conversation, at most `every` seconds old."""
        async with self._asking:
            if time.monotonic() - self._looked >= self.every:
                self._version = await self._store.version()
                self._looked = time.monotonic()
            if not conversation_id:
                return self._version
            seen, own = self._of.get(conversation_id, ("", ""))
            if seen != self._version:
                own = await self._store.version(conversation_id)
                if len(self._of) >= _MOST_KEPT:
                    self._of.clear()
                self._of[conversation_id] = (self._version, own)
            return own


async def changes(watch: Watch, seen: str, conversation_id: str = "") -> AsyncGenerator[str, None]:
    """Server-sent events: `changed` whenever a page that shows the state `seen` should be shown anew."""
    yield "retry: 2000\n\n"
    quiet = 0
    while True:
        now, quiet = await watch.version(conversation_id), quiet + 1
        if now != seen:
            seen, quiet = now, 0
            yield f"event: changed\ndata: {now}\n\n"
        if quiet >= _BREATHE_EVERY:
            quiet = 0
            yield ": still here\n\n"
        await asyncio.sleep(watch.every)
