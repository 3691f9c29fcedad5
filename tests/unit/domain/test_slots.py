from __future__ import annotations

from datetime import date, datetime

import pytest
from pydantic import Field

from domain.slots import Count, Day, Text, ToolRequest


class Asked(ToolRequest):
    text: Text = Field(default=None)
    count: Count = Field(default=None)
    day: Day = Field(default=None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [("12", 12), (12, 12), (" 3 ", 3), ("０", None), ("0", None), ("-1", None), ("a few", None)],
)
def test_a_number_that_cannot_be_read_was_not_said(said: object, expected: int | None) -> None:
    assert Asked.model_validate({"count": said}).count == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-05-20", date(2026, 5, 20)),
        ("2026-05-20T15:00", date(2026, 5, 20)),
        (date(2026, 5, 20), date(2026, 5, 20)),
        (datetime(2026, 5, 20, 9, 30), date(2026, 5, 20)),  # noqa: DTZ001 - the day is what counts
        ("2026-02-30", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_day_that_cannot_be_read_was_not_said(said: object, expected: date | None) -> None:
    assert Asked.model_validate({"day": said}).day == expected


def test_blank_words_were_not_said_and_unknown_slots_are_left_alone() -> None:
    asked = Asked.model_validate({"text": "  ", "colour": "red"})
    assert asked == Asked()
    assert Asked.model_validate({"text": " K/1 "}).text == "K/1"
