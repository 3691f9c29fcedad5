"""The web chat: a page a customer can write on, and the door its messages come in by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
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

from domain import channels as talk
from domain.errors import NightdeskError, NotIdentified, Undeliverable

log = structlog.get_logger()
LARGEST_BODY = 256 * 1024
LONGEST_TEXT = 100_000
CHANNEL = "web"
_SHOWN = ("customer", "assistant", "staff")  # whose words the page is told
_MOST_PAGES = 50  # of a transcript, when a button is looked for
_LONGEST_SEQ = 18
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
    """The reply, what it waits for, and what it is founded on.

    `id` is its id in the transcript. A turn that says nothing, for a colleague has the conversation, has no text.
    """

    text: str
    awaiting: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    language: str = "yue"
    id: str = ""


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
        self,
        session_id: str,
        text: str,
        message_id: str | None,
        *,
        live: bool,
        click: talk.Click | None = None,
    ) -> AsyncIterator[Event]:
        """The steps of a turn, its first words where somebody watches `live`, then the whole of what was said.

        A `click` is a button of this conversation; what it says is its value, and there is no text.

        Raises:
            NotIdentified: the session is unknown.
        """

    async def since(self, session_id: str, seq: int) -> Sequence[talk.Said]:
        """What was said after `seq`, oldest first, however it came to be said.

        Raises:
            NotIdentified: the session is unknown.
        """


class Opening(BaseModel):
    """Who opens a session."""

    customer: str


class Press(BaseModel):
    """A button that was pressed, and the message it stood under."""

    value: Annotated[str, Field(min_length=1, max_length=300)]
    message_id: Annotated[str, Field(min_length=1, max_length=200)]


class Incoming(BaseModel):
    """A message as the page, or any client, sends it; a click has no text."""

    session_id: str
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    message_id: Annotated[str | None, Field(max_length=200)] = None
    click: Press | None = None


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
    _serve_messages(routes, desk)

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
        said = (body.session_id, body.text, body.message_id or None)
        if body.click is None:
            return _to_the_end(desk.stream(*said, live=live))
        if body.text or not await _stood(desk, body.session_id, body.click):
            raise HTTPException(422, "click: this conversation has no such button")
        click = talk.Click(body.click.value, body.click.message_id)
        return _to_the_end(desk.stream(*said, live=live, click=click))

    @routes.post("/v1/chat")
    async def chat(request: Request) -> dict[str, Any]:
        turn = await turn_of(request, live=False)
        said = [event async for event in turn if isinstance(event, Said)][-1]
        return {"reply": said.text, "awaiting": said.awaiting, "id": said.id}

    @routes.post("/v1/chat/stream")
    async def stream(request: Request) -> Response:
        turn = await turn_of(request, live=True)
        # The first event tells whether the session is known, while a 404 can still be sent.
        told = _tell(await anext(turn), turn)
        unbuffered = {"X-Accel-Buffering": "no"}
        return StreamingResponse(told, media_type="text/event-stream", headers=unbuffered)


def _serve_messages(routes: APIRouter, desk: WebDesk) -> None:
    @routes.get("/v1/sessions/{session}/messages")
    async def messages(session: str, after: str = "0") -> dict[str, Any]:
        """What was said after a `seq`. `next` is what to ask for after it: some lines are not for the customer."""
        if not after.isdecimal() or len(after) > _LONGEST_SEQ:
            raise HTTPException(422, "after: it is not a seq of ours")
        told = await desk.since(session, int(after))
        shown = [_line(one) for one in told if one.author in _SHOWN]
        return {"messages": shown, "next": told[-1].seq if told else int(after)}


def _line(said: talk.Said) -> dict[str, Any]:
    buttons = [asdict(one) for one in said.buttons]
    return {**asdict(said), "sent_at": said.sent_at.isoformat(), "buttons": buttons}


async def _stood(desk: WebDesk, session: str, press: Press) -> bool:
    """Whether a button stands under a message of this very conversation."""
    seq = 0
    for _ in range(_MOST_PAGES):
        told = await desk.since(session, seq)
        for said in told:
            if said.id == press.message_id:
                return press.value in {one.value for one in said.buttons}
        if not told:
            break
        seq = told[-1].seq
    return False


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
        yield _event("done", {"reply": said.text, "id": said.id, **about})


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


class WebChat:
    """The page as a `Channel`. It asks for what was said, so what is in the transcript needs no sending."""

    name = CHANNEL
    capabilities = talk.Capabilities(buttons=6, longest_text=LONGEST_TEXT)

    def web(self, _accept: talk.Accept) -> talk.WebApp | None:
        """Nothing: the page stands at the root, with routes of its own."""
        return None

    async def listen(self, _accept: talk.Accept) -> None:
        """Nothing to listen to: the page's messages come in by its routes."""

    async def send(self, message: talk.Outgoing) -> talk.Receipt:
        """Nothing to do: the page asks for what it has not shown."""
        if message.kind == "push":
            raise Undeliverable("the web chat reaches visitors of a page, and no staff")
        return talk.Receipt((message.id,), CHANNEL)

    async def close(self) -> None:
        """Nothing is held."""


def open_channel(_section: Mapping[str, str], _services: talk.Services) -> WebChat:
    """The web chat as a channel; it has no settings."""
    return WebChat()
