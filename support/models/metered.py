"""Keeps model calls within a company's budget, and writes down every one of them."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from prometheus_client import Counter, Histogram

from domain.errors import (
    BudgetSpent,
    InvalidModelOutput,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from domain.model_usage import Endpoint, Limits, Planned, Result, Settled, UsageStore, day_of
from domain.models import Completion, Model, Prompt, Role, Usage
from domain.ports import Clock
from support.models.streams import closing

_CALLS = Counter("nightdesk_model_calls_total", "Model calls", ["role", "provider", "result"])
_TOKENS = Counter("nightdesk_model_tokens_total", "Model tokens", ["role", "provider", "kind"])
_COST = Counter("nightdesk_model_cost_hkd_total", "Hong Kong dollars", ["role", "provider"])
_SECONDS = Histogram("nightdesk_model_seconds", "Seconds of a model call", ["role", "provider"])
_SPENT = Counter("nightdesk_model_budget_spent_total", "Calls a budget did not allow", ["role"])


@dataclass(frozen=True)
class Budget:
    """What a company may use in a day, and a turn."""

    tokens: int | None = None
    cost: Decimal | None = None
    calls_per_turn: int | None = None
    role_tokens: Mapping[Role, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Meter:
    """What all metered models share. `count` counts the tokens of a text."""

    store: UsageStore
    budget: Budget
    clock: Clock
    zone: ZoneInfo
    count: Callable[[str], int]


class Metered:
    """A `Model` that sets aside the most that a call may use before it is made, and settles it after.

    A call whose words were of no use is paid for all the same, so its estimate is kept.
    """

    def __init__(self, inner: Model, endpoint: Endpoint, meter: Meter) -> None:
        self._inner = inner
        self._endpoint = endpoint
        self._meter = meter

    async def complete(self, prompt: Prompt) -> Completion:
        entry = await self._open(prompt)
        try:
            entry.whole = await self._inner.complete(prompt)
            return entry.whole
        except ModelError as error:
            entry.error = error
            raise
        finally:
            await self._settle(prompt, entry)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        entry = await self._open(prompt)
        try:
            async with closing(self._inner.stream(prompt)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Completion):
                        entry.whole = piece
                    else:
                        entry.heard.append(piece)
                    yield piece
        except ModelError as error:
            entry.error = error
            raise
        finally:
            await self._settle(prompt, entry)

    async def _open(self, prompt: Prompt) -> _Entry:
        meter, budget = self._meter, self._meter.budget
        read = meter.count(_words(prompt))
        most = Usage(read=read, written=prompt.max_tokens)
        now = meter.clock.now()
        since, until = day_of(now, meter.zone)
        planned = Planned(
            tenant=prompt.tenant,
            turn=prompt.turn,
            role=prompt.role,
            provider=self._endpoint.provider,
            model=self._endpoint.model,
            usage=most,
            cost=self._cost(most),
            at=now,
        )
        limits = Limits(
            since=since,
            until=until,
            tokens=budget.tokens,
            role_tokens=budget.role_tokens.get(prompt.role),
            cost=budget.cost,
            calls_per_turn=budget.calls_per_turn,
        )
        try:
            number = await meter.store.reserve(planned, limits)
        except BudgetSpent:
            _SPENT.labels(prompt.role).inc()
            raise
        return _Entry(number, read, time.monotonic())

    async def _settle(self, prompt: Prompt, entry: _Entry) -> None:
        usage, result = self._used(entry), _result(entry)
        cost, seconds = self._cost(usage), time.monotonic() - entry.begun
        await self._meter.store.settle(entry.number, Settled(usage, cost, seconds, result))
        labels = (prompt.role, self._endpoint.provider)
        _CALLS.labels(*labels, result).inc()
        _SECONDS.labels(*labels).observe(seconds)
        _TOKENS.labels(*labels, "read").inc(usage.read)
        _TOKENS.labels(*labels, "cached").inc(usage.cached)
        _TOKENS.labels(*labels, "written").inc(usage.written)
        if cost is not None:
            _COST.labels(*labels).inc(float(cost))

    def _used(self, entry: _Entry) -> Usage:
        if entry.whole is not None:
            used = entry.whole.usage
            if used.read or used.written:
                return used
            said = entry.whole.text + "".join(
                json.dumps(dict(call.arguments)) for call in entry.whole.calls
            )
            return Usage(read=entry.read, written=self._meter.count(said))
        never_read = isinstance(entry.error, ModelRefused | ModelUnavailable) and not entry.heard
        if never_read:
            return Usage()
        return Usage(read=entry.read, written=self._meter.count("".join(entry.heard)))

    def _cost(self, usage: Usage) -> Decimal | None:
        return self._endpoint.price.of(usage) if self._endpoint.price else None


@dataclass
class _Entry:
    """A call that is under way."""

    number: int
    read: int
    begun: float
    whole: Completion | None = None
    error: ModelError | None = None  # neither this nor a whole: whoever asked went away
    heard: list[str] = field(default_factory=list)


def _result(entry: _Entry) -> Result:
    if entry.whole is not None:
        return "answered"
    if isinstance(entry.error, ModelRefused):
        return "refused"
    if isinstance(entry.error, InvalidModelOutput):
        return "invalid"
    if isinstance(entry.error, ModelUnavailable):
        return "unavailable"
    return "cancelled"


def _words(prompt: Prompt) -> str:
    """Everything that a model reads."""
    functions = (
        f"{one.name} {one.description} {json.dumps(dict(one.schema), ensure_ascii=False)}"
        for one in prompt.functions
    )
    return "\n".join((prompt.system, *(line.text for line in prompt.lines), *functions))
