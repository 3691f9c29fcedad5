"""The web application: health, metrics, the channels, the demo chat and, in evaluation mode, its door."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agent.turns import Answer, Incoming, Progress, Turns
from agent.turns import Words as TurnWords
from channels import web
from channels.web import DemoCustomer, Event, Said, Step, Words
from connectors.clocks import DemoClock, SystemClock
from connectors.demo_shop import DemoShop, read_world
from connectors.erp_rest import RestCompany
from desk import routes as desk_routes
from desk.company import Entrance
from desk.guard import is_loopback
from domain.channels import Channel, Click
from domain.channels import Said as TranscriptLine
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
from office_room import open_figures
from reading_room import ReadingRoom
from security.passwords import Passwords
from service import Service
from storage.counters import SqlSwitches
from storage.outbox import SqlOutbox
from storage.staff_accounts import SqlStaffAccounts
from support.staff import Staff

TENANT = "demo"
COUNT_SECONDS = 600.0


class DemoDesk:
    """The demo company as the web chat sees it; sessions of the evaluation door are let through to it."""

    def __init__(
        self,
        house: House,
        world: World,
        turns: Turns,
        room: ReadingRoom,
        *,
        clock: Clock,
        opened: Door | None,
    ) -> None:
        self.room = room
        self._sessions: set[str] = set()
        self._house = house
        self._world = world
        self._turns = turns
        self._clock = clock
        self._door = opened

    @classmethod
    async def open(
        cls,
        house: House,
        opened: Door | None = None,
        *,
        leads: bool = True,
        clock: Clock | None = None,
    ) -> DemoDesk:
        """The desk of the demo company, or of the one that the settings name; its time is the `clock`'s.

        Raises:
            ConfigurationError: the world lacks a field; names it.
        """
        world = read_world(house.settings.world)
        clock = clock or DemoClock(world.default_now, await _began(house, world))
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
        self,
        session_id: str,
        text: str,
        message_id: str | None,
        *,
        live: bool = False,
        click: Click | None = None,
    ) -> AsyncIterator[Event]:
        """The steps of a turn, its first words where somebody watches `live`, then the whole of what was said.

        Raises:
            NotIdentified: the session is unknown.
        """
        if self._door is not None and self._door.knows(session_id):
            yield _said(await self._door.chat(session_id, text, message_id))
            return
        await self._of_the_page(session_id)
        pressed = click.value if click else ""
        incoming = Incoming(session_id, text, message_id, live=live, pressed=pressed)
        async for event in self._turns.stream(incoming):
            yield _shown(event)

    async def since(self, session_id: str, seq: int) -> Sequence[TranscriptLine]:
        """What was said after `seq`: by the assistant, and later by colleagues.

        Raises:
            NotIdentified: the session is unknown.
        """
        await self._of_the_page(session_id)
        return await SqlOutbox(self._house.database).since(session_id, seq)

    async def _of_the_page(self, session_id: str) -> None:
        """Ids of other channels' conversations can be worked out from addresses, so they open nothing here."""
        if session_id in self._sessions:
            return
        history = await self._house.store.history(session_id)
        if history is None or history.conversation.channel != web.CHANNEL:
            raise NotIdentified("this conversation is unknown; start a new one")
        self._sessions.add(session_id)


@dataclass(frozen=True)
class Play:
    """What a scripted day puts in the place of the usual, and what it does once the desk is open."""

    clock: Clock
    channels: Mapping[str, Channel]
    begin: Callable[[DemoDesk, Service], Awaitable[None]]


def create_app(settings: Settings, play: Play | None = None) -> FastAPI:
    """The application over one data folder; with a `play`, something happens on it by itself."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        house = await House.open(settings)
        opened = door.open_door(house) if settings.evaluation else None
        desk = await DemoDesk.open(house, opened, clock=play.clock if play else None)
        if opened is None:  # what is measured through the door must not share the machine
            check_goldens(desk.room, settings)
        channels = play.channels if play else None
        service = Service.join(house, desk.turns, TENANT, channels)
        await service.start(listen=True)
        desk.room.start(leads=True)
        for name, channel in service.channels.items():
            served = channel.web(service.inbox.accept)
            if served is not None:
                app.mount(f"/channels/{name}", served)
        app.include_router(web.router(desk))
        figures = open_figures(house, service.room, TENANT, desk.room.inspector.wanted)
        service.beside(figures.count, COUNT_SECONDS)
        pages = desk_routes.router(
            desk.room,
            entrance(house),
            now=desk.now,
            language=settings.staff_language,
            office=service.room,
            dashboard=figures,
        )
        app.include_router(pages)
        if opened is not None:
            app.include_router(door.routes(opened))
        async with _played(play, desk, service):
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


@asynccontextmanager
async def _played(play: Play | None, desk: DemoDesk, service: Service) -> AsyncIterator[None]:
    """While the desk is open, what is played on it happens beside."""
    playing = asyncio.ensure_future(play.begin(desk, service)) if play else None
    yield
    if playing is not None:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing


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


def entrance(house: House) -> Entrance:
    """Who may come in to the desk. Without systems and channels of its own a company is a demo.

    Raises:
        ConfigurationError: the file of the staff names somebody wrongly.
    """
    settings = house.settings
    local = is_loopback(settings.host)
    return Entrance(
        staff=Staff.read(settings.playbook / "demo" / "staff.yaml"),
        # By the real clock: the demo's begins anew with every start, and so would the wait of one who guesses.
        accounts=SqlStaffAccounts(house.database, SystemClock()),
        permissions=house.permissions,
        passwords=Passwords(),
        local=local,
        demo=local and settings.erp_url is None and settings.channels is None,
    )


async def _began(house: House, world: World) -> float:
    """When the clock of this company began to run over this data folder; a new first day begins anew."""
    switches, name = SqlSwitches(house.database), f"began:{world.default_now.isoformat()}"
    kept = await switches.read(name)
    if kept is None:
        kept = str(time.time())
        await switches.write(name, kept)
    return float(kept)


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
    said = answer.message
    return Said(said.text, answer.awaiting, sources, said.language, said.id)
