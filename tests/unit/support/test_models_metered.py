from __future__ import annotations

import asyncio
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.clocks import FixedClock
from domain.errors import BudgetSpent, InvalidModelOutput, ModelRefused, ModelUnavailable
from domain.model_usage import Endpoint, Price
from domain.models import Completion, Usage
from support.models.metered import Budget, Meter, Metered
from tests.unit.support.model_fakes import ASK, NOW, CountingStore, ScriptedModel, Step, whole

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
PRICE = Price(Decimal(2), Decimal(8))


def metered(
    inner: ScriptedModel,
    store: CountingStore,
    budget: Budget = Budget(),  # noqa: B008 - it is frozen
    price: Price | None = PRICE,
) -> Metered:
    endpoint = Endpoint("ollama", "qwen", "http://127.0.0.1:1/v1", price=price)
    meter = Meter(store, budget, FixedClock(NOW), HONG_KONG, count=lambda text: len(text.split()))
    return Metered(inner, endpoint, meter)


async def test_the_most_is_set_aside_before_and_what_was_used_is_settled_after() -> None:
    store = CountingStore()
    await metered(ScriptedModel([[whole()]]), store).complete(ASK)
    planned, settled = store.planned[0], store.settled[1]
    assert (planned.tenant, planned.turn, planned.role) == ("harbourside", "t1", "compose")
    assert (planned.provider, planned.model) == ("ollama", "qwen")
    assert planned.usage == Usage(read=3, written=50)
    assert planned.cost == Decimal("0.000406")
    assert settled.usage == Usage(10, 4, 5)
    assert settled.cost == Decimal("0.00006")
    assert settled.result == "answered"


async def test_the_limits_are_those_of_the_settings_and_of_the_companys_day() -> None:
    store = CountingStore()
    budget = Budget(1000, Decimal(5), 3, {"compose": 400, "judge": 7})
    await metered(ScriptedModel([[whole()]]), store, budget).complete(ASK)
    limits = store.limits[0]
    assert (limits.tokens, limits.role_tokens, limits.cost) == (1000, 400, Decimal(5))
    assert limits.calls_per_turn == 3
    assert f"{limits.since:%F %R %Z}" == "2026-03-12 00:00 HKT"
    assert f"{limits.until:%F %R %Z}" == "2026-03-13 00:00 HKT"


async def test_a_spent_budget_stops_a_call_before_it_is_made() -> None:
    inner = ScriptedModel([[whole()]])
    model = metered(inner, CountingStore(allowed=0))
    with pytest.raises(BudgetSpent):
        await model.complete(ASK)
    with pytest.raises(BudgetSpent):
        await anext(model.stream(ASK))
    assert inner.calls == 0


async def test_a_model_without_a_price_has_no_cost() -> None:
    store = CountingStore()
    await metered(ScriptedModel([[whole()]]), store, price=None).complete(ASK)
    assert (store.planned[0].cost, store.settled[1].cost) == (None, None)


async def test_tokens_that_a_provider_does_not_tell_are_counted_by_us() -> None:
    store = CountingStore()
    silent = ScriptedModel([[Completion(text="two words")]])
    await metered(silent, store).complete(ASK)
    assert store.settled[1].usage == Usage(read=3, written=2)


@pytest.mark.parametrize(
    ("script", "result", "usage"),
    [
        ([ModelUnavailable("down")], "unavailable", Usage()),
        ([ModelRefused("key")], "refused", Usage()),
        ([InvalidModelOutput("html")], "invalid", Usage(read=3)),
        (["two words", ModelUnavailable("cut")], "unavailable", Usage(read=3, written=2)),
    ],
)
async def test_a_failed_call_is_written_down_with_what_it_may_have_cost(
    script: list[Step], result: str, usage: Usage
) -> None:
    store = CountingStore()
    with pytest.raises((ModelUnavailable, ModelRefused, InvalidModelOutput)):
        async for _ in metered(ScriptedModel([script]), store).stream(ASK):
            pass
    assert (store.settled[1].result, store.settled[1].usage) == (result, usage)


async def test_a_cancelled_call_is_settled_too() -> None:
    store = CountingStore()
    task = asyncio.create_task(metered(ScriptedModel([[5.0, whole()]]), store).complete(ASK))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.settled[1].result == "cancelled"


async def test_a_stream_that_was_left_is_settled_too() -> None:
    store = CountingStore()
    pieces = metered(ScriptedModel([["two words", "b", whole()]]), store).stream(ASK)
    await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]  # a generator, as every stream of ours
    assert store.settled[1].result == "cancelled"
    assert store.settled[1].usage == Usage(read=3, written=2)
