"""Every starter pack is a whole company: its documents can be read, and its own conversations go well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from connectors.clocks import FixedClock
from connectors.demo_shop import read_world
from domain.company import World
from domain.settings import Settings
from evals.report import Report, explain
from evals.run import TENANT, golden_folder, run_goldens
from house import House, read_glossary
from new_company import PACKS, lay_down, read_packs
from reading_room import ReadingRoom
from retrieval.findings import Findings
from retrieval.report import tell
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database
from support.replies import Replies
from understanding.glossary import read_glossary as read_words

LANGUAGES = {"yue", "mix", "zh-Hant", "zh-Hans", "en"}
TWIN_CARES = {"care.no_english", "care.no_chinese", "care.sections", "care.audience"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Begun:
    """A company as `nightdesk init` leaves it, and what one run of it showed."""

    settings: Settings
    world: World
    report: Report
    room: ReadingRoom
    findings: Findings


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=sorted(read_packs()))
async def begun(
    request: pytest.FixtureRequest, house: House, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Begun]:
    home = tmp_path_factory.mktemp("companies") / request.param
    lay_down(request.param, home)
    settings = Settings(home=home)
    own = await furnished(house, settings)
    world = read_world(settings.world)
    report = await run_goldens(own)
    room = await ReadingRoom.open(own, FixedClock(world.default_now), TENANT)
    await room.sync("test")
    yield Begun(settings, world, report, room, room.findings)
    await room.close()
    await own.database.close()


async def furnished(house: House, settings: Settings) -> House:
    """The house that has learnt already, with everything else of this company; packs teach nothing (see below)."""
    playbook, database = settings.playbook, await Database.open(settings.data)
    return replace(
        house,
        settings=settings,
        database=database,
        store=SqlConversations(database),
        casebook=SqlCasebook(database),
        replies=Replies.read(playbook / "replies"),
        glossary=read_glossary(playbook / "glossary"),
        words=read_words(playbook / "glossary"),
    )


async def test_its_conversations_go_well(begun: Begun) -> None:
    assert begun.report.failed == (), "\n\n".join(explain(one) for one in begun.report.failed)


async def test_it_has_ten_conversations_or_more_in_every_language(begun: Begun) -> None:
    assert len(begun.report.results) >= 10
    assert {one.language for one in begun.report.results} == LANGUAGES
    asked = {document for one in begun.report.results for document in one.cited}
    assert len(asked) >= 3  # the documents are what the pack is for


async def test_all_its_documents_can_be_read(begun: Begun) -> None:
    wrong = [one for name in ("refused", "suspicious") for one in begun.findings.sections[name]]
    assert [tell(one, begun.room.sentences, "en") for one in wrong] == []


async def test_its_documents_stand_in_both_languages_with_the_same_sections(begun: Begun) -> None:
    cares = [one for one in begun.findings.sections["care"] if one.key in TWIN_CARES]
    assert [tell(one, begun.room.sentences, "en") for one in cares] == []


async def test_it_shows_what_documents_may_be(begun: Begun) -> None:
    documents = begun.findings.documents
    assert len({one.twin for one in documents}) >= 8
    assert {one.audience for one in documents} == {"public", "staff"}
    assert {"en", "zh-Hant", "zh-Hans"} <= {one.language for one in documents}
    assert any(one.path.endswith(".csv") for one in documents)


async def test_whoever_writes_and_whoever_is_on_duty_is_somebody_of_the_company(
    begun: Begun,
) -> None:
    book = yaml.safe_load((begun.settings.playbook / "demo/addresses.yaml").read_text("utf-8"))
    written = {customer for users in book.values() for customer in users.values()}
    assert written <= {one.id for one in begun.world.customers}
    duty = (begun.settings.playbook / "demo/duty.yaml").read_text("utf-8")
    assert yaml.safe_load(duty)
    assert golden_folder(begun.settings) == begun.settings.home / "golden"


@pytest.mark.parametrize("pack", sorted(read_packs()))
async def test_a_pack_teaches_nothing_of_its_own(pack: str) -> None:
    """What is learnt is shared: only then does a new company start in seconds."""
    laid = files_of(PACKS / pack / "playbook")
    assert {one.split("/")[0] for one in laid} <= {"demo", "glossary", "voices"}
    assert "glossary/hong_kong.yaml" not in laid


def files_of(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
