"""Models that do as they are told, and a store that counts, for the tests of what stands in front of models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.errors import BudgetSpent
from domain.model_usage import Limits, ModelCall, Planned, Settled
from domain.models import Completion, Line, Prompt, Usage

NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
ASK = Prompt(
    "compose", "Be kind.", (Line("user", "hello"),), tenant="harbourside", turn="t1", max_tokens=50
)
Step = str | Completion | Exception | float


def whole(text: str = "ok", usage: Usage = Usage(10, 4, 5)) -> Completion:  # noqa: B008 - it is frozen
    return Completion(text=text, usage=usage, provider="p", model="m")


@dataclass
class ScriptedModel:
    """Does one script a call, the last one again and again: pieces, faults, and pauses in seconds."""

    scripts: Sequence[Sequence[Step]]
    calls: int = 0
    closed: int = 0
    under_way: int = 0
    most_at_once: int = 0

    async def complete(self, prompt: Prompt) -> Completion:
        async for piece in self.stream(prompt):
            if isinstance(piece, Completion):
                return piece
        raise AssertionError("a script ends with a fault or the whole")

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        assert prompt.system
        script = self.scripts[min(self.calls, len(self.scripts) - 1)]
        self.calls += 1
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.under_way -= 1
            self.closed += 1


@dataclass
class CountingStore:
    """A `UsageStore` in memory that allows so many calls."""

    allowed: int = 1000
    planned: list[Planned] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)
    settled: dict[int, Settled] = field(default_factory=dict)

    async def reserve(self, planned: Planned, limits: Limits) -> int:
        if len(self.planned) >= self.allowed:
            raise BudgetSpent("used up")
        self.planned.append(planned)
        self.limits.append(limits)
        return len(self.planned)

    async def settle(self, number: int, settled: Settled) -> None:
        self.settled[number] = settled

    async def calls(self, since: datetime, until: datetime) -> list[ModelCall]:
        raise AssertionError(f"nobody asks for {since} to {until} here")
