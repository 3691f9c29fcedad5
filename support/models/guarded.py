"""Asks one endpoint with a deadline and one careful retry, and leaves it alone while it is down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pybreaker
import stamina

from domain.errors import BudgetSpent, ModelRefused, ModelUnavailable
from domain.models import Completion, Model, Prompt
from support.models.streams import closing

TRIES = 2
PAUSE_SECONDS, JITTER_SECONDS = 0.1, 0.3
LEAST_SECONDS = 1.0  # that must be left of a deadline for another try to make sense
FAULTS_BEFORE_REST, REST_SECONDS = 4, 30.0


def breaker(name: str, *, rest_seconds: float = REST_SECONDS) -> pybreaker.CircuitBreaker:
    """A circuit breaker; one for each endpoint, whoever asks it. Used by one event loop only."""
    made = pybreaker.CircuitBreaker(
        fail_max=FAULTS_BEFORE_REST,
        reset_timeout=rest_seconds,
        name=name,
        throw_new_error_on_trip=False,
    )

    def says_nothing(error: BaseException) -> bool:
        # A refusal shows that the endpoint is up. It must not open the circuit either: a customer whose words a
        # provider's filter refuses would shut the model for everybody.
        if isinstance(error, ModelRefused):
            return True
        # That a customer wrote again, or a budget is spent, shows nothing. The circuit breaker knows only good and
        # bad, so it counts as good while all is well, and as bad while one trial is to decide.
        gone = isinstance(error, asyncio.CancelledError | GeneratorExit | BudgetSpent)
        return gone and made.current_state == pybreaker.STATE_CLOSED

    made.add_excluded_exception(says_nothing)  # type: ignore[type-var, arg-type]  # it takes functions, too
    return made


class Guarded:
    """A `Model` that answers, or begins to, within `seconds`, and is done within `whole`.

    `within` gives the model to ask when so many seconds are left for its beginning and for all of it. That a time
    is over is thus found below this, where calls are written down, and is not taken for a customer who left.
    """

    def __init__(
        self,
        within: Callable[[float, float], Model],
        circuit: pybreaker.CircuitBreaker,
        *,
        seconds: float,
        whole: float | None = None,
    ) -> None:
        self._within = within
        self._circuit = circuit
        self._seconds = seconds
        self._whole = whole or seconds

    async def complete(self, prompt: Prompt) -> Completion:
        deadline = _now() + self._seconds
        async for attempt in self._attempts(lambda: _now() + LEAST_SECONDS < deadline):
            with attempt, self._closed_circuit():
                left = deadline - _now()
                return await self._within(left, left).complete(prompt)
        raise AssertionError("stamina returns or raises")

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        begins_by, ends_by = _now() + self._seconds, _now() + self._whole
        begun = False

        def worth_it() -> bool:
            return not begun and _now() + LEAST_SECONDS < begins_by

        async for attempt in self._attempts(worth_it):
            with attempt, self._closed_circuit():
                model = self._within(begins_by - _now(), ends_by - _now())
                async with closing(model.stream(prompt)) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return

    def _attempts(self, worth_it: Callable[[], bool]) -> AsyncIterator[stamina.Attempt]:
        def again(error: Exception) -> bool:
            down = self._circuit.current_state == pybreaker.STATE_OPEN
            return isinstance(error, ModelUnavailable) and not down and worth_it()

        return stamina.retry_context(
            on=again,
            attempts=TRIES,
            timeout=None,
            wait_initial=PAUSE_SECONDS,
            wait_jitter=JITTER_SECONDS,
        )

    @contextmanager
    def _closed_circuit(self) -> Iterator[None]:
        try:
            with self._circuit.calling():
                yield
        except pybreaker.CircuitBreakerError as error:
            raise ModelUnavailable(
                f"{self._circuit.name} failed too often and is left alone for"
                f" {self._circuit.reset_timeout:g} s"
            ) from error


def _now() -> float:
    return asyncio.get_running_loop().time()
