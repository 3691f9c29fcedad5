"""Pieces and people, counted in four languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.quantities import guests, quantities, quantity

PIECES: list[tuple[str, list[int]]] = [
    ("15 隻", [15]),
    ("五十個", [50]),
    ("20 pcs", [20]),
    ("a dozen", [12]),
    ("兩打", [24]),
    ("50 units", [50]),
    ("for 30 of them", [30]),
    ("我想要三部風扇", [3]),
    ("退一個", [1]),
    ("有一個問題", []),
    ("24吋", []),
    ("28cm", []),
    ("5%", []),
    ("兩晚", []),
    ("12月15日", []),
    ("HB-70012", []),
    ("quote for 20 kettles", [20]),
    ("半打", [6]),
    ("half a dozen", [6]),
    ("x 3", [3]),
    ("數量 3", [3]),
    ("要30", [30]),
    ("two sets", [2]),
    ("兩個人", []),
    ("3 days", []),
    ("$500", []),
    ("請報價一百二十張椅", [120]),
    ("50個水煲同30把風扇", [50, 30]),
    ("三個月", []),
    ("張單有兩件貨", [2]),
    ("order 25 please", [25]),
    ("I need twenty five units", [25]),
    ("一個", []),
    ("15號兩個", [2]),
    ("兩張單", []),
    ("2 orders", []),
    ("a couple of mugs", [2]),
    ("買咗兩個月", []),
    ("500蚊兩個", [2]),
    ("巧明街100號16樓", []),
    ("9123 4567", []),
    ("20卷紙", [20]),
    ("500 pieces", [500]),
    ("1,200 pcs", [1200]),
    ("三千個", [3000]),
    ("要成30隻杯做禮物", [30]),
    ("報價：保溫杯 x 50", [50]),
    ("訂購60件，要報價", [60]),
    ("quotation for fifty office chairs", [50]),
    ("加多兩件", [2]),
    ("25 of the 24-inch suitcase", [25]),
]
PEOPLE: list[tuple[str, int | None]] = [
    ("兩個人", 2),
    ("2 adults", 2),
    ("just me", 1),
    ("我同老婆", 2),
    ("一家四口", 4),
    ("two of us", 2),
    ("2大1小", 3),
    ("我哋三個人", 3),
    ("family of 5", 5),
    ("2 adults and 1 kid", 3),
    ("雙人房", None),
    ("得我一個", 1),
    ("訂兩晚", None),
    ("2位", 2),
    ("three guests", 3),
    ("me and my wife", 2),
    ("四個大人兩個小朋友", 6),
    ("人", None),
]


@pytest.mark.parametrize(("text", "expected"), PIECES)
def test_pieces_are_counted(text: str, expected: list[int]) -> None:
    assert expected == [amount.value for amount in quantities(text)]


@pytest.mark.parametrize(("text", "expected"), PEOPLE)
def test_people_are_counted(text: str, expected: int | None) -> None:
    assert expected == guests(text)


def test_a_bare_number_counts_when_it_was_asked_for() -> None:
    assert (quantity("30"), quantity("三十", expected=True), guests("4", expected=True)) == (
        None,
        30,
        4,
    )


def test_what_is_taken_is_not_counted() -> None:
    assert quantities("買12個", [(0, 4)]) == []


@given(st.text(max_size=200))
def test_no_text_is_too_much(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in quantities(text))
    assert guests(text) is None or isinstance(guests(text, expected=True), int)
