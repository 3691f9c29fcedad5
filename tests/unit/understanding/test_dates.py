"""Days as customers name them, said on Wednesday 10 December 2025."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.dates import dates

NOW = datetime(2025, 12, 10, 21, 0)  # noqa: DTZ001
CASES: list[tuple[str, list[str]]] = [
    ("今日", ["2025-12-10"]),
    ("聽日送到未", ["2025-12-11"]),
    ("後日", ["2025-12-12"]),
    ("大後日", ["2025-12-13"]),
    ("明天", ["2025-12-11"]),
    ("后天", ["2025-12-12"]),
    ("tomorrow pls", ["2025-12-11"]),
    ("the day after tomorrow", ["2025-12-12"]),
    ("tonight", ["2025-12-10"]),
    ("星期五", ["2025-12-12"]),
    ("禮拜日", ["2025-12-14"]),
    ("周末", ["2025-12-13"]),
    ("下星期三", ["2025-12-17"]),
    ("下個禮拜一", ["2025-12-15"]),
    ("今個星期六", ["2025-12-13"]),
    ("下周二", ["2025-12-16"]),
    ("next Friday", ["2025-12-19"]),
    ("this Sat", ["2025-12-13"]),
    ("coming Monday", ["2025-12-15"]),
    ("15/12", ["2025-12-15"]),
    ("12月15日", ["2025-12-15"]),
    ("12月15號", ["2025-12-15"]),
    ("十五號", ["2025-12-15"]),
    ("廿五號", ["2025-12-25"]),
    ("the 20th", ["2025-12-20"]),
    ("20 Sep", ["2026-09-20"]),
    ("September 20th", ["2026-09-20"]),
    ("2025-12-15", ["2025-12-15"]),
    ("下個月三號", ["2026-01-03"]),
    ("月尾", ["2025-12-31"]),
    ("in 3 days", ["2025-12-13"]),
    ("三日後", ["2025-12-13"]),
    ("尋日落單", ["2025-12-09"]),
    ("yesterday", ["2025-12-09"]),
    ("last Monday", ["2025-12-08"]),
    ("上星期三", ["2025-12-03"]),
    ("20至22號", ["2025-12-20", "2025-12-22"]),
    ("from 20 to 22 Dec", ["2025-12-20", "2025-12-22"]),
    ("Dec 20-22", ["2025-12-20", "2025-12-22"]),
    ("the 20th to the 22nd", ["2025-12-20", "2025-12-22"]),
    ("巧明街12號", []),
    ("3號房", []),
    ("15/11/2025", ["2025-11-15"]),
    ("1/2 of", []),
    ("24/7", []),
    ("一周三次", []),
    ("今後天天", []),
    ("兩日前買", ["2025-12-08"]),
    ("in two weeks", ["2025-12-24"]),
    ("twenty-second of December", ["2025-12-22"]),
    ("Dec third", ["2025-12-03"]),
    ("5 Jan", ["2026-01-05"]),
    ("may be 20", []),
    ("on Wednesday", ["2025-12-10"]),
    ("Wed", ["2025-12-10"]),
    ("31號", ["2025-12-31"]),
    ("聖誕節", ["2025-12-25"]),
    ("聖誕樹", []),
    ("二零二六年一月三日", ["2026-01-03"]),
    ("1號店", []),
    ("the 2nd floor", []),
    ("it is 50/50", []),
    ("100號", []),
    ("等咗五日", []),
    ("七日內", []),
    ("14-16/12", ["2025-12-14", "2025-12-16"]),
    ("十二月二十至二十二號", ["2025-12-20", "2025-12-22"]),
    ("HB-2025-12-15", []),
    ("9123 4567", []),
    ("$15/12pcs", []),
    ("星期三十五號", ["2025-12-10", "2025-12-15"]),
    ("2 weeks later", ["2025-12-24"]),
    ("a week ago", ["2025-12-03"]),
    ("3 days ago", ["2025-12-07"]),
    ("琴晚", ["2025-12-09"]),
    ("前日", ["2025-12-08"]),
    ("大前日", ["2025-12-07"]),
    ("thursday", ["2025-12-11"]),
    ("sun is hot", []),
    ("this sun", ["2025-12-14"]),
    ("30/2", []),
    ("from tomorrow until Sunday", ["2025-12-11", "2025-12-14"]),
    ("12月24號入住", ["2025-12-24"]),
    ("next weekend", ["2025-12-20"]),
    ("平安夜嗰晚", ["2025-12-24"]),
    ("下下星期一", ["2025-12-22"]),
    ("今個月廿八號", ["2025-12-28"]),
    ("過兩日", ["2025-12-12"]),
    ("two days ago", ["2025-12-08"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_day_is_read(text: str, expected: list[str]) -> None:
    assert expected == [mention.value.isoformat() for mention in dates(text, NOW)]


def test_a_day_just_gone_is_meant_unless_only_days_to_come_can_be() -> None:
    assert date(2025, 12, 1) == dates("1/12 買嘅", NOW)[0].value
    assert date(2026, 12, 1) == dates("1/12", NOW, ahead=True)[0].value


@given(st.text(max_size=200))
def test_no_text_is_too_much(text: str) -> None:
    for mention in dates(text, NOW):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end]


@given(st.dates(min_value=date(2025, 12, 10), max_value=date(2026, 6, 1)))
def test_a_day_written_in_any_way_is_the_same_day(day: date) -> None:
    ways = [
        f"{day:%Y-%m-%d}",
        f"{day.day}/{day.month}",
        f"{day.month}月{day.day}日",
        f"{day:%d %B}",
    ]
    assert {day} == {dates(f"check in {way} pls", NOW)[0].value for way in ways}
