from __future__ import annotations

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexicon import Lexicon, proves, words

HAN = "退貨期限十四天保養電器運費門市會員禮券發票訂單客戶地址換領"
WORDS = ("refund", "hl", "k17", "12", "months", "octopus", "card")
text_parts = st.lists(
    st.one_of(st.text(HAN, min_size=1, max_size=6), st.sampled_from(WORDS)), max_size=12
)
marks = st.sampled_from([" ", "，", "。", "、", "-", "\n", "（"])


def test_both_scripts_give_the_same_words() -> None:
    assert words("退貨期限") == words("退货期限")


def test_latin_words_and_codes_stay_whole() -> None:
    assert words("查 HL-K17 Order") == ["查", "hl", "k17", "order"]


def test_rare_characters_of_hong_kong_are_words_too() -> None:
    assert Lexicon(["搭升降機", "搭𨋢上三樓"]).containing("搭𨋢") == [1]


def test_the_text_that_shares_rare_words_scores_best() -> None:
    lexicon = Lexicon(["退貨期限十四天", "退款要三日", "早餐七點半"])
    assert int(lexicon.scores(words("早餐幾點")).argmax()) == 2


def test_coverage_is_whole_when_every_word_is_there() -> None:
    lexicon = Lexicon(["退貨期限十四天", "早餐七點半"])
    assert lexicon.coverage(words("退貨期限"), [0, 1]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "question", ["十二個月保養", "十二个月保养", "「十二個月保養」係咪真㗎", "十二個月 保養?"]
)
def test_a_phrase_is_found_in_either_script_and_with_other_punctuation(question: str) -> None:
    lexicon = Lexicon(["早餐七點半", "所有電器有十二個月保養。"])
    assert lexicon.containing(question) == [1]


def test_a_latin_phrase_does_not_match_inside_a_word() -> None:
    assert Lexicon(["restart the machine"]).containing("start") == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("退貨", False),
        ("退貨期限", False),
        ("退貨期限十四", True),
        ("「退貨」係咩", False),
        ("問下「退貨期限十四天」", True),
        ("早", False),
        ("TV", False),
        ("。。。。。", False),
    ],
)
def test_a_phrase_of_a_word_or_two_ranks_and_proves_nothing(question: str, expected: bool) -> None:
    assert Lexicon(["早餐", "退貨期限十四天"]).containing("退貨") == [1]
    assert proves(question) is expected


def test_one_character_is_no_phrase() -> None:
    assert Lexicon(["退貨期限十四天"]).containing("退") == []


def test_a_phrase_goes_on_in_the_next_passage() -> None:
    lexicon = Lexicon(["所有電器有十二", "個月保養。"], ["個月保養。", ""])
    assert lexicon.containing("有十二個月保養") == [0]


def test_a_phrase_does_not_go_on_in_a_text_that_only_lies_next_to_it() -> None:
    assert Lexicon(["所有電器有十二", "個月保養。"]).containing("十二個月") == []


@pytest.mark.parametrize("texts", [[], [""], ["。。。"]])
def test_texts_without_words_can_be_asked(texts: list[str]) -> None:
    assert Lexicon(texts).scores(words("退貨")).tolist() == [0.0] * len(texts)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_piece_of_a_text_is_found_in_it_also_over_the_border_of_two(
    data: st.DataObject,
) -> None:
    def written(parts: list[str]) -> str:
        return "".join(part + data.draw(marks) for part in parts)

    first, second = data.draw(text_parts), data.draw(text_parts)
    one, other = written(first), written(second)[:80]
    line = _units([*first, *_parts(other)])
    if len(line) < 2:
        return
    start = data.draw(st.integers(0, len(line) - 2))
    end = data.draw(st.integers(start + 2, len(line)))
    asked = _joined(line[start:end])
    found = Lexicon(["早餐七點半", one, other], ["", other, ""]).containing(asked)
    assert {1, 2} & set(found)
    if end > len(_units(first)) > start:  # it begins in the first and ends in the second
        assert 1 in found


@settings(max_examples=60, deadline=None)
@given(st.lists(text_parts, min_size=1, max_size=6), st.integers(0, 5))
def test_what_an_earlier_lexicon_knew_changes_nothing(rows: list[list[str]], kept: int) -> None:
    texts = [" ".join(row) for row in rows]
    anew = Lexicon(texts)
    after = Lexicon(texts, earlier=Lexicon(["早餐七點半", *texts[:kept]]))
    asked = words(texts[0])
    assert after.scores(asked).tolist() == pytest.approx(anew.scores(asked).tolist(), rel=1e-5)
    places = list(range(len(texts)))
    assert after.coverage(asked, places).tolist() == anew.coverage(asked, places).tolist()
    assert after.containing(texts[0]) == anew.containing(texts[0])


def _parts(text: str) -> list[str]:
    """A text as Chinese characters and whole Latin words."""
    return [unit for unit in words(text) if len(unit) == 1 or unit.isascii()]


def _units(parts: list[str]) -> list[str]:
    return [unit for part in parts for unit in ([part] if part.isascii() else part)]


def _joined(units: list[str]) -> str:
    return "".join(f" {unit} " if unit.isascii() else unit for unit in units)


def test_words_weigh_what_a_library_says_they_weigh() -> None:
    texts = [
        "退貨期限十四天,由送達當日起計。",
        "退款三至七個工作天,退回原本的付款方式。",
        "Return within 14 days; return the item complete.",
        "早餐七點半,星期日八點。",
    ]
    split = [words(text) for text in texts]
    library = bm25s.BM25(method="lucene")
    library.index(split, show_progress=False)
    for question in ("退貨幾多天", "return item 14 days", "星期日早餐", "退款 return"):
        known = [word for word in words(question) if any(word in each for each in split)]
        expected = np.asarray(library.get_scores(known))
        assert Lexicon(texts).scores(words(question)) == pytest.approx(expected, abs=1e-4)
