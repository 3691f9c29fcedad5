"""The web chat: a page a customer can write on, and the door its messages come in by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any, Protocol, TypeVar

import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError

from domain.errors import NightdeskError, NotIdentified

log = structlog.get_logger()
LARGEST_BODY = 256 * 1024
LONGEST_TEXT = 100_000
_BODY_SECONDS = 30
_PIECE_SECONDS = 0.015
_MOST_PIECES = 66  # at 15 ms each a reply is written within a second
_FAILED = "this could not be answered now; send it again with the same message_id"
_ASSETS = Path(__file__).parent / "assets" / "web"
_MEDIA = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Step:
    """A tool is at work."""

    tool: str


@dataclass(frozen=True)
class Words:
    """The next words of a reply that is still being written."""

    text: str


@dataclass(frozen=True)
class Said:
    """The reply, what it waits for, and what it is founded on."""

    text: str
    awaiting: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    language: str = "yue"


Event = Step | Words | Said


@dataclass(frozen=True)
class DemoCustomer:
    """Somebody a visitor of the demo may be."""

    id: str
    name: str
    language: str
    tier: str | None


class WebDesk(Protocol):
    """The company behind the page."""

    @property
    def names(self) -> tuple[str, str]:
        """The company in Chinese and in English."""

    def customers(self) -> list[DemoCustomer]: ...

    async def start(self, customer_id: str) -> str:
        """A new session id that cannot be guessed. Raises NotIdentified: no such customer."""

    def stream(
        self, session_id: str, text: str, message_id: str | None, *, live: bool
    ) -> AsyncIterator[Event]:
        """The steps of a turn, its first words where somebody watches `live`, then the whole of what was said.

        Raises:
            NotIdentified: the session is unknown.
        """


class Opening(BaseModel):
    """Who opens a session."""

    customer: str


class Incoming(BaseModel):
    """A message as the page, or any client, sends it."""

    session_id: str
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    message_id: Annotated[str | None, Field(max_length=200)] = None


Body = TypeVar("Body", Opening, Incoming)
_RUNNING: set[asyncio.Task[None]] = set()  # held, or a turn could be collected half-way


class _Guarded(APIRoute):
    """A route whose every answer, an error too, carries the security headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handler(request)
            except HTTPException as error:
                response = JSONResponse({"detail": error.detail}, error.status_code)
            except NotIdentified as error:
                response = JSONResponse({"detail": str(error)}, 404)
            except NightdeskError as error:
                log.warning("chat_failed", code=error.code)
                response = JSONResponse({"detail": _FAILED}, 503 if error.retryable else 500)
            response.headers.update(_HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return guarded


async def _to_the_end(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The events of a turn that is finished and kept even if the customer's connection breaks."""
    queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def take() -> None:
        try:
            async for event in events:
                queue.put_nowait(event)
        finally:
            queue.put_nowait(None)

    task = asyncio.create_task(take())
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)
    while (event := await queue.get()) is not None:
        yield event
    await task


def router(desk: WebDesk) -> APIRouter:
    """The page, its files, and the routes it talks to."""
    routes = APIRouter(route_class=_Guarded)
    _serve_page(routes, *map(escape, desk.names))
    _serve_chat(routes, desk)

    @routes.get("/v1/customers")
    async def customers() -> list[dict[str, str | None]]:
        return [asdict(one) for one in desk.customers()]

    @routes.post("/v1/sessions")
    async def sessions(request: Request) -> dict[str, str]:
        body = await _read(request, Opening)
        return {"session_id": await desk.start(body.customer)}

    return routes


def _serve_page(routes: APIRouter, chinese: str, english: str) -> None:
    files = {one.name: one.read_text("utf-8") for one in _ASSETS.iterdir() if one.suffix in _MEDIA}
    page = Template(files.pop("index.html")).substitute(zh=chinese, en=english)
    fresh = {"Cache-Control": "no-cache"}

    @routes.get("/", include_in_schema=False)
    async def index() -> Response:
        return Response(page, media_type="text/html", headers=fresh)

    @routes.get("/assets/{file}", include_in_schema=False)
    async def asset(file: str) -> Response:
        if file not in files:
            raise HTTPException(404, f"there is no file {file!r}")
        return Response(files[file], media_type=_MEDIA[Path(file).suffix], headers=fresh)


def _serve_chat(routes: APIRouter, desk: WebDesk) -> None:
    async def turn_of(request: Request, *, live: bool) -> AsyncIterator[Event]:
        body = await _read(request, Incoming)
        message_id = body.message_id or None
        return _to_the_end(desk.stream(body.session_id, body.text, message_id, live=live))

    @routes.post("/v1/chat")
    async def chat(request: Request) -> dict[str, Any]:
        turn = await turn_of(request, live=False)
        said = [event async for event in turn if isinstance(event, Said)][-1]
        return {"reply": said.text, "awaiting": said.awaiting}

    @routes.post("/v1/chat/stream")
    async def stream(request: Request) -> Response:
        turn = await turn_of(request, live=True)
        # The first event tells whether the session is known, while a 404 can still be sent.
        told = _tell(await anext(turn), turn)
        unbuffered = {"X-Accel-Buffering": "no"}
        return StreamingResponse(told, media_type="text/event-stream", headers=unbuffered)


async def _tell(first: Event, rest: AsyncIterator[Event]) -> AsyncIterator[str]:
    said, told = first, ""
    try:
        async for event in _from(first, rest):
            if isinstance(event, Step):
                yield _event("step", asdict(event))
            elif isinstance(event, Words):
                told += event.text
                yield _event("word", asdict(event))
            said = event
    except NightdeskError as error:
        log.warning("chat_failed", code=error.code)
        yield _event("error", {"detail": _FAILED, "retryable": error.retryable})
        return
    if isinstance(said, Said):
        for piece in pieces(said.text.removeprefix(told)):
            yield _event("word", {"text": piece})
            await asyncio.sleep(_PIECE_SECONDS)
        about = {"awaiting": said.awaiting, "sources": said.sources, "language": said.language}
        yield _event("done", {"reply": said.text, **about})


async def _from(first: Event, rest: AsyncIterator[Event]) -> AsyncIterator[Event]:
    yield first
    async for event in rest:
        yield event


def pieces(text: str) -> list[str]:
    """A reply in the pieces it is written in: at most 66, which joined are the reply."""
    size = max(2, -(-len(text) // _MOST_PIECES))
    return [text[at : at + size] for at in range(0, len(text), size)]


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _read(request: Request, kind: type[Body]) -> Body:
    """The body of a request as what it should be.

    It may have 256 KB, and more only where 100,000 characters of text need more.
    """
    raw = await _bytes(request, _room(LONGEST_TEXT))
    try:
        body = kind.model_validate_json(raw)
    except ValidationError as error:
        if len(raw) > LARGEST_BODY:
            raise _too_large() from None
        problems = [f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()]
        raise HTTPException(422, "; ".join(problems[:5])) from None
    if len(raw) > _room(len(body.text) if isinstance(body, Incoming) else 0):
        raise _too_large()
    return body


async def _bytes(request: Request, most: int) -> bytes:
    raw = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > most:
                    raise _too_large()
    except TimeoutError:
        raise HTTPException(408, "the message did not arrive in time") from None
    return bytes(raw)


def _room(characters: int) -> int:
    """How large a body with so many characters of text may be; one may take 12 bytes in JSON."""
    return max(LARGEST_BODY, characters * 12 + 4096)


def _too_large() -> HTTPException:
    return HTTPException(413, "the message is too large: a body may have 256 KB")
