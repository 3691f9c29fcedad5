"""The formulas, worked out by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from domain.kpis import (
    SMALL_TALK,
    Backlog,
    Choices,
    Counts,
    Histogram,
    Kpi,
    KpiFilter,
    Measured,
    TicketLine,
    WaitKind,
)
from domain.settings import ROOT
from support.kpi_rules import KpiRules
from support.kpis import Kpis, figures, range_of, satisfaction, trend, wilson
from support.tickets import TALK

RULES = KpiRules.read(ROOT / "playbook" / "rules" / "kpis.yaml", low_score=2)
NOW = datetime.fromisoformat("2026-03-12T00:30:00+08:00")
THURSDAY = date(2026, 3, 12)


def measured(counts: Counts, first: Histogram | None = None) -> dict[str, Kpi]:
    waits: dict[WaitKind, Histogram] = {} if first is None else {"first": first}
    return figures(Measured({THURSDAY: counts}, waits), RULES)


def test_small_talk_is_what_the_tickets_call_it() -> None:
    assert SMALL_TALK == TALK


def test_without_tickets_nothing_is_nought_per_cent() -> None:
    empty = figures(Measured(), RULES)
    assert {one.value for one in empty.values()} == {None}
    assert {one.low for one in empty.values()} == {None}


def test_one_ticket_is_all_of_them() -> None:
    kpis = measured(Counts(tickets=1, ended=1, contained=1, settled=1, kept_0=1))
    assert kpis["first_contact"].value == kpis["containment"].value == 1.0
    assert (kpis["csat"].value, kpis["night"].value, kpis["sla_respond"].value) == (None,) * 3


def test_a_first_contact_is_spoilt_by_what_came_after_and_the_parts_add_up() -> None:
    counts = Counts(
        settled=20, left=1, reopened=2, again=3, kept_0=5, kept_1=1, kept_2=2, kept_3=1, kept_5=5
    )
    kpi = measured(counts)["first_contact"]
    assert (kpi.numerator, kpi.denominator, kpi.value) == (11, 20, 0.55)
    assert kpi.parts == {"left": 1, "reopened": 2, "again": 3, "low": 3}
    assert kpi.numerator + sum(kpi.parts.values()) == kpi.denominator


def test_what_counts_as_a_low_score_is_the_rule_of_the_surveys() -> None:
    counts = Counts(settled=4, kept_1=1, kept_2=1, kept_3=2)
    for low, share in ((1, 0.75), (2, 0.5), (3, 0.0)):
        rules = RULES.model_copy(update={"low_score": low})
        assert figures(Measured({THURSDAY: counts}), rules)["first_contact"].value == share


def test_satisfaction_has_its_mean_its_rate_and_its_interval() -> None:
    counts = Counts(asked=20, scored_1=1, scored_3=1, scored_4=3, scored_5=5)
    share, mean, rate = satisfaction(counts, RULES)
    assert (share.numerator, share.denominator, share.value) == (8, 10, 0.8)
    assert (mean.value, mean.numerator) == (4.1, 41)
    assert (rate.value, rate.denominator) == (0.5, 20)
    assert share.low == pytest.approx(0.4902, abs=1e-4)
    assert share.high == pytest.approx(0.9433, abs=1e-4)


def test_the_interval_of_wilson_as_it_is_published() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81/263, 15/148, 0/20, 1/29.
    expected = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (good, total), ends in expected.items():
        assert wilson(good, total) == pytest.approx(ends, abs=5e-5)
    assert wilson(0, 0) is None
    assert wilson(5, 5) == pytest.approx((0.5655, 1.0), abs=1e-4)


def test_medians_are_nearest_ranks() -> None:
    assert Histogram().at(0.5) is None
    assert Histogram([(7, 1)]).at(0.5) == Histogram([(7, 1)]).at(0.9) == 7
    assert Histogram([(1, 2), (9, 2)]).at(0.5) == 1
    assert Histogram([(1, 2), (9, 3)]).at(0.5) == 9
    ten = Histogram([(second, 1) for second in range(1, 11)])
    assert (ten.at(0.5), ten.at(0.9), ten.within(3), ten.total) == (5, 9, 3, 10)


def test_answers_at_once_are_counted_among_answers() -> None:
    waits = Histogram([(2, 6), (15, 2), (16, 2)])
    kpis = measured(Counts(tickets=11, answered=10), waits)
    assert (kpis["first_at_once"].numerator, kpis["first_at_once"].value) == (8, 0.8)
    assert (kpis["first_median"].value, kpis["first_p90"].value) == (2, 16)
    assert kpis["acknowledge_median"].value is None


def test_hours_saved_tell_their_assumption() -> None:
    kpi = measured(Counts(tickets=40, ended=35, contained=30))["hours_saved"]
    assert kpi.value == 30 * RULES.minutes_per_ticket / 60
    assert kpi.parts == {"minutes": RULES.minutes_per_ticket}


def test_nothing_raised_is_a_count_of_nought_where_there_were_tickets() -> None:
    kpis = measured(Counts(tickets=3))
    assert (kpis["red_alerts"].value, kpis["raised"].value) == (0, 0.0)


def test_mood_is_over_messages_and_anger_over_tickets() -> None:
    kpis = measured(Counts(tickets=5, rated=8, negative=2.0, moody=4, angry=1))
    assert (kpis["negative"].value, kpis["angry"].value) == (0.25, 0.25)


def test_the_trend_has_a_place_for_every_day_and_weeks_begin_on_monday() -> None:
    monday = date(2026, 3, 9)
    days = {monday: Counts(tickets=2), monday - timedelta(days=1): Counts(tickets=1)}
    first = {monday: Histogram([(3, 2)])}
    wanted = KpiFilter(monday - timedelta(days=3), THURSDAY)
    daily = trend(Measured(days, first=first), wanted, RULES, weekly=False)
    assert [one.kpis["tickets"].value for one in daily] == [None, None, 1, 2, None, None, None]
    weekly = trend(Measured(days, first=first), wanted, RULES, weekly=True)
    assert [(one.since, one.until) for one in weekly] == [
        (monday - timedelta(days=3), monday - timedelta(days=1)),
        (monday, THURSDAY),
    ]
    assert [one.kpis["first_median"].value for one in weekly] == [None, 3]


def test_days_are_those_of_hong_kong() -> None:
    still_yesterday_in_london = datetime.fromisoformat("2026-03-11T23:30:00+00:00")
    assert range_of("today", "", "", still_yesterday_in_london) == (THURSDAY, THURSDAY)
    assert range_of("7", "", "", NOW) == (date(2026, 3, 6), THURSDAY)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-03-01", "2026-03-05", ("2026-03-01", "2026-03-05")),
        ("2026-03-05", "2026-03-01", ("2026-03-01", "2026-03-05")),
        ("2026-03-10", "", ("2026-03-10", "2026-03-12")),
        ("", "2026-03-10", ("2026-02-09", "2026-03-10")),
        ("2026-03-01", "2031-01-01", ("2026-03-01", "2026-03-12")),
        ("2031-01-01", "2032-01-01", ("2026-03-12", "2026-03-12")),
        ("0001-01-01", "9999-12-31", ("2026-02-11", "2026-03-12")),
        ("2001-01-01", "2026-03-12", ("2016-03-05", "2026-03-12")),
        ("'; drop", "２０２６", ("2026-02-11", "2026-03-12")),
    ],
)
def test_days_that_make_no_sense_become_some_that_do(
    since: str, until: str, expected: tuple[str, str]
) -> None:
    first, last = range_of("", since, until, NOW)
    assert (first.isoformat(), last.isoformat()) == expected


def test_as_many_days_before() -> None:
    before = KpiFilter(date(2026, 3, 6), THURSDAY, "web", "en", "vip").before()
    assert before == KpiFilter(date(2026, 2, 27), date(2026, 3, 5), "web", "en", "vip")


class ToldStore:
    """Counts what a test says, for the days it says."""

    async def measured(self, wanted: KpiFilter, now: datetime) -> Measured:
        assert now == NOW
        number = 10 if wanted.until == THURSDAY else 4
        return Measured({wanted.until: Counts(tickets=number)}, reasons={"a": 1, "b": 2})

    async def backlog(self, wanted: KpiFilter, now: datetime) -> list[Backlog]:
        assert (wanted.days, now) == (7, NOW)
        return [Backlog("new", (1, 0, 0, 0, 2))]

    async def choices(self) -> Choices:
        return Choices(["web"])

    async def lines(self, wanted: KpiFilter) -> AsyncIterator[TicketLine]:
        raise NotImplementedError(f"the report lists no tickets of {wanted}")
        yield  # an iterator, as the port says


async def test_the_report_sets_the_days_beside_those_before() -> None:
    report = await Kpis(ToldStore(), RULES).report(KpiFilter(date(2026, 3, 6), THURSDAY), NOW)
    assert (report.kpis["tickets"].value, report.before["tickets"].value) == (10, 4)
    assert report.reasons == [("b", 2), ("a", 1)]
    assert (report.weekly, len(report.trend), len(report.moods)) == (False, 7, 2)
    assert report.backlog[0].total == 3


def test_rules_that_are_wrong_are_named(tmp_path: Path) -> None:
    file = tmp_path / "kpis.yaml"
    for text in ("minutes_per_ticket: -1", "- a list", "a: [", "warnings: {most: 0}"):
        file.write_text(text)
        with pytest.raises(ConfigurationError, match=r"kpis\.yaml"):
            KpiRules.read(file, 2)
    with pytest.raises(ConfigurationError, match=r"absent\.yaml"):
        KpiRules.read(tmp_path / "absent.yaml", 2)
