"""The crash campaign notices when a safety is taken away."""

from __future__ import annotations

from pathlib import Path

from evals.crash.campaign import Plan, campaign
from evals.crash.target import ACKNOWLEDGED

TWICE = tuple(("act_done", 1) for _ in range(4))
LATE = (("none of them", 1), ("none of them", 1))  # desks that live as long as a campaign lets them
BETWEEN = tuple((ACKNOWLEDGED, 1) for _ in range(3))


def test_without_the_idempotency_key_something_is_done_twice(tmp_path: Path) -> None:
    plan = Plan(kills=4, points=TWICE, sabotage="key", seed=11, settle=20)
    assert campaign(plan, tmp_path).verdict.doubled


def test_without_the_order_of_a_conversation_it_is_told(tmp_path: Path) -> None:
    plan = Plan(kills=2, points=LATE, sabotage="order", seed=12, settle=20, only="burst")
    assert campaign(plan, tmp_path).verdict.out_of_order


def test_without_the_commit_before_the_acknowledgement_messages_are_lost(tmp_path: Path) -> None:
    plan = Plan(kills=3, points=BETWEEN, sabotage="ack", seed=13, settle=20)
    assert campaign(plan, tmp_path).verdict.lost
