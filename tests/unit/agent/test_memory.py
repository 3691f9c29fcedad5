from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.memory import (
    LIMIT,
    MESSAGE_OVERHEAD,
    MOST_MESSAGES,
    MOST_PINS,
    REPLY_OVERHEAD,
    SUMMED_UP_TO,
    Entry,
    Window,
    entries_of,
    fit,
    pin,
    remembered,
)
from connectors.tokens_qwen import QwenTokens
from domain.conversation import Message, Pin

NOW = datetime(2026, 3, 12, tzinfo=UTC)
PHRASES = (
    "唔該幫我查下張單",
    "请问我的订单到哪里了",
    "Where is my order? ",
    "嗰啲貨 arrive 未呀",
    "🙏",
    "0",
)
texts = st.builds(lambda said, times: said * times, st.sampled_from(PHRASES), st.integers(1, 700))
said = st.one_of(st.text(max_size=60), texts)
turns = st.lists(st.lists(said, min_size=1, max_size=4), min_size=1, max_size=8)
ROLES: tuple[Literal["customer", "call", "answer", "assistant"], ...] = (
    "customer",
    "call",
    "answer",
    "assistant",
)


@cache
def tokens() -> QwenTokens:
    return QwenTokens()


def entries(said_in_turns: list[list[str]]) -> list[Entry]:
    return [
        Entry(ROLES[at], text, f"turn-{number}")
        for number, turn in enumerate(said_in_turns)
        for at, text in enumerate(turn)
    ]


def counted(window: Window) -> int:
    sizes = (MESSAGE_OVERHEAD + tokens().count(entry.text) for entry in window.entries)
    return REPLY_OVERHEAD + sum(sizes)


@settings(max_examples=60, deadline=None)
@given(turns)
def test_a_window_is_never_over_8000_tokens_and_counts_right(spoken: list[list[str]]) -> None:
    window = fit(entries(spoken), [], tokens())
    assert window.tokens == counted(window)
    assert window.tokens <= LIMIT


@settings(max_examples=60, deadline=None)
@given(turns, st.integers(200, 4000))
def test_a_call_is_never_split_from_its_answer(spoken: list[list[str]], limit: int) -> None:
    window = fit(entries(spoken), [], tokens(), limit)
    whole = {f"turn-{number}": len(turn) for number, turn in enumerate(spoken)}
    kept = {turn: len(list(group)) for turn, group in groupby(window.entries, lambda one: one.turn)}
    assert kept == {turn: whole[turn] for turn in kept}
    assert list(kept) == list(whole)[len(whole) - len(kept) :]


@settings(max_examples=60, deadline=None)
@given(turns, said, st.integers(200, LIMIT))
def test_the_newest_message_is_never_dropped(
    spoken: list[list[str]], newest: str, limit: int
) -> None:
    window = fit([*entries(spoken), Entry("customer", newest, "now")], [], tokens(), limit)
    assert window.tokens <= limit
    last = window.entries[-1]
    assert last.turn == "now"
    assert (last.text[:4], last.text[-4:]) == (newest[:4], newest[-4:])


def test_a_message_longer_than_the_window_keeps_its_beginning_and_its_end() -> None:
    newest = "我想退 HB-203115。" + "好嬲呀" * 20_000 + "快啲覆我"
    window = fit([Entry("customer", newest, "now")], [], tokens())
    assert window.entries[0].text.startswith("我想退 HB-203115。")
    assert window.entries[0].text.endswith("快啲覆我")
    assert window.tokens <= LIMIT


def talk(count: int, text: str = "好") -> list[Entry]:
    return [Entry("customer", text, f"turn-{n // 2}", f"m{n}") for n in range(count)]


def test_as_long_as_everything_fits_nothing_is_summed_up() -> None:
    window = remembered(talk(MOST_MESSAGES), [], tokens())
    assert len(window.entries) == MOST_MESSAGES
    assert window.older == ()


@pytest.mark.parametrize("spoken", [talk(MOST_MESSAGES + 2), talk(40, "我想查下張單去到邊。" * 40)])
def test_a_full_window_is_emptied_for_many_turns_to_come(spoken: list[Entry]) -> None:
    window = remembered(spoken, [], tokens())
    assert window.tokens <= LIMIT
    assert window.older == tuple(spoken[: len(window.older)])
    rest = spoken[len(window.older) :]
    assert 0 < len(rest) <= MOST_MESSAGES * SUMMED_UP_TO
    assert fit(rest, [], tokens()).tokens <= LIMIT * SUMMED_UP_TO


def test_what_is_answered_now_is_not_summed_up() -> None:
    spoken = [*talk(2), Entry("customer", "嬲" * 50_000, "now", "m3")]
    assert [one.message for one in remembered(spoken, [], tokens()).older] == ["m0", "m1"]


def test_pins_stand_outside_the_window() -> None:
    pins = [Pin("order", "HB-203115", NOW)]
    window = fit([Entry("customer", "好" * 100_000, "now")], pins, tokens())
    assert window.pins == tuple(pins)


def test_what_is_pinned_again_moves_to_the_end() -> None:
    first, second = Pin("order", "HB-203115", NOW), Pin("order", "HB-203098", NOW)
    assert pin((first, second), first) == (second, first)


def test_the_oldest_pins_go_when_there_are_too_many() -> None:
    pins = tuple(Pin("order", str(number), NOW) for number in range(MOST_PINS))
    kept = pin(pins, Pin("order", "new", NOW))
    assert len(kept) == MOST_PINS
    assert (kept[0].text, kept[-1].text) == ("1", "new")


def test_an_answer_belongs_to_the_turn_of_the_words_it_answers() -> None:
    spoken = [
        Message("a", "talk", "customer", NOW, "張單去咗邊"),
        Message("b", "talk", "assistant", NOW, "喺路上"),
        Message("c", "talk", "customer", NOW, "唔該"),
    ]
    assert [(one.role, one.turn) for one in entries_of(spoken)] == [
        ("customer", "a"),
        ("assistant", "a"),
        ("customer", "c"),
    ]
