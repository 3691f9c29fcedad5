from __future__ import annotations

import pytest

from domain.errors import (
    BudgetSpent,
    InvalidModelOutput,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from support.models.fallback import Fallback, shares
from tests.unit.support.model_fakes import ASK, ScriptedModel, whole

FAULTS = [ModelRefused("key"), ModelUnavailable("down"), InvalidModelOutput("html")]


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_next_model_is_asked_when_one_cannot_answer(fault: ModelError) -> None:
    first, second = ScriptedModel([[fault]]), ScriptedModel([["b", whole("b")]])
    model = Fallback([first, second])
    assert await model.complete(ASK) == whole("b")
    assert [piece async for piece in model.stream(ASK)] == ["b", whole("b")]


async def test_the_first_that_answers_is_the_only_one_asked() -> None:
    second = ScriptedModel([[whole("b")]])
    assert await Fallback([ScriptedModel([[whole("a")]]), second]).complete(ASK) == whole("a")
    assert second.calls == 0


async def test_when_none_answers_the_last_fault_is_told() -> None:
    model = Fallback([ScriptedModel([[one]]) for one in FAULTS])
    with pytest.raises(InvalidModelOutput, match="html"):
        await model.complete(ASK)
    with pytest.raises(InvalidModelOutput, match="html"):
        await anext(model.stream(ASK))


async def test_a_spent_budget_is_spent_for_all() -> None:
    second = ScriptedModel([[whole()]])
    model = Fallback([ScriptedModel([[BudgetSpent("0")]]), second])
    with pytest.raises(BudgetSpent):
        await model.complete(ASK)
    with pytest.raises(BudgetSpent):
        await anext(model.stream(ASK))
    assert second.calls == 0


async def test_nobody_goes_on_with_what_another_began_to_say() -> None:
    second = ScriptedModel([["b", whole("b")]])
    pieces = Fallback([ScriptedModel([["a", ModelUnavailable("cut")]]), second]).stream(ASK)
    assert await anext(pieces) == "a"
    with pytest.raises(ModelUnavailable, match="cut"):
        await anext(pieces)
    assert second.calls == 0


@pytest.mark.parametrize(("count", "found"), [(1, [8]), (2, [4, 4]), (3, [4, 2, 2])])
def test_all_models_together_keep_the_deadline(count: int, found: list[float]) -> None:
    assert shares(8, count) == found
