"""The web application: health, metrics, the channels, the demo chat and, in evaluation mode, its door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agent.turns import Answer, Incoming, Progress, Turns
from agent.turns import Words as TurnWords
from channels import web
from channels.web import DemoCustomer, Event, Said, Step, Words
from connectors.clocks import DemoClock
from connectors.demo_shop import DemoShop, read_world
from connectors.erp_rest import RestCompany
from desk import knowledge as knowledge_pages
from desk.guard import is_loopback
from domain.company import World
from domain.conversation import Conversation
from domain.errors import ConfigurationError, NotIdentified
from domain.language import starting_language
from domain.ports import Clock, Company
from domain.settings import Settings
from evals import door
from evals.checking import GoldenCheck
from evals.citing import known_failing
from evals.door import Door
from evals.run import golden_folder
from house import House
from reading_room import ReadingRoom
from service import Service

TENANT = "demo"


class DemoDesk:
    """The demo company as the web chat sees it; sessions of the evaluation door are let through to it."""

    def __init__(
        self,
        house: House,
        world: World,
        turns: Turns,
        room: ReadingRoom,
        *,
        clock: DemoClock,
        opened: Door | None,
    ) -> None:
        self.room = room
        self._house = house
        self._world = world
        self._turns = turns
        self._clock = clock
        self._door = opened

    @classmethod
    async def open(
        cls, house: House, opened: Door | None = None, *, leads: bool = True
    ) -> DemoDesk:
        """The desk of the demo company, or of the one that the settings name.

        Raises:
            ConfigurationError: the world lacks a field; names it.
        """
        world = read_world(house.settings.world)
        clock = DemoClock(world.default_now)
        room = await ReadingRoom.open(house, clock, TENANT, leads=leads)
        shop = company(house.settings, world, clock)
        turns = house.serve(world, shop, clock, room.librarian)
        return cls(house, world, turns, room, clock=clock, opened=opened)

    @property
    def turns(self) -> Turns:
        return self._turns

    @property
    def names(self) -> tuple[str, str]:
        """The company in Chinese and in English."""
        return self._world.company.zh, self._world.company.en

    def now(self) -> datetime:
        """What the company's clock says; what was asked and answered is kept with its time."""
        return self._clock.now()

    def customers(self) -> list[DemoCustomer]:
        """Who one may pretend to be; in real use the channel says who is writing."""
        return [DemoCustomer(one.id, one.name, one.lang, one.vip) for one in self._world.customers]

    async def start(self, customer_id: str) -> str:
        """A new conversation of a demo customer; its id cannot be guessed.

        Raises:
            NotIdentified: there is no such demo customer.
        """
        customer = next((one for one in self._world.customers if one.id == customer_id), None)
        if customer is None:
            raise NotIdentified(f"there is no demo customer {customer_id!r}")
        conversation = Conversation(
            id=uuid4().hex,
            tenant=TENANT,
            customer_id=customer.id,
            channel="web",
            opened_at=self._clock.now(),
            language=starting_language(customer.lang),
        )
        await self._house.store.open(conversation)
        return conversation.id

    async def stream(
        self, session_id: str, text: str, message_id: str | None, *, live: bool = False
    ) -> AsyncIterator[Event]:
        """The steps of a turn, its first words where somebody watches `live`, then the whole of what was said.

        Raises:
            NotIdentified: the session is unknown.
        """
        if self._door is not None and self._door.knows(session_id):
            yield _said(await self._door.chat(session_id, text, message_id))
            return
        async for event in self._turns.stream(Incoming(session_id, text, message_id, live=live)):
            yield _shown(event)


def create_app(settings: Settings) -> FastAPI:
    """The application over one data folder."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        house = await House.open(settings)
        opened = door.open_door(house) if settings.evaluation else None
        desk = await DemoDesk.open(house, opened)
        if opened is None:  # what is measured through the door must not share the machine
            check_goldens(desk.room, settings)
        service = Service.join(house, desk.turns, TENANT)
        await service.start(listen=True)
        desk.room.start(leads=True)
        for name, channel in service.channels.items():
            served = channel.web(service.inbox.accept)
            if served is not None:
                app.mount(f"/channels/{name}", served)
        app.include_router(web.router(desk))
        pages = knowledge_pages.router(
            desk.room,
            open_to=is_loopback(settings.host),
            now=desk.now,
            language=settings.staff_language,
        )
        app.include_router(pages)
        if opened is not None:
            app.include_router(door.routes(opened))
        yield
        await service.stop()
        await desk.room.close()
        await house.close()

    app = FastAPI(title="Nightdesk", lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


async def work(settings: Settings) -> None:
    """Work on what the desk has accepted, without receiving anything, until cancelled.

    Raises:
        ConfigurationError: there is no Postgres that could be shared.
    """
    if settings.database_url is None:
        raise ConfigurationError("a worker shares a Postgres: set NIGHTDESK_DATABASE_URL")
    house = await House.open(settings)
    desk = await DemoDesk.open(house, leads=False)
    service = Service.join(house, desk.turns, TENANT)
    await service.start(listen=False)
    desk.room.start(leads=False)
    try:
        await asyncio.Event().wait()
    finally:
        await service.stop()
        await desk.room.close()
        await house.close()


def check_goldens(room: ReadingRoom, settings: Settings) -> None:
    """From now on a changed document is tried on the golden conversations that rest on it, where there are any."""
    if golden_folder(settings).is_dir():
        room.check, room.failing = GoldenCheck(settings), known_failing(settings)


def company(settings: Settings, world: World, clock: Clock) -> Company:
    """The company's systems: over HTTP where an address is set, or else the demo company's in memory."""
    return DemoShop(world, clock) if settings.erp_url is None else RestCompany(settings.erp_url)


def _shown(event: Progress | TurnWords | Answer) -> Event:
    """What happens in a turn, as the page is told."""
    if isinstance(event, Progress):
        return Step(event.step)
    return _said(event) if isinstance(event, Answer) else Words(event.text)


def _said(answer: Answer) -> Said:
    sources = tuple(dict.fromkeys(f"{one.title} · {one.section}" for one in answer.citations))
    return Said(answer.message.text, answer.awaiting, sources, answer.message.language)
