"""Waits for a model as long as it may take, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

from domain.errors import ModelUnavailable
from domain.models import Completion, Model, Prompt
from support.models.streams import closing

T = TypeVar("T")


class Timely:
    """A `Model` that answers, or begins to, within `seconds`, and is done within `whole`."""

    def __init__(self, inner: Model, name: str, seconds: float, whole: float) -> None:
        self._inner = inner
        self._name = name
        self._seconds = seconds
        self._whole = whole

    async def complete(self, prompt: Prompt) -> Completion:
        return await self._by(_now() + self._seconds, self._inner.complete(prompt))

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        deadline, ends_by = _now() + self._seconds, _now() + self._whole
        async with closing(self._inner.stream(prompt)) as pieces:
            while True:
                piece = await self._by(deadline, anext(pieces))
                yield piece
                if isinstance(piece, Completion):
                    return
                deadline = ends_by

    async def _by(self, deadline: float, work: Awaitable[T]) -> T:
        # Open only while we wait, never while whoever asked works: it would be cut off instead of the model.
        try:
            async with asyncio.timeout_at(deadline):
                return await work
        except TimeoutError as error:
            raise ModelUnavailable(f"{self._name} did not answer in time") from error


def _now() -> float:
    return asyncio.get_running_loop().time()
