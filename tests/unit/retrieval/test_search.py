from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.language import Language
from domain.ports import Embedder
from retrieval.documents import Document, read_document
from retrieval.search import CALIBRATIONS, Librarian, counterparts


class Noon:
    """A clock that can be set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Noon:
    return Noon()


def made(name: str, body: str, **about: str) -> Document:
    front = "\n".join(f"{key}: {value}" for key, value in about.items())
    return read_document(f"---\n{front}\n---\n{body}".encode(), name)


ZH = made(
    "r.zh.md", "## 期限\n退貨期限十四天。\n## 運費\n退貨運費自付。", language="zh-Hant", twin="r"
)
EN = made(
    "r.en.md",
    "## Period\nReturn within fourteen days.\n## Postage\nYou pay the postage of a return.",
    language="en",
    twin="r",
)
STAFF = made("s.md", "主管專用退貨暗號是海豚。", audience="staff", owner="x")
OLD = made("o.md", "聖誕優惠退貨三十天。", valid_until="2026-11-20")


@pytest.fixture
def librarian(embedder: Embedder, clock: Noon) -> Librarian:
    keeper = Librarian(embedder, clock)
    keeper.load([ZH, EN, STAFF, OLD])
    return keeper


def test_the_answer_comes_from_the_twin_in_the_language_of_the_customer(
    librarian: Librarian,
) -> None:
    languages: list[Language] = ["en", "zh-Hant", "zh-Hans", "yue"]
    first = {each: librarian.search("退貨運費自付", each)[0].passage.text for each in languages}
    assert first["en"] == "You pay the postage of a return."
    assert {first[each] for each in languages[1:]} == {"退貨運費自付。"}


def test_no_passage_is_shown_twice(librarian: Librarian) -> None:
    found = [hit.passage.id for hit in librarian.search("return fourteen days 退貨期限", "yue", 9)]
    assert len(found) == len(set(found))


def test_staff_documents_are_for_staff(librarian: Librarian) -> None:
    def asked(audience: str) -> set[str]:
        hits = librarian.search(
            "暗號是海豚", "yue", 9, "staff" if audience == "staff" else "public"
        )
        return {hit.passage.document for hit in hits}

    assert "s" not in asked("public")
    assert "s" in asked("staff")


def test_a_document_stops_answering_after_its_last_day(librarian: Librarian, clock: Noon) -> None:
    assert librarian.search("聖誕優惠退貨", "yue")[0].passage.document == "o"
    clock.at = datetime(2026, 11, 22, tzinfo=UTC)
    assert "o" not in {hit.passage.document for hit in librarian.search("聖誕優惠退貨", "yue", 9)}


def test_a_deleted_document_stops_answering_at_once(librarian: Librarian) -> None:
    librarian.load([EN])
    assert {hit.passage.document for hit in librarian.search("退貨期限", "yue", 9)} == {"r.en"}


def test_the_very_words_of_a_document_come_first_and_are_sure(librarian: Librarian) -> None:
    hits = librarian.search("退貨期限十四天", "zh-Hans")
    assert hits[0].passage.text == "退貨期限十四天。"
    assert librarian.confident(hits)


def test_a_citation_names_document_section_and_version(librarian: Librarian) -> None:
    hit = librarian.search("退貨運費自付", "yue")[0]
    assert (hit.citation.document, hit.citation.section, hit.citation.version) == (
        "r.zh",
        "運費",
        hit.passage.version,
    )
    assert hit.citation.score == pytest.approx(hit.score, abs=1e-4)


def test_without_documents_nothing_is_found(embedder: Embedder, clock: Noon) -> None:
    keeper = Librarian(embedder, clock)
    assert keeper.search("退貨", "yue") == []
    assert not keeper.confident([])


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00", "\ud800", "退" * 9000])
def test_any_question_can_be_asked(librarian: Librarian, question: str) -> None:
    assert not librarian.confident(librarian.search(question, "yue"))


def test_twins_with_other_sections_do_not_stand_in_for_each_other() -> None:
    short = made("r.short.md", "## 期限\n十四天。", language="zh-Hans", twin="r")
    assert list(counterparts(ZH.passages[0], ZH, short)) == []


def test_foreign_texts_are_ranked_by_document(librarian: Librarian) -> None:
    long_text = "退貨期限十四天。" * 100
    texts = {"a/一": long_text, "": "早餐七點半", "c\n": "泊車位在地庫"}
    ranked = librarian.rank(texts, ["早餐幾點", "退貨期限", "泊車"], 2)
    assert [row[0] for row in ranked] == ["", "a/一", "c\n"]
    assert [len(set(row)) for row in ranked] == [2, 2, 2]


def test_ranking_foreign_texts_leaves_our_own_documents_alone(librarian: Librarian) -> None:
    before = librarian.search("退貨期限", "yue")
    librarian.rank({"x": "退貨期限"}, ["退貨期限"])
    assert librarian.search("退貨期限", "yue") == before


def test_ranking_nothing_gives_nothing(librarian: Librarian) -> None:
    assert librarian.rank({}, ["退貨"]) == [[]]
    assert librarian.rank({"a": "退貨"}, []) == []
    assert librarian.rank({"a": ""}, ["退貨"]) == [[]]


def test_a_chance_grows_with_similarity_and_stays_a_chance() -> None:
    calibration = CALIBRATIONS["embedded-e5-use"]
    chances = [calibration.chance(each / 10) for each in range(-10, 11)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < 0.01
    assert 0.99 < chances[-1] < 1
