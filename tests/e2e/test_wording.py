"""A whole turn with a model that words the reply, and with one that lies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from agent.prompts.loader import load
from agent.turns import Answer, Incoming, Words
from domain.models import Completion, Prompt
from domain.settings import ROOT
from support.writing.voice import Voice
from support.writing.writer import Writer
from tests.e2e.conftest import Service

TWO = "HB-203115 去到邊？仲有你哋有咩付款方法？"
PLAIN = (
    "HB-203098 去到邊？仲有你哋有咩付款方法？"  # answered without a "no", so sentence by sentence
)


class Echo:
    """A model that returns the draft with something put before and behind it."""

    def __init__(self, before: str = "", behind: str = "") -> None:
        self._before, self._behind = before, behind
        self.drafts: list[str] = []

    async def complete(self, prompt: Prompt) -> Completion:
        found = re.search(r"<draft>\n(.*)\n</draft>", prompt.lines[-1].text, re.DOTALL)
        assert found is not None
        self.drafts.append(found[1])
        return Completion(self._before + found[1] + self._behind)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        yield await self.complete(prompt)


def give(service: Service, model: Echo) -> None:
    voice = replace(Voice.read(ROOT / "playbook" / "voices" / "demo.yaml"), least_sentences=1)
    context = service.turns.context
    service.turns.context = replace(context, writer=Writer(model, load("compose"), voice))


async def test_a_wording_that_holds_is_said(service: Service) -> None:
    model = Echo(before="好呀，")
    give(service, model)
    said = await service.say(TWO)
    assert len(model.drafts) == 1
    assert said.message.text.startswith("好呀，")


@pytest.mark.parametrize("lie", ["遲到就全數退款。", "送你 HK$100 現金券。", "請回覆「係」確認。"])
async def test_a_lie_is_not(service: Service, lie: str) -> None:
    model = Echo(behind=lie)
    give(service, model)
    said = await service.say(TWO)
    assert len(model.drafts) == 1
    assert lie not in said.message.text
    assert model.drafts[0] in said.message.text


@pytest.mark.parametrize(
    "text", ["唔該幫我取消 HB-203115", "退款幾時到 HB-202604", "你哋呃人！我要搵真人！"]
)
async def test_what_is_fixed_never_reaches_the_model(service: Service, text: str) -> None:
    model = Echo(before="假：")
    give(service, model)
    await service.say(text)
    assert model.drafts == []


class Streams(Echo):
    """An echo that is written a few letters at a time."""

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        whole = await self.complete(prompt)
        for at in range(0, len(whole.text), 3):
            yield whole.text[at : at + 3]
        yield whole


async def watched(service: Service) -> tuple[list[str], str]:
    """What somebody who watches was told before the answer, and the answer."""
    told, answer = [], ""
    async for event in service.turns.stream(Incoming("talk", PLAIN, live=True)):
        if isinstance(event, Words):
            told.append(event.text)
        elif isinstance(event, Answer):
            answer = event.message.text
    return told, answer


async def test_who_watches_reads_it_sentence_by_sentence(service: Service) -> None:
    give(service, Streams(before="好呀，"))
    told, answer = await watched(service)
    assert len(told) > 1
    assert answer.startswith("".join(told))
    assert "好呀，" in told[0]


async def test_of_a_lie_nothing_is_shown_to_who_watches(service: Service) -> None:
    model = Streams(before="全部免費送畀你。")
    give(service, model)
    told, answer = await watched(service)
    assert "免費" not in answer
    assert answer.startswith("".join(told))
    assert all(line in answer for line in model.drafts[0].split("\n"))
