"""What goes wrong on the way: errors, answers that are none, streams that never end, connections that break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import JsonValue
from starlette.types import Receive, Scope, Send

from simulators.model.answer import Answer, envelope
from simulators.model.asked import Asked
from simulators.model.pace import DONE, Pace, event, streamed

Break = Callable[[Asked, Answer, Pace, Request], Awaitable[Response | None]]
"""What is sent instead of the answer; None where this request is answered as if nothing were wrong."""

_EVENTS = "text/event-stream"
_BETWEEN = 0.02  # seconds between two pieces of an answer that never ends


class Dropped(Response):
    """The beginning of an answer; then the connection is closed."""

    def __init__(self, beginning: str, media_type: str) -> None:
        super().__init__(beginning, media_type=media_type)
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the beginning, and return without the end: the server then closes the connection."""
        await send(
            {"type": "http.response.start", "status": 200, "headers": self.raw_headers},
        )
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


def error(
    status: int,
    message: str,
    kind: str = "invalid_request_error",
    code: str | None = None,
    **headers: str,
) -> JSONResponse:
    """An error as OpenAI sends it."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(body, status, headers=named)


async def null_choices(asked: Asked, _: Answer, __: Pace, ___: Request) -> Response:
    """No list of choices, although the status is 200."""
    return _choices(asked, None)


async def empty_choices(asked: Asked, _: Answer, __: Pace, ___: Request) -> Response:
    """A list of choices with none in it."""
    return _choices(asked, [])


async def html_200(_: Asked, __: Answer, ___: Pace, ____: Request) -> Response:
    """A page of some gateway, with status 200."""
    return HTMLResponse(
        "<!doctype html><html><body><h1>Service is being upgraded</h1></body></html>"
    )


async def rate_limited(_: Asked, __: Answer, pace: Pace, ___: Request) -> Response:
    """Too many requests; says when to come back."""
    return error(
        429,
        "Rate limit reached for requests. Please try again later.",
        "requests",
        "rate_limit_exceeded",
        retry_after=str(pace.retry_after_seconds),
    )


async def server_error(_: Asked, __: Answer, ___: Pace, ____: Request) -> Response:
    """The service itself failed."""
    return error(500, "The server had an error while processing your request.", "server_error")


async def no_tools(asked: Asked, _: Answer, __: Pace, ___: Request) -> Response | None:
    """An endpoint that answers, but not when it is offered tools."""
    if not asked.body.tools:
        return None
    return error(400, f"{asked.body.model} does not support tools")


async def slow(_: Asked, __: Answer, pace: Pace, request: Request) -> Response:
    """No answer within any reasonable time."""
    await pace.wait(request, pace.longest_seconds)
    return error(504, "The model did not answer in time.", "server_error")


async def drop_midstream(asked: Asked, honest: Answer, pace: Pace, _: Request) -> Response:
    """Half an answer; then the connection is closed."""
    if not asked.streams:
        return Dropped(
            json.dumps(envelope("chat.completion", asked.body.model, []))[:-40], "application/json"
        )
    events = [one async for one in streamed(honest, asked.body.model, None, pace, len)]
    return Dropped("".join(events[: max(2, len(events) // 2)]), _EVENTS)


async def stalled_stream(asked: Asked, honest: Answer, pace: Pace, _: Request) -> Response:
    """A stream that begins and then says nothing more."""

    async def pieces() -> AsyncIterator[str]:
        async for one in streamed(honest, asked.body.model, None, pace, len):
            yield one
            break
        await asyncio.sleep(pace.longest_seconds)

    return StreamingResponse(pieces(), media_type=_EVENTS)


async def endless_stream(asked: Asked, _: Answer, pace: Pace, __: Request) -> Response:
    """Words without end; not streamed, the white space that a body may begin with, without end."""
    delta: JsonValue = {"content": "請稍等,"}
    choices: JsonValue = [{"index": 0, "delta": delta, "finish_reason": None}]
    chunk = event(envelope("chat.completion.chunk", asked.body.model, choices))
    piece, end = (chunk, DONE) if asked.streams else (" \n", "{}")

    async def pieces() -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        until = loop.time() + pace.longest_seconds
        while loop.time() < until:
            yield piece
            await asyncio.sleep(_BETWEEN)
        yield end

    return StreamingResponse(pieces(), media_type=_EVENTS if asked.streams else "application/json")


BREAKS: Mapping[str, Break] = {
    one.__name__: one
    for one in (
        null_choices,
        empty_choices,
        html_200,
        rate_limited,
        server_error,
        no_tools,
        slow,
        drop_midstream,
        stalled_stream,
        endless_stream,
    )
}
"""What is wrong with the answer itself, by name."""


def _choices(asked: Asked, choices: JsonValue) -> Response:
    if not asked.streams:
        return JSONResponse(envelope("chat.completion", asked.body.model, choices))
    chunk = event(envelope("chat.completion.chunk", asked.body.model, choices))
    return Response(chunk + chunk + DONE, media_type=_EVENTS)
