from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.clocks import FixedClock
from domain.errors import ConfigurationError, ModelUnavailable
from domain.model_usage import Endpoint, Price
from domain.models import ROLES, Model, Role
from domain.settings import RoleSettings, Settings
from support.models.assembly import ByRole, Experts, assemble, budget
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


EXPERT = Endpoint("expert", "hotel", "http://127.0.0.1:1/v1", price=FREE)


def with_expert(store: CountingStore, opened: list[str], *down: str) -> ByRole:
    """The usual models, and one that knows about rooms; those that are `down` do not answer."""

    def connect(endpoint: Endpoint) -> Model:
        opened.append(endpoint.provider)
        fault = endpoint.provider in down
        return ScriptedModel([[ModelUnavailable("down") if fault else whole()]])

    kinds: Experts = {"understand": {"book_room": [EXPERT]}, "compose": {"book_room": [EXPERT]}}
    made = assemble(Settings(), everywhere(FIRST, SECOND), connect, meter(store), kinds)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("role", "about", "asked"),
    [
        ("compose", ("book_room",), "expert"),
        ("understand", ("book_room",), "expert"),
        ("compose", ("find_order", "book_room"), "expert"),
        ("compose", ("find_order",), "first"),
        ("compose", (), "first"),
        ("summarise", ("book_room",), "first"),
        ("judge", ("book_room",), "first"),
    ],
)
async def test_an_expert_is_asked_about_its_own_kind_of_task_alone(
    role: Role, about: tuple[str, ...], asked: str
) -> None:
    store, opened = CountingStore(), list[str]()
    model = with_expert(store, opened)
    prompt = replace(ASK, role=role, about=about)
    await model.complete(prompt)
    assert [piece async for piece in model.stream(prompt)] == [whole()]
    assert [one.provider for one in store.planned] == [asked, asked]
    assert sorted(opened) == ["expert", "first", "second"]  # once each, however many jobs ask it


async def test_the_usual_models_stand_behind_an_expert() -> None:
    store = CountingStore()
    model = with_expert(store, [], "expert", "first")
    assert await model.complete(replace(ASK, about=("book_room",))) == whole()
    # Only an endpoint that is down is asked twice.
    asked = dict.fromkeys(one.provider for one in store.planned)
    assert list(asked) == ["expert", "first", "second"]


async def test_an_expert_that_is_down_is_left_alone_by_every_job() -> None:
    store = CountingStore()
    model = with_expert(store, [], "expert")
    for role in ("compose", "understand") * 4:
        await model.complete(replace(ASK, role=role, about=("book_room",)))
    asked = [one.provider for one in store.planned]
    assert asked.count("first") == 8
    assert asked.count("expert") == 4  # the faults of both jobs opened one circuit


async def test_an_expert_shares_the_time_of_the_job() -> None:
    settings = Settings(models={"compose": RoleSettings(timeout_seconds=0.2)})
    slow = ScriptedModel([[5.0, whole()]])
    store = CountingStore()
    experts: Experts = {"compose": {"book_room": [EXPERT]}}
    model = assemble(settings, everywhere(FIRST), lambda _: slow, meter(store), experts)
    assert model is not None
    with pytest.raises(ModelUnavailable, match="first did not answer in time"):
        async with asyncio.timeout(2):
            await model.complete(replace(ASK, about=("book_room",)))
    assert [one.provider for one in store.planned] == ["expert", "first"]


def test_an_expert_that_is_a_usual_model_too_is_asked_once() -> None:
    opened: list[str] = []

    def connect(endpoint: Endpoint) -> Model:
        opened.append(endpoint.provider)
        return ScriptedModel([[whole()]])

    experts: Experts = {"compose": {"book_room": [SECOND]}}
    store = CountingStore()
    assert assemble(Settings(), everywhere(FIRST, SECOND), connect, meter(store), experts)
    assert opened == ["first", "second"]


def test_a_budget_in_money_needs_the_price_of_an_expert() -> None:
    unknown = Endpoint("expert", "m", "http://127.0.0.1:1/v1")
    with pytest.raises(ConfigurationError, match="NIGHTDESK_PROVIDERS__EXPERT__PRICE_IN"):
        assemble(
            Settings(daily_cost=Decimal(5)),
            everywhere(FIRST),
            lambda _: ScriptedModel([[whole()]]),
            meter(CountingStore()),
            {"compose": {"book_room": [unknown]}},
        )


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
