from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from connectors.embeddings_embedded import EmbeddedEmbedder
from domain.language import Language
from retrieval.documents import Document
from retrieval.reading import read_folder
from retrieval.search import Hit, Librarian
from retrieval.wordings import Wordings

ROOT = Path(__file__).parents[3]
QUESTIONS = yaml.safe_load(
    Path(__file__).with_name("data_questions.yaml").read_text(encoding="utf-8")
)
SPEAKS: dict[str, Language] = {
    "yue": "yue",
    "mix": "yue",
    "zh-Hant": "zh-Hant",
    "zh-Hans": "zh-Hans",
    "en": "en",
}


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    found, rejected = read_folder(ROOT / "knowledge")
    assert rejected == []
    return found


@pytest.fixture(scope="module")
def librarian(documents: list[Document]) -> Librarian:
    wordings = Wordings.read(ROOT / "playbook" / "search" / "wordings.yaml")
    keeper = Librarian(EmbeddedEmbedder(), Noon(), wordings)
    keeper.load(documents)
    return keeper


@pytest.fixture(scope="module")
def answers(librarian: Librarian) -> list[tuple[str, str, list[Hit]]]:
    return [
        (document, style, librarian.search(text, SPEAKS[style], k=5))
        for document, styles in QUESTIONS["answered"].items()
        for style, texts in styles.items()
        for text in texts
    ]


def test_the_right_document_is_among_the_first_three_in_every_language(
    answers: list[tuple[str, str, list[Hit]]], documents: list[Document]
) -> None:
    twin = {each.id: each.twin for each in documents}
    right: dict[str, list[bool]] = defaultdict(list)
    for document, style, hits in answers:
        right[style].append(document in [twin[hit.passage.document] for hit in hits[:3]])
    low = {style: sum(yes) / len(yes) for style, yes in right.items() if sum(yes) < 0.9 * len(yes)}
    assert low == {}


def test_the_first_answer_is_in_the_language_of_the_customer(
    answers: list[tuple[str, str, list[Hit]]],
) -> None:
    strange = [
        (style, hits[0].passage.id)
        for _, style, hits in answers
        if (hits[0].passage.language == "en") != (style == "en")
    ]
    assert strange == []


def test_hardly_any_question_is_answered_that_nothing_answers(librarian: Librarian) -> None:
    asked = [
        librarian.search(text, SPEAKS[style])
        for style, texts in QUESTIONS["unanswered"].items()
        for text in texts
    ]
    false = sum(librarian.confident(hits) for hits in asked)
    assert false <= 0.06 * len(asked)


def test_most_questions_that_have_an_answer_are_answered(
    librarian: Librarian, answers: list[tuple[str, str, list[Hit]]]
) -> None:
    sure = sum(librarian.confident(hits) for _, _, hits in answers)
    assert sure >= 0.8 * len(answers)


def test_english_and_chinese_twins_have_the_same_sections(documents: list[Document]) -> None:
    places: dict[str, set[int]] = defaultdict(set)
    for each in documents:
        places[each.twin].add(len({passage.place for passage in each.passages}))
    assert {twin for twin, counts in places.items() if len(counts) > 1} == set()
