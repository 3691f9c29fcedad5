from __future__ import annotations

import pytest

from retrieval.lexicon import Lexicon, words


def test_both_scripts_give_the_same_words() -> None:
    assert words("退貨期限") == words("退货期限")


def test_latin_words_and_codes_stay_whole() -> None:
    assert words("查 HL-K17 Order") == ["查", "hl", "k17", "order"]


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


def test_a_phrase_of_two_characters_proves_nothing() -> None:
    assert Lexicon(["退貨期限十四天"]).containing("退貨") == []


@pytest.mark.parametrize("texts", [[], [""], ["。。。"]])
def test_texts_without_words_can_be_asked(texts: list[str]) -> None:
    assert Lexicon(texts).scores(words("退貨")).tolist() == [0.0] * len(texts)
