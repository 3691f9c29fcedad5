"""Staffed time counts right: beside a count by the minute, and by the laws that any clock obeys."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import ConfigurationError
from domain.policies import Hours
from support.calendar import HONG_KONG, StaffCalendar, observes_holidays, read_holidays

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE_HOURS = {"mon-fri": "09:00-13:00, 14:00-18:00", "sat": "09:00-13:00"}
OFFICE = StaffCalendar(
    Hours(human_open=OFFICE_HOURS, public_holidays=[date(2026, 4, 3), date(2026, 4, 4)]),
    holidays=[date(2026, 4, 6), date(2026, 4, 7)],
)
NOBODY = StaffCalendar(Hours(human_open={"mon-fri": "closed"}))
ALWAYS = StaffCalendar(Hours(human_open={"daily": "00:00-24:00"}))
BAR = StaffCalendar(Hours(human_open={"fri-sat": "18:00-02:00"}), holidays=[date(2026, 4, 4)])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-30 09:00", 2, "2026-03-30 11:00"),
        ("2026-03-30 12:00", 2, "2026-03-30 15:00"),  # over lunch
        ("2026-03-30 12:00", 1, "2026-03-30 13:00"),  # exactly to lunch
        ("2026-03-30 13:20", 1, "2026-03-30 15:00"),  # from lunch
        ("2026-03-30 07:00", 1, "2026-03-30 10:00"),  # before opening
        ("2026-03-30 17:00", 1, "2026-03-30 18:00"),  # exactly to closing
        ("2026-03-30 17:00", 2, "2026-03-31 10:00"),  # overnight
        ("2026-03-30 09:00", 8, "2026-03-30 18:00"),  # a whole day
        ("2026-03-28 12:00", 2, "2026-03-30 10:00"),  # over a Sunday
        # Over Easter, two days of the company's own list and two of the place's.
        ("2026-04-02 17:00", 2, "2026-04-08 10:00"),
        # From a Sunday over three days, a Saturday, a Monday and half a Tuesday.
        ("2026-04-05 11:00", 40, "2026-04-14 13:00"),
        ("2026-03-30 20:00", 0, "2026-03-31 09:00"),
        ("2026-03-30 18:00", 0, "2026-03-30 18:00"),
        ("2026-03-30 10:00", 0, "2026-03-30 10:00"),
    ],
)
def test_staffed_time_ends_when_a_person_with_a_calendar_says(
    start: str, hours: int, end: str
) -> None:
    assert OFFICE.add(at(start), hours * HOUR) == at(end)
    assert OFFICE.between(at(start), at(end)) == hours * HOUR


def test_moments_come_back_on_the_clock_of_hong_kong() -> None:
    end = OFFICE.add(datetime(2026, 3, 30, 1, 30, tzinfo=UTC), HOUR)
    assert end == at("2026-03-30 10:30")
    assert end is not None
    assert end.tzinfo is HONG_KONG


def test_a_moment_without_a_time_zone_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        OFFICE.add(datetime(2026, 3, 30, 9, 0), HOUR)  # noqa: DTZ001 - what must not be
    with pytest.raises(ValueError, match="no time zone"):
        OFFICE.is_open(datetime(2026, 3, 30, 9, 0))  # noqa: DTZ001 - what must not be


def test_staffed_time_is_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add(at("2026-03-30 09:00"), -HOUR)


def test_time_between_is_negative_when_the_second_moment_comes_first() -> None:
    assert OFFICE.between(at("2026-03-31 10:00"), at("2026-03-30 17:00")) == -2 * HOUR


def test_nothing_is_promised_where_nobody_ever_is() -> None:
    start = at("2026-03-30 09:00")
    assert NOBODY.add(start, HOUR) is None
    assert NOBODY.add(start, timedelta()) is None
    assert NOBODY.next_open(start) is None
    assert NOBODY.between(start, start + 300 * DAY) == timedelta()
    assert NOBODY.until_close(start) == timedelta()


def test_who_is_always_there_follows_the_clock_on_the_wall_to_the_second() -> None:
    start = at("2026-03-30 23:59") + timedelta(seconds=59, microseconds=5)
    assert ALWAYS.is_open(start)
    assert ALWAYS.add(start, 49 * HOUR) == start + 49 * HOUR
    assert ALWAYS.between(start, start + 400 * DAY) == 400 * DAY
    assert ALWAYS.until_close(start) == 7 * DAY


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("2026-03-30 08:59", timedelta()),
        ("2026-03-30 09:00", 4 * HOUR),
        ("2026-03-30 12:59", MINUTE),
        ("2026-03-30 13:00", timedelta()),
        ("2026-03-30 17:30", 30 * MINUTE),
        ("2026-03-30 18:00", timedelta()),
        ("2026-04-06 10:00", timedelta()),
    ],
)
def test_until_close_counts_to_the_next_break(moment: str, left: timedelta) -> None:
    assert OFFICE.until_close(at(moment)) == left


def test_a_shift_past_midnight_belongs_to_the_day_on_which_it_began() -> None:
    assert BAR.until_close(at("2026-03-27 23:00")) == 3 * HOUR
    assert BAR.is_open(at("2026-03-28 01:59"))  # Friday's shift
    assert BAR.is_open(at("2026-03-29 01:59"))  # Saturday's, on a Sunday
    assert not BAR.is_open(at("2026-03-30 01:00"))
    assert BAR.is_open(at("2026-04-04 01:59"))  # Friday's shift, though Saturday is a holiday
    assert not BAR.is_open(at("2026-04-04 18:00"))
    assert not BAR.is_open(at("2026-04-05 01:00"))  # the holiday's own shift is not worked
    assert BAR.add(at("2026-03-27 12:00"), 10 * HOUR) == at("2026-03-28 20:00")


def test_hours_that_overlap_count_once() -> None:
    twice = StaffCalendar(Hours(human_open={"daily": "09:00-12:00", "mon": "10:00-14:00"}))
    assert twice.between(at("2026-03-30 00:00"), at("2026-03-31 00:00")) == 5 * HOUR


@pytest.mark.parametrize("words", ["25:00-26:00", "09:75-10:00", "09:00-34:00"])
def test_a_span_that_is_none_is_an_error_that_shows_it(words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        StaffCalendar(Hours(human_open={"mon": words}))


def test_a_closure_of_months_ends() -> None:
    closed = [date(2026, 4, 1) + step * DAY for step in range(200)]
    renovated = StaffCalendar(Hours(human_open=OFFICE_HOURS), holidays=closed)
    assert renovated.next_open(at("2026-04-01 10:00")) == at("2026-10-19 09:00")
    assert renovated.add(at("2026-03-31 17:00"), 2 * HOUR) == at("2026-10-19 10:00")


def test_years_are_counted_in_milliseconds() -> None:
    start = at("2026-01-01 00:00")
    began = perf_counter()
    end = OFFICE.add(start, 5000 * HOUR)
    assert end is not None
    assert OFFICE.between(start, end) == 5000 * HOUR
    assert (
        perf_counter() - began < 0.5
    )  # hundreds of times what it takes; a step a minute takes longer


# A week of any company: up to three shifts a day on the quarter of an hour, some past midnight.
quarters = st.integers(0, 95)
clock = st.builds(lambda q: f"{q // 4:02}:{q % 4 * 15:02}", quarters)
shift = st.builds(lambda start, end: f"{start}-{end}", clock, st.one_of(clock, st.just("24:00")))
day_hours = st.lists(shift, max_size=3).map(", ".join)
weeks = st.dictionaries(
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon-fri"]), day_hours
)
near = st.dates(date(2026, 3, 25), date(2026, 4, 15))
calendars = st.builds(
    lambda week, own, place: StaffCalendar(Hours(human_open=week, public_holidays=own), place),
    weeks,
    st.lists(near, max_size=5),
    st.frozensets(near, max_size=5),
)
moments = st.datetimes(datetime(2026, 3, 23), datetime(2026, 4, 20)).map(  # noqa: DTZ001 - zone follows
    lambda one: one.replace(tzinfo=HONG_KONG)
)
whole_minutes = moments.map(lambda one: one.replace(second=0, microsecond=0))
durations = st.timedeltas(timedelta(), 80 * HOUR)
NO_DEADLINE = settings(deadline=None, max_examples=150)


@NO_DEADLINE
@given(calendars, moments, durations)
def test_what_was_added_lies_between(
    calendar: StaffCalendar, start: datetime, duration: timedelta
) -> None:
    end = calendar.add(start, duration)
    if end is None:
        assert calendar.next_open(start) is None
        return
    assert end >= start
    assert calendar.between(start, end) == duration


@NO_DEADLINE
@given(calendars, moments, durations)
def test_what_was_added_ends_in_staffed_time_or_exactly_at_closing(
    calendar: StaffCalendar, start: datetime, duration: timedelta
) -> None:
    end = calendar.add(start, duration)
    if end is not None and not calendar.is_open(end):
        just_before = end - timedelta(microseconds=1)
        assert calendar.is_open(just_before)
        assert calendar.until_close(just_before) == timedelta(microseconds=1)


@NO_DEADLINE
@given(calendars, moments, moments)
def test_adding_what_lies_between_is_the_first_such_moment(
    calendar: StaffCalendar, one: datetime, other: datetime
) -> None:
    start, end = sorted((one, other))
    found = calendar.add(start, calendar.between(start, end))
    if found is None:
        return
    if calendar.between(start, end):
        assert found <= end
    assert calendar.between(found, end) == timedelta()


@NO_DEADLINE
@given(calendars, moments, moments, durations, durations)
def test_later_stays_later(
    calendar: StaffCalendar, one: datetime, other: datetime, short: timedelta, more: timedelta
) -> None:
    start, later = sorted((one, other))
    ends = [
        calendar.add(start, short),
        calendar.add(later, short),
        calendar.add(later, short + more),
    ]
    known = [end for end in ends if end is not None]
    assert len(known) in (0, 3)
    assert known == sorted(known)


@NO_DEADLINE
@given(calendars, moments, durations, durations)
def test_one_after_the_other_is_both_at_once(
    calendar: StaffCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    half_way = calendar.add(start, first)
    if half_way is not None:
        assert calendar.add(half_way, second) == calendar.add(start, first + second)


@NO_DEADLINE
@given(calendars, moments, moments, moments)
def test_the_parts_of_a_span_make_the_whole(
    calendar: StaffCalendar, first: datetime, second: datetime, third: datetime
) -> None:
    parts = calendar.between(first, second) + calendar.between(second, third)
    assert parts == calendar.between(first, third)
    assert calendar.between(first, second) == -calendar.between(second, first)


@NO_DEADLINE
@given(calendars, moments)
def test_the_next_opening_is_when_no_time_at_all_has_passed(
    calendar: StaffCalendar, now: datetime
) -> None:
    opening = calendar.next_open(now)
    if opening is not None:
        assert calendar.is_open(opening)
        assert calendar.between(now, opening) == timedelta()
        assert calendar.is_open(now) == (opening == now)


@settings(deadline=None, max_examples=40)
@given(weeks, st.frozensets(near, max_size=6), whole_minutes, st.integers(0, 5 * 24 * 60))
def test_a_count_by_the_minute_agrees(
    week: dict[str, str], holidays: frozenset[date], start: datetime, minutes: int
) -> None:
    calendar = StaffCalendar(Hours(human_open=week), holidays)
    moments = [start + step * MINUTE for step in range(minutes)]
    there = [staffed(week, holidays, one) for one in moments]
    assert calendar.between(start, start + minutes * MINUTE) == sum(there) * MINUTE
    assert [calendar.is_open(one) for one in moments] == there
    if any(there):
        last = len(there) - there[::-1].index(True)
        assert calendar.add(start, sum(there) * MINUTE) == start + last * MINUTE


def staffed(week: dict[str, str], holidays: frozenset[date], moment: datetime) -> bool:
    """The same question, answered without any of the code under test."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for back in (0, 1):
        day = moment.date() - back * DAY
        minute = moment.hour * 60 + moment.minute + back * 24 * 60
        own = [week.get(names[day.weekday()], "")]
        own += [week.get("mon-fri", "")] if day.weekday() < 5 else []
        for span in ", ".join(filter(None, own)).split(", "):
            if not span or day in holidays:
                continue
            start, end = (
                int(hour) * 60 + int(rest) for hour, rest in (t.split(":") for t in span.split("-"))
            )
            end += 24 * 60 if end < start else 0
            if start <= minute < end:
                return True
    return False


def test_the_dates_of_a_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(
        "holidays:\n"
        "- {day: 2026-12-25, zh: 聖誕節, en: Christmas Day}\n"
        "- {day: 2026-11-24, zh: 公司旅行, en: Outing, kept: true}\n"
    )
    assert read_holidays(path) == {date(2026, 11, 24), date(2026, 12, 25)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holidays.yaml: the file"),
        ("holidays: [2026-12-25]", r"holidays\.0: .*write a list"),
        ("holidays: [{day: 2026-13-25, zh: 聖誕節, en: Christmas}]", "month must be"),
        ("holidays: [{day: 25 Dec, zh: 聖誕節, en: Christmas}]", r"holidays\.0\.day"),
        ("holidays: [{day: 2026-12-25, zh: 聖誕節}]", r"holidays\.0\.en"),
        ("holidays: [{day: 2026-12-25, zh: 甲, en: A, keep: true}]", r"holidays\.0\.keep"),
        (
            "holidays: [{day: 2026-12-25, zh: 甲, en: A}, {day: 2026-12-25, zh: 乙, en: B}]",
            "2026-12-25 stands there twice; remove one",
        ),
        ("holidays: [", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_an_error_that_says_where(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=says):
        read_holidays(path)


def test_a_file_that_is_missing_is_an_error_that_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nightdesk calendar update"):
        read_holidays(tmp_path / "holidays.yaml")


def test_only_a_company_that_says_so_closes_on_public_holidays() -> None:
    assert observes_holidays(Hours(public_holidays=[date(2026, 12, 25)]))
    assert observes_holidays(Hours(human="Mon-Fri 09:00-18:00, closed on public holidays"))
    assert not observes_holidays(Hours(human="every day 08:00-22:00, public holidays included"))
    assert not observes_holidays(Hours())
