"""A desk over a folder of its own, and a channel that keeps what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from connectors.clocks import FixedClock
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
from domain.records import History
from domain.settings import Settings
from house import House
from service import Service
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database

WINGYAN = "chan.wingyan"


@dataclass
class Post:
    """A channel that keeps what it was given, and refuses as often as it is told to."""

    name: str = "dingtalk"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(4, 3500, pushes=True))
    out: list[Outgoing] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def web(self, _accept: Accept) -> WebApp | None:
        return None

    async def listen(self, _accept: Accept) -> None:
        return None

    async def send(self, message: Outgoing) -> Receipt:
        if self.refusals:
            self.came.set()
            raise self.refusals.pop(0)
        self.out.append(message)
        self.came.set()
        return Receipt((message.id,), "post")

    async def close(self) -> None:
        return None

    async def until(self, fits: Callable[[Outgoing], bool]) -> Outgoing:
        """The first message that fits, as soon as it is there."""
        async with asyncio.timeout(20):
            while not (found := [one for one in self.out if fits(one)]):
                self.came.clear()
                await self.came.wait()
        return found[0]

    async def replies(self, count: int) -> list[str]:
        """What customers were told, as soon as there is so much of it."""
        async with asyncio.timeout(20):
            while len(told := [one.text for one in self.out if one.kind == "reply"]) < count:
                self.came.clear()
                await self.came.wait()
        return told


@dataclass
class Desk:
    """A desk over a folder of its own; `restart` is what a new process would find there."""

    learnt: House
    settings: Settings
    shop: DemoShop
    post: Post
    clock: FixedClock
    service: Service | None = None

    async def start(self) -> Service:
        database = await Database.open(self.settings.data)
        house = replace(
            self.learnt,
            settings=self.settings,
            database=database,
            store=SqlConversations(database),
            casebook=SqlCasebook(database),
        )
        world = read_world(self.settings.world)
        clock = self.clock
        turns = house.serve(world, self.shop, clock, house.librarian(clock, "mail"))
        self.service = Service.join(house, turns, "demo", {"dingtalk": self.post})
        await self.service.start(listen=True)
        return self.service

    @property
    def running(self) -> Service:
        assert self.service is not None
        return self.service

    async def talk(self, conversation_id: str) -> History:
        """What is kept of a conversation."""
        kept = await SqlConversations(self.running.database).history(conversation_id)
        assert kept is not None
        return kept

    async def stop(self) -> None:
        assert self.service is not None
        await self.service.stop()
        await self.service.database.close()

    async def arrive(
        self, text: str, external_id: str, user: str = WINGYAN, click: Click | None = None
    ) -> bool:
        assert self.service is not None
        address = Address("dingtalk", "bot", f"cid-{user}", user)
        parts = (Part("text", text),) if text else ()
        return await self.service.inbox.accept(
            Arrival(external_id, address, Sender(user), datetime.now(UTC), parts, click=click)
        )
