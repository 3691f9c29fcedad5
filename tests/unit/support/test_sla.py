"""A ticket is due by its priority, its team and its customer's tier, and a pause takes nothing from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.casework import PRIORITIES, Priority
from domain.errors import ConfigurationError
from domain.policies import Hours
from domain.settings import ROOT
from support.calendar import HONG_KONG, StaffCalendar
from support.sla import Due, Sla, resume

RULES = ROOT / "playbook" / "rules"
HOUR = timedelta(hours=1)
OFFICE = StaffCalendar(
    Hours(human_open={"mon-fri": "09:00-13:00, 14:00-18:00", "sat": "09:00-13:00"})
)
NOBODY = StaffCalendar(Hours())
TABLE = """
targets:
  urgent:
    first_response: {within: 15 minutes, business: false}
    resolution: {within: 4 hours, business: true}
  high:
    first_response: {within: 1 hour, business: true}
    resolution: {within: 8 hours, business: true}
  normal:
    first_response: {within: 4h, business: true}
    resolution: {within: 16 Hours, business: true}
  low:
    first_response: {within: 1 hour 30 minutes, business: true}
    resolution: {within: 5 days, business: false}
"""
TEAMS = """
teams:
  privacy:
    normal:
      resolution: {within: 30 days, business: false}
    vip: {}
  logistics:
    high:
      first_response: {within: 20 minutes, business: true}
vip:
  normal:
    first_response: {within: 1 hour, business: true}
    resolution: {within: 20 hours, business: false}
  high:
    first_response: {within: 30 minutes, business: true}
"""
FRIDAY = datetime(2026, 3, 27, 17, 30, tzinfo=HONG_KONG)
SATURDAY_NIGHT = datetime(2026, 3, 28, 23, 0, tzinfo=HONG_KONG)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


@pytest.fixture
def sla(tmp_path: Path) -> Sla:
    return read(tmp_path, TABLE + TEAMS)


def read(folder: Path, text: str) -> Sla:
    path = folder / "sla.yaml"
    path.write_text(text)
    return Sla.read(path)


@pytest.mark.parametrize(
    ("priority", "opened", "first", "last"),
    [
        ("urgent", SATURDAY_NIGHT, "2026-03-28 23:15", "2026-03-30 13:00"),
        ("high", FRIDAY, "2026-03-28 09:30", "2026-03-30 12:30"),
        ("high", SATURDAY_NIGHT, "2026-03-30 10:00", "2026-03-30 18:00"),
        ("normal", FRIDAY, "2026-03-28 12:30", "2026-03-31 12:30"),
        ("low", FRIDAY, "2026-03-28 10:00", "2026-04-01 17:30"),
    ],
)
def test_a_ticket_is_due_in_staffed_time_or_by_the_clock_on_the_wall(
    sla: Sla, priority: Priority, opened: datetime, first: str, last: str
) -> None:
    due = sla.due(priority, "customer_care", None, opened, OFFICE)
    assert due == Due(at(first), at(last), business=priority != "low")


def test_a_team_changes_what_it_writes_and_nothing_else(sla: Sla) -> None:
    everybody = sla.due("normal", "customer_care", None, FRIDAY, OFFICE)
    privacy = sla.due("normal", "privacy", None, FRIDAY, OFFICE)
    assert privacy.first_response_by == everybody.first_response_by
    assert (privacy.resolve_by, privacy.business) == (FRIDAY + timedelta(days=30), False)
    assert sla.due("high", "privacy", None, FRIDAY, OFFICE) == sla.due(
        "high", "customer_care", None, FRIDAY, OFFICE
    )
    assert sla.teams == {"privacy", "logistics"}


def test_the_sooner_of_a_tiers_target_and_the_teams_counts(sla: Sla) -> None:
    gold = sla.due("high", "customer_care", "gold", FRIDAY, OFFICE)
    assert gold.first_response_by == at("2026-03-27 18:00")
    assert gold.resolve_by == at("2026-03-30 12:30")
    # The team of parcels is quicker than the tier.
    parcels = sla.due("high", "logistics", "gold", FRIDAY, OFFICE)
    assert parcels.first_response_by == at("2026-03-27 17:50")


def test_staffed_time_and_the_wall_are_compared_on_the_day_itself(sla: Sla) -> None:
    # From a Friday evening, 20 hours of the wall are over before 16 staffed ones; from a Monday morning, too.
    friday = sla.due("normal", "customer_care", "gold", FRIDAY, OFFICE)
    assert (friday.resolve_by, friday.business) == (FRIDAY + 20 * HOUR, False)
    # Where people are always there, the 16 staffed hours are.
    always = StaffCalendar(Hours(human_open={"daily": "00:00-24:00"}))
    due = sla.due("normal", "customer_care", "gold", FRIDAY, always)
    assert (due.resolve_by, due.business) == (FRIDAY + 16 * HOUR, True)


def test_a_team_may_treat_tiers_in_its_own_way(sla: Sla) -> None:
    assert sla.due("normal", "privacy", "gold", FRIDAY, OFFICE) == sla.due(
        "normal", "privacy", None, FRIDAY, OFFICE
    )


def test_where_nobody_ever_is_only_the_wall_is_promised(sla: Sla) -> None:
    due = sla.due("urgent", "customer_care", None, FRIDAY, NOBODY)
    assert due == Due(FRIDAY + HOUR / 4, None, True)
    gold = sla.due("normal", "customer_care", "gold", FRIDAY, NOBODY)
    assert gold == Due(None, FRIDAY + 20 * HOUR, False)


def test_a_pause_moves_the_resolution_by_its_staffed_time() -> None:
    due = at("2026-03-30 12:00")
    # From Friday 17:30 to Monday 10:00: half an hour, a Saturday of four hours, and one hour.
    moved = resume(due, FRIDAY, at("2026-03-30 10:00"), OFFICE)
    assert moved == at("2026-03-31 09:30")


def test_a_pause_at_night_moves_nothing() -> None:
    due = at("2026-03-30 12:00")
    assert resume(due, SATURDAY_NIGHT, at("2026-03-29 20:00"), OFFICE) == due
    by_the_wall = at("2026-03-29 03:00")  # outside hours: no shift may put it at the next opening
    assert resume(by_the_wall, SATURDAY_NIGHT, at("2026-03-29 01:00"), OFFICE) == by_the_wall


def test_a_pause_moves_what_goes_by_the_wall_by_all_of_its_time() -> None:
    due = at("2026-03-30 12:00")
    moved = resume(due, SATURDAY_NIGHT, at("2026-03-29 20:00"), OFFICE, business=False)
    assert moved == due + 21 * HOUR


@pytest.mark.parametrize("business", [True, False])
def test_a_pause_that_ends_before_it_began_changes_nothing(business: bool) -> None:
    due = at("2026-03-30 12:00")
    earlier = FRIDAY - 5 * HOUR
    assert resume(due, FRIDAY, earlier, OFFICE, business=business) == due


moments = st.datetimes(datetime(2026, 3, 23), datetime(2026, 4, 20)).map(  # noqa: DTZ001 - zone follows
    lambda one: one.replace(tzinfo=HONG_KONG)
)


@settings(deadline=None)
@given(moments, st.timedeltas(timedelta(minutes=1), 60 * HOUR), moments, moments)
def test_what_is_left_before_a_pause_is_left_after_it(
    opened: datetime, within: timedelta, one: datetime, other: datetime
) -> None:
    due = OFFICE.add(opened, within)
    assert due is not None
    paused, resumed = sorted((one, other))
    moved = resume(due, paused, resumed, OFFICE)
    assert moved >= due
    assert OFFICE.between(resumed, moved) == OFFICE.between(paused, due)


@settings(deadline=None)
@given(st.sampled_from(PRIORITIES), moments, st.sampled_from(["customer_care", "privacy"]))
def test_a_tier_never_waits_longer(priority: Priority, opened: datetime, team: str) -> None:
    shipped = Sla.read(RULES / "sla.yaml")
    others, gold = (shipped.due(priority, team, tier, opened, OFFICE) for tier in (None, "gold"))
    assert gold.first_response_by is not None
    assert others.first_response_by is not None
    assert gold.first_response_by <= others.first_response_by
    assert gold.resolve_by is not None
    assert others.resolve_by is not None
    assert gold.resolve_by <= others.resolve_by


def test_the_targets_that_are_shipped_name_teams_that_get_work() -> None:
    lines = yaml.safe_load((RULES / "escalation.yaml").read_text("utf-8"))
    assert Sla.read(RULES / "sla.yaml").teams <= {line["team"] for line in lines}


def test_the_more_pressing_is_due_sooner() -> None:
    shipped = Sla.read(RULES / "sla.yaml")
    dues = [shipped.due(one, "customer_care", None, FRIDAY, OFFICE) for one in reversed(PRIORITIES)]
    firsts = [due.first_response_by for due in dues if due.first_response_by]
    lasts = [due.resolve_by for due in dues if due.resolve_by]
    assert firsts == sorted(firsts)
    assert lasts == sorted(lasts)
    assert len(set(lasts)) == len(PRIORITIES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"^sla\.yaml: targets: .*; write it like \{within"),
        ("- one", r"^sla\.yaml: the file"),
        ("targets: {", "^sla.yaml cannot be read"),
        (
            TABLE.replace("  low:", "  lowest:"),
            r"targets\.low: .*; write it like .*targets\.lowest: .*mend its spelling",
        ),
        (
            TABLE.replace("within: 15 minutes", "within: soon"),
            r"targets\.urgent\.first_response\.within: 'soon' is no length of time; write '30 minutes'",
        ),
        (TABLE.replace("within: 15 minutes", "within: 15"), "within: 15 is no length of time"),
        (TABLE.replace("within: 15 minutes", "within: 0 minutes"), "is no length of time"),
        (
            TABLE.replace("{within: 8 hours, business: true}", "{within: 2 days, business: true}"),
            r"targets\.high\.resolution\.within: '2 days' of staffed time is unclear",
        ),
        (
            TABLE.replace("business: false", "business: sometimes"),
            r"business: .*; write true for staffed time, false for the clock on the wall",
        ),
        (
            TABLE.replace("within: 8 hours", "within: 30 minutes"),
            r"targets\.high is to be solved sooner than it is answered; give its resolution more",
        ),
        (
            TABLE + "teams: {privacy: {high: {resolution: {within: 5 minutes, business: true}}}}",
            r"teams\.privacy\.high is to be solved sooner",
        ),
        (
            TABLE + "teams: {privacy: {critical: {}}}",
            r"teams\.privacy\.critical: .*the priorities are urgent, high, normal and low",
        ),
        (TABLE + "teams:", r"teams: .*; write what differs below it, or remove it"),
        (TABLE + "gold: {}", r"gold: .*; remove it"),
    ],
)
def test_a_table_that_is_wrong_is_an_error_that_says_where_and_what_to_do(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        read(tmp_path, text)


def test_a_table_that_is_missing_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sla\.yaml cannot be read"):
        Sla.read(tmp_path / "sla.yaml")
