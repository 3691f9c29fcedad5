from __future__ import annotations

import re
from decimal import Decimal

import pytest
import yaml

from agent.outcomes import packed, unpacked
from domain.tooling import Done
from support.policy_answers import TOPICS
from support.replies import LANGUAGES
from tests.unit.support.companies import (
    COMPANIES,
    NIGHT,
    PLAYBOOK,
    asked,
    said,
)

EXAMPLES = PLAYBOOK / "examples" / "topics"
SOURCES = [(PLAYBOOK.parent / "support").glob("policy_*.py")]
KEYS = re.compile(r'"(topic\.\w+\.\w+)"')
WRITTEN = yaml.safe_load((PLAYBOOK / "replies" / "topics.yaml").read_text(encoding="utf-8"))
SIMPLIFIED_ONLY = re.compile("[们这说时间为还没请问发货单订过给会开门价钱数题]")


def test_every_topic_that_customers_are_taught_to_ask_has_an_answer() -> None:
    taught = {path.stem for path in EXAMPLES.glob("*.yaml")} - {"other_question"}
    assert sorted(TOPICS) == sorted(taught)


def test_every_sentence_is_used_and_every_key_is_written() -> None:
    used = {key for paths in SOURCES for path in paths for key in KEYS.findall(path.read_text())}
    assert sorted(used) == sorted(WRITTEN)


@pytest.mark.parametrize("key", sorted(WRITTEN))
def test_each_script_keeps_to_itself(key: str) -> None:
    sentences = WRITTEN[key]
    assert SIMPLIFIED_ONLY.findall(sentences["yue"] + sentences["zh-Hant"]) == []
    assert re.findall("[嘅咗佢喺唔冇嗰啲]", sentences["zh-Hant"] + sentences["zh-Hans"]) == []


@pytest.mark.parametrize("who", sorted(COMPANIES))
@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_whatever_is_answered_can_be_said_in_every_language_and_kept(who: str, topic: str) -> None:
    examples = yaml.safe_load((EXAMPLES / f"{topic}.yaml").read_text(encoding="utf-8"))
    texts = [text for tongue, many in examples.items() if tongue != "label" for text in many]
    for text in texts:
        answer = asked(who, topic, text, now=NIGHT)
        if answer is not None:
            assert answer.section
            assert unpacked(packed(Done(answer.reply, answer.values))) == Done(
                answer.reply, answer.values
            )
            for language in LANGUAGES:
                assert "{" not in said(who, topic, text, now=NIGHT, language=language)


@pytest.mark.parametrize("topic", sorted(set(TOPICS) - {"return_policy"}))
def test_a_rule_that_is_absent_is_not_claimed(topic: str) -> None:
    assert asked("bare", topic, "幾多?") is None


def test_a_topic_that_is_none_of_the_rules_is_not_answered() -> None:
    assert asked("books", "other_question", "有冇位泊車") is None


@pytest.mark.parametrize(
    ("topic", "text", "values"),
    [
        ("return_policy", "", {"days": 10, "wrong_days": 21}),
        ("damage_policy", "爛咗點算", {"days": 21}),
        ("exchange_policy", "", {"days": 12}),
        ("refund_limit", "最多退幾多", {"limit": Decimal(600)}),
        ("quote_validity", "", {"days": 9}),
        ("expedite_policy", "", {"count": 2}),
        ("fraud", "官方網址係邊個", {"domain": "shop.books.example"}),
        ("bulk_discount", "買 30 件有冇折", {"qty": 30, "percent": "4"}),
        ("bulk_discount", "買五十件呢", {"qty": 50, "percent": "10"}),
        ("shipping_fee", "送去香港", {"fee": Decimal(35), "free_from": Decimal(300)}),
        ("shipping_fee", "澳門運費", {"fee": Decimal(80)}),
    ],
)
def test_figures_are_those_of_the_company_and_keep_their_type(
    topic: str, text: str, values: dict[str, object]
) -> None:
    answer = asked("books", topic, text)
    assert answer is not None
    assert {name: answer.values.get(name) for name in values} == values
