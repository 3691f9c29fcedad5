from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.errors import BudgetSpent
from domain.model_usage import Limits, ModelCall, Planned, Settled, day_of
from domain.models import Usage
from storage.database import Database
from storage.usage import SqlUsage
from tests.unit.storage.conftest import NOW

SINCE, UNTIL = day_of(NOW, ZoneInfo("Asia/Hong_Kong"))
ALL = Limits(SINCE, UNTIL)
PLANNED = Planned(
    "harbourside", "t1", "compose", "ollama", "qwen", Usage(60, 0, 40), Decimal("0.10"), NOW
)


async def allowed(usage: SqlUsage, planned: Planned, limits: Limits) -> bool:
    try:
        await usage.reserve(planned, limits)
    except BudgetSpent:
        return False
    return True


async def test_a_call_is_kept_with_what_became_of_it(database: Database) -> None:
    usage = SqlUsage(database)
    number = await usage.reserve(PLANNED, ALL)
    await usage.settle(number, Settled(Usage(50, 32, 7), Decimal("0.000123"), 0.4, "answered"))
    assert await usage.calls(SINCE, UNTIL) == [
        ModelCall(
            "harbourside",
            "t1",
            "compose",
            "ollama",
            "qwen",
            Usage(50, 32, 7),
            Decimal("0.000123"),
            NOW,
            0.4,
            "answered",
        )
    ]


async def test_a_call_without_a_price_has_no_cost(database: Database) -> None:
    usage = SqlUsage(database)
    await usage.reserve(replace(PLANNED, cost=None), ALL)
    assert [call.cost for call in await usage.calls(SINCE, UNTIL)] == [None]


@pytest.mark.parametrize(
    "limits",
    [
        replace(ALL, tokens=300),
        replace(ALL, role_tokens=300),
        replace(ALL, cost=Decimal("0.30")),
        replace(ALL, calls_per_turn=3),
    ],
)
async def test_calls_side_by_side_cannot_spend_more_together_than_one_by_one(
    database: Database, limits: Limits
) -> None:
    usage = SqlUsage(database)
    found = await asyncio.gather(*(allowed(usage, PLANNED, limits) for _ in range(12)))
    assert sum(found) == 3
    assert len(await usage.calls(SINCE, UNTIL)) == 3


async def test_what_was_set_aside_and_not_used_may_be_used_again(database: Database) -> None:
    usage = SqlUsage(database)
    limits = replace(ALL, tokens=100)
    number = await usage.reserve(PLANNED, limits)
    assert not await allowed(usage, PLANNED, limits)
    await usage.settle(number, Settled(Usage(), None, 0.1, "unavailable"))
    assert await allowed(usage, PLANNED, limits)


async def test_budgets_are_a_companys_own_a_jobs_own_and_a_days_own(database: Database) -> None:
    usage = SqlUsage(database)
    limits = replace(ALL, tokens=100, role_tokens=100, calls_per_turn=1)
    await usage.reserve(PLANNED, limits)
    assert not await allowed(usage, replace(PLANNED, turn="t2"), limits)
    assert await allowed(usage, replace(PLANNED, tenant="peak"), limits)
    per_role = replace(ALL, role_tokens=100)
    assert await allowed(usage, replace(PLANNED, role="judge", turn="t3"), per_role)
    tomorrow = Limits(UNTIL, UNTIL + timedelta(days=1), tokens=100)
    assert await allowed(usage, replace(PLANNED, at=UNTIL, turn="t4"), tomorrow)


async def test_calls_of_no_turn_have_no_cap_but_the_day(database: Database) -> None:
    usage = SqlUsage(database)
    limits = replace(ALL, calls_per_turn=1)
    found = [await allowed(usage, replace(PLANNED, turn=""), limits) for _ in range(3)]
    assert found == [True, True, True]


async def test_a_call_that_was_stopped_is_none_of_the_turns(database: Database) -> None:
    usage, limits = SqlUsage(database), replace(ALL, calls_per_turn=1)
    first = await usage.reserve(PLANNED, limits)
    assert not await allowed(usage, PLANNED, limits)
    await usage.settle(first, Settled(Usage(60, 0, 5), None, 0.4, "cancelled"))
    assert await allowed(usage, PLANNED, limits)


async def test_only_the_calls_of_the_span_are_told(database: Database) -> None:
    usage = SqlUsage(database)
    for at in (SINCE - timedelta(seconds=1), SINCE, UNTIL - timedelta(seconds=1), UNTIL):
        await usage.reserve(replace(PLANNED, at=at, turn=""), ALL)
    found = await usage.calls(SINCE, UNTIL)
    assert [call.at for call in found] == [SINCE, UNTIL - timedelta(seconds=1)]
