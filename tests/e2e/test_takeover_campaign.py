"""Over real processes that are killed: no stage early or twice, nobody spoken over, nothing lost."""

from __future__ import annotations

from pathlib import Path

from evals.bench_takeover import Plan, campaign, report

SMALL = Plan(kills=2, handovers=6, shortest=2.0, longest=5.0, at_once=5, rounds=1, seed=7)


def test_takeovers_outlive_a_desk_that_is_killed(tmp_path: Path) -> None:
    result = campaign(SMALL, tmp_path)
    assert result.verdict.clean, "\n".join(report(result))
    assert result.diary.kills == SMALL.kills
    assert result.verdict.handovers >= SMALL.handovers
    assert result.verdict.stages
    assert result.diary.held
