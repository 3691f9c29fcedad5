"""Personal data is masked, and nothing else is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from security.masking import find_personal_data, mask

_MARK = re.compile(r"«([A-Z]+)\|([^»]*)»")
_DATA = yaml.safe_load(Path(__file__).with_name("data_masking.yaml").read_text("utf-8"))
_ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=80)
_PIECES = (
    "電話 身份證 6411 0937 A123456(3) 單號 驗證碼 @ gmail . com 旺角 彌敦道 610 號 12樓 B室 , 。"
    " - ( ) +852 order card 4111 1111 生日 1985 年 3月 2號 [PHONE] [OTP] 零 一 二 三 flat b 12/f"
    " nathan road 55"
)
_TEMPTING = st.lists(st.sampled_from(_PIECES.split()), max_size=14).map(" ".join)


def _labelled(marked: str) -> tuple[str, set[tuple[int, int, str]]]:
    text, at, spans = "", 0, set()
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.add((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        at = match.end()
    return text + marked[at:], spans


def _found(text: str) -> set[tuple[int, int, str]]:
    return {(f.start, f.end, f.kind) for f in find_personal_data(text)}


def test_the_labelled_texts_are_many_enough() -> None:
    enough = (len(_DATA["personal"]) + len(_DATA["clean"]) >= 250, len(_DATA["clean"]) >= 100)

    assert enough == (True, True)


def test_recall_and_precision_hold_on_the_labelled_texts() -> None:
    right = wrong = missed = 0
    mistakes = []
    for marked in [*_DATA["personal"], *_DATA["clean"]]:
        text, expected = _labelled(marked)
        found = _found(text)
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)
        if found != expected:
            mistakes.append((marked, mask(text)))

    assert right / (right + missed) >= 0.97, mistakes
    assert right / (right + wrong) >= 0.98, mistakes


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("陳大文 收", ["陳大文"], "[NAME] 收"),
        ("陳 大 文收", ["陳大文"], "[NAME]收"),
        ("I am chan, TAI-man", ["Chan Tai Man"], "I am [NAME]"),
        ("单号 64110937", ["64110937"], "单号 [PHONE]"),
        ("打 8526411-0937", ["+852 6411 0937"], "打 [PHONE]"),
        ("係 6411-0937 呀", ["+852 6411 0937"], "係 [PHONE] 呀"),
        ("六四一一零九三七", ["64110937"], "[PHONE]"),
        ("1641109375 唔係", ["64110937"], "1641109375 唔係"),
        ("碼係 ＶＩＰ－７７１２", ["VIP7712"], "碼係 [ACCOUNT]"),
        ("永樂街 五十五號", ["永樂街五十五號"], "[ADDRESS]"),
        ("送去 大昌5號倉", ["大昌5號倉"], "送去 [ADDRESS]"),
        ("chandelier 有冇貨", ["Chan"], "chandelier 有冇貨"),
        ("a b", ["a", "", "  "], "a b"),
    ],
)
def test_values_on_file_are_masked_however_they_are_written(
    text: str, known: list[str], expected: str
) -> None:
    assert mask(text, known=known) == expected


def test_an_address_stays_readable_for_the_step_that_delivers_to_it() -> None:
    text = "送到旺角彌敦道610號12樓,電話64110937"

    assert mask(text, keep_addresses=True) == "送到旺角彌敦道610號12樓,電話[PHONE]"


def test_a_known_address_stays_readable_too_when_addresses_are_kept() -> None:
    text = "送到永樂街55號"

    assert mask(text, known=["永樂街55號"], keep_addresses=True) == text


def test_only_the_personal_part_changes_character_for_character() -> None:
    text = "  電話：\t６４１１－０９３７　，\n唔該！　"

    assert mask(text) == "  電話：\t[PHONE]　，\n唔該！　"


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(_ANYTHING, _TEMPTING), keep=st.booleans())
def test_masking_twice_changes_nothing_more(text: str, keep: bool) -> None:
    once = mask(text, keep_addresses=keep)

    assert mask(once, keep_addresses=keep) == once


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="abcxyz 我想退貨訂單幾時到電話驗證碼,。!?\n　ＡＢ😀係嘅", max_size=80))
def test_text_without_digits_or_address_words_is_unchanged(text: str) -> None:
    assert mask(text) == text


@settings(max_examples=100, deadline=None)
@given(text=_ANYTHING, known=st.lists(_ANYTHING, max_size=3))
def test_any_text_and_any_known_value_can_be_masked(text: str, known: list[str]) -> None:
    assert isinstance(mask(text, known=known), str)


@pytest.mark.parametrize(
    "piece", ["1號", "a", "9", "彌敦道", "a@", "9 ", "wing lok ", "電話 64110937 ", "flat a ", "六"]
)
def test_a_very_long_text_is_masked_at_once(piece: str) -> None:
    text = (piece * 20_000)[:20_000]

    assert mask(mask(text)) == mask(text)
