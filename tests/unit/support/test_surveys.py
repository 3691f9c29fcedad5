from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from domain.office import Survey
from support.surveys import SurveyRules, score_of

NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
ASKED = Survey("s1", "t1", "talk", "C-118", "yue", NOW)


@pytest.mark.parametrize(
    ("text", "value", "comment"),
    [
        ("5", 5, ""),
        ("４", 4, ""),
        ("3分", 3, ""),
        ("五星", 5, ""),
        ("5 好快手", 5, "好快手"),
        ("2，等得耐", 2, "等得耐"),
        ("4/5 fast reply", 4, "fast reply"),
        ("1 star. never again", 1, "never again"),
        (" 2 ", 2, ""),
    ],
)
def test_a_score_that_is_written(text: str, value: int, comment: str) -> None:
    found = score_of(ASKED, text, "", asked_last=True)
    assert found is not None
    assert (found.value, found.comment) == (value, comment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6",
        "0",
        "50",
        "3 個都要退",
        "5-8 days?",
        "12345",
        "HB-203098",
        "我想退貨",
        "五個",
        "2 HB-203098 退",
    ],
)
def test_what_is_no_score(text: str) -> None:
    assert score_of(ASKED, text, "", asked_last=True) is None


def test_a_number_after_something_else_was_said_is_no_score() -> None:
    assert score_of(ASKED, "5", "", asked_last=False) is None


def test_a_button_always_counts_and_only_its_own() -> None:
    pressed = score_of(ASKED, "慢", "csat:s1:2", asked_last=False)
    assert pressed is not None
    assert (pressed.value, pressed.comment) == (2, "慢")
    for other in ("csat:s2:2", "csat:s1:9", "csat:s1:", "yes:s1"):
        assert score_of(ASKED, "", other, asked_last=False) is None


def test_a_second_thought_keeps_what_was_added_before() -> None:
    once = score_of(ASKED, "2 慢", "", asked_last=True)
    assert once is not None
    first = once.answered(NOW)
    again = score_of(first, "", "csat:s1:4", asked_last=False)
    assert again is not None
    assert (again.answered(NOW).score, again.answered(NOW).comment) == (4, "慢")


def test_without_a_survey_nothing_is_a_score() -> None:
    assert score_of(None, "5", "csat:s1:5", asked_last=True) is None


def test_a_wrong_table_is_named(tmp_path: Path) -> None:
    file = tmp_path / "surveys.yaml"
    file.write_text("quiet_after: later\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"surveys\.yaml: quiet_after"):
        SurveyRules.read(file)
