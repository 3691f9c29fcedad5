from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.crash.records import Ack, Push, Send
from evals.crash.simulated import Journal, read_outside

ANNA = "user-anna"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def note(journal: Path, *entries: dict[str, Any]) -> None:
    with journal.open("a", encoding="utf-8") as file:
        for entry in entries:
            file.write(json.dumps(entry) + "\n")


def card(at: float, text: str, user: str = ANNA, conversation: str = "cid") -> dict[str, Any]:
    where = {"user": user, "conversation": conversation}
    return {"kind": "card", "at": at, "card": "card-1", "text": text, **where}


def test_pushes_acks_and_sends_are_read_and_the_rest_is_not(journal: Path) -> None:
    note(
        journal,
        {"kind": "connected", "at": 1, "sockets": 1},
        {"kind": "push", "at": 2, "msgId": "m1", "user": ANNA, "conversation": "cid"},
        {"kind": "ack", "at": 3, "msgId": "m1", "code": 200},
        {"kind": "ack", "at": 3, "msgId": None, "code": 200},
        {"kind": "send", "at": 4, "user": ANNA, "conversation": "cid", "text": "hello"},
        {"kind": "ding", "at": 5, "users": ["duty"], "text": "look"},
    )
    found = read_outside(journal)
    assert found.pushes == [Push("m1", 2)]
    assert found.acks == [Ack("m1", 3, 200)]
    assert found.sends == [Send(ANNA, "hello", 4)]


def test_a_card_is_one_message_with_the_words_it_ends_with(journal: Path) -> None:
    note(journal, card(1, "Order"), card(2, "Order HB-1"), card(3, "Order HB-100001."))
    assert read_outside(journal).sends == [Send(ANNA, "Order HB-100001.", 1)]


def test_a_card_that_is_not_delivered_is_shown_to_nobody(journal: Path) -> None:
    note(journal, card(1, "Order HB-100001.", user="", conversation=""))
    assert read_outside(journal).sends == []


def test_a_message_to_a_group_is_nobodys_own(journal: Path) -> None:
    send = {"kind": "send", "at": 4, "user": "", "conversation": "cid-duty", "text": "HB-100001"}
    note(journal, send)
    assert [one.user for one in read_outside(journal).sends] == ["cid-duty"]


def test_news_are_told_once_and_only_when_they_are_written_to_the_end(journal: Path) -> None:
    reading = Journal(journal)
    assert reading.news() == []
    note(journal, {"kind": "ack", "at": 1, "msgId": "m1", "code": 200}, card(1, "one"))
    with journal.open("a") as file:
        file.write('{"kind": "send", "at"')
    assert [one.text for one in reading.news()] == ["one"]
    assert reading.acknowledged == {"m1"}
    with journal.open("a") as file:
        file.write(': 2, "user": "user-anna", "text": "two"}\n')
    assert [one.text for one in reading.news()] == ["two"]
    assert reading.news() == []


def test_a_refused_message_is_not_acknowledged(journal: Path) -> None:
    reading = Journal(journal)
    note(journal, {"kind": "ack", "at": 1, "msgId": "m1", "code": 500})
    reading.news()
    assert reading.acknowledged == set()
