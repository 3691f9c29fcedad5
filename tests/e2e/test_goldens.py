"""Every golden conversation through the runner that `nightdesk evals` uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from evals.report import Thresholds, explain, publish
from evals.run import run_goldens
from house import House


@pytest.mark.asyncio(loop_scope="session")
async def test_the_golden_conversations_meet_the_thresholds(house: House, tmp_path: Path) -> None:
    report = await run_goldens(house)
    publish(report, Console(quiet=True), tmp_path)
    stories = "\n\n".join(explain(one) for one in report.failed)
    assert report.unmet(Thresholds.read()) == [], stories


@pytest.mark.asyncio(loop_scope="session")
async def test_every_run_of_a_golden_starts_from_a_fresh_company(house: House) -> None:
    twice = [await run_goldens(house, only="cancel_before_dispatch") for _ in range(2)]
    first, second = ([f.problem.text for one in run.results for f in one.failures] for run in twice)
    assert (first, len(twice[0].results)) == (second, 1)
