"""The desk as the takeover campaign runs it: the real one, with a channel that writes down what it was given.

Whatever customers and staff are sent goes to a file, a line each, with the time of this machine; the campaign and
its checker read that file. Customers and colleagues come in by HTTP.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from connectors.clocks import DemoClock
from connectors.demo_shop import DemoShop, read_world
from domain.channels import (
    Accept,
    Address,
    Arrival,
    Capabilities,
    Click,
    Outgoing,
    Part,
    Receipt,
    Sender,
    WebApp,
)
from domain.errors import UpstreamUnavailable
from domain.office import Colleague
from domain.settings import Settings
from evals.takeover.sabotage import Sabotage, sabotage
from house import House
from service import Service
from support.office import NotYours

CHANNEL = "dingtalk"
SLOWEST = 0.3  # seconds until the platform has a message, and again until it says so
REFUSED = 0.03  # of the sends are turned away, to be tried again


@dataclass(frozen=True)
class Target:
    """How a desk of the campaign is started; `began` is when its clock began, in seconds since 1970."""

    data: Path
    playbook: Path
    sink: Path
    port: int
    began: float
    sabotage: Sabotage = ""

    def settings(self) -> Settings:
        return Settings(data=self.data, playbook=self.playbook, channels={}, burst_seconds=0.2)


class Sink:
    """A platform that takes its time, sometimes refuses, and writes down what it has."""

    name = CHANNEL
    capabilities = Capabilities(4, 3500, pushes=True)

    def __init__(self, path: Path) -> None:
        self._path = path

    def web(self, _accept: Accept) -> WebApp | None:
        return None

    async def listen(self, _accept: Accept) -> None:
        return None

    async def send(self, message: Outgoing) -> Receipt:
        """Take a message: whoever is killed before the line is written has sent nothing, afterwards everything.

        Raises:
            UpstreamUnavailable: it was turned away.
        """
        await asyncio.sleep(random.uniform(0, SLOWEST))  # noqa: S311 - a slow line, no secret
        if random.random() < REFUSED:  # noqa: S311 - the same
            raise UpstreamUnavailable("the platform of the campaign is busy")
        line = {
            "at": time.time(),
            "id": message.id,
            "conversation": message.conversation_id,
            "kind": message.kind,
            "to": message.address.user or message.address.thread,
            "text": message.text,
            "buttons": [button.value for button in message.buttons],
        }
        whole = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            os.write(handle, whole)  # one call: a kill leaves all of the line or none
        finally:
            os.close(handle)
        await asyncio.sleep(random.uniform(0, SLOWEST))  # noqa: S311 - the same
        return Receipt((message.id,), "sink")

    async def close(self) -> None:
        return None


class Written(BaseModel):
    """What a customer wrote, or a colleague pressed."""

    id: str
    user: str
    text: str = ""
    pressed: str = ""
    under: str = ""


class Deed(BaseModel):
    """What a colleague does at the desk."""

    conversation: str
    by: str
    text: str = ""


def thread_of(user: str) -> Address:
    """Where a customer of the campaign talks."""
    return Address(CHANNEL, "bot", f"cid-{user}", user)


def run(target: Target) -> None:
    """Run the desk until it is killed."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(
            (target.data.parent / "desk.log").open("a", encoding="utf-8")
        ),
    )
    sabotage(target.sabotage)
    uvicorn.run(_app(target), host="127.0.0.1", port=target.port, log_level="critical")


def _app(target: Target) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = target.settings()
        house = await House.open(settings)
        world = read_world(settings.world)
        clock = DemoClock(world.default_now, target.began)
        librarian = house.librarian(clock, "campaign")
        turns = house.serve(world, DemoShop(world, clock), clock, librarian)
        service = Service.join(house, turns, "demo", {CHANNEL: Sink(target.sink)})
        await service.start(listen=True)
        app.include_router(_door(service))
        yield
        await service.stop()
        await house.close()

    return FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None)


def _door(service: Service) -> APIRouter:
    """Where customers and colleagues of the campaign come in."""
    door, office = APIRouter(), service.room.office

    @door.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ready"}

    @door.post("/arrivals")
    async def arrive(written: Written) -> dict[str, Any]:
        click = Click(written.pressed, written.under) if written.pressed else None
        parts = (Part("text", written.text),) if written.text else ()
        address, now = thread_of(written.user), datetime.now(UTC)
        arrival = Arrival(written.id, address, Sender(written.user), now, parts, click=click)
        return {"new": await service.inbox.accept(arrival)}

    @door.post("/take")
    async def take(deed: Deed) -> dict[str, Any]:
        taken = await office.take(deed.conversation, _colleague(service, deed.by))
        return {"by": taken.by, "changed": taken.changed}

    @door.post("/reply")
    async def reply(deed: Deed) -> dict[str, Any]:
        try:
            said = await office.reply(deed.conversation, _colleague(service, deed.by), deed.text)
        except NotYours as error:
            return {"id": "", "holder": error.holder}
        return {"id": said.id}

    @door.post("/give-back")
    async def give_back(deed: Deed) -> dict[str, Any]:
        try:
            await office.give_back(deed.conversation, _colleague(service, deed.by))
        except NotYours as error:
            return {"given": False, "holder": error.holder}
        return {"given": True}

    return door


def _colleague(service: Service, staff_id: str) -> Colleague:
    found = service.room.staff.find(staff_id)
    if found is None:
        raise ValueError(f"nobody is called {staff_id!r}")
    return found
