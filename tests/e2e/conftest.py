"""The whole house over a folder of its own, and a company's systems that outlive its restarts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from agent.turns import Answer, Incoming, Turns
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.company import World
from domain.conversation import Conversation
from domain.settings import Settings
from house import House
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database

HERE = "http://127.0.0.1"
Browse = Callable[[FastAPI, str], Awaitable[httpx.AsyncClient]]


@dataclass
class Service:
    """Nightdesk as it runs for one company; `restart` is what a new process would find."""

    settings: Settings
    world: World
    clock: FixedClock
    shop: DemoShop
    house: House
    turns: Turns

    @classmethod
    async def start(cls, learnt: House, folder: Path) -> Service:
        """A house like the one that has learnt already, over its own folder."""
        settings = Settings(data=folder)
        database = await Database.open(folder)
        store, casebook = SqlConversations(database), SqlCasebook(database)
        house = replace(
            learnt, settings=settings, database=database, store=store, casebook=casebook
        )
        world = read_world(settings.playbook / "demo" / "world.yaml")
        clock = FixedClock(world.default_now)
        shop = DemoShop(world, clock)
        return cls(settings, world, clock, shop, house, serve(house, world, shop, clock))

    async def restart(self) -> None:
        await self.house.close()
        self.house = await House.open(self.settings)
        self.turns = serve(self.house, self.world, self.shop, self.clock)

    def keep_in(self, store: SqlConversations) -> None:
        """From now on keep conversations here."""
        self.house = replace(self.house, store=store)
        self.turns = serve(self.house, self.world, self.shop, self.clock)

    async def converse(self, customer_id: str = "C-118", conversation_id: str = "talk") -> None:
        opened = Conversation(conversation_id, "demo", customer_id, "web", self.clock.now())
        await self.house.store.open(opened)

    async def say(self, text: str, external_id: str | None = None) -> Answer:
        return await self.turns.handle(Incoming("talk", text, external_id))

    def done(self) -> list[str]:
        """The kinds of what was really changed."""
        return [effect["kind"] for effect in self.shop.effects()]


def serve(house: House, world: World, shop: DemoShop, clock: FixedClock) -> Turns:
    return house.serve(world, shop, clock, house.librarian(clock, "e2e"))


@pytest.fixture
async def service(house: House, tmp_path: Path) -> AsyncIterator[Service]:
    started = await Service.start(house, tmp_path)
    await started.converse()
    yield started
    await started.turns.settled()
    await started.house.close()


async def enter(browser: httpx.AsyncClient, staff_id: str, onto: str = "/desk") -> httpx.Response:
    """Press the button of a demo colleague on the page where staff log in."""
    page = (await browser.get("/desk/login", params={"next": onto})).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token, page
    sent = {"csrf": token[1], "id": staff_id, "next": onto}
    return await browser.post("/desk/login/demo", data=sent, headers={"origin": HERE})


@pytest.fixture
async def browse() -> AsyncIterator[Browse]:
    """`await browse(app, "ST-02")` is a browser on which a demo colleague has logged in, in English."""
    async with AsyncExitStack() as stack:

        async def opened(app: FastAPI, staff_id: str) -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url=HERE, timeout=60
            )
            browser = await stack.enter_async_context(client)
            assert (await enter(browser, staff_id)).status_code == 303
            await browser.get("/desk/language", params={"to": "en", "back": "/desk"})
            return browser

        yield opened
