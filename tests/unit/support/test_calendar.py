from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.errors import ConfigurationError
from domain.policies import Hours
from support.calendar import StaffCalendar, spans, weekdays

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
OFFICE = StaffCalendar(
    Hours(
        human_open={"mon-fri": "09:30-13:00, 14:00-18:30", "sat": "10:00-14:00"},
        public_holidays=[date(2026, 2, 17), date(2026, 2, 18), date(2026, 2, 19)],
    )
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-02-16 09:29", False),
        ("2026-02-16 09:30", True),
        ("2026-02-16 12:59", True),
        ("2026-02-16 13:00", False),
        ("2026-02-16 14:00", True),
        ("2026-02-16 18:30", False),
        ("2026-02-14 11:00", True),
        ("2026-02-14 14:00", False),
        ("2026-02-15 11:00", False),
        ("2026-02-17 11:00", False),
    ],
)
def test_people_are_there_from_opening_until_just_before_closing(moment: str, there: bool) -> None:
    assert OFFICE.is_open(at(moment)) is there


@pytest.mark.parametrize(
    ("moment", "following"),
    [
        ("2026-02-16 10:00", "2026-02-16 10:00"),
        ("2026-02-16 08:00", "2026-02-16 09:30"),
        ("2026-02-16 13:20", "2026-02-16 14:00"),
        ("2026-02-13 22:00", "2026-02-14 10:00"),
        ("2026-02-14 15:00", "2026-02-16 09:30"),
        ("2026-02-16 19:00", "2026-02-20 09:30"),
    ],
)
def test_the_next_opening_skips_lunch_sundays_and_a_long_holiday(
    moment: str, following: str
) -> None:
    assert OFFICE.next_open(at(moment)) == at(following)


def test_a_moment_elsewhere_is_read_on_the_clock_of_hong_kong() -> None:
    assert OFFICE.is_open(datetime.fromisoformat("2026-02-16T02:00:00+00:00"))
    assert not OFFICE.is_open(datetime.fromisoformat("2026-02-16T11:00:00+00:00"))


def test_a_company_without_staffed_hours_is_never_open() -> None:
    nobody = StaffCalendar(Hours())
    assert not nobody.is_open(at("2026-02-16 10:00"))
    assert nobody.next_open(at("2026-02-16 10:00")) is None


def test_nobody_is_promised_after_a_closure_without_end() -> None:
    only_holidays = StaffCalendar(Hours(human_open={"mon": "closed"}))
    assert only_holidays.next_open(at("2026-02-16 10:00")) is None


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("Sat", [5]),
        ("mon, wed", [0, 2]),
        ("sat-sun", [5, 6]),
        ("sat-mon", [5, 6, 0]),
        ("Monday – Thursday", [0, 1, 2, 3]),
        ("daily", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_days_are_read_as_companies_write_them(words: str, days: list[int]) -> None:
    assert weekdays(words) == days


def test_a_word_that_is_no_day_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigurationError, match="payday"):
        weekdays("payday")


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("09:00-18:00", [(time(9), time(18))]),
        ("9:00–13:00, 14:00–18:00", [(time(9), time(13)), (time(14), time(18))]),
        ("00:00-24:00", [(time(0), time(23, 59, 59))]),
        ("closed", []),
        (None, []),
    ],
)
def test_hours_are_read_and_closed_means_none(
    words: str | None, hours: list[tuple[time, time]]
) -> None:
    assert spans(words) == hours
