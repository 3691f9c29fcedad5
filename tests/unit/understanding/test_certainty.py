"""How sure a reading is: what code alone decides is never asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.conversation import Task
from domain.reading import Reading, ReadingContext
from understanding.certainty import NOTHING, SETTLED, certainty
from understanding.utterance import Request, Utterance

TEXT = "退款嗰單得"
DOUBTED = Utterance(TEXT, (Request(TEXT, 0, len(TEXT), "find_refund", 0.4, True),), ())
WAITING = Task("t1", "refund_order", status="awaiting_customer", shown="x")
NEW = Task("", "find_refund")
CONTEXT = ReadingContext(now=datetime(2026, 3, 12, tzinfo=UTC), tasks=(WAITING,))


@pytest.mark.parametrize(
    "moved", [replace(WAITING, agreed="x", status="open"), replace(WAITING, status="dropped")]
)
def test_what_was_agreed_to_or_taken_back_is_settled_whatever_else_was_read(moved: Task) -> None:
    assert certainty(DOUBTED, Reading((moved, NEW)), CONTEXT) == SETTLED


def test_a_new_request_beside_one_that_was_only_filled_in_is_as_sure_as_it_is() -> None:
    moved = replace(WAITING, slots={"order": "A-1"})
    assert certainty(DOUBTED, Reading((moved, NEW)), CONTEXT) == 0.4


def test_nothing_read_is_nothing_sure() -> None:
    assert certainty(DOUBTED, Reading(), CONTEXT) == NOTHING
