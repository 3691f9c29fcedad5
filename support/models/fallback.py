"""Several models in order of preference: when one cannot answer, the next is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import structlog

from domain.errors import InvalidModelOutput, ModelError, ModelRefused, ModelUnavailable
from domain.models import Completion, Model, Prompt
from support.models.streams import closing

log = structlog.get_logger()
MOVES_ON = (ModelUnavailable, ModelRefused, InvalidModelOutput)


class Fallback:
    """A `Model` that is the first of several that answers; a spent budget is spent for all of them."""

    def __init__(self, models: Sequence[Model]) -> None:
        if not models:
            raise ValueError("no model to fall back on")
        self._models = models

    async def complete(self, prompt: Prompt) -> Completion:
        last: ModelError | None = None
        for model in self._models:
            try:
                return await model.complete(prompt)
            except MOVES_ON as error:
                last = _noted(error, prompt)
        assert last is not None
        raise last

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        last: ModelError | None = None
        for model in self._models:
            begun = False
            try:
                async with closing(model.stream(prompt)) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return
            except MOVES_ON as error:
                last = _noted(error, prompt)
                if begun:  # the customer has read the beginning of this one's answer
                    raise
        assert last is not None
        raise last


def shares(seconds: float, count: int) -> list[float]:
    """How long each of several models may take, so that all of them together keep the deadline.

    Each has half of what is left, the last one all of it.
    """
    found = []
    for _ in range(count - 1):
        seconds /= 2
        found.append(seconds)
    return [*found, seconds]


def _noted(error: ModelError, prompt: Prompt) -> ModelError:
    log.warning("model_failed", role=prompt.role, turn_id=prompt.turn, cause=str(error))
    return error
