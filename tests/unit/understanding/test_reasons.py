"""Why things come back, and whether they were opened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.reasons import opened, reason

REASONS: list[tuple[str, str | None]] = [
    ("收到隻杯爛咗", "damaged"),
    ("寄錯貨", "wrong_item"),
    ("not working", "faulty"),
    ("唔鍾意", "changed_mind"),
    ("开不了机", "faulty"),
    ("the wrong colour", "wrong_item"),
    ("个箱裂了", "damaged"),
    ("too small", "changed_mind"),
    ("發錯顏色俾我", "wrong_item"),
    ("個mon有刮花", "damaged"),
    ("it arrived cracked", "damaged"),
    ("stopped working after a week", "faulty"),
    ("不想要了", "changed_mind"),
    ("買錯咗", "changed_mind"),
    ("漏水", "faulty"),
    ("尺寸不合適", "changed_mind"),
    ("充唔到電", "faulty"),
    ("我訂灰色你哋送咗米色嚟", "wrong_item"),
    ("ordered navy, red came", "wrong_item"),
    ("拆開係另一個型號", "wrong_item"),
    ("訂咗黑色，幾時送到黑色嗰隻", None),
    ("幾時送到", None),
    ("想退款", None),
]
STATES: list[tuple[str, bool | None]] = [
    ("未開封", False),
    ("拆咗", True),
    ("冇拆過", False),
    ("I have not opened it", False),
    ("opened it already", True),
    ("用過一次", True),
    ("全新未拆", False),
    ("sealed", False),
    ("還沒用過", False),
    ("i opened the box but never used it", True),
    ("it wasn't used", False),
    ("開咗但未用過", True),
    ("已拆封", True),
    ("still in its box", False),
    ("退款", None),
]


@pytest.mark.parametrize(("text", "expected"), REASONS)
def test_a_reason_is_read(text: str, expected: str | None) -> None:
    assert expected == reason(text)


@pytest.mark.parametrize(("text", "expected"), STATES)
def test_whether_it_was_opened_is_read(text: str, expected: bool | None) -> None:
    assert expected is opened(text)


@given(st.text(max_size=200))
def test_no_text_is_too_much(text: str) -> None:
    reason(text)
    opened(text)
