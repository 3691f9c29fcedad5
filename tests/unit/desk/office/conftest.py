"""A desk over an office with a database of its own, and colleagues at their browsers."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from connectors.clocks import FixedClock, SystemClock
from desk.company import Entrance
from desk.routes import router
from domain.settings import ROOT
from security.passwords import Passwords
from storage.database import Database
from storage.staff_accounts import SqlStaffAccounts
from support.staff import Staff
from tests.unit.desk.conftest import CHEAP, GRANTS, HERE, OURS, SmallDesk, client_of, field_of
from tests.unit.desk.office.world import NOON, OfficeRoom, an_evening

SUPERVISOR, MANAGER, FINANCE, SERVICE, KNOWLEDGE = "ST-02", "ST-01", "ST-04", "ST-07", "ST-11"


class Seat:
    """A colleague at a browser, in English."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def see(self, page: str, /, status: int = 200, **query: str) -> str:
        response = await self.client.get(f"/desk/{page}", params=query)
        assert response.status_code == status, response.text
        return response.text

    async def press(self, page: str, /, **fields: str) -> httpx.Response:
        """Send a form, with the token that every page of this colleague carries."""
        token = field_of(await self.see("me"), "csrf")
        return await self.client.post(f"/desk/{page}", data={**fields, "csrf": token}, headers=OURS)

    async def do(self, deed: str, /, talk: str = "kettle", **fields: str) -> httpx.Response:
        """Do something to a conversation."""
        return await self.press(f"conversation/{deed}", id=talk, **fields)

    async def talk(self, talk: str = "kettle") -> str:
        return await self.see("conversation", id=talk)


Sits = Callable[[str], Awaitable[Seat]]


@pytest.fixture
async def room(blank: Path, tmp_path: Path) -> AsyncIterator[OfficeRoom]:
    """An office at noon, with a few conversations."""
    folder = tmp_path / "data"
    shutil.copytree(blank, folder)
    database = await Database.open(folder)
    staff = Staff.read(ROOT / "playbook" / "demo" / "staff.yaml")
    opened = OfficeRoom(database, staff, FixedClock(NOON))
    await an_evening(opened)
    yield opened
    await database.close()


@pytest.fixture
def app(room: OfficeRoom, tmp_path: Path) -> FastAPI:
    accounts = SqlStaffAccounts(room.database, SystemClock())
    entrance = Entrance(room.staff, accounts, GRANTS, Passwords(CHEAP), local=True, demo=True)
    app, small = FastAPI(), SmallDesk(tmp_path / "knowledge")
    app.include_router(router(small, entrance, now=room.now, office=room))
    return app


@pytest.fixture
async def sits(app: FastAPI) -> AsyncIterator[Sits]:
    """`await sits(SUPERVISOR)` is that colleague at a browser."""
    async with AsyncExitStack() as stack:

        async def sit(staff_id: str) -> Seat:
            client = await stack.enter_async_context(client_of(app))
            page = (await client.get("/desk/login")).text
            sent = {"csrf": field_of(page, "csrf"), "id": staff_id, "next": ""}
            came = await client.post("/desk/login/demo", data=sent, headers={"origin": HERE})
            assert came.status_code == 303
            await client.get("/desk/language", params={"to": "en"})
            return Seat(client)

        yield sit


@pytest.fixture
async def ho(sits: Sits) -> Seat:
    """The supervisor."""
    return await sits(SUPERVISOR)


@pytest.fixture
async def cheng(sits: Sits) -> Seat:
    """The duty manager."""
    return await sits(MANAGER)
