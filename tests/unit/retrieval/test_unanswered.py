from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from domain.knowledge import AskedQuestion
from domain.ports import Embedder, EmbedMode, Vectors
from retrieval.unanswered import most_wanted

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def asked(*texts: str) -> list[AskedQuestion]:
    return [
        AskedQuestion(f"m{at}", "talk", NOW + timedelta(minutes=at), "yue", text, False)
        for at, text in enumerate(texts)
    ]


def test_questions_that_ask_the_same_are_together_and_the_most_asked_comes_first(
    embedder: Embedder,
) -> None:
    questions = asked("可唔可以帶狗入店", "有冇得泊車", "可唔可以帶狗入嚟店", "可唔可以帶狗入店")
    first, second = most_wanted(questions, embedder)
    assert (first.count, first.example, first.others) == (
        3,
        "可唔可以帶狗入店",
        ("可唔可以帶狗入嚟店",),
    )
    assert first.latest == questions[3].at
    assert (second.count, second.example, second.others) == (1, "有冇得泊車", ())


def test_of_those_asked_as_often_the_latest_comes_first(embedder: Embedder) -> None:
    found = most_wanted(asked("有冇得泊車", "可唔可以帶狗"), embedder)
    assert [each.example for each in found] == ["可唔可以帶狗", "有冇得泊車"]


def test_nothing_asked_wants_nothing(embedder: Embedder) -> None:
    assert most_wanted([], embedder) == []


def test_one_question_is_a_group(embedder: Embedder) -> None:
    assert [each.count for each in most_wanted(asked("有冇得泊車"), embedder)] == [1]


class Blank:
    """An embedder that finds no direction in some texts."""

    name, dimensions = "blank", 4

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        assert mode == "query"
        rows = [[float(text.isalpha()), 0, 0, 0] for text in texts]
        return np.asarray(rows, dtype=np.float32)


def test_questions_without_words_stop_nobody() -> None:
    found = most_wanted(asked("?!", "泊車", "。。", "泊車"), Blank())
    assert sum(each.count for each in found) == 4
    assert found[0].example == "泊車"
