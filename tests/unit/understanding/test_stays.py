"""Stays as guests ask for them, on Wednesday 10 December 2025."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.stays import LONGEST, Stay, days_moved, stay

NOW = datetime(2025, 12, 10, 21, 0)  # noqa: DTZ001
CASES: list[tuple[str, str | None, int | None, int | None]] = [
    ("20至22號", "2025-12-20", 2, None),
    ("check in 20 check out 22", "2025-12-20", 2, None),
    ("11月31日入住一晚", None, 1, None),
    ("15號住兩晚", "2025-12-15", 2, None),
    ("聽日入住三晚", "2025-12-11", 3, None),
    ("from 20 to 22 Dec twin room", "2025-12-20", 2, None),
    ("20 Dec for 2 nights", "2025-12-20", 2, None),
    ("three-night stay from the 20th", "2025-12-20", 3, None),
    ("15號入住17號走", "2025-12-15", 2, None),
    ("由15號改去20號", "2025-12-20", None, None),
    ("one week from 20 Dec", "2025-12-20", 7, None),
    ("星期五到星期日", "2025-12-12", 2, None),
    ("住一晚今晚", "2025-12-10", 1, None),
    ("Fri to Sun", "2025-12-12", 2, None),
    ("三日兩夜", None, 2, None),
    ("多住一晚", None, None, 1),
    ("extend one more night", None, None, 1),
    ("20/12-22/12", "2025-12-20", 2, None),
    ("我想由20號住到23號", "2025-12-20", 3, None),
    ("晚數: 3, 入住 20", "2025-12-20", 3, None),
    ("想訂雙床房12月24日至26日", "2025-12-24", 2, None),
    ("book a room for tomorrow", "2025-12-11", None, None),
    ("check-in 2025-12-20, check-out 2025-12-23", "2025-12-20", 3, None),
    ("住一個星期,15號開始", "2025-12-15", 7, None),
    ("30號到2號", "2025-12-30", 3, None),
    ("from 30 Dec to 2 Jan", "2025-12-30", 3, None),
    ("change my booking from 15 Dec to 17 Dec", "2025-12-15", 2, None),
    ("25號 check in 過夜", "2025-12-25", 1, None),
    ("check in the 20th leaving the 22nd", "2025-12-20", 2, None),
    ("arriving tonight, leaving on friday", "2025-12-10", 2, None),
    ("聽晚check in 住兩晚", "2025-12-11", 2, None),
    ("下星期五至星期日", "2025-12-19", 2, None),
    ("後日 check in，大後日走", "2025-12-12", 1, None),
    ("25/12 - 27/12", "2025-12-25", 2, None),
    ("Check-in: 25 Dec 2025; nights: 3", "2025-12-25", 3, None),
    ("我哋3個人住2晚由18號開始", "2025-12-18", 2, None),
    ("20号住两晚", "2025-12-20", 2, None),
]


@pytest.mark.parametrize(("text", "checkin", "nights", "extra"), CASES)
def test_a_stay_is_read(
    text: str, checkin: str | None, nights: int | None, extra: int | None
) -> None:
    expected = Stay(date.fromisoformat(checkin) if checkin else None, nights, extra)
    assert expected == stay(text, NOW)


@given(st.text(max_size=200))
def test_no_text_makes_an_impossible_stay(text: str) -> None:
    found = stay(text, NOW)
    assert found.nights is None or 0 < found.nights <= LONGEST


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("提早兩日入住", -2),
        ("想押後一日", 1),
        ("two days earlier please", -2),
        ("push it back a day", 1),
        ("住多一日", None),
        ("15號入住", None),
    ],
)
def test_a_stay_is_moved_by_days(text: str, days: int | None) -> None:
    assert days == days_moved(text)


def test_a_day_earlier_is_no_first_of_the_month() -> None:
    assert stay("提早一日入住", NOW).checkin is None
