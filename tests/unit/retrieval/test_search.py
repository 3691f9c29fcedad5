from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.language import Language
from domain.ports import Embedder
from retrieval.documents import Document
from retrieval.library import CALIBRATIONS, counterparts
from retrieval.reading import read_document
from retrieval.search import ANYBODY, COLLEAGUES, Librarian


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
    return read_document(f"---\n{front}\n---\n{body}".encode(), b"", name)


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
    def asked(readers: frozenset[str]) -> set[str]:
        return {hit.passage.document for hit in librarian.search("暗號是海豚", "yue", 9, readers)}

    assert "s.md" not in asked(ANYBODY)
    assert "s.md" in asked(COLLEAGUES)


def test_a_document_for_a_tier_is_heard_by_that_tier_and_by_colleagues(
    embedder: Embedder, clock: Noon
) -> None:
    keeper = Librarian(embedder, clock)
    keeper.load([made("g.md", "金卡會員免費泊車四小時。", audience="gold")])
    heard = {
        readers: bool(keeper.search("免費泊車四小時", "yue", 5, readers))
        for readers in (ANYBODY, ANYBODY | {"silver"}, ANYBODY | {"gold"}, COLLEAGUES)
    }
    assert list(heard.values()) == [False, False, True, True]


def test_a_twin_that_is_for_staff_does_not_stand_in_for_one_that_is_public(
    embedder: Embedder, clock: Noon
) -> None:
    public = made("t.zh.md", "泊車首兩小時免費。", language="zh-Hant", twin="t")
    staff = made(
        "t.en.md", "Parking: let VIPs park free.", language="en", twin="t", audience="staff"
    )
    keeper = Librarian(embedder, clock)
    keeper.load([public, staff])
    assert keeper.search("泊車首兩小時免費", "en")[0].passage.document == "t.zh.md"


def test_a_document_stops_answering_after_its_last_day(librarian: Librarian, clock: Noon) -> None:
    assert librarian.search("聖誕優惠退貨", "yue")[0].passage.document == "o.md"
    clock.at = datetime(2026, 11, 22, tzinfo=UTC)
    found = {hit.passage.document for hit in librarian.search("聖誕優惠退貨", "yue", 9)}
    assert "o.md" not in found


def test_a_day_ends_at_midnight_in_hong_kong(librarian: Librarian, clock: Noon) -> None:
    def answers() -> bool:
        return "o.md" in {
            hit.passage.document for hit in librarian.search("聖誕優惠退貨", "yue", 9)
        }

    clock.at = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    assert answers()
    clock.at = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert not answers()


def test_a_deleted_document_stops_answering_at_once(librarian: Librarian) -> None:
    librarian.load([EN])
    assert {hit.passage.document for hit in librarian.search("退貨期限", "yue", 9)} == {"r.en.md"}


def test_the_very_words_of_a_document_come_first_and_are_sure(librarian: Librarian) -> None:
    hits = librarian.search("退貨期限十四天", "zh-Hans")
    assert hits[0].passage.text == "退貨期限十四天。"
    assert librarian.confident(hits)


def test_a_citation_names_document_section_and_version(librarian: Librarian) -> None:
    hit = librarian.search("退貨運費自付", "yue")[0]
    assert (hit.citation.document, hit.citation.section, hit.citation.version) == (
        "r.zh.md",
        "運費",
        "0",
    )
    assert (hit.citation.passage_id, hit.citation.passage) == (hit.passage.id, "退貨運費自付。")
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


def test_a_short_section_is_told_whole_and_a_long_one_by_its_passage(
    embedder: Embedder, clock: Noon
) -> None:
    short = made("a.md", f"## 泊車\n{'首兩小時免費。' * 44}\n\n會員加一小時。")
    lines = "".join(f"送貨到第{number}區要三天。" for number in range(200))
    long = made("b.md", f"## 送貨\n{lines}")
    keeper = Librarian(embedder, clock)
    keeper.load([short, long])
    whole = keeper.search("會員加一小時", "zh-Hant")[0]
    assert whole.answer.startswith("首兩小時免費。")
    assert "會員加一小時。" in whole.answer
    part = keeper.search("送貨到第99區要三天", "zh-Hant")[0]
    assert part.answer == part.passage.text


def test_of_two_that_disagree_the_newest_comes_first_even_from_beyond_the_first_hits(
    embedder: Embedder, clock: Noon
) -> None:
    old = replace(made("old.md", "退貨期限是十四天。"), newest=date(2025, 1, 1))
    new = replace(made("new.md", "如要退回貨品，三十天內辦理。"), newest=date(2026, 1, 1))
    keeper = Librarian(embedder, clock)
    keeper.load([old, new])
    keeper.quarrel([(old.passages[0].id, new.passages[0].id)])
    for k in (1, 5):
        first = keeper.search("退貨期限是十四天", "yue", k)[0]
        assert first.passage.document == "new.md"
        assert [each.document for each in first.disagrees] == ["old.md"]


def test_a_rival_that_the_customer_may_not_hear_is_not_named(
    embedder: Embedder, clock: Noon
) -> None:
    one, staff = (
        made("a.md", "退貨期限是十四天。"),
        made("s.md", "退貨期限三十天。", audience="staff"),
    )
    keeper = Librarian(embedder, clock)
    keeper.load([one, staff])
    keeper.quarrel([(one.passages[0].id, staff.passages[0].id)])
    (hit,) = keeper.search("退貨期限是十四天", "yue", 5)
    assert (hit.passage.document, hit.disagrees) == ("a.md", ())


def test_what_is_withdrawn_answers_no_more_until_there_is_a_new_version(
    librarian: Librarian,
) -> None:
    def documents() -> set[str]:
        return {hit.passage.document for hit in librarian.search("退貨運費自付", "zh-Hant", 9)}

    librarian.withdraw({"r.zh.md"})
    assert "r.zh.md" not in documents()
    librarian.replace([ZH, EN])  # what was being arranged meanwhile
    assert "r.zh.md" not in documents()
    librarian.load([replace(ZH, number=1), EN])
    assert "r.zh.md" in documents()


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
