"""What is left of a conversation where it no longer fits, and what a person who takes over reads of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent.memory import MOST_MESSAGES
from agent.prompts.loader import load
from agent.remembering import Remembering
from agent.turns import Turns
from domain.conversation import Standing
from domain.models import Completion, Prompt
from support.writing.summaries import Summariser
from support.writing.translation import Translator
from tests.e2e.conftest import Service

PERSON = "我要搵真人"


class Sums:
    """A model whose every summary is this."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[str] = []

    async def complete(self, prompt: Prompt) -> Completion:
        self.asked.append(prompt.lines[-1].text)
        return Completion(self.text)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        yield await self.complete(prompt)


def give(service: Service, model: Sums) -> None:
    house, turns = service.house, service.turns
    summing = Remembering(
        Summariser(model, load("summarise")),
        Translator(model, load("translate")),
        "zh-Hant",
        store=house.store,
        casebook=house.casebook,
    )
    service.turns = Turns(
        house.graph,
        turns.context,
        house.store,
        service.shop,
        tokens=house.tokens,
        remembering=summing,
    )


async def brief(service: Service) -> str:
    await service.turns.settled()
    handover = await service.house.casebook.handover("talk")
    (ticket,) = await service.house.casebook.tickets("talk")
    assert handover is not None
    assert ticket.summary == handover.brief
    return handover.brief


async def standing(service: Service) -> Standing:
    await service.turns.settled()
    history = await service.house.store.history("talk")
    assert history is not None
    return history.conversation.standing


async def test_the_brief_says_what_was_said_before(service: Service) -> None:
    await service.say("HB-203098 去到邊？我電話 9123 4567")
    await service.say(PERSON)
    told = await brief(service)
    assert "so far:\ncustomer: HB-203098 去到邊？" in told
    assert "9123" not in told


async def test_a_brief_without_a_before_has_none(service: Service) -> None:
    await service.say(PERSON)
    assert "so far" not in await brief(service)


async def test_a_one_time_code_stands_in_no_brief(service: Service) -> None:
    asked = await service.say("我想查下我個帳戶結餘")
    assert asked.awaiting == ("otp",)
    await service.say("482913")
    await service.say(PERSON)
    assert "482913" not in await brief(service)


async def test_a_code_is_not_told_when_its_task_is_long_gone(service: Service) -> None:
    model = Sums("客人多謝咗幾次。")
    give(service, model)
    await service.say("HB-203098 去到邊？")
    await service.say("我想查下我個帳戶結餘")
    await service.say("收到，482913 唔該")
    for _ in range(MOST_MESSAGES // 2):
        await service.say("唔該晒")
        await service.turns.settled()
    assert "[OTP]" in model.asked[-1]
    assert all("482913" not in asked for asked in model.asked)
    assert "HB-203098" in model.asked[-1]


async def test_a_very_long_message_is_not_sent_whole(service: Service) -> None:
    model = Sums("客人講咗好多嘢。")
    give(service, model)
    await service.say("我好嬲呀" * 5_000)
    await service.say(PERSON)
    await service.turns.settled()
    assert all(len(one) < 5_000 for one in model.asked)


async def test_a_model_sums_up_for_the_brief(service: Service) -> None:
    model = Sums("客人問訂單 HB-203098 去到邊，已經答咗。")
    give(service, model)
    await service.say("HB-203098 去到邊？")
    await service.say(PERSON)
    assert "so far:\n客人問訂單 HB-203098 去到邊，已經答咗。" in await brief(service)
    assert len(model.asked) == 1
    assert "HB-203098" in model.asked[0]


@pytest.mark.parametrize("lie", ["我哋應承咗全數退款。", "客人訂單係 HB-999999。"])
async def test_a_summary_that_lies_is_not_used(service: Service, lie: str) -> None:
    give(service, Sums(lie))
    await service.say("HB-203098 去到邊？")
    await service.say(PERSON)
    told = await brief(service)
    assert lie not in told
    assert "customer: HB-203098 去到邊？" in told


async def test_staff_read_a_translation_of_what_they_could_not_read(service: Service) -> None:
    model = Sums("我要找真人。")
    give(service, model)
    await service.say("I want to talk to a real person")
    assert "translated: 我要找真人。" in await brief(service)
    assert len(model.asked) == 1


async def test_what_staff_can_read_is_not_translated(service: Service) -> None:
    model = Sums("我要找真人。")
    give(service, model)
    await service.say("我要找真人客服")
    assert "translated" not in await brief(service)
    assert model.asked == []


async def test_what_no_longer_fits_is_summed_up_once_for_many_turns(service: Service) -> None:
    model = Sums("客人多謝咗幾次。")
    give(service, model)
    for _ in range(MOST_MESSAGES // 2):
        await service.say("唔該晒")
    assert (await standing(service)).summary == ""
    for _ in range(3):
        await service.say("唔該晒")
        kept = await standing(service)
    assert kept.summary == "客人多謝咗幾次。"
    assert len(model.asked) == 1
    await service.say(PERSON)
    assert "long ago: 客人多謝咗幾次。" in await brief(service)


async def test_a_conversation_that_is_gone_is_not_summed_up(service: Service) -> None:
    await service.house.store.sum_up("nobody", "x", "m1")
    await service.house.casebook.add_to_brief("nobody", "x")
    assert await service.house.store.history("nobody") is None
    assert await standing(service) == Standing()
