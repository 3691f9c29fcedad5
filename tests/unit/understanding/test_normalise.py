"""Cleaning and numerals, as customers type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.normalise import LONGEST, arabic, chinese_number, clean, fold

NUMBERS = [
    ("十", 10),
    ("十五", 15),
    ("廿五", 25),
    ("卅一", 31),
    ("兩", 2),
    ("一百零二", 102),
    ("一百二十", 120),
    ("百五", 150),
    ("二百五", 250),
    ("一千二", 1200),
    ("一千零二", 1002),
    ("两千三百四十五", 2345),
    ("三萬五", 35_000),
    ("一億二千萬", 120_000_000),
    ("七零零", 700),
    ("十十", None),
    ("abc", None),
    ("", None),
]
TEXTS = [
    ("我要十五隻", "我要15隻"),
    ("GL 七零零零九九", "GL 700099"),
    ("七 零 零 零 九 九", "700099"),
    ("單號係七孖零九九", "單號係70099"),
    ("兩個", "2個"),
    ("住兩晚", "住2晚"),
    ("廿五號", "25號"),
    ("一百二十蚊", "120蚊"),
    ("二零二五年十二月十五日", "2025年12月15日"),
    ("星期三十五號", "星期三15號"),
    ("HB 七萬零十二", "HB 70012"),
    ("七零零，一二", "700，12"),
    ("九龍塘四號", "九龍塘4號"),
    ("1.5萬元", "1.5萬元"),
]
WORDS = [
    "一齊食",
    "三文魚",
    "星期三",
    "一定得",
    "十分好",
    "萬一壞咗",
    "百分之百",
    "兩三個",
    "八達通",
    "九龍",
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_a_chinese_numeral_has_its_value(text: str, expected: int | None) -> None:
    assert expected == chinese_number(text)


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_numbers_become_digits_in_place(text: str, expected: str) -> None:
    assert expected == arabic(text)


@pytest.mark.parametrize("text", WORDS)
def test_numerals_in_words_stay(text: str) -> None:
    assert text == arabic(text)


def test_cleaning_leaves_plain_characters() -> None:
    assert (
        clean(" ＨＢ－７００１２\u200b  幾時到？\u202e\x00\n\n好\ud800 ") == "HB-70012 幾時到?\n好"
    )


def test_cleaning_keeps_a_limit() -> None:
    assert len(clean("a" * 20_000)) == LONGEST


@given(st.text(max_size=300))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(text) == len(fold(text))


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(text).isprintable() or "\n" in clean(text) or clean(text)
    assert len(clean(text)) <= LONGEST
    assert arabic(text) is not None


@given(st.integers(min_value=1, max_value=99_999))
def test_numbers_that_are_spelt_out_come_back(number: int) -> None:
    assert number == chinese_number(_spelt(number))


def _spelt(number: int) -> str:
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千", "萬"]
    text = str(number)
    out, zero = "", False
    for place, char in enumerate(text):
        if char == "0":
            zero = True
            continue
        out += ("零" if zero and out else "") + digits[int(char)] + units[len(text) - 1 - place]
        zero = False
    return out
