"""The messages that nobody tunes to, and how they are counted."""

from __future__ import annotations

from collections import Counter
from io import StringIO

from rich.console import Console

from agent.toolbox import find_tools
from domain.conversation import ASK, OUT_OF_SCOPE, SMALLTALK
from domain.settings import ROOT
from evals.strangers import Heard, Stranger, read_strangers, table


def test_every_message_asks_for_what_exists_and_stands_once() -> None:
    strangers = read_strangers()
    kinds = {*find_tools(), ASK, SMALLTALK, OUT_OF_SCOPE}
    assert {name for one in strangers for name in one.tasks} <= kinds
    assert len({one.text for one in strangers}) == len(strangers) >= 200
    assert Counter(one.lang for one in strangers).most_common()[-1][1] >= 40


def test_no_message_is_one_that_the_reader_has_learnt() -> None:
    learnt = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "playbook" / "examples").rglob("*.yaml")
    )
    assert [one.text for one in read_strangers() if one.text in learnt] == []


def test_what_was_missed_and_what_was_made_up_both_count() -> None:
    asked = Stranger(text="a", lang="en", tasks=("find_order", "ask"), no_triggers=True)
    alarm = Stranger(text="b", lang="en", triggers=frozenset({"safety"}))
    heard = [
        Heard(asked, Counter({"find_order": 1}), frozenset({"safety"})),
        Heard(alarm, Counter(), frozenset({"safety", "defect"})),
    ]
    told = StringIO()
    Console(file=told, width=120).print(table(heard))
    words = told.getvalue().split()
    assert "0.667" in words
    assert words.count("1") >= 4
