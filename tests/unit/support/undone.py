"""Durable work that takes everything and does nothing."""

from __future__ import annotations

from collections.abc import Mapping

from domain.mailbox import Work


class NothingDone:
    """Implements `Durable`; `asked` is what was enqueued."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def start(self, works: Mapping[str, Work]) -> None: ...

    async def enqueue(
        self, work: str, key: str, argument: str, *, lane: str, order: int, delay: float = 0.0
    ) -> None:
        assert (bool(lane), order >= 0, delay >= 0) == (True, True, True)
        self.asked.append((work, key, argument))

    async def cancel(self, key: str) -> None: ...

    async def status(self, key: str) -> str | None:
        return None if key else "done"

    async def stop(self) -> None: ...
