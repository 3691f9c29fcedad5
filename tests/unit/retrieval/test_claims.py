from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.claims import claims, masked, sentences
from retrieval.contradictions import same
from retrieval.documents import Passage
from retrieval.quantities import Quantity, flat, quantities

DAY = 24.0
MONTH = 730.0


def passage(text: str) -> Passage:
    return Passage("a#1", "a", "", "", "zh-Hant", text, "1")


def read(text: str) -> list[tuple[str, float, float, str]]:
    return [(q.unit, q.low, q.high, text[q.start : q.end]) for q in quantities(text)]


def only(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "unit", "low", "high", "words"),
    [
        ("收貨之後七日內可以退貨", "period", 7 * DAY, 7 * DAY, "七日"),
        ("限期１４日", "period", 14 * DAY, 14 * DAY, "１４日"),
        ("within fourteen days", "period", 14 * DAY, 14 * DAY, "fourteen days"),
        ("泊兩個半鐘", "period", 2.5, 2.5, "兩個半鐘"),
        ("保養半年", "period", 6 * MONTH, 6 * MONTH, "半年"),
        ("保修一年半", "period", 18 * MONTH, 18 * MONTH, "一年半"),
        ("合約一個月", "period", MONTH, MONTH, "一個月"),
        ("兩三個工作天", "working days", 2, 3, "兩三個工作天"),
        ("3-7 business days", "working days", 3, 7, "3-7 business days"),
        ("one or two working days", "working days", 1, 2, "one or two working days"),
        ("3至7个工作日", "working days", 3, 7, "3至7个工作日"),
        ("收五十蚊", "money", 50, 50, "五十蚊"),
        ("HK$1,200, 另加", "money", 1200, 1200, "HK$1,200"),
        ("最高50万元", "money", 500_000, 500_000, "50万元"),
        ("US$30", "usd", 30, 30, "US$30"),
        ("百分之零點五", "percent", 0.5, 0.5, "百分之零點五"),
        ("八五折", "percent", 15, 15, "八五折"),
        ("九折", "percent", 10, 10, "九折"),
        ("一成半折扣", "percent", 15, 15, "一成半"),
        ("容量 1.7 公升", "volume", 1700, 1700, "1.7 公升"),
        ("up to 23 kg", "weight", 23_000, 23_000, "23 kg"),
        ("2026年3月1日起", "date", 20260301, 20260301, "2026年3月1日"),
        ("1 March 2026", "date", 20260301, 20260301, "1 March 2026"),
        ("2026-03-01", "date", 20260301, 20260301, "2026-03-01"),
        ("三月十五日", "date", 315, 315, "三月十五日"),
        ("六月廿一號", "date", 621, 621, "六月廿一號"),
        ("下午三時半", "clock", 930, 930, "下午三時半"),
        ("夜晚九點", "clock", 1260, 1260, "夜晚九點"),
        ("by 6:30 p.m.", "clock", 1110, 1110, "6:30 p.m."),
        ("at noon", "clock", 720, 720, "noon"),
        ("熱線 2345 6789", "phone", 23456789, 23456789, "2345 6789"),
    ],
)
def test_a_value_is_read_however_it_is_written(
    text: str, unit: str, low: float, high: float, words: str
) -> None:
    assert read(text) == [(unit, low, high, words)]


@pytest.mark.parametrize(
    "text", ["一份禮物", "請等一點時間", "第 3 條", "A4 紙", "三分之一", "one piece", "", "1823"]
)
def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    assert read(text) == []


def test_a_list_gives_every_value_its_unit() -> None:
    found = read("30, 32 and 36 cm、20 和 24 厘米")
    assert [low for _, low, _, _ in found] == [300, 320, 360, 200, 240]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("14 日", "兩個星期"),
        ("三十天", "一個月"),
        ("12 months", "one year"),
        ("48 hours", "兩日"),
        ("HK$40", "四十蚊"),
        ("3月1日", "1 March 2026"),
        ("9點半", "21:30"),
        ("七至十日", "7-10 days"),
        ("2345 6789", "+852 2345-6789"),
    ],
)
def test_the_same_value_in_other_words_is_the_same(one: str, other: str) -> None:
    assert same(only(one), only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 days", "14 days"),
        ("1 March 2025", "1 March 2026"),
        ("3:00 pm", "3:00 am"),
        ("3-5 days", "3-7 days"),
    ],
)
def test_another_value_is_another(one: str, other: str) -> None:
    assert not same(only(one), only(other))


def test_flattened_text_keeps_every_character_in_its_place() -> None:
    text = "㍿ＨＫ＄５０，İ 退貨🙂嘅…"
    assert len(flat(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("買滿 $400 免運費", "if"),
        ("orders over HK$400", "if"),
        ("ten pieces or more", "if"),
        ("每三個月清洗", "every"),
        ("最多 $100", "max"),
        ("不可超過 9 公斤", "max"),
        ("超過 9 公斤另計", "if"),
        ("最低消費 $300", "value"),
        ("最少 $300", "min"),
        ("夜晚九點關門", "end"),
        ("由下午三時起", "start"),
        ("費用 $30", "value"),
    ],
)
def test_the_part_that_a_value_plays(text: str, role: str) -> None:
    assert [each.role for each in claims(passage(text)).amounts] == [role]


@pytest.mark.parametrize(
    ("text", "aspect", "granted", "words"),
    [
        ("食物唔可以退", "allowed", False, "唔可以"),
        ("食物可以退", "allowed", True, "可以"),
        ("恕不接受支票", "allowed", False, "恕不接受"),
        ("本店不設退換", "allowed", False, "不設"),
        ("Dogs are not allowed", "allowed", False, "not allowed"),
        ("包裝免費", "free", True, "免費"),
        ("不另收費", "free", True, "不另收費"),
        ("搬上樓要收 $200", "free", False, "要收 $200"),
        ("Wrapping costs HK$30", "free", False, "costs HK$30"),
        ("无需预约", "needed", False, "无需"),
        ("報價不含稅", "included", False, "不含"),
        ("closed on Monday", "open", False, "closed"),
    ],
)
def test_what_a_sentence_grants_or_refuses(
    text: str, aspect: str, granted: bool, words: str
) -> None:
    stands = claims(passage(text)).stands
    assert (aspect, granted, words) in [(s.aspect, s.granted, s.words) for s in stands]


def test_sentences_end_where_they_end_and_not_inside_a_price() -> None:
    text = "It costs HK$1.50. Open daily.\n每日開門。星期日休息!"
    assert sentences(text) == ["It costs HK$1.50", "Open daily", "每日開門。", "星期日休息!"]


def test_a_comma_inside_a_price_cuts_no_clause() -> None:
    amounts = claims(passage("海景房 $1,000,單人房 $600")).amounts
    assert [(each.words, each.clause.text) for each in amounts] == [
        ("$1,000", "海景房 $1,000"),
        ("$600", "單人房 $600"),
    ]


def test_masking_takes_the_values_away() -> None:
    assert masked("由 3月1日 起收 $50。") == "由   起收  。"


@pytest.mark.parametrize(
    "text",
    ["9" * 4000, "一" * 4000, "$" * 4000, "1,2、" * 1000, "\ud800 12 日", "點" * 4000, "1.2.3成"],
)
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    assert claims(passage(text)).stands == ()


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        alphabet="0123456789.,:/-年月日號點半兩萬十廿折成百分之$%kg天元 apm免費不可以有收",
        max_size=60,
    )
)
def test_any_mixture_of_values_is_read(text: str) -> None:
    for each in claims(passage(text)).amounts:
        assert each.words.strip()
        assert each.words in text
        assert each.quantity.low <= each.quantity.high
