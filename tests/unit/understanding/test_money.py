"""Dollars and one-time codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.money import money, one_time_code

AMOUNTS: list[tuple[str, str | None]] = [
    ("HK$500", "500"),
    ("500蚊", "500"),
    ("五百蚊", "500"),
    ("$1,200.50", "1200.50"),
    ("充值一千二", "1200"),
    ("HK$-1", "-1"),
    ("-50蚊", "-50"),
    ("增值 -1", "-1"),
    ("top up 200", "200"),
    ("負一百蚊", "-100"),
    ("1.5萬元", "15000.0"),
    ("2k", None),
    ("$2k", "2000"),
    ("增值300唔該", "300"),
    ("五十蚊半", "50.5"),
    ("amount to $880", "880"),
    ("HKD 1,000", "1000"),
    ("充值五百块", "500"),
    ("叉500入去", "500"),
    ("add 300 to my wallet", "300"),
    ("two hundred dollars", "200"),
    ("幫我增值五百", "500"),
    ("reload one thousand", "1000"),
    ("入兩千蚊", "2000"),
    ("想叉1000蚊入八達通", "1000"),
    ("转500块到钱包", "500"),
    ("增值八百五", "850"),
]
CODES: list[tuple[str, str | None, str | None]] = [
    ("907070", "907070", "907070"),
    ("試試 907070", "907070", "907070"),
    ("驗證碼係 907070", "907070", "907070"),
    ("code is 1234", "1234", "1234"),
    ("九零七零七零", "907070", "907070"),
    ("nine oh seven oh seven oh", "907070", "907070"),
    ("907 070", "907070", "907070"),
    ("#70012", None, None),
    ("HB-70012", None, None),
    ("單號70012", None, None),
    ("9123 4567", None, "91234567"),
    ("my otp: 556677 thx", "556677", "556677"),
    ("907070 係個驗證碼", "907070", "907070"),
    ("$1234", None, None),
    ("order 70012 code 5566", "5566", "5566"),
    ("呢個 907070 呀", "907070", "907070"),
    ("增值500", None, None),
    ("我張單 70012 幾時到", None, None),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_an_amount_is_read(text: str, expected: str | None) -> None:
    found = money(text)
    assert expected == (None if found is None else str(found))


@pytest.mark.parametrize(("text", "unasked", "asked"), CODES)
def test_a_code_is_read(text: str, unasked: str | None, asked: str | None) -> None:
    assert (unasked, asked) == (one_time_code(text), one_time_code(text, expected=True))


def test_a_bare_number_is_an_amount_only_when_it_was_asked_for() -> None:
    assert (money("200"), str(money("200", expected=True))) == (None, "200")


@given(st.text(max_size=200))
def test_no_text_is_too_much(text: str) -> None:
    money(text, expected=True)
    code = one_time_code(text, expected=True)
    assert code is None or (code.isascii() and code.isdigit() and 4 <= len(code) <= 8)
