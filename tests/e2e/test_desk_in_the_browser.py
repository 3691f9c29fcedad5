"""Two colleagues at real browsers: what one does the other sees at once, and nobody loses what they typed."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from connectors.clocks import FixedClock, SystemClock
from desk.company import Entrance
from desk.routes import router
from domain.settings import ROOT
from security.passwords import Passwords
from security.permissions import Permissions
from storage.database import Database
from storage.staff_accounts import SqlStaffAccounts
from support.staff import Staff
from tests.unit.desk.conftest import SmallDesk
from tests.unit.desk.office.world import NOON, OfficeRoom, an_evening

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
PATIENCE = 30_000  # milliseconds; a busy machine takes its time


@dataclass
class Desk:
    """A desk that is served, and the browsers at it; `faults` is what their consoles complained of."""

    room: OfficeRoom
    address: str
    browser: Browser
    faults: list[str] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(said.text)

    async def sit(self, staff_id: str, wide: int = 1280, high: int = 900) -> Page:
        context = await self.browser.new_context(viewport={"width": wide, "height": high})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self.hear)
        await page.goto(f"{self.address}/desk/login")
        await page.locator(f'form:has(input[value="{staff_id}"]) button').click()
        await page.wait_for_url("**/desk/inbox**")
        await page.goto(f"{self.address}/desk/language?to=en&back=/desk/inbox")
        return page

    async def open(self, page: Page, talk: str) -> None:
        """Open a conversation. What changes before the page hears news it is told then: it says what it shows."""
        await page.goto(f"{self.address}/desk/conversation?id={talk}")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = await Database.open(tmp_path / "data")
    staff = Staff.read(ROOT / "playbook" / "demo" / "staff.yaml")
    room = OfficeRoom(database, staff, FixedClock(NOON))
    await an_evening(room)
    accounts = SqlStaffAccounts(database, SystemClock())
    grants = Permissions.read(ROOT / "playbook" / "roles.yaml")
    entrance = Entrance(staff, accounts, grants, Passwords(), local=True, demo=True)
    app, small = FastAPI(), SmallDesk(tmp_path / "knowledge")
    app.include_router(router(small, entrance, now=room.now, office=room))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    config = uvicorn.Config(
        app, port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE / 1000):
        while not server.started:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.05)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Desk(room, f"http://127.0.0.1:{port}", browser)
        await browser.close()
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await serving
    await database.close()


async def test_a_message_is_seen_at_once_and_what_is_typed_stays(desk: Desk) -> None:
    ho, cheng = await desk.sit("ST-02"), await desk.sit("ST-01")
    await desk.open(ho, "parcel")
    await desk.open(cheng, "parcel")
    await ho.locator("#take [data-take]").click()
    await ho.locator("#text").fill("我幫你睇緊")
    # The other sees who has it, and cannot take it over any more.
    await cheng.get_by_text("蔡家俊 has this conversation.").wait_for()
    assert await cheng.locator("[data-take]").count() == 0

    await ho.locator("#text").focus()
    await desk.room.turn("parcel", "喂？仲喺度嗎？", None)
    await ho.get_by_text("喂？仲喺度嗎？").wait_for()
    assert await ho.locator("#text").input_value() == "我幫你睇緊"
    assert await ho.evaluate("document.activeElement.id") == "text"

    await ho.reload()
    assert await ho.locator("#text").input_value() == "我幫你睇緊"
    await ho.locator("#text").press("Control+Enter")
    await ho.wait_for_url("**done=replied**")
    assert await ho.locator("#text").input_value() == ""
    await cheng.get_by_text("我幫你睇緊").wait_for()
    assert desk.faults == []


async def test_the_list_renews_itself_and_keys_stay_where_they_are(desk: Desk) -> None:
    ho = await desk.sit("ST-02")
    await ho.goto(f"{desk.address}/desk/inbox?show=all")
    await ho.keyboard.press("j")
    await ho.keyboard.press("j")
    await ho.locator(".here", has_text="T00002").wait_for()
    await desk.room.opens("new", "C-317")
    await desk.room.turn("new", "想問下營業時間", "星期一至五。")
    await ho.get_by_text("想問下營業時間").wait_for()
    await ho.locator(".here", has_text="T00002").wait_for()
    await ho.keyboard.press("Enter")
    await ho.wait_for_url("**/desk/conversation?id=parcel")
    await ho.keyboard.press("n")
    await ho.keyboard.type("t?")  # in a field they are letters
    assert await ho.locator("#note").input_value() == "t?"
    assert not await ho.evaluate("document.querySelector('#help').open")
    assert desk.faults == []


async def test_nothing_is_wider_than_a_phone(desk: Desk) -> None:
    ho = await desk.sit("ST-02", wide=360, high=740)
    for page in (
        "inbox?show=all",
        "conversation?id=kettle",
        "conversation?id=invoice",
        "approvals",
        "me",
    ):
        await ho.goto(f"{desk.address}/desk/{page}")
        assert await ho.evaluate("document.documentElement.scrollWidth") <= 360, page
    assert desk.faults == []
