"""Goldens read beside the recorded replies of a real small model: nothing unsafe, and hardly one lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from domain.settings import ProviderSettings, Settings
from evals.report import Report
from evals.run import run_goldens
from house import House, open_models
from simulators.model.server import ModelSpec, running
from storage.usage import SqlUsage

RECORDINGS = Path(__file__).parent.parent / "recordings" / "models" / "qwen2.5-coder-1.5b.jsonl"
# Journeys in which the offline reader is often unsure; all of them take minutes.
JOURNEYS = ("faq", "compound", "complaints")
MOST_MISSING = 0.25  # a prompt's edit loses no recording, another reading of an earlier turn may
UNSAFE = ("effects", "always", "crash")
MOST_LOST = 1  # of a journey: it is a small model


@dataclass
class Recorded:
    """A house that asks the recordings where it is unsure."""

    house: House
    url: str

    async def journal(self) -> dict[str, object]:
        async with httpx.AsyncClient() as client:
            found: dict[str, object] = (await client.get(f"{self.url}/simulator/journal")).json()
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recorded(house: House) -> AsyncIterator[Recorded]:
    spec = ModelSpec(mode="replay", models=("qwen2.5-coder-1.5b",), recordings=RECORDINGS)
    async with running(spec) as url:
        settings = Settings(
            data=house.settings.data,
            model="small",
            reader="cascade",
            writer="templates",
            providers={"small": ProviderSettings(base_url=f"{url}/v1", model="qwen2.5-coder-1.5b")},
        )
        model, connected = open_models(settings, SqlUsage(house.database), house.tokens.count)
        yield Recorded(replace(house, settings=settings, model=model), url)
        for one in connected:
            await one.close()


def passed(report: Report) -> set[str]:
    return {one.name for one in report.results if one.passed}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("journey", JOURNEYS)
async def test_with_a_small_model_hardly_a_golden_is_lost(
    house: House, recorded: Recorded, journey: str
) -> None:
    alone = await run_goldens(house, only=f"golden/{journey}/")
    beside = await run_goldens(recorded.house, only=f"golden/{journey}/")
    assert len(alone.results) > 5
    assert len(passed(alone) - passed(beside)) <= MOST_LOST
    problems = [problem for one in beside.failed for problem in one.failures]
    assert [one for one in problems if one.problem.grader in UNSAFE] == []


@pytest.mark.asyncio(loop_scope="session")
async def test_the_recordings_were_used(recorded: Recorded) -> None:
    journal = await recorded.journal()
    entries, missing = journal["entries"], journal["missing"]
    assert isinstance(entries, list)
    assert isinstance(missing, int)
    assert len(entries) > 8
    assert missing <= MOST_MISSING * len(entries), "record again: see docs/guides/operator.md"
