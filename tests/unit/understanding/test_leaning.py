"""Plain words and named records move what was learnt from examples."""

import numpy as np
import pytest

from understanding.examples import QUESTION
from understanding.leaning import leaned

LABELS = [
    "cancel_booking", "cancel_order", "exchange_item", "find_refund", "find_rooms",
    "quote_price", "refund_order", "return_order", QUESTION,
]  # fmt: skip


def likeliest(text: str, named: set[str], **learnt: float) -> str:
    row = np.array([learnt.get(label, 0.01) for label in LABELS])
    return LABELS[int(leaned(row / row.sum(), LABELS, text, named).argmax())]


@pytest.mark.parametrize(
    ("text", "named", "learnt", "wanted"),
    [
        ("張櫈想退款", {"order"}, {"return_order": 0.7, "refund_order": 0.2}, "refund_order"),
        ("想寄返張櫈", {"order"}, {"return_order": 0.2, "refund_order": 0.7}, "return_order"),
        ("幫我 cancel", {"booking"}, {"cancel_order": 0.9}, "cancel_booking"),
        ("cancel it", {"order"}, {"cancel_booking": 0.9}, "cancel_order"),
        ("仲退唔退得", {"order"}, {QUESTION: 0.8, "return_order": 0.15}, "return_order"),
        ("通常幾耐有錢收", set(), {"find_refund": 0.7, QUESTION: 0.2}, QUESTION),
        ("間房有冇泳池", set(), {"find_rooms": 0.7, QUESTION: 0.2}, QUESTION),
        ("買二十隻平啲嗎", {"sku"}, {"exchange_item": 0.6, "quote_price": 0.1}, "quote_price"),
        ("隻鑊甩咗柄", set(), {"cancel_order": 0.6, QUESTION: 0.2}, QUESTION),
    ],
)
def test_the_words_decide(
    text: str, named: set[str], learnt: dict[str, float], wanted: str
) -> None:
    assert wanted == likeliest(text, named, **learnt)


@pytest.mark.parametrize(
    ("text", "named", "learnt"),
    [
        ("退貨退款", {"order"}, {"return_order": 0.7, "refund_order": 0.2}),
        ("我張單通常幾耐", set(), {"find_refund": 0.7, QUESTION: 0.2}),
        ("訂間有泳池嘅房", set(), {"find_rooms": 0.7, QUESTION: 0.2}),
        ("cancel both", {"order", "booking"}, {"cancel_order": 0.7, "cancel_booking": 0.2}),
    ],
)
def test_where_words_speak_for_both_nothing_moves(
    text: str, named: set[str], learnt: dict[str, float]
) -> None:
    assert max(learnt, key=lambda label: learnt[label]) == likeliest(text, named, **learnt)
