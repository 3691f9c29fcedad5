"""A changed document is tried on the conversations that rest on it, and the report says which go wrong now."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.clocks import SystemClock
from domain.settings import ROOT, Settings
from evals.checking import GoldenCheck
from evals.citing import goldens_failing, known_failing
from house import House
from reading_room import ReadingRoom
from retrieval.findings import Finding
from storage.database import Database

GOLDEN = """\
title: Paying when it arrives
why: The document says how.
language: en
owner: customer-care
given: {customer: C-118}
conversation:
  - customer: How long do you keep a parcel in the shop for me to collect?
  - agent:
      cites: [collecting]
      says: ["9 days"]
"""
DOCUMENT = """\
---
title: Collecting a parcel in a shop
language: en
twin: collecting
---
## How long do we keep a parcel in the shop for you to collect?

We keep a parcel in the shop for 9 days. After that it goes back to the warehouse.
"""
OTHER = """\
---
title: Candles
language: en
---
## How is a candle put out?

With its lid, never with water.
"""
PATH = "faq/collecting.en.md"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A company of one's own with one golden, and the playbook of the demo company."""
    home = tmp_path / "ours"
    for name, text in {
        "golden/collecting.yaml": GOLDEN,
        f"knowledge/{PATH}": DOCUMENT,
        "knowledge/faq/candles.en.md": OTHER,
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Settings(home=home, playbook=ROOT / "playbook")


def named(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(one.values["golden"], one.values["documents"]) for one in found]


async def test_a_changed_figure_names_the_golden_that_states_it_until_it_is_put_back(
    settings: Settings,
) -> None:
    document = settings.knowledge / PATH
    assert await goldens_failing(settings) == []

    document.write_text(DOCUMENT.replace("9 days", "5 days"), encoding="utf-8")
    found = await goldens_failing(settings, frozenset({PATH}))
    assert named(found) == [("collecting.yaml", PATH)]
    assert "9 days" in found[0].values["problem"]
    assert known_failing(settings) == found

    document.write_text(DOCUMENT, encoding="utf-8")
    assert await goldens_failing(settings, frozenset({PATH})) == []


async def test_a_document_that_is_taken_away_names_the_golden_that_cites_it(
    settings: Settings,
) -> None:
    assert await goldens_failing(settings) == []
    (settings.knowledge / PATH).unlink()
    # Another process, as the desk starts it.
    found = await GoldenCheck(settings)(frozenset({PATH}))
    assert named(found) == [("collecting.yaml", PATH)]
    assert not (settings.knowledge / "REPORT.md").exists()


async def test_a_document_that_no_golden_rests_on_costs_no_conversation(
    settings: Settings,
) -> None:
    assert await goldens_failing(settings) == []
    playbook = settings.model_copy(update={"playbook": settings.home / "nowhere"})
    assert await goldens_failing(playbook, frozenset({"faq/candles.en.md"})) == []


async def test_a_check_that_cannot_be_made_says_why(settings: Settings) -> None:
    (settings.home / "golden" / "broken.yaml").write_text("title: nothing else\n")
    (wrong,) = await GoldenCheck(settings)(frozenset({PATH}))
    (slow,) = await GoldenCheck(settings, seconds=0.1)(frozenset({PATH}))
    assert (wrong.key, slow.key) == ("golden.unknown", "golden.unknown")
    assert "broken.yaml" in wrong.values["cause"]
    assert slow.values["cause"] == "0.1 s"


@pytest.fixture
async def room(house: House, settings: Settings) -> AsyncIterator[ReadingRoom]:
    """The reading room of that company, whose own tests are elsewhere."""
    database = await Database.open(settings.data)
    opened = await ReadingRoom.open(
        replace(house, settings=settings, database=database), SystemClock(), "demo"
    )
    yield opened
    await opened.close()
    await database.close()


class Slow:
    """A check that the test lets finish."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []
        self.finish = asyncio.Event()

    async def __call__(self, changed: frozenset[str]) -> Sequence[Finding]:
        self.asked.append(changed)
        await self.finish.wait()
        told = {"golden": "collecting.yaml", "problem": "does not say “9 days”", "documents": PATH}
        return [Finding("golden.fails", told, path=PATH)]


def until_told(report: Path) -> None:
    until = time.monotonic() + 20
    while "collecting.yaml" not in report.read_text("utf-8") and time.monotonic() < until:
        time.sleep(0.01)


async def test_documents_answer_while_goldens_are_played_and_the_report_is_written_again(
    room: ReadingRoom,
) -> None:
    room.check = slow = Slow()
    report = room.keeper.folder.root / "REPORT.md"
    await room.sync("test")
    before = report.read_text("utf-8")
    for name in ("again", "more"):
        shutil.copy(room.keeper.folder.root / PATH, room.keeper.folder.root / f"faq/{name}.en.md")
        await room.sync("test")
        await asyncio.sleep(0)
    slow.finish.set()
    await asyncio.to_thread(until_told, report)
    # The newer change stopped the first check, whose documents are looked at again with it.
    assert [sorted(one) for one in slow.asked] == [
        ["faq/again.en.md"],
        ["faq/again.en.md", "faq/more.en.md"],
    ]
    assert "collecting.yaml" not in before
    assert "It rests on faq/collecting.en.md" in report.read_text("utf-8")
