"""The WhatsApp simulator as one server: the Cloud API, people who write, and what goes wrong on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict

from simulators.whatsapp_graph import Graph, routes
from simulators.whatsapp_state import Fault, Person, Platform, SimulatorSpec
from simulators.whatsapp_webhooks import How, Webhooks, Written

__all__ = ["Fault", "Person", "SimulatorSpec", "Written", "create_app", "running"]


class Subscription(BaseModel):
    """The address that is to be told everything, and the word it must know."""

    model_config = ConfigDict(extra="forbid")

    url: str
    verify_token: str = ""


class Several(BaseModel):
    """Messages that are delivered together, or in another order than they were written."""

    model_config = ConfigDict(extra="forbid")

    messages: list[Written]
    how: How = "batched"


class Pressed(BaseModel):
    """A button or a row under a message, however old, and who presses it."""

    model_config = ConfigDict(extra="forbid")

    user: str
    message: str
    title: str
    wamid: str = ""
    times: int = 1


class Told(BaseModel):
    """A status of a message of the business."""

    model_config = ConfigDict(extra="forbid")

    message: str
    status: str
    code: int = 0


def create_app(spec: SimulatorSpec) -> FastAPI:
    """The simulator. Its API is at `/v<version>`, so that `<address>/v26.0` is what the channel is given."""
    platform = Platform(spec)
    webhooks = Webhooks(platform)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await webhooks.close()
        platform.close()

    app = FastAPI(title="WhatsApp simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.platform = platform
    app.include_router(_people(platform, webhooks))
    app.include_router(_delivery(platform, webhooks))
    app.include_router(_again(platform, webhooks))
    app.include_router(_trouble(platform))
    app.include_router(_state(platform))
    app.include_router(routes(platform, Graph(platform, webhooks)))
    return app


@asynccontextmanager
async def running(spec: SimulatorSpec) -> AsyncIterator[str]:
    """The simulator on loopback, in this loop; yields its address, without the version."""
    app = create_app(spec)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag alone
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.platform.faults.clear()
        server.should_exit = True
        await serving


def _people(platform: Platform, webhooks: Webhooks) -> APIRouter:
    """What people do."""
    router = APIRouter(prefix="/simulator")

    @router.post("/messages")
    async def write(written: Written) -> dict[str, str]:
        _known(platform, written.user)
        return {"wamid": webhooks.write(written)}

    @router.post("/several")
    async def several(asked: Several) -> dict[str, list[str]]:
        for written in asked.messages:
            _known(platform, written.user)
        return {"wamids": webhooks.write_all(asked.messages, asked.how)}

    @router.post("/clicks")
    async def click(pressed: Pressed) -> dict[str, str]:
        _known(platform, pressed.user)
        kind, content = _choice(platform.sent.get(pressed.message, {}), pressed.title)
        written = Written(
            user=pressed.user,
            type=kind,
            content=content,
            quoted=pressed.message,
            wamid=pressed.wamid,
            times=pressed.times,
        )
        return {"wamid": webhooks.write(written)}

    return router


def _known(platform: Platform, user: str) -> None:
    if user not in platform.chats:
        raise HTTPException(404, "there is no such person")


def _choice(sent: dict[str, Any], title: str) -> tuple[str, dict[str, Any]]:
    """What the app says when somebody chooses something under a message of the business."""
    action = sent.get("interactive", {}).get("action", {})
    for button in action.get("buttons", []):
        if button["reply"]["title"] == title:
            return "interactive", {"type": "button_reply", "button_reply": button["reply"]}
    for section in action.get("sections", []):
        for row in section["rows"]:
            if row["title"] == title:
                return "interactive", {"type": "list_reply", "list_reply": row}
    if sent.get("type") == "template":
        return "button", {"payload": title, "text": title}
    raise HTTPException(404, "there is no such message with such a button")


def _delivery(platform: Platform, webhooks: Webhooks) -> APIRouter:
    """Where the business is told."""
    router = APIRouter(prefix="/simulator")

    @router.post("/subscribe")
    async def subscribe(asked: Subscription) -> dict[str, bool]:
        word = asked.verify_token or platform.spec.verify_token
        try:
            verified = await webhooks.subscribe(asked.url, word)
        except httpx.RequestError as error:
            raise HTTPException(502, f"nobody answered: {type(error).__name__}") from None
        if not verified:
            raise HTTPException(409, "the address does not know the word")
        return {"verified": True}

    return router


def _again(platform: Platform, webhooks: Webhooks) -> APIRouter:
    """What the business is told again, late, or as nobody would."""
    router = APIRouter(prefix="/simulator")

    @router.post("/redeliver/{wamid}", status_code=204)
    async def redeliver(wamid: str, times: int = 1) -> None:
        try:
            webhooks.redeliver(wamid, times)
        except KeyError:
            raise HTTPException(404, "there is no such message") from None

    @router.post("/statuses", status_code=204)
    async def tell(told: Told) -> None:
        if told.message not in platform.sent:
            raise HTTPException(404, "there is no such message")
        webhooks.status(told.message, told.status, told.code)

    @router.post("/values", status_code=204)
    async def value(raw: dict[str, Any]) -> None:
        webhooks.deliver([[raw]])

    return router


def _trouble(platform: Platform) -> APIRouter:
    """What goes wrong on demand."""
    router = APIRouter(prefix="/simulator")

    @router.post("/faults", status_code=204)
    async def add(fault: Fault) -> None:
        platform.faults.add(fault)

    @router.delete("/faults", status_code=204)
    async def clear() -> None:
        platform.faults.clear()

    @router.post("/expire-window/{user}", status_code=204)
    async def expire_window(user: str) -> None:
        _known(platform, user)
        platform.chats[user].open_until = 0.0

    @router.post("/expire-media", status_code=204)
    async def expire_media() -> None:
        for media in platform.media.values():
            media.urls.clear()

    return router


def _state(platform: Platform) -> APIRouter:
    """What is read from outside, without anybody in the chats noticing."""
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, bool]:
        return {"subscribed": bool(platform.callback_url)}

    @router.get("/simulator/chats/{user}")
    async def chat(user: str) -> dict[str, Any]:
        _known(platform, user)
        found = platform.chats[user]
        return {"person": found.person.model_dump(), "messages": found.messages}

    @router.get("/simulator/journal")
    async def journal() -> dict[str, Any]:
        return {"entries": platform.entries}

    return router
