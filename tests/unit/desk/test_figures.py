"""Figures are said as people say them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.figures import Figures, plotted
from domain.kpis import Kpi, Unit
from tests.unit.desk.conftest import SENTENCES

FIGURES = Figures(lambda key, **values: SENTENCES.say(key, "en", **values))


def kpi(unit: Unit, value: float | None, name: str = "containment") -> Kpi:
    return Kpi(name, unit, value, 3, 1_204)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations(seconds: int, said: str) -> None:
    assert FIGURES.duration(seconds) == said


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [
        ("share", 0.8321, "83.2\u00a0%"),
        ("share", 0.0, "0.0\u00a0%"),
        ("share", None, "No data"),
        ("score", 4.1, "4.10 of 5"),
        ("count", 12_345, "12,345"),
        ("hours", 46.64, "46.6 hours"),
        ("seconds", 75, "1 min 15 s"),
    ],
)
def test_values_in_their_units(unit: Unit, value: float | None, said: str) -> None:
    assert FIGURES.value(kpi(unit, value)) == said


def test_the_counts_behind() -> None:
    assert FIGURES.behind(kpi("share", 0.5)) == "3 of 1,204"
    interval = replace(kpi("share", 0.5), low=0.4, high=0.6)
    assert FIGURES.behind(interval) == "3 of 1,204; 95 % interval 40.0 to 60.0\u00a0%"
    assert FIGURES.behind(kpi("share", 0.5, "negative")) == "3 in sum over 1,204 messages"
    assert FIGURES.behind(kpi("count", 5)) == ""


@pytest.mark.parametrize(
    ("unit", "now", "before", "said"),
    [
        ("share", 0.75, 1.0, "down 25.0 points"),
        ("share", 0.5, 0.4, "up 10.0 points"),
        ("share", 0.5, 0.5, "no change"),
        ("seconds", 75, 60, "up 15 s"),
        ("score", 4.10, 4.09, "up 0.01 of 5"),
        ("count", 3, 12_345, "down 12,342"),
    ],
)
def test_how_it_moved(unit: Unit, now: float, before: float, said: str) -> None:
    assert FIGURES.before(kpi(unit, now), kpi(unit, before)).endswith(said)


def test_no_data_before_or_now_is_said() -> None:
    assert FIGURES.before(kpi("share", 0.5), kpi("share", None)) == "No data for the period before"
    assert FIGURES.before(kpi("share", None), kpi("share", 0.5)) == "Period before: 50.0\u00a0%"


def test_what_is_drawn() -> None:
    assert plotted(kpi("share", 0.8321)) == "83.21"
    assert plotted(kpi("seconds", 2)) == "2.00"
    assert plotted(kpi("share", None)) == ""
