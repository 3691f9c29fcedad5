from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.casework import Handover
from domain.office import Colleague, Load
from support.routing import next_colleague

NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
SUPERVISORS = ("supervisor",)


def who(name: str, **given: Any) -> Colleague:
    kept = {"id": name, "name": name, "role": "service", "teams": ("logistics",), **given}
    return Colleague.model_validate(kept)


def case(**given: Any) -> Handover:
    usual = {"team": "logistics", "language": "yue"}
    return Handover("talk", "t", "complaint", "", NOW, None, on_duty=True, **{**usual, **given})


def chosen(handover: Handover, *there: Colleague, **loads: Load) -> str | None:
    found = next_colleague(handover, there, loads, SUPERVISORS)
    return found.id if found else None


def test_somebody_of_the_team_comes_before_a_supervisor() -> None:
    assert chosen(case(), who("boss", role="supervisor", teams=()), who("amy")) == "amy"


def test_a_supervisor_comes_before_nobody() -> None:
    stranger = who("bob", teams=("finance",))
    assert chosen(case(), stranger, who("boss", role="supervisor", teams=())) == "boss"
    assert chosen(case(), stranger) is None


def test_who_speaks_the_language_comes_first() -> None:
    english = who("ann", languages=("en",))
    assert chosen(case(), english, who("bee")) == "bee"
    assert chosen(case(language="en"), english, who("bee", languages=("yue",))) == "ann"


def test_a_customer_with_a_tier_goes_to_who_is_skilled_for_them() -> None:
    skilled = who("zoe", skills=("vip",), languages=("en",))
    assert chosen(case(vip="gold"), who("amy"), skilled) == "zoe"
    assert chosen(case(), who("amy"), skilled) == "amy"


def test_who_has_least_comes_first_and_among_equals_who_waited_longest() -> None:
    loads = {"amy": Load(2), "bob": Load(1, last=9.0), "cat": Load(1, last=3.0)}
    assert chosen(case(), who("amy"), who("bob"), who("cat"), **loads) == "cat"


def test_who_is_full_is_asked_only_when_everybody_is() -> None:
    full = who("amy", at_once=1)
    assert chosen(case(), full, who("bob"), amy=Load(1), bob=Load(3)) == "bob"
    assert chosen(case(), full, amy=Load(1)) == "amy"


@pytest.mark.parametrize("loads", [{"amy": Load(away=True)}, {}])
def test_who_is_away_or_was_asked_is_not_asked(loads: dict[str, Load]) -> None:
    tried = () if loads else ("amy",)
    assert chosen(case(tried=tried), who("amy"), who("bob"), **loads) == "bob"


def test_assignment_is_fair() -> None:
    """Thirty conversations over three equals: ten each."""
    loads = {name: Load() for name in ("amy", "bob", "cat")}
    given: dict[str, int] = dict.fromkeys(loads, 0)
    for number in range(30):
        name = chosen(case(), *(who(one) for one in loads), **loads)
        assert name is not None
        given[name] += 1
        loads[name] = Load(loads[name].held + 1, last=float(number + 1))
    assert max(given.values()) - min(given.values()) <= 1
