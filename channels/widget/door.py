"""The HTTP door of the widget: visits, messages and event streams, for pages of the company's origins only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import Counter

from channels.widget.bodies import Bodies, Press, TooLarge, TooSlow, Unusable, Visit, Written
from channels.widget.identity import Tokens, Visitor
from channels.widget.limits import Limit, TooMany, neighbourhood
from channels.widget.origins import Origins
from channels.widget.script import Script
from channels.widget.streams import Streams
from domain.channels import Accept, Arrival, Click, Part, Transcript
from domain.errors import InputError, NightdeskError, NotIdentified, NotPermitted
from domain.ports import Clock

log = structlog.get_logger()
_MOST_PAGES = 50  # of a transcript, when a button is looked for
_KEPT = Counter("nightdesk_widget_messages", "Messages and clicks that were kept", ["result"])
_REFUSED = Counter("nightdesk_widget_refused", "Requests that were refused", ["cause"])
_VISITS = Counter("nightdesk_widget_visits", "Visitor tokens given out", ["who"])
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\n\t"}


_STATUS: tuple[tuple[type[NightdeskError], int], ...] = (
    (TooLarge, 413),
    (TooSlow, 408),
    (Unusable, 422),
    (TooMany, 429),
    (InputError, 422),
    (NotIdentified, 401),
    (NotPermitted, 403),
    (NightdeskError, 503),
)


@dataclass(frozen=True)
class Limits:
    """How much is too much, by visitor and by address."""

    messages: Limit
    addresses: Limit


class Desk:
    """What the routes of one widget do."""

    def __init__(
        self,
        *,
        site: str,
        tokens: Tokens,
        streams: Streams,
        limits: Limits,
        transcript: Transcript,
        accept: Accept,
        clock: Clock,
        bodies: Bodies,
    ) -> None:
        self._site = site
        self._tokens = tokens
        self._streams = streams
        self._limits = limits
        self._transcript = transcript
        self._accept = accept
        self._clock = clock
        self._bodies = bodies

    async def visit(self, request: Request) -> dict[str, str | bool]:
        """Give out a visitor token."""
        await self._count(request)
        body = await self._bodies.read(request, Visit)
        if body.site not in ("", self._site):
            raise NotPermitted(f"this desk is not the one of site {body.site!r}: look at data-site")
        visitor = self._tokens.visit(body.identity, body.token)
        _VISITS.labels("identified" if visitor.customer else "anonymous").inc()
        return {
            "token": self._tokens.token(visitor),
            "visitor": visitor.id,
            "identified": bool(visitor.customer),
        }

    async def message(self, request: Request) -> dict[str, bool]:
        """Keep a message or a click; returns once it is on the disk."""
        await self._count(request)
        body = await self._bodies.read(request, Written)
        visitor = self._tokens.visitor(body.token)
        await self._limits.messages.take(visitor.id)
        new = await self._accept(await self._arrival(body, visitor))
        _KEPT.labels("new" if new else "duplicate").inc()
        self._streams.stir(visitor.address(self._site).conversation_id)
        return {"new": new}

    async def events(self, request: Request) -> StreamingResponse:
        """The visitor's conversation from where they left it."""
        await self._count(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        visitor = self._tokens.visitor(token.strip() if scheme.lower() == "bearer" else "")
        last = request.headers.get("last-event-id") or "0"
        if not last.isdecimal() or len(last) > 18:
            raise Unusable("Last-Event-ID is not one of ours")
        self._streams.admit()
        told = self._streams.follow(visitor.address(self._site).conversation_id, int(last))
        unbuffered = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(told, media_type="text/event-stream", headers=unbuffered)

    async def _arrival(self, body: Written, visitor: Visitor) -> Arrival:
        address = visitor.address(self._site)
        text = body.text.translate(_CONTROLS).strip()
        if body.click is not None:
            await self._check_click(body.click, address.conversation_id)
        elif not text:
            raise Unusable("the message is empty")
        return Arrival(
            # With the visitor's id, so that nobody can use up the id of somebody else's message.
            external_id=f"{visitor.id}:{body.id}",
            address=address,
            sender=visitor.sender,
            sent_at=self._clock.now(),
            parts=(Part("text", text),) if body.click is None else (),
            click=Click(body.click.value, body.click.message_id) if body.click else None,
        )

    async def _check_click(self, click: Press, conversation_id: str) -> None:
        """The office files a click under the message it names, so it must be one of this visitor's."""
        seq = 0
        for _ in range(_MOST_PAGES):
            page = await self._transcript.since(conversation_id, seq)
            for said in page:
                if said.id == click.message_id and click.value in {
                    one.value for one in said.buttons
                }:
                    return
            if not page:
                break
            seq = page[-1].seq
        raise Unusable("this conversation has no such button")

    async def _count(self, request: Request) -> None:
        host = request.client.host if request.client else ""
        await self._limits.addresses.take(neighbourhood(host))


def create_app(desk: Desk, script: Script, origins: Origins) -> FastAPI:
    """Everything under `/channels/widget`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(origins.guard)
    app.add_exception_handler(NightdeskError, _refuse)
    _serve_files(app, script)

    @app.post("/visit")
    async def visit(request: Request) -> JSONResponse:
        return JSONResponse(await desk.visit(request))

    @app.post("/messages")
    async def messages(request: Request) -> JSONResponse:
        return JSONResponse(await desk.message(request), 202)

    @app.get("/events")
    async def events(request: Request) -> StreamingResponse:
        return await desk.events(request)

    return app


def _serve_files(app: FastAPI, script: Script) -> None:
    @app.get("/nightdesk.js")
    async def loader(request: Request) -> Response:
        return script.loader(request.headers.get("if-none-match", ""))

    @app.get("/files/{version}/{name}")
    async def file(version: str, name: str) -> Response:
        return script.file(version, name)

    for name in script.pages:
        app.get(f"/{name}")(_page(script, name))


def _page(script: Script, name: str) -> Callable[[], Awaitable[Response]]:
    async def page() -> Response:
        return script.page(name)

    return page


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NightdeskError)
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    _REFUSED.labels(error.code).inc()
    log.warning("widget_refused", status=status, cause=str(error))
    told = str(error) if status < 500 else "not kept; send it again with the same id"
    headers = {"Retry-After": str(error.after)} if isinstance(error, TooMany) else {}
    if isinstance(error, (TooLarge, TooSlow)):
        headers["Connection"] = "close"  # a browser that is still sending is not listened to
    return JSONResponse({"detail": told}, status, headers=headers)
