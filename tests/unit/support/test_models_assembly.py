from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.clocks import FixedClock
from domain.errors import ConfigurationError, ModelUnavailable
from domain.model_usage import Endpoint, Price
from domain.models import ROLES, Model, Role
from domain.settings import RoleSettings, Settings
from support.models.assembly import assemble, budget
from support.models.metered import Budget, Meter
from tests.unit.support.model_fakes import ASK, NOW, CountingStore, ScriptedModel, whole

FREE = Price(Decimal(0), Decimal(0))
FIRST = Endpoint("first", "m", "http://127.0.0.1:1/v1", price=FREE)
SECOND = Endpoint("second", "m", "http://127.0.0.1:1/v1", price=FREE)


def meter(store: CountingStore) -> Meter:
    return Meter(store, Budget(), FixedClock(NOW), ZoneInfo("Asia/Hong_Kong"), count=len)


def everywhere(*endpoints: Endpoint) -> dict[Role, Sequence[Endpoint]]:
    return dict.fromkeys(ROLES, endpoints)


def no_connection(endpoint: Endpoint) -> Model:
    raise AssertionError(f"{endpoint.provider} is not to be opened")


def test_without_endpoints_there_is_no_model() -> None:
    assert assemble(Settings(), everywhere(), no_connection, meter(CountingStore())) is None


async def test_jobs_share_an_endpoint_and_the_second_stands_in_for_the_first() -> None:
    opened: list[str] = []

    def connect(endpoint: Endpoint) -> Model:
        opened.append(endpoint.provider)
        down = endpoint.provider == "first"
        return ScriptedModel([[ModelUnavailable("down") if down else whole()]])

    store = CountingStore()
    model = assemble(Settings(), everywhere(FIRST, SECOND), connect, meter(store))
    assert model is not None
    assert await model.complete(ASK) == whole()
    assert [piece async for piece in model.stream(ASK)] == [whole()]
    assert opened == ["first", "second"]
    results = {(one.provider, store.settled[n].result) for n, one in enumerate(store.planned, 1)}
    assert results == {("first", "unavailable"), ("second", "answered")}


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_model_that_is_too_slow_is_written_down_as_unavailable(streamed: bool) -> None:
    store = CountingStore()
    settings = Settings(models={"compose": RoleSettings(timeout_seconds=0.1)})
    slow = ScriptedModel([[5.0, whole()]])
    model = assemble(settings, everywhere(FIRST), lambda _: slow, meter(store))
    assert model is not None
    with pytest.raises(ModelUnavailable, match="in time"):
        await (anext(model.stream(ASK)) if streamed else model.complete(ASK))
    assert [one.result for one in store.settled.values()] == ["unavailable"]


def test_a_job_without_a_model_is_named() -> None:
    jobs = everywhere(FIRST) | {"judge": ()}
    with pytest.raises(ConfigurationError, match="NIGHTDESK_MODELS__JUDGE__USE"):
        assemble(Settings(), jobs, lambda _: ScriptedModel([[whole()]]), meter(CountingStore()))


def test_a_budget_in_money_needs_a_price() -> None:
    unknown = Endpoint("dashscope-intl", "m", "https://x.example/v1")
    with pytest.raises(ConfigurationError, match="NIGHTDESK_PROVIDERS__DASHSCOPE_INTL__PRICE_IN"):
        assemble(
            Settings(daily_cost=Decimal(5)),
            everywhere(unknown),
            no_connection,
            meter(CountingStore()),
        )


def test_the_budget_is_that_of_the_settings() -> None:
    settings = Settings(
        daily_tokens=9, calls_per_turn=2, models={"judge": RoleSettings(daily_tokens=4)}
    )
    assert budget(settings) == Budget(9, None, 2, {"judge": 4})
