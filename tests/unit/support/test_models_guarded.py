from __future__ import annotations

import asyncio
from collections.abc import Callable

import pybreaker
import pytest

from domain.errors import (
    BudgetSpent,
    InvalidModelOutput,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from domain.models import Completion, Model
from support.models.guarded import FAULTS_BEFORE_REST, Guarded, breaker
from support.models.timely import Timely
from tests.unit.support.model_fakes import ASK, ScriptedModel, whole

DOWN = ModelUnavailable("down")


def guarded(inner: Model, seconds: float = 3.0, rest: float = 30.0) -> Guarded:
    return Guarded(timely(inner), breaker("p (m)", rest_seconds=rest), seconds=seconds)


def timely(inner: Model) -> Callable[[float, float], Model]:
    return lambda seconds, whole: Timely(inner, "p", seconds, whole)


async def heard(model: Model) -> list[str | Completion]:
    return [piece async for piece in model.stream(ASK)]


async def fail(model: Model, times: int = FAULTS_BEFORE_REST) -> None:
    for _ in range(times):
        with pytest.raises(ModelError):
            await model.complete(ASK)


async def test_what_was_unavailable_is_asked_once_more() -> None:
    inner = ScriptedModel([[DOWN], [whole()]])
    assert await guarded(inner).complete(ASK) == whole()
    assert inner.calls == 2


@pytest.mark.parametrize("fault", [ModelRefused("no"), InvalidModelOutput("?"), BudgetSpent("0")])
async def test_nothing_else_is_asked_twice(fault: ModelError) -> None:
    inner = ScriptedModel([[fault], [whole()]])
    with pytest.raises(type(fault)):
        await guarded(inner).complete(ASK)
    with pytest.raises(type(fault)):
        await heard(guarded(ScriptedModel([[fault]])))
    assert inner.calls == 1


async def test_a_retry_that_could_not_be_in_time_is_not_made() -> None:
    inner = ScriptedModel([[DOWN], [whole()]])
    with pytest.raises(ModelUnavailable):
        await guarded(inner, seconds=0.5).complete(ASK)
    assert inner.calls == 1


async def test_a_model_that_hangs_is_unavailable_at_the_deadline() -> None:
    inner = ScriptedModel([[30.0, whole()]])
    async with asyncio.timeout(2):
        with pytest.raises(ModelUnavailable, match="in time"):
            await guarded(inner, seconds=0.1).complete(ASK)
        with pytest.raises(ModelUnavailable, match="in time"):
            await heard(guarded(inner, seconds=0.1))
    assert inner.closed == 2


async def test_a_stream_that_has_begun_is_never_begun_again() -> None:
    inner = ScriptedModel([["你", DOWN], ["你", "好", whole("你好")]])
    pieces = guarded(inner).stream(ASK)
    assert await anext(pieces) == "你"
    with pytest.raises(ModelUnavailable):
        await anext(pieces)
    assert inner.calls == 1


async def test_a_stream_that_has_not_begun_is_tried_once_more() -> None:
    inner = ScriptedModel([[DOWN], ["你", whole("你")]])
    assert await heard(guarded(inner)) == ["你", whole("你")]


async def test_a_stream_that_has_begun_has_the_whole_deadline() -> None:
    inner = ScriptedModel([["a", 0.2, "b", whole("ab")]])
    patient = Guarded(timely(inner), breaker("p"), seconds=0.1, whole=2)
    assert await heard(patient) == ["a", "b", whole("ab")]


async def test_an_endpoint_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    inner = ScriptedModel([[DOWN]])
    model = guarded(inner, seconds=0.5, rest=0.2)
    await fail(model)
    asked = inner.calls
    with pytest.raises(ModelUnavailable, match="left alone"):
        await model.complete(ASK)
    with pytest.raises(ModelUnavailable, match="left alone"):
        await heard(model)
    assert inner.calls == asked
    await asyncio.sleep(0.25)
    inner.scripts = [[whole()]]
    assert await model.complete(ASK) == whole()


async def test_one_failed_trial_sends_it_back_to_rest() -> None:
    inner = ScriptedModel([[DOWN]])
    model = guarded(inner, seconds=0.5, rest=0.1)
    await fail(model)
    await asyncio.sleep(0.15)
    with pytest.raises(ModelUnavailable, match="down"):
        await model.complete(ASK)
    with pytest.raises(ModelUnavailable, match="left alone"):
        await model.complete(ASK)


async def test_refusals_do_not_shut_an_endpoint_for_everybody() -> None:
    inner = ScriptedModel([[ModelRefused("filtered")]])
    model = guarded(inner)
    await fail(model, FAULTS_BEFORE_REST * 2)
    assert inner.calls == FAULTS_BEFORE_REST * 2


async def test_customers_who_write_again_do_not_shut_an_endpoint() -> None:
    inner = ScriptedModel([[5.0, whole()]])
    model = guarded(inner)
    for _ in range(FAULTS_BEFORE_REST * 2):
        task = asyncio.create_task(model.complete(ASK))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    inner.scripts = [[whole()]]
    assert await model.complete(ASK) == whole()


async def test_a_cancelled_trial_does_not_open_the_endpoint_to_everybody() -> None:
    inner = ScriptedModel([[DOWN]])
    circuit = breaker("p", rest_seconds=0.1)
    model = Guarded(timely(inner), circuit, seconds=0.5)
    await fail(model)
    await asyncio.sleep(0.15)
    inner.scripts = [[5.0, whole()]]
    task = asyncio.create_task(model.complete(ASK))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert circuit.current_state == pybreaker.STATE_OPEN


async def test_a_reader_who_has_enough_closes_the_stream() -> None:
    inner = ScriptedModel([["a", "b", whole("ab")]])
    pieces = guarded(inner).stream(ASK)
    await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]  # a generator, as every stream of ours
    assert inner.closed == 1


async def test_calls_side_by_side_do_not_wait_for_one_another() -> None:
    inner = ScriptedModel([[0.05, whole()]])
    model = guarded(inner)
    await asyncio.gather(*(model.complete(ASK) for _ in range(20)))
    assert inner.most_at_once == 20
