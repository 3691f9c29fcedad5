"""How fast a simulated model answers, and for how long it may keep anybody waiting."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request
from pydantic import JsonValue
from starlette.requests import ClientDisconnect

from simulators.model.answer import Answer, Usage, chunks

_LOOK = 0.05  # seconds between two looks whether the caller is still there
DONE = "data: [DONE]\n\n"


@dataclass(frozen=True)
class Pace:
    """Seconds until the first token, for each token, and at most for one answer."""

    first_token_seconds: float
    seconds_per_token: float
    longest_seconds: float
    retry_after_seconds: int = 2

    async def think(self, request: Request, tokens: int = 0) -> None:
        """Wait as long as `tokens` take, the first one included.

        Raises:
            ClientDisconnect: the caller has gone.
        """
        await self.wait(request, self.first_token_seconds + tokens * self.seconds_per_token)

    async def wait(self, request: Request, seconds: float) -> None:
        """Wait, but no longer than the longest.

        Raises:
            ClientDisconnect: the caller has gone.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + min(seconds, self.longest_seconds)
        while (left := end - loop.time()) > 0:
            await asyncio.sleep(min(left, _LOOK))
            if left > _LOOK and await request.is_disconnected():
                raise ClientDisconnect


def event(chunk: Mapping[str, JsonValue]) -> str:
    """A chunk as one event of a stream."""
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


async def streamed(
    answer: Answer, model: str, usage: Usage | None, pace: Pace, count: Callable[[str], int]
) -> AsyncIterator[str]:
    """The answer's events; whoever is sent them has waited for the first token already."""
    left = pace.longest_seconds
    for chunk, written in chunks(answer, model, usage):
        pause = count(written) * pace.seconds_per_token if written and pace.seconds_per_token else 0
        if 0 < pause <= left:
            await asyncio.sleep(pause)
            left -= pause
        yield event(chunk)
    yield DONE
