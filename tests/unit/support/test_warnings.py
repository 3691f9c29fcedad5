"""Noise over many groups does not alarm; a real turn does."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

import pytest

from domain.kpis import MoodGroup, MoodKind, MoodWeek
from domain.settings import ROOT
from support.kpi_rules import KpiRules
from support.warnings import BEFORE, RECENT, Warnings, chances, warnings_of

RULES = KpiRules.read(ROOT / "playbook" / "rules" / "kpis.yaml", low_score=2).warnings
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
KINDS: tuple[MoodKind, ...] = ("customer", "topic", "product")
TURNED = MoodGroup("product", "KETTLE", "negative", 14, 30, 8, 120, people=12)


def noise(seed: int, groups: int = 200) -> list[MoodGroup]:
    """Groups of all sizes that sound tomorrow as they did yesterday."""
    chance = random.Random(seed)
    found = []
    for number in range(groups):
        recent_of, before_of = chance.randint(1, 80), chance.randint(1, 300)
        share = chance.choice((0.02, 0.1, 0.3, 0.5))
        recent = sum(chance.random() < share for _ in range(recent_of))
        before = sum(chance.random() < share for _ in range(before_of))
        kind: MoodKind = chance.choice(KINDS)
        found.append(
            MoodGroup(kind, f"N-{number}", "negative", recent, recent_of, before, before_of, recent)
        )
    return found


def test_noise_over_two_hundred_groups_does_not_alarm() -> None:
    alarms = [len(warnings_of(noise(seed), RULES)) for seed in range(50)]
    assert sum(1 for each in alarms if each) <= 1
    # Without the adjustment it would, every day: so the test could fail.
    naive = [sum(p <= 0.05 for p in chances(noise(seed))) for seed in range(50)]
    assert min(naive) >= 1


def test_a_real_turn_alarms_among_the_noise() -> None:
    for seed in range(10):
        found = warnings_of([*noise(seed), TURNED], RULES)
        assert [one.group.name for one in found] == ["KETTLE"]
        assert (found[0].share, found[0].share_before) == (14 / 30, 8 / 120)
        assert found[0].chance < 0.001


def test_the_chance_is_that_of_fisher() -> None:
    # Fisher's tea: 4 of 4 cups right where 4 of 8 were to be found: one in seventy.
    tea = MoodGroup("customer", "lady", "negative", 4, 4, 0, 4)
    assert chances([tea]) == [pytest.approx(1 / 70)]
    nothing = MoodGroup("customer", "calm", "negative", 0, 10, 0, 10)
    assert chances([nothing]) == [1.0]
    assert chances([]) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(TURNED, people=2),  # one or two unhappy customers are no product that turns
        replace(TURNED, recent=5, recent_of=5),  # too little was said
        replace(TURNED, before=0, before_of=10),  # what is new cannot turn
        replace(TURNED, recent=6, before=30),  # it was always so
        replace(TURNED, recent=450, recent_of=3000, before=900, before_of=9000),  # sure, but small
    ],
)
def test_what_is_no_turn_does_not_alarm(other: MoodGroup) -> None:
    assert warnings_of([TURNED], RULES)
    assert warnings_of([other], RULES) == []


def test_a_calmer_week_does_not_alarm() -> None:
    assert warnings_of([replace(TURNED, recent=0, before=80)], RULES) == []


def test_one_customer_may_turn_alone() -> None:
    assert warnings_of([replace(TURNED, kind="customer", people=1)], RULES)


def test_red_alerts_that_come_thick_alarm_though_they_are_rare() -> None:
    thick = MoodGroup("topic", "safety", "red_alert", 6, 200, 1, 800, people=5)
    assert warnings_of([thick], RULES)
    assert warnings_of([replace(thick, people=1)], RULES) == []
    assert warnings_of([replace(thick, recent=2, before=0)], RULES) == []


def test_the_surest_come_first_and_not_without_end() -> None:
    many = [replace(TURNED, name=f"P-{number:03}") for number in range(60)]
    surer = replace(TURNED, name="Z", recent=28, people=20)
    found = warnings_of([*many, surer], RULES)
    assert len(found) == RULES.most
    assert found[0].group.name == "Z"


class ToldMoods:
    """Says of the moods what a test says."""

    def __init__(self, *groups: MoodGroup) -> None:
        self.told = groups
        self.asked: list[datetime] = []

    async def groups(self, split: datetime, since: datetime, until: datetime) -> list[MoodGroup]:
        self.asked = [since, split, until]
        return list(self.told)

    async def conversations(self, group: MoodGroup, since: datetime, most: int) -> list[str]:
        assert since == NOW - RECENT
        return [f"{group.name}-{number}" for number in range(most)]

    async def weeks(self, customer_id: str, since: datetime) -> list[MoodWeek]:
        assert customer_id == "C-1"
        return [MoodWeek(since.date(), 0.4, 3)]


async def test_a_warning_leads_to_its_conversations() -> None:
    moods = ToldMoods(TURNED)
    (found,) = await Warnings(moods, RULES).look(NOW)
    assert moods.asked == [NOW - RECENT - BEFORE, NOW - RECENT, NOW]
    assert found.conversations[0] == "KETTLE-0"
    assert (await Warnings(moods, RULES).weeks("C-1", NOW))[0].messages == 3
