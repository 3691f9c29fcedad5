"""The labelled alarms are what they claim to be, and the half that is held was not learnt from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from domain.casework import Verdict
from domain.reading import Screening
from evals.alarms.labelled import MEANINGS, TONGUES, Half, Labelled, Meaning, read_half
from evals.alarms.words import heard_by_words
from evals.bench_alarms import Case, Share, by_product, false_alarms, recall
from support.escalation import Escalation

ROOT = Path(__file__).parents[3]
HALVES: tuple[Half, ...] = ("train", "held")


def both() -> list[Labelled]:
    return [read_half(half) for half in HALVES]


def test_it_is_as_large_as_was_promised() -> None:
    assert sum(len(half.utterances) for half in both()) >= 420
    assert sum(len(half.conversations) for half in both()) >= 88


@pytest.mark.parametrize("half", HALVES)
def test_a_half_holds_as_much_of_every_language(half: Half) -> None:
    found = read_half(half)
    assert len({Counter(one.language for one in found.utterances)[t] for t in TONGUES}) == 1
    assert len({Counter(one.language for one in found.conversations)[t] for t in TONGUES}) == 1


@pytest.mark.parametrize("meaning", MEANINGS)
def test_halves_hold_about_as_much_of_every_meaning_in_every_language(meaning: str) -> None:
    train, held = (
        Counter(one.language for one in half.utterances if meaning in one.means) for half in both()
    )
    assert all(train[tongue] >= 4 for tongue in TONGUES)
    assert all(abs(train[tongue] - held[tongue]) <= 3 for tongue in TONGUES)


def test_at_least_half_of_the_messages_mean_nothing_of_the_kind() -> None:
    for half in both():
        calm = [one for one in half.utterances if not one.means]
        assert len(calm) * 2 >= len(half.utterances)
        assert len({one.kind for one in calm}) >= 8, "and in more than one way"


def test_no_message_stands_in_both_halves_or_twice() -> None:
    train, held = both()
    assert not set(train.texts) & set(held.texts)
    alone = [one.text for half in both() for one in half.utterances]
    assert len(alone) == len(set(alone))


def test_nothing_was_learnt_from_the_held_half() -> None:
    held = set(read_half("held").texts)
    taught = set[str]()
    for path in (ROOT / "playbook" / "examples").rglob("*.yaml"):
        taught |= set(_strings(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert len(taught) > 1000, "the examples were found"
    # "Turn to a person" can hardly be said otherwise; whatever is longer than that has to be other words.
    assert not {text for text in held & taught if len(text) > 6}


def _strings(document: object) -> list[str]:
    if isinstance(document, dict):
        return [text for value in document.values() for text in _strings(value)]
    if isinstance(document, list):
        return [text for value in document for text in _strings(value)]
    return [document] if isinstance(document, str) else []


def test_a_list_of_words_takes_a_denial_for_an_alarm() -> None:
    assert "alarm" in heard_by_words("件貨冇爛冇壞")
    assert heard_by_words("你哋幾點收工") == frozenset()


class Deaf:
    """A screener that hears anger in one word and the wish for a person in another, and nothing else."""

    def screen(self, text: str) -> Screening:
        named = {"danger": "safety", "human": "person", "broken": "fault"}
        signals = frozenset(signal for word, signal in named.items() if word in text)
        return Screening(signals, anger=0.9 if "furious" in text else 0.0)


def test_a_conversation_is_heard_until_its_end() -> None:
    escalation = Escalation.read(ROOT / "playbook" / "rules" / "escalation.yaml", [])
    hear = by_product(Deaf(), escalation)
    assert hear(["hello", "there is danger", "furious, a human"]) == {"alarm", "anger", "person"}
    assert hear(["a human"]) == {"person"}, "who asks for a person raises no alarm"
    assert hear(["broken"]) == frozenset(), "what a tool may settle needs nobody"
    assert escalation.decide(set()) == Verdict()


def test_shares_count_those_that_mean_it_and_those_that_do_not() -> None:
    alarm: frozenset[Meaning] = frozenset({"alarm"})
    cases = [
        Case("en", ("a",), alarm, {"us": alarm}),
        Case("en", ("b",), alarm, {"us": frozenset[Meaning]()}),
        Case("en", ("c",), frozenset(), {"us": alarm}),
    ]
    assert recall(cases, "us", "alarm") == Share(1, 2)
    assert false_alarms(cases, "us", "alarm") == Share(1, 1)
    assert false_alarms(cases, "us", "anger") == Share(0, 3)


def test_intervals_are_wilsons() -> None:
    low, high = Share(95, 100).interval
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 100).interval[0] == 0.0
