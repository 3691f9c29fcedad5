"""Puts together the models that the settings name, for each of the four jobs and for each expert."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
Experts = Mapping[Role, Mapping[str, Sequence[Endpoint]]]
"""By job and kind of task, the endpoints that are asked before the usual ones."""


class ByRole:
    """A `Model` that hands each prompt to the models of its job, or to the expert in what it is about."""

    def __init__(
        self,
        models: Mapping[Role, Model],
        experts: Mapping[Role, Mapping[str, Model]] | None = None,
    ) -> None:
        self._models = models
        self._experts = experts or {}

    async def complete(self, prompt: Prompt) -> Completion:
        return await self._chosen(prompt).complete(prompt)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        async with closing(self._chosen(prompt).stream(prompt)) as pieces:
            async for piece in pieces:
                yield piece

    def _chosen(self, prompt: Prompt) -> Model:
        experts = self._experts.get(prompt.role, {})
        known = next((kind for kind in prompt.about if kind in experts), None)
        return self._models[prompt.role] if known is None else experts[known]


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
    experts: Experts | None = None,
) -> ByRole | None:
    """All models of the desk, or None where none is set. `connect` opens an endpoint.

    Behind an expert stand the usual models of the job, within the same time.

    Raises:
        ConfigurationError: a job has no model while another, or an expert, has one, or a budget in money meets an
            unknown price.
    """
    wanted = experts or {}
    if not any(endpoints.values()) and not any(wanted.values()):
        return None
    opened = _Opened(settings, connect, meter)
    jobs: dict[Role, Model] = {}
    for role in ROLES:
        if not endpoints.get(role):
            raise ConfigurationError(
                f"NIGHTDESK_MODELS__{role.upper()}__USE is empty; set it, or NIGHTDESK_MODEL for every job"
            )
        jobs[role] = opened.chain(role, endpoints[role])
    known = {
        role: {kind: opened.chain(role, [*own, *endpoints[role]]) for kind, own in kinds.items()}
        for role, kinds in wanted.items()
    }
    return ByRole(jobs, known)


@dataclass(frozen=True)
class _Opened:
    """The endpoints, each opened once and with one circuit breaker, however many jobs and experts ask it."""

    settings: Settings
    connect: Callable[[Endpoint], Model]
    meter: Meter
    found: dict[tuple[str, str], tuple[Model, pybreaker.CircuitBreaker]] = field(
        default_factory=dict
    )

    def chain(self, role: Role, endpoints: Sequence[Endpoint]) -> Model:
        """The endpoints in their order, all of them together within the time of the job."""
        each = list({(one.provider, one.model): one for one in endpoints}.values())
        chosen = self.settings.models.get(role)
        whole = (chosen.timeout_seconds if chosen else None) or SECONDS[role]
        guarded = []
        for one, seconds in zip(each, shares(whole, len(each)), strict=True):
            model, circuit = self._open(one)
            within = partial(_timed, model, one, self.meter)
            guarded.append(Guarded(within, circuit, seconds=seconds, whole=whole))
        return Fallback(guarded)

    def _open(self, one: Endpoint) -> tuple[Model, pybreaker.CircuitBreaker]:
        _check(one, self.settings)
        name = (one.provider, one.model)
        if name not in self.found:
            self.found[name] = self.connect(one), breaker(f"{one.provider} ({one.model})")
        return self.found[name]


def _timed(inner: Model, one: Endpoint, meter: Meter, seconds: float, whole: float) -> Model:
    return Metered(Timely(inner, one.provider, seconds, whole), one, meter)


def _check(one: Endpoint, settings: Settings) -> None:
    if settings.daily_cost is not None and one.price is None:
        raise ConfigurationError(
            f"NIGHTDESK_DAILY_COST needs the price of {one.provider!r}; set {one.setting('PRICE_IN')},"
            f" {one.setting('PRICE_OUT')} and {one.setting('CURRENCY')}"
        )
