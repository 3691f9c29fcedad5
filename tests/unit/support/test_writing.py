"""The writer, the summariser and the translator over models that say what a test has them say."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from agent.prompts.loader import load
from domain.errors import (
    BudgetSpent,
    ConfigurationError,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from domain.language import Language
from domain.models import Call, Completion, Prompt
from support.replies import LANGUAGES
from support.writing.checking import objections
from support.writing.summaries import Said, Summariser
from support.writing.translation import Translator, differences
from support.writing.voice import NEVER, Voice
from support.writing.writer import Draft, Writer

PLAYBOOK = Path(__file__).parents[3] / "playbook"
VOICE = Voice.read(PLAYBOOK / "voices" / "demo.yaml")

FIRST = "Order A1001 should arrive on 15 Mar."
SECOND = "Order A1002 should arrive on 18 Mar."
DRAFT = Draft((FIRST, SECOND), "where are my orders", "en", "demo", "turn-1")
GOOD = "Order A1001 should arrive on 15 March, and order A1002 should arrive on 18 March."
EVIL = "Order A1001 should arrive on 15 Mar. Order A1002 should arrive on 18 Mar. We refund you HK$500."


class Says:
    """A model that answers with one text, in pieces of three letters when streamed, or fails."""

    def __init__(
        self,
        text: str = "",
        fault: ModelError | None = None,
        calls: tuple[Call, ...] = (),
        after: int = 0,
    ) -> None:
        self._answer = Completion(text, calls)
        self._fault = fault
        self._after = after
        self.prompts: list[Prompt] = []
        self.sent = 0
        self.closed = False

    async def complete(self, prompt: Prompt) -> Completion:
        self.prompts.append(prompt)
        if self._fault is not None:
            raise self._fault
        return self._answer

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        self.prompts.append(prompt)
        try:
            for at in range(0, len(self._answer.text), 3):
                if self._fault is not None and at >= self._after:
                    raise self._fault
                self.sent += 1
                yield self._answer.text[at : at + 3]
            if self._fault is not None:
                raise self._fault
            yield self._answer
        finally:
            self.closed = True


def writer(model: Says | None) -> Writer:
    return Writer(model, load("compose"), VOICE)


def rejected(reason: str, counter: str = "draft") -> float:
    return (
        REGISTRY.get_sample_value(f"nightdesk_{counter}_rejected_total", {"reason": reason}) or 0.0
    )


async def streamed(model: Says | None, draft: Draft = DRAFT) -> list[str]:
    return [piece async for piece in writer(model).pieces(draft)]


async def test_a_good_draft_is_said() -> None:
    assert await writer(Says(GOOD)).write(DRAFT) == GOOD


async def test_the_prompt_says_what_the_sentences_are_about_and_to_the_desk_alone() -> None:
    model = Says(GOOD)
    draft = replace(DRAFT, about=("find_order", "topic"))
    await writer(model).write(draft)
    assert await streamed(model, draft) != []
    for prompt in model.prompts:
        assert prompt.about == ("find_order", "topic")
        assert "find_order" not in prompt.system + prompt.lines[0].text


async def test_without_a_model_the_sentences_are_said_as_written() -> None:
    assert await writer(None).write(DRAFT) == DRAFT.text
    assert "".join(await streamed(None)) == DRAFT.text


async def test_a_draft_that_promises_is_not_said_and_is_counted() -> None:
    before = rejected("unsupported")
    assert await writer(Says(EVIL)).write(DRAFT) == DRAFT.text
    assert rejected("unsupported") == before + 1


@pytest.mark.parametrize(
    "fault",
    [ModelUnavailable("slow"), ModelRefused("key"), BudgetSpent("day")],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_model_that_fails_costs_only_the_wording(fault: ModelError) -> None:
    before = rejected(fault.code)
    assert await writer(Says(fault=fault)).write(DRAFT) == DRAFT.text
    assert "".join(await streamed(Says(GOOD, fault))) == DRAFT.text
    assert rejected(fault.code) == before + 2


async def test_a_call_is_no_wording() -> None:
    calls = (Call("refund_order", {"order": "A1001"}),)
    assert await writer(Says(GOOD, calls=calls)).write(DRAFT) == DRAFT.text


async def test_the_prompt_is_stable_and_masked_and_ends_with_the_draft() -> None:
    model = Says(GOOD)
    other = Draft(
        DRAFT.lines, "call 9123 4567, I am Chan Tai Man </customer>", "en", known=("Chan Tai Man",)
    )
    await writer(model).write(DRAFT)
    await writer(model).write(other)
    one, two = model.prompts
    assert one.system == two.system
    assert one.role == "compose"
    assert one.source == "compose@1"
    assert (one.tenant, one.turn) == ("demo", "turn-1")
    last = two.lines[-1].text
    assert last.endswith(f"<draft>\n{DRAFT.text}\n</draft>")
    assert "9123" not in last
    assert "Tai Man" not in last
    assert last.count("</customer>") == 1


async def test_good_sentences_are_shown_before_the_model_has_ended() -> None:
    model = Says("Order A1001 should arrive on 15 Mar. Order A1002 should arrive on 18 Mar.")
    pieces = writer(model).pieces(DRAFT)
    assert await anext(pieces) == "Order A1001 should arrive on 15 Mar."
    assert model.sent < 14
    assert [piece async for piece in pieces] == [" Order A1002 should arrive on 18 Mar."]


async def test_nothing_begins_or_ends_with_an_empty_line() -> None:
    pieces = await streamed(Says(f"\n\n{GOOD}\n\n"))
    assert "".join(pieces) == GOOD


async def test_a_bad_sentence_is_never_shown_and_what_lacks_follows_as_written() -> None:
    model = Says(
        "Order A1001 should arrive on 15 Mar. It is free of charge. Order A1002 should arrive on 18 Mar."
    )
    assert await streamed(model) == ["Order A1001 should arrive on 15 Mar.", f"\n{SECOND}"]
    assert model.closed


async def test_what_a_broken_stream_did_not_say_follows_as_written() -> None:
    text = "Order A1001 should arrive on 15 Mar. Order A1002 should"
    pieces = await streamed(Says(text, ModelUnavailable("dropped"), after=48))
    assert pieces == ["Order A1001 should arrive on 15 Mar.", f"\n{SECOND}"]


async def test_an_endless_stream_is_left() -> None:
    model = Says("so " * 100_000)
    assert "".join(await streamed(model)) == DRAFT.text
    assert model.sent < 200
    assert model.closed


async def test_sentences_that_say_no_wait_for_the_whole() -> None:
    draft = Draft(("Order A1001 hasn't left yet, so there is no tracking number.",), "?", "en")
    lost = Says("Order A1001 is here. There is a tracking number.")
    assert await streamed(lost, draft) == list(draft.lines)
    kept = "Order A1001 hasn't left yet. So there is no tracking number."
    assert "".join(await streamed(Says(kept), draft)) == kept


async def test_a_stripped_condition_is_not_streamed() -> None:
    model = Says("Order A1001 arrives on 15 Mar. Order A1002 should arrive on 18 Mar.")
    assert "".join(await streamed(model)) == DRAFT.text


SENTENCES: dict[str, dict[Language, str]] = {
    key: block
    for path in sorted((PLAYBOOK / "replies").glob("*.yaml"))
    for key, block in yaml.safe_load(path.read_text("utf-8")).items()
}


def filled(sentence: str) -> str:
    """A sentence with a value of its own for every field."""
    return re.sub(r"\{(\w+)\}", lambda field: f"A{sum(map(ord, field[1]))}", sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_free_sentence_of_the_playbook_supports_itself(language: Language) -> None:
    said = {key: filled(block[language]) for key, block in SENTENCES.items()}
    free = [text for key, text in said.items() if VOICE.frees(key, text)]
    assert len(free) > 80
    assert [text for text in free if objections(text, text, language)] == []


@pytest.mark.parametrize("family", sorted(NEVER))
def test_what_must_stay_is_never_free(family: str) -> None:
    wide = Voice("wide", VOICE.manner, (family, family.split(".")[0]))
    assert not wide.frees(family, "text")
    assert not wide.frees(f"{family}.done", "text")


@pytest.mark.parametrize(
    "text",
    [
        "唔好意思，訂單遲咗。",
        "很抱歉，訂單延誤了。",
        "Sorry, it is late.",
        "Shall I chase it for you?",
        "請確認。",
    ],
)
def test_an_apology_or_a_consent_in_a_sentence_keeps_it_as_it_is(text: str) -> None:
    assert not VOICE.frees("track_parcel.late", text)


def test_personal_data_keeps_a_sentence_from_the_model() -> None:
    model = writer(Says())
    assert model.frees("find_order.done", "Order A1001 is packed.")
    assert not model.frees(
        "find_order.done", "Order A1001 goes to Chan Tai Man.", ("Chan Tai Man",)
    )
    assert not model.frees("find_order.done", "We call +852 9123 4567.")
    assert not writer(None).frees("find_order.done", "Order A1001 is packed.")


def test_a_voice_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "loud.yaml"
    path.write_text("name: loud\nmanner: {en: loud}\nmay_reword: []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no manner for yue"):
        Voice.read(path)
    path.write_text("name: loud\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="needs name, manner"):
        Voice.read(path)
    manner = "{en: a, yue: a, zh-Hant: a, zh-Hans: a}"
    path.write_text(f"name: loud\nmanner: {manner}\nmay_reword: [refund_order]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="refund_order may never be reworded"):
        Voice.read(path)


TALK = [
    Said("customer", "My kettle from order A1001 is broken. You promised me a refund of HK$300!"),
    Said(
        "assistant",
        "I'm sorry. Order A1001 was delivered on 12 Mar and can be returned only within 10 days.",
    ),
    Said("customer", "Call me on 9123 4567."),
]


def summariser(model: Says | None) -> Summariser:
    return Summariser(model, load("summarise"))


async def test_a_true_summary_is_used_below_the_pins() -> None:
    text = "The customer says the kettle from order A1001 is broken and claims a refund of HK$300 was promised."
    said = await summariser(Says(text)).sum_up(TALK, ["order A1001"], "en")
    assert said == f"- order A1001\n{text}"


@pytest.mark.parametrize(
    "text",
    [
        "We promised a refund of HK$300.",  # only the customer said so
        "The customer wants HK$3,000 for order A1001.",
        "The customer's order A1010 is broken.",
        "Order A1001 was delivered on 12 Mar and can be returned within 10 days.",
        "The customer is lying and we guarantee nothing.",
        "<think>hm</think> The customer wants order A1001.",
        "客人話訂單 A1001 壞咗。",
        "",
    ],
)
async def test_a_doubtful_summary_gives_way_to_the_words_themselves(text: str) -> None:
    said = await summariser(Says(text)).sum_up(TALK, ["order A1001"], "en")
    plain = await summariser(None).sum_up(TALK, ["order A1001"], "en")
    assert said == plain
    assert said.startswith("- order A1001\ncustomer: My kettle")


async def test_a_summary_never_sees_or_shows_personal_data() -> None:
    model = Says(fault=ModelUnavailable("down"))
    said = await summariser(model).sum_up(TALK, [], "en")
    assert "9123" not in said
    assert "9123" not in model.prompts[0].lines[0].text
    assert await summariser(model).sum_up([], [], "en") == ""


TRANSLATED: list[tuple[Language, str, str]] = [
    ("en", "訂單 A1001 預計 3月15日 送到。", "Order A1001 is expected to arrive on 15 March."),
    ("zh-Hans", "Your refund of HK$300 has been approved.", "您的 HK$300 退款已获批准。"),
    ("zh-Hant", "We open at 3pm tomorrow.", "我們明天下午3點開門。"),
    ("en", "唔可以退款。", "It cannot be refunded."),
    ("en", "請等三個工作天", "Please wait 3 working days"),
]
MISTRANSLATED: list[tuple[Language, str, str, str]] = [
    (
        "en",
        "訂單 A1001 預計 3月15日 送到。",
        "Order A1001 is expected to arrive on 16 March.",
        "figures",
    ),
    ("en", "訂單 A1001 預計 3月15日 送到。", "It is expected to arrive on 15 March.", "figures"),
    ("en", "唔可以退款。", "It can be refunded.", "negation"),
    ("en", "唔可以退款。", "It can be refunded.", "promises"),
    ("en", "多謝你等候。", "Thank you for waiting; delivery is free of charge.", "promises"),
    ("zh-Hans", "Your refund is HK$300.", "您的退款是 HK$3000。", "figures"),
    ("zh-Hans", "Thank you.", "謝謝您。", "language"),
    ("zh-Hant", "We open on Monday.", "我們星期二開門。", "weekday"),
    ("en", "你好", "你好", "language"),
    ("en", "你好", "<b>Hello</b>", "markup"),
    ("en", "聽日到", "It arrives today", "figures"),
    ("en", "你好", "Hello. " * 40, "length"),
]


@pytest.mark.parametrize(("to", "original", "text"), TRANSLATED)
async def test_a_faithful_translation_is_shown(to: Language, original: str, text: str) -> None:
    assert differences(text, original, to) == []
    model = Translator(Says(text), load("translate"))
    assert await model.translate(original, to, "customer") == text


@pytest.mark.parametrize(("to", "original", "text", "reason"), MISTRANSLATED)
async def test_a_doubtful_translation_is_not(
    to: Language, original: str, text: str, reason: str
) -> None:
    assert reason in differences(text, original, to)
    model = Translator(Says(text), load("translate"))
    assert await model.translate(original, to, "staff") is None


async def test_the_original_is_shown_when_no_model_answers() -> None:
    assert await Translator(None, load("translate")).translate("你好", "en", "staff") is None
    down = Translator(Says(fault=ModelUnavailable("down")), load("translate"))
    assert await down.translate("你好", "en", "staff") is None


async def test_customers_get_no_translation_with_holes_in_it() -> None:
    model = Says("Please call [PHONE].")
    translator = Translator(model, load("translate"))
    assert await translator.translate("請打 9123 4567。", "en", "customer") is None
    assert model.prompts == []
    assert await translator.translate("請打 9123 4567。", "en", "staff") == "Please call [PHONE]."
    assert "9123" not in model.prompts[0].lines[0].text


def test_a_flood_of_text_costs_no_time() -> None:
    flood = "HK$1,000 refund 三千五百蚊 https://a.example.com " * 40_000
    started = time.perf_counter()
    assert objections(flood, FIRST, "en") == ["length"]
    assert differences(flood, FIRST, "yue") == ["length"]
    assert time.perf_counter() - started < 0.5
