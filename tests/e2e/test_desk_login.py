"""Staff log in to the desk as the server serves it, and a new process knows them, and those who guess, again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from connectors.clocks import FixedClock
from connectors.demo_shop import read_world
from desk.knowledge import HOME
from desk.routes import router
from domain.errors import ConfigurationError
from domain.settings import Settings
from house import House
from reading_room import ReadingRoom
from server import entrance  # noqa: TID251 - who may come in is what the server says
from staff_commands import staff
from storage.database import Database
from tests.e2e.conftest import HERE, Browse, enter

CHOSEN = "three umbrellas, one door"


@dataclass
class Served:
    """A process that serves the desk over a data folder."""

    house: House
    room: ReadingRoom
    app: FastAPI

    @classmethod
    async def start(cls, learnt: House, settings: Settings) -> Served:
        house = replace(learnt, settings=settings, database=await Database.open(settings.data))
        clock = FixedClock(read_world(settings.world).default_now)
        room = await ReadingRoom.open(house, clock, "demo")
        app = FastAPI()
        app.include_router(router(room, entrance(house), now=clock.now, language="en"))
        return cls(house, room, app)

    async def stop(self) -> None:
        await self.room.close()
        await self.house.database.close()

    def browser(self, base: str = HERE) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=base)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "knowledge").mkdir()
    return Settings(data=tmp_path / "data", knowledge=tmp_path / "knowledge")


@pytest.fixture
async def served(house: House, settings: Settings) -> AsyncIterator[Served]:
    started = await Served.start(house, settings)
    yield started
    await started.stop()


async def give_password(settings: Settings, staff_id: str) -> None:
    """As an operator does, in another process, while the desk runs."""
    words = ["password", staff_id, "--from-stdin", "--data", str(settings.data)]
    result = await asyncio.to_thread(CliRunner().invoke, staff, words, input=f"{CHOSEN}\n")
    assert result.exit_code == 0, result.output


async def log_in(browser: httpx.AsyncClient, staff_id: str, password: str) -> httpx.Response:
    page = (await browser.get("/desk/login")).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token, page
    sent = {"csrf": token[1], "id": staff_id, "password": password}
    origin = {"origin": str(browser.base_url).rstrip("/")}
    return await browser.post("/desk/login", data=sent, headers=origin)


async def test_a_visitor_of_the_demo_is_any_colleague_and_sees_what_that_one_may(
    served: Served, browse: Browse
) -> None:
    async with served.browser() as nobody:
        assert (await nobody.get(HOME)).headers["location"].startswith("/desk/login?next=")
        assert "Enter as 鄭美珊 · duty manager" in (await nobody.get("/desk/login")).text
    keeper, care = await browse(served.app, "ST-11"), await browse(served.app, "ST-09")
    for browser, name, status in ((keeper, "李倩", 404), (care, "Daniel Ko", 403)):
        assert name in (await browser.get(HOME)).text
        page = await browser.get(f"{HOME}/edit", params={"path": "none.md"})
        assert page.status_code == status


async def test_a_password_of_the_command_opens_the_desk_until_it_is_changed(
    served: Served, settings: Settings
) -> None:
    await give_password(settings, "ST-02")
    async with served.browser() as browser:
        assert (await log_in(browser, "ST-02", "something else")).status_code == 401
        assert (await log_in(browser, "ST-02", CHOSEN)).status_code == 303
        assert "蔡家俊" in (await browser.get(HOME)).text
        await give_password(settings, "ST-02")
        assert (await browser.get(HOME)).status_code == 303


async def test_a_new_process_knows_who_is_logged_in_and_who_guesses(
    house: House, settings: Settings
) -> None:
    first = await Served.start(house, settings)
    await give_password(settings, "ST-02")
    kept = httpx.Cookies()
    async with first.browser() as guessing, first.browser() as browser:
        for _ in range(5):
            assert (await log_in(guessing, "ST-02", "guess after guess")).status_code == 401
        assert (await enter(browser, "ST-01")).status_code == 303
        kept = browser.cookies
    await first.stop()
    second = await Served.start(house, settings)
    async with second.browser() as guessing, second.browser() as browser:
        refused = await log_in(guessing, "ST-02", CHOSEN)
        assert refused.status_code == 429
        assert 800 < int(refused.headers["retry-after"]) <= 900
        browser.cookies = kept
        assert "鄭美珊" in (await browser.get(HOME)).text
    await second.stop()


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "0.0.0.0"},
        {"erp_url": "https://erp.example"},
        {"channels": {"dingtalk": {"client_id": "x"}}},
    ],
)
async def test_a_company_with_a_network_or_systems_of_its_own_shows_nobodys_button(
    house: House, settings: Settings, changed: dict[str, object]
) -> None:
    own = await Served.start(house, settings.model_copy(update=changed))
    base = "https://desk.example" if "host" in changed else HERE
    async with own.browser(base) as browser:
        page = await browser.get("/desk/login")
        assert page.status_code == 200
        assert "鄭美珊" not in page.text
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        sent = {"csrf": token[1], "id": "ST-01"}
        forced = await browser.post("/desk/login/demo", data=sent, headers={"origin": base})
        assert forced.status_code in (404, 405)
    await own.stop()


def test_a_wrong_staff_file_stops_the_start_in_words(house: House, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "staff.yaml").write_text("- {id: ST-01, name: A}\n")
    changed = house.settings.model_copy(update={"playbook": tmp_path})
    with pytest.raises(ConfigurationError, match="role"):
        entrance(replace(house, settings=changed))
