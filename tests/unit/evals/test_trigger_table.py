"""The page of triggers says what the rules say, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.settings import ROOT
from evals.trigger_table import MEANS, PAGE, RULES, Line, fits, page, read_lines, span
from support.takeover import TakeoverRules, When

LINES = read_lines(RULES / "escalation.yaml")
TAKEOVER = TakeoverRules.read(RULES / "takeover.yaml")
ODD = Line(
    trigger="other", red_alert="no", priority="any", handover="required", reason=[], team="security"
)


def test_the_page_is_what_the_rules_say() -> None:
    assert PAGE.read_text("utf-8") == page(LINES, TAKEOVER), (
        "run: python -m evals.trigger_table > docs/reference/triggers.md"
    )


def test_every_trigger_is_explained_and_none_that_is_gone() -> None:
    assert {line.trigger for line in LINES} == MEANS.keys()


def row(line: Line, rules: TakeoverRules = TAKEOVER) -> list[str]:
    found = next(one for one in page([line], rules).splitlines() if one.startswith("| `"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_a_line_has_the_times_of_the_stage_that_fits_it() -> None:
    assert row(ODD)[3:] == [
        *("any", "required", "–", "security"),
        *("30 s", "3 min", "3 min", "next opening"),
    ]


def test_a_red_alert_reaches_the_duty_manager_at_night_unless_the_rules_say_otherwise() -> None:
    red = ODD.model_copy(update={"red_alert": "yes"})
    assert row(red)[-1] == "duty manager at once"
    assert row(red, TAKEOVER.model_copy(update={"outside_hours": ()}))[-1] == "next opening"


def test_what_brings_in_nobody_has_no_times() -> None:
    nobody = ODD.model_copy(update={"handover": "none"})
    assert row(nobody)[-4:] == ["–"] * 4


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=30), "30 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(seconds=90), "90 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(), "0 s"),
    ],
)
def test_lengths_are_said_shortly(length: timedelta, said: str) -> None:
    assert span(length) == said


def test_what_a_line_is_for_is_said_in_words() -> None:
    assert fits(When(vip=False, priority="high")) == "no customer with a tier, priority high"
    assert fits(When()) == "everything else"


def test_the_supervisors_guide_has_the_same_stages() -> None:
    shown = page(LINES, TAKEOVER).rsplit("\n\n", 1)[-1]
    assert shown in (ROOT / "docs" / "guides" / "supervisor.md").read_text("utf-8"), (
        "copy the second table of docs/reference/triggers.md into docs/guides/supervisor.md"
    )
