"""The knowledge manager's day on the desk: a document put in answers, one that is deleted does not."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from agent.turns import Incoming, Turns
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from desk.knowledge import HOME
from desk.routes import router
from domain.conversation import Conversation
from domain.language import Language
from domain.settings import ROOT, Settings
from house import House
from reading_room import ReadingRoom
from server import entrance  # noqa: TID251 - who may come in is what the server says
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database
from tests.e2e.conftest import HERE, Browse

PATIENCE = 60  # seconds, the most that a change may take until it is answered from
LEAFLET = "# Kayak hire\n\n## What does a kayak cost?\nA kayak costs HK$135 an hour, life jacket included.\n"
ASKED: tuple[tuple[str, Language], ...] = (
    ("換濾芯幾耐換一次", "yue"),
    ("Is gift wrapping free?", "en"),
    ("旅馆有没有早餐？", "zh-Hans"),
    ("有冇得租遊艇出海", "yue"),
)


@dataclass
class Day:
    """A desk, the room behind it, and a customer who asks."""

    room: ReadingRoom
    turns: Turns
    browser: httpx.AsyncClient

    async def send(self, page: str, **fields: str) -> httpx.Response:
        data = fields | {"csrf": await self.token()}
        return await self.browser.post(f"{HOME}{page}", data=data, headers={"origin": HERE})

    async def upload(self, name: str, text: str) -> None:
        headers = {"origin": HERE, "x-csrf-token": await self.token()}
        query = {"name": name, "into": "guides"}
        response = await self.browser.post(
            f"{HOME}/upload", params=query, content=text.encode(), headers=headers
        )
        assert response.status_code == 200, response.text

    async def token(self) -> str:
        found = re.search(r'data-token="([^"]+)"', (await self.browser.get(HOME)).text)
        assert found
        return found[1]

    async def search(self, question: str, language: str = "") -> str:
        query = {"q": question, "language": language}
        return (await self.browser.get(f"{HOME}/search", params=query)).text

    async def until(self, question: str, words: str, *, there: bool) -> str:
        """Search until the words are there, or are not."""
        end = time.monotonic() + PATIENCE
        while (words in (page := await self.search(question))) is not there:
            assert time.monotonic() < end, f"{words!r} stayed as it was on the page"
            await asyncio.sleep(0.25)
        return page


@pytest.fixture
async def day(house: House, tmp_path: Path, browse: Browse) -> AsyncIterator[Day]:
    knowledge = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge" / "guides", knowledge / "guides")
    settings = Settings(data=tmp_path, knowledge=knowledge)
    database = await Database.open(tmp_path)
    store, casebook = SqlConversations(database), SqlCasebook(database)
    own = replace(house, settings=settings, database=database, store=store, casebook=casebook)
    world = read_world(settings.playbook / "demo" / "world.yaml")
    clock = FixedClock(world.default_now)
    room = await ReadingRoom.open(own, clock, "demo")
    await room.follower.follow()
    room.start(leads=True)
    turns = own.serve(world, DemoShop(world, clock), clock, room.librarian)
    await own.store.open(Conversation("talk", "demo", "C-118", "web", clock.now()))
    app = FastAPI()
    app.include_router(router(room, entrance(own), now=clock.now))
    yield Day(room, turns, await browse(app, "ST-11"))
    await turns.settled()
    await room.close()
    await own.close()


async def test_an_uploaded_document_is_found_and_a_deleted_one_is_not(day: Day) -> None:
    question, words = "What does a kayak cost?", "HK$135 an hour"
    assert words not in await day.search(question)
    await day.upload("kayaks.md", LEAFLET)
    page = await day.until(question, words, there=True)
    assert "Answered:" in page
    answer = await day.turns.handle(Incoming("talk", question, None))
    assert words in answer.message.text

    assert (
        "Delete this document?"
        in (await day.browser.get(f"{HOME}/delete", params={"path": "guides/kayaks.md"})).text
    )
    deleted = await day.send("/delete", path="guides/kayaks.md")
    assert deleted.status_code == 303
    await day.until(question, words, there=False)
    answer = await day.turns.handle(Incoming("talk", question, None))
    assert words not in answer.message.text


@pytest.mark.parametrize(("question", "language"), ASKED)
async def test_the_search_page_is_the_search_that_the_assistant_uses(
    day: Day, question: str, language: Language
) -> None:
    page = await day.search(question, language)
    shown = [
        (unescape(passage), float(score))
        for passage, score in re.findall(r'data-passage="([^"]+)" data-score="([^"]+)"', page)
    ]
    hits = day.room.librarian.search(question, language)
    assert [(hit.passage.id, hit.citation.score) for hit in hits] == shown
    sure = day.room.librarian.confident(hits)
    assert ("Answered:" in page) is sure

    answer = await day.turns.handle(Incoming("talk", question, None))
    assert [one.passage_id for one in answer.citations[:1]] == [
        passage for passage, _ in shown[:1] if sure
    ]
    kept = await day.room.answers.latest()
    assert [one.citations[0].passage_id for one in kept] == [
        passage for passage, _ in shown[:1] if sure
    ]
    if sure:
        why = await day.browser.get(f"{HOME}/why", params={"message": answer.message.id})
        assert unescape(why.text).count(hits[0].citation.passage) == 1


async def test_an_earlier_state_is_brought_back_on_the_desk(day: Day) -> None:
    first = (await day.room.editions())[0].number
    question, words = "What does a kayak cost?", "HK$135 an hour"
    await day.upload("kayaks.md", LEAFLET)
    await day.until(question, words, there=True)
    response = await day.send("/rollback", number=str(first))
    assert response.status_code == 303
    await day.until(question, words, there=False)
