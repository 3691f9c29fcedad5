"""An alarm from the customer's page to the figures of the manager, through the pages that people really have."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest
import uvicorn
import yaml

from domain.settings import ROOT, Settings
from house import House
from server import create_app  # noqa: TID251 - the test starts the server as it is
from service import demo_sections
from simulators.dingtalk import server as dingtalk
from simulators.dingtalk.staff import read_office
from simulators.dingtalk.state import SimulatorSpec

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
PATIENCE = 15_000  # milliseconds that a page may take on a machine that is busy
WHOLE_WAY = 150  # seconds; it takes about 20 on a machine of its own
MANAGER, SUPERVISOR = "ST-01", "ST-02"
# Nobody is asked for stars after an accident, so it is no fire.
ALARM = "新買部洗碗機漏水，浸爛晒成個廚房地板，我要投訴，仲要你哋賠償！"
STILL_THERE = "有冇人睇到呀？啲水仲流緊"
REPLY = "陳小姐，我係家俊。麻煩你閂咗水掣先，我今日安排師傅上門，地板嘅損失影低相就得。"
ORDER = "HB-203098 去到邊？"
STORED = ("knowledge/README.md", "knowledge/faq/shops.zh-Hant.md")


@dataclass
class Street:
    """The desk and DingTalk, both served on loopback, and everybody's browser.

    `faults` is what pages complained of, `found` what axe did, and `looked` the pages that it was shown.
    """

    desk: str
    dingtalk: str
    browser: Browser
    faults: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(f"{said.location.get('url', '')}: {said.text}")

    async def page(self, address: str, wide: int = 1280) -> Page:
        """A window of its own, with nobody else's cookies."""
        context = await self.browser.new_context(
            viewport={"width": wide, "height": 900}, locale="en-HK", reduced_motion="reduce"
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self.hear)
        await page.goto(address)
        return page

    async def check(self, page: Page, name: str) -> None:
        """Look for what people with another sight, or without a mouse, could not use, by day and by night."""
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(AXE)
            found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert len(found["passes"]) > 5, f"axe saw nothing on {name}"
            for one in found["violations"]:
                if one["impact"] in GRAVE:
                    where = [node["html"][:160] for node in one["nodes"][:3]]
                    self.found.append(f"{name}, {scheme}: {one['id']} ({one['help']}) {where}")
        await page.emulate_media(color_scheme="light")
        self.looked.add(name)

    async def at_the_desk(self, staff_id: str) -> Page:
        """A demo colleague who logs in, and reads English."""
        page = await self.page(f"{self.desk}/desk/login")
        await self.check(page, "login")
        await page.locator(f'form:has(input[value="{staff_id}"]) button').click()
        await page.wait_for_url("**/desk/inbox**")
        await page.goto(f"{self.desk}/desk/language?to=en&back=/desk/inbox")
        return page


def company(folder: Path, simulator: str) -> Settings:
    """The demo company, whose DingTalk is at this address; its supervisors are reminded after a second."""
    playbook, knowledge = folder / "playbook", folder / "knowledge"
    shutil.copytree(ROOT / "playbook", playbook)
    for name in STORED:  # reading all of it would take longer than the whole way
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    channels = playbook / "demo" / "channels.yaml"
    section = demo_sections(channels)["dingtalk"]
    section |= {"api": simulator, "legacy_api": simulator}
    channels.write_text(yaml.safe_dump({"dingtalk": section}), encoding="utf-8")
    takeover = playbook / "rules" / "takeover.yaml"
    rules = yaml.safe_load(takeover.read_text(encoding="utf-8"))
    assert rules["stages"][0]["when"] == {"red_alert": True}
    rules["stages"][0]["remind_after"] = "1 second"
    takeover.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    return Settings(
        data=folder / "data",
        playbook=playbook,
        knowledge=knowledge,
        world=playbook / "demo" / "world.yaml",
        burst_seconds=0.1,
    )


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[str]:
    """The desk on loopback, in this loop."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.05)
        assert not serving.done(), "the desk did not start"
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def street(house: House, tmp_path: Path) -> AsyncIterator[Street]:
    assert house.models  # learnt by now: the desk finds it in the cache, and starts in seconds
    section = demo_sections(ROOT / "playbook" / "demo" / "channels.yaml")["dingtalk"]
    people, groups = read_office(ROOT / "playbook" / "demo")
    spec = SimulatorSpec(
        client_id=section["client_id"],
        client_secret=section["client_secret"],
        people=people,
        groups=groups,
    )
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(dingtalk.running(spec))
        desk = await stack.enter_async_context(served(company(tmp_path, simulator)))
        driver = await stack.enter_async_context(async_playwright())
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        stack.push_async_callback(browser.close)
        expect.set_options(timeout=PATIENCE)
        yield Street(desk, simulator, browser)


async def says(chat: Page, text: str) -> None:
    """The customer writes."""
    await chat.locator("#text").fill(text)
    await chat.locator("#text").press("Enter")


async def raise_an_alarm(street: Street) -> Page:
    """The customer's page: the alarm is answered."""
    chat = await street.page(street.desk)
    await expect(chat.locator("#customer option")).not_to_have_count(0)
    await chat.locator("#customer").select_option("C-118")
    await street.check(chat, "web chat, empty")
    await says(chat, ALARM)
    await expect(chat.locator("li.theirs .bubble:not(:has(.dots))")).to_have_count(1)
    await street.check(chat, "web chat")
    return chat


async def acknowledge_in_dingtalk(street: Street) -> None:
    """The supervisor's DingTalk: the push came with buttons, and changes when one of them is pressed."""
    phone = await street.page(street.dingtalk)
    await phone.locator("button.row").filter(has_text="蔡家俊").first.click()
    card = phone.locator("#said .card").filter(has_text="洗碗機")
    await expect(card.locator(".buttons button")).to_have_text(["確認收到", "我接手"])
    await street.check(phone, "DingTalk")
    await card.get_by_role("button", name="確認收到").click()
    changed = phone.locator("#said .card").filter(has_text="由 蔡家俊 於")
    await expect(changed).to_contain_text("確認收到")
    await phone.context.close()


async def take_over(street: Street) -> Page:
    """The supervisor at the desk: the red alert stands in the list, acknowledged, and is taken over."""
    desk = await street.at_the_desk(SUPERVISOR)
    line = desk.locator("li.ticket.alarmed")
    await expect(line).to_contain_text("洗碗機")
    await expect(line).to_contain_text("Red alert")
    await expect(line).to_contain_text("acknowledged")
    await street.check(desk, "inbox")
    await line.locator("a[data-open]").click()
    await street.check(desk, "conversation, not taken")
    await desk.locator("#take [data-take]").click()
    await expect(desk.locator("#held")).to_contain_text("You have this conversation")
    await street.check(desk, "conversation, taken")
    return desk


async def talk_as_a_person(chat: Page, desk: Page) -> None:
    """The assistant says nothing while a person has the conversation; the person's words arrive."""
    assistants = chat.locator("li.theirs:not(.colleague)")
    before = await assistants.count()
    await says(chat, STILL_THERE)
    await expect(desk.locator("#transcript")).to_contain_text(STILL_THERE)
    await desk.locator("#text").fill(REPLY)
    await desk.locator("[data-send]").click()
    await desk.wait_for_url("**done=replied**")
    await expect(chat.locator("li.theirs.colleague")).to_contain_text(REPLY)
    assert await assistants.count() == before, "the assistant spoke over a person"


async def hand_back(chat: Page, desk: Page) -> None:
    """The assistant answers again."""
    assistants = chat.locator("li.theirs:not(.colleague)")
    before = await assistants.count()
    await desk.locator("[data-back]").click()
    await desk.wait_for_url("**done=returned**")
    await says(chat, ORDER)
    await expect(assistants).to_have_count(before + 1)
    await expect(assistants.last).to_contain_text("HB-203098")


async def solve_and_score(street: Street, chat: Page, desk: Page) -> None:
    """The customer is asked how it was by five buttons, and thanked for pressing one."""
    await desk.locator('form[action$="/solve"] button').click()
    await desk.wait_for_url("**done=solved_asked**")
    buttons = chat.locator(".choices.given button")
    await expect(buttons).to_have_text(["1 😞", "2 😟", "3 😐", "4 😊", "5 😀"])
    await street.check(chat, "web chat, survey")
    await buttons.last.click()
    await expect(chat.locator("li.theirs").last).to_contain_text("多謝你嘅評分")
    await expect(buttons).to_have_count(0)
    await expect(desk.locator("#transcript")).to_contain_text("5")
    await street.check(desk, "conversation, solved")


async def look_at_the_figures(street: Street) -> None:
    """The manager's dashboard has the ticket, its score, and how soon the alarm was acknowledged."""
    page = await street.at_the_desk(MANAGER)
    await page.goto(f"{street.desk}/desk/dashboard")
    figures = page.locator("ul.cards")
    await expect(figures).to_contain_text("Satisfaction (CSAT)")

    def card(name: str) -> str:
        return f"li.card:has(h3 a[href$='#{name}'])"

    await expect(page.locator(f"{card('csat')} .value")).to_have_text("100.0\u00a0%")
    await expect(page.locator(card("csat"))).to_contain_text("5.00")
    await expect(page.locator(f"{card('tickets')} .value")).to_have_text("1")
    acknowledged = page.locator(f"{card('acknowledge_median')} .value")
    await expect(acknowledged).to_have_text(re.compile(r"\d+\ss"))
    await expect(page.locator(f"{card('red_alerts')} .value")).to_have_text("1")
    await page.locator("canvas").first.wait_for()
    for name in ("dashboard", "formulas", "warnings", "approvals", "me", "knowledge"):
        shown = await page.goto(f"{street.desk}/desk/{name}")
        assert shown is not None
        assert shown.status == 200, name
        await street.check(page, name)


async def test_from_an_alarm_to_a_score_on_the_dashboard(street: Street) -> None:
    async with asyncio.timeout(WHOLE_WAY):
        chat = await raise_an_alarm(street)
        await acknowledge_in_dingtalk(street)
        desk = await take_over(street)
        await talk_as_a_person(chat, desk)
        await hand_back(chat, desk)
        await solve_and_score(street, chat, desk)
        await look_at_the_figures(street)
    assert street.faults == []
    assert street.found == []
    assert len(street.looked) == 15
