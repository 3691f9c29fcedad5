"""The DingTalk simulator as one server: the platform's endpoints, the controls, and the page with the chat."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from simulators.dingtalk import cards as card_routes
from simulators.dingtalk import event_callback, office
from simulators.dingtalk import robot as robot_routes
from simulators.dingtalk.cards import Cards, answered
from simulators.dingtalk.faults import Fault, Faults, before, error
from simulators.dingtalk.gateway import Gateway
from simulators.dingtalk.people import Written, call_back, compose, reaches_robot
from simulators.dingtalk.robot import Robot, body_of
from simulators.dingtalk.state import Platform, SimulatorSpec

_PAGE = Path(__file__).parent / "page"


class Clicked(BaseModel):
    """A button of a card, and who presses it."""

    card: str
    user: str
    action: str
    params: dict[str, str] = Field(default_factory=dict)


class Framed(BaseModel):
    """Any frame: an event, a ping, a topic that nobody knows."""

    type: str = "EVENT"
    topic: str = "*"
    data: dict[str, Any] = Field(default_factory=dict)
    within: float = Field(default=2.0, gt=0, le=60)


def create_app(spec: SimulatorSpec) -> FastAPI:
    """The simulator; `app.state.platform` and `app.state.gateway` are for tests in the same process."""
    platform, faults = Platform(spec), Faults()
    gateway = Gateway(platform, faults)
    robot, cards = Robot(platform, faults), Cards(platform, faults)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await gateway.start()
        yield
        await gateway.stop()
        platform.journal.close()

    app = FastAPI(title="DingTalk simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.platform, app.state.gateway = platform, gateway
    app.include_router(_open(platform, gateway, faults))
    app.include_router(robot_routes.routes(platform, robot))
    app.include_router(office.routes(platform, robot))
    app.include_router(card_routes.routes(platform, cards, robot))
    app.include_router(_people(platform, gateway, cards))
    app.include_router(_frames(gateway))
    app.include_router(_trouble(gateway, faults))
    app.include_router(event_callback.routes())
    app.include_router(_state(platform))
    app.include_router(_page(platform))
    return app


@asynccontextmanager
async def running(spec: SimulatorSpec) -> AsyncIterator[str]:
    """The simulator on loopback, in this loop; yields its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(spec), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def serve(spec: SimulatorSpec, *, host: str = "127.0.0.1", port: int = 8124) -> None:
    """The simulator until the process is told to stop, which an open page does not keep from it."""
    config = uvicorn.Config(
        create_app(spec), host=host, port=port, log_level="warning", timeout_graceful_shutdown=1
    )
    await uvicorn.Server(config).serve()


def _open(platform: Platform, gateway: Gateway, faults: Faults) -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, int]:
        return {"sockets": gateway.connected}

    @router.post("/v1.0/gateway/connections/open")
    async def connect(request: Request) -> Response:
        body = await body_of(request)
        platform.count(request.url.path)
        platform.known_as = str(request.base_url)
        fault = faults.take("open")
        failed = await before(fault)
        if failed is not None:
            return failed
        spec = platform.spec
        given = (body.get("clientId"), body.get("clientSecret"))
        if given != (spec.client_id, spec.client_secret) or not body.get("subscriptions"):
            return error(400, "invalidClientIdOrSecret")
        answer = gateway.endpoint(body["subscriptions"])
        if fault is not None and fault.kind == "stale_ticket":
            platform.redeem(answer["ticket"])
        return JSONResponse(answer)

    return router


def _people(platform: Platform, gateway: Gateway, cards: Cards) -> APIRouter:
    """What people do."""
    router = APIRouter(prefix="/simulator")

    @router.post("/messages")
    async def write(written: Written, request: Request) -> dict[str, str]:
        try:
            # Reply addresses are under the address by which the desk knows us, or it may not trust them.
            msg_id, data = compose(platform, written, platform.known_as or str(request.base_url))
            told = reaches_robot(platform, written)
        except KeyError as missing:
            raise HTTPException(404, f"there is no {missing}") from None
        if not told:
            return {"msgId": msg_id}
        over_http = platform.spec.callback_url is not None
        sent = await (call_back(platform, data) if over_http else gateway.push(msg_id, data))
        if not sent:
            raise HTTPException(503, "no desk is connected")
        return {"msgId": msg_id}

    @router.post("/clicks")
    async def click(clicked: Clicked) -> dict[str, Any]:
        card = platform.cards.get(clicked.card)
        if card is None or not card.takes_clicks:
            raise HTTPException(404, "there is no such card with buttons")
        data = cards.callback(card, clicked.user, clicked.action, clicked.params)
        answer = await gateway.click(data)
        platform.journal.write(
            "click", card=card.id, user=clicked.user, answered=answer is not None
        )
        answered(cards, card, answer)
        return {"answered": answer is not None, "answer": answer}

    @router.post("/events")
    async def event(body: dict[str, Any]) -> dict[str, bool]:
        return {"sent": await gateway.event(body)}

    return router


def _frames(gateway: Gateway) -> APIRouter:
    """What is sent over the socket without anybody having said it."""
    router = APIRouter(prefix="/simulator")

    @router.post("/frames")
    async def frame(framed: Framed) -> dict[str, Any]:
        try:
            ack = await gateway.frame(framed.type, framed.topic, framed.data, framed.within)
        except KeyError:
            raise HTTPException(503, "no desk is connected") from None
        return {"ack": ack}

    @router.post("/redeliver/{msg_id}")
    async def redeliver(msg_id: str) -> dict[str, bool]:
        return {"sent": await gateway.redeliver(msg_id)}

    return router


def _trouble(gateway: Gateway, faults: Faults) -> APIRouter:
    """What goes wrong on demand."""
    router = APIRouter(prefix="/simulator")

    @router.post("/faults", status_code=204)
    async def add(fault: Fault) -> None:
        faults.add(fault)

    @router.delete("/faults", status_code=204)
    async def clear() -> None:
        faults.clear()

    @router.post("/disconnect", status_code=204)
    async def disconnect() -> None:
        await gateway.disconnect()

    @router.post("/half-open")
    async def half_open() -> dict[str, int]:
        return {"sockets": gateway.half_open()}

    return router


def _state(platform: Platform) -> APIRouter:
    """What is changed and read from outside, without anybody in the chats noticing."""
    router = APIRouter(prefix="/simulator")

    @router.post("/remove-bot/{conversation}", status_code=204)
    async def remove(conversation: str) -> None:
        if conversation not in platform.chats:
            raise HTTPException(404, "there is no such conversation")
        platform.chats[conversation].robot_in = False

    @router.get("/journal")
    async def journal() -> dict[str, Any]:
        return {
            "entries": list(platform.journal.entries),
            "calls": dict(platform.calls),
            "calls_by_second": platform.calls_by_second,
        }

    @router.post("/expire-webhooks", status_code=204)
    async def expire() -> None:
        platform.expire_webhooks()

    @router.post("/revoke-token", status_code=204)
    async def revoke() -> None:
        platform.revoke()

    return router


def _page(platform: Platform) -> APIRouter:
    """The chat as a person would see it."""
    router = APIRouter()

    @router.get("/")
    async def page() -> Response:
        return FileResponse(_PAGE / "index.html")

    @router.get("/page/{file}")
    async def asset(file: str) -> Response:
        if file not in {one.name for one in _PAGE.iterdir()}:
            raise HTTPException(404, f"there is no file {file!r}")
        return FileResponse(_PAGE / file)

    @router.get("/simulator/chats")
    async def chats() -> list[dict[str, Any]]:
        return [
            {
                "conversation": chat.conversation_id,
                "title": chat.title,
                "group": chat.group,
                "staff": platform.of_staff(chat),
                "members": chat.members,
            }
            for chat in platform.chats.values()
        ]

    @router.get("/simulator/chats/{conversation}")
    async def chat(conversation: str) -> dict[str, Any]:
        found = platform.chats.get(conversation)
        if found is None:
            raise HTTPException(404, "there is no such conversation")
        shown = [
            {**one, **({"card": asdict(platform.cards[one["card"]])} if one.get("card") else {})}
            for one in found.shown
        ]
        return {"title": found.title, "shown": shown}

    @router.get("/simulator/events")
    async def events() -> Response:
        return StreamingResponse(_told(platform), media_type="text/event-stream")

    return router


async def _told(platform: Platform) -> AsyncIterator[str]:
    queue = platform.journal.listen()
    try:
        yield ": hello\n\n"
        while True:
            try:
                async with asyncio.timeout(10):
                    entry = await queue.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            yield f"data: {json.dumps(entry, ensure_ascii=False)}\n\n"
    finally:
        platform.journal.forget(queue)
