from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.casework import Handover
from domain.errors import ConfigurationError
from domain.policies import Hours
from domain.settings import ROOT
from support.calendar import StaffCalendar
from support.lengths import length
from support.takeover import TakeoverRules

RULES = TakeoverRules.read(ROOT / "playbook" / "rules" / "takeover.yaml")
HOURS = StaffCalendar(
    Hours.model_validate({"human_open": {"mon-fri": "09:00-18:00"}, "public_holidays": []})
)
THURSDAY = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)  # 10:30 in Hong Kong
NIGHT = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)  # 23:00
CASE = Handover("talk", "t", "complaint", "", THURSDAY, None, on_duty=True, team="logistics")


def test_a_red_alert_goes_before_everything() -> None:
    red = replace(CASE, red_alert=True, vip="gold", priority="urgent")
    assert RULES.pace(red) is RULES.stages[0]
    assert RULES.pace(CASE) is RULES.stages[-1]


def test_in_staffed_hours_the_reminder_comes_after_its_wait() -> None:
    wait = RULES.pace(CASE).remind_after
    assert RULES.first_deadline(CASE, HOURS) == THURSDAY + wait


def test_at_night_an_ordinary_case_waits_for_the_opening() -> None:
    found = RULES.first_deadline(replace(CASE, raised_at=NIGHT), HOURS)
    opening = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
    assert found == opening + RULES.pace(CASE).remind_after


@pytest.mark.parametrize("grave", [{"red_alert": True}, {"vip": "gold"}])
def test_at_night_what_is_grave_does_not_wait(grave: dict[str, object]) -> None:
    case = replace(CASE, raised_at=NIGHT, **grave)  # type: ignore[arg-type]  # one of its fields
    assert RULES.first_deadline(case, HOURS) == NIGHT + RULES.pace(case).remind_after


def test_a_stage_that_would_fall_after_closing_comes_after_the_next_opening() -> None:
    closing = datetime(2026, 3, 12, 9, 58, tzinfo=UTC)  # two minutes before
    found = RULES.later(CASE, closing, timedelta(minutes=5), HOURS)
    assert found == datetime(2026, 3, 13, 1, 5, tzinfo=UTC)


def test_a_company_without_staffed_hours_has_no_deadline_for_ordinary_cases() -> None:
    nobody = StaffCalendar(Hours.model_validate({"human_open": {}, "public_holidays": []}))
    assert RULES.first_deadline(CASE, nobody) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages: []", "stages"),
        ("stages: [{when: {red: true}}]", "red"),
        (
            "stages: [{when: {team: vip}, remind_after: 1 minute, transfer_after: 1 minute,"
            " accept_within: 1 minute, after_acknowledged: 1 minute, colleagues: 1}]",
            "when: {}",
        ),
        ("stages: [{when: {}, remind_after: soon}]", "no length of time"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "takeover.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said.replace("{", r"\{")):
        TakeoverRules.read(file)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("90 seconds", 90), ("5 minutes", 300), ("1 hour 30 minutes", 5400), ("2d", 172800)],
)
def test_lengths(words: str, seconds: int) -> None:
    assert length(words) == timedelta(seconds=seconds)


@pytest.mark.parametrize("words", ["", "soon", "5", 5, "minutes", "-1 minute"])
def test_no_lengths(words: object) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        length(words)
