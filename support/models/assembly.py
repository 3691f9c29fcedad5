"""Puts together the models that the settings name, for each of the four jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial

import pybreaker

from domain.errors import ConfigurationError
from domain.model_usage import Endpoint
from domain.models import ROLES, Completion, Model, Prompt, Role
from domain.settings import Settings
from support.models.fallback import Fallback, shares
from support.models.guarded import Guarded, breaker
from support.models.metered import Budget, Meter, Metered
from support.models.streams import closing
from support.models.timely import Timely

SECONDS: Mapping[Role, float] = {"understand": 8, "compose": 10, "summarise": 20, "judge": 30}


class ByRole:
    """A `Model` that hands each prompt to the models of its job."""

    def __init__(self, models: Mapping[Role, Model]) -> None:
        self._models = models

    async def complete(self, prompt: Prompt) -> Completion:
        return await self._models[prompt.role].complete(prompt)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        async with closing(self._models[prompt.role].stream(prompt)) as pieces:
            async for piece in pieces:
                yield piece


def budget(settings: Settings) -> Budget:
    """What the settings allow a company."""
    by_role = {
        role: one.daily_tokens
        for role, one in settings.models.items()
        if one.daily_tokens is not None
    }
    return Budget(settings.daily_tokens, settings.daily_cost, settings.calls_per_turn, by_role)


def assemble(
    settings: Settings,
    endpoints: Mapping[Role, Sequence[Endpoint]],
    connect: Callable[[Endpoint], Model],
    meter: Meter,
) -> ByRole | None:
    """All models of the desk, or None where none is set. `connect` opens an endpoint.

    Raises:
        ConfigurationError: a job has no model while another has one, or a budget in money meets an unknown price.
    """
    if not any(endpoints.values()):
        return None
    opened: dict[tuple[str, str], Model] = {}
    circuits: dict[tuple[str, str], pybreaker.CircuitBreaker] = {}
    jobs: dict[Role, Model] = {}
    for role in ROLES:
        found = endpoints.get(role, ())
        if not found:
            raise ConfigurationError(
                f"NIGHTDESK_MODELS__{role.upper()}__USE is empty; set it, or NIGHTDESK_MODEL for every job"
            )
        chosen = settings.models.get(role)
        whole = (chosen.timeout_seconds if chosen else None) or SECONDS[role]
        guarded = []
        for one, seconds in zip(found, shares(whole, len(found)), strict=True):
            _check(one, settings)
            name = (one.provider, one.model)
            if name not in opened:
                opened[name] = connect(one)
                circuits[name] = breaker(f"{one.provider} ({one.model})")
            within = partial(_timed, opened[name], one, meter)
            guarded.append(Guarded(within, circuits[name], seconds=seconds, whole=whole))
        jobs[role] = Fallback(guarded)
    return ByRole(jobs)


def _timed(inner: Model, one: Endpoint, meter: Meter, seconds: float, whole: float) -> Model:
    return Metered(Timely(inner, one.provider, seconds, whole), one, meter)


def _check(one: Endpoint, settings: Settings) -> None:
    if settings.daily_cost is not None and one.price is None:
        raise ConfigurationError(
            f"NIGHTDESK_DAILY_COST needs the price of {one.provider!r}; set {one.setting('PRICE_IN')},"
            f" {one.setting('PRICE_OUT')} and {one.setting('CURRENCY')}"
        )
