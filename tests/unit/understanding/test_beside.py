"""What a model found, beside what the offline reader is sure of."""

from __future__ import annotations

from understanding.model import beside
from understanding.utterance import Request

#      0123456789012345678901
TEXT = "cancel HB-1, stock? hi"


def request(start: int, end: int, label: str, sure: float = 0.9, **slots: str) -> Request:
    return Request(TEXT[start:end], start, end, label, sure, True, slots)


CANCEL = request(0, 11, "cancel_order")


def labels(found: list[Request]) -> list[tuple[str, int]]:
    return [(one.label, one.start) for one in found]


def test_a_request_that_the_model_lost_stays() -> None:
    assert beside([request(13, 19, "check_stock")], [CANCEL]) == [
        CANCEL,
        request(13, 19, "check_stock"),
    ]


def test_words_that_are_surely_something_else_stay_that() -> None:
    assert beside([request(0, 11, "return_order")], [CANCEL]) == [CANCEL]


def test_a_request_in_words_of_the_whole_message_is_added() -> None:
    assert labels(beside([request(0, 22, "check_stock")], [CANCEL])) == [
        ("cancel_order", 0),
        ("check_stock", 0),
    ]


def test_the_same_request_is_one_with_the_values_of_both() -> None:
    found = beside([request(0, 22, "cancel_order", order="HB-1")], [CANCEL])
    assert found == [request(0, 11, "cancel_order", order="HB-1")]


def test_beside_a_request_a_greeting_is_none() -> None:
    assert beside([request(20, 22, "smalltalk")], [CANCEL]) == [CANCEL]


def test_where_nothing_is_sure_the_model_decides() -> None:
    found = [request(13, 19, "check_stock"), request(20, 22, "smalltalk")]
    assert beside(found, []) == found
