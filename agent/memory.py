"""The 8,000-token window: what of a conversation is held in full, and what is pinned or summed up outside it.

Tokens are counted as Qwen counts them: 3 for the reply that follows, and 5 and the content for each message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from domain.conversation import Message, Pin
from domain.ports import TokenCounter

LIMIT = 8_000
MOST_MESSAGES = 100  # in full, however short they are; storage loads a few more
SUMMED_UP_TO = (
    0.75  # of both limits: what a full window is emptied to, so that not every turn sums up
)
REPLY_OVERHEAD = 3
MESSAGE_OVERHEAD = 5
MOST_PINS = 200
ELISION = " … "


@dataclass(frozen=True)
class Entry:
    """One line of the window. Entries with the same `turn` (a call and its answer) stay or go together."""

    role: Literal["customer", "assistant", "call", "answer"]
    text: str
    turn: str
    message: str = ""


@dataclass(frozen=True)
class Window:
    """The latest entries that fit, oldest first, and the pins, which do not count.

    `older` are entries to be summed up, because the window is full.
    """

    entries: tuple[Entry, ...] = ()
    pins: tuple[Pin, ...] = ()
    tokens: int = REPLY_OVERHEAD
    older: tuple[Entry, ...] = ()


def fit(
    entries: Sequence[Entry], pins: Iterable[Pin], counter: TokenCounter, limit: int = LIMIT
) -> Window:
    """Keep as many of the latest turns as fit in `limit` tokens, each whole.

    A latest turn that is too long by itself is shortened in the middle of its longest entry, so that the
    customer's newest words are never dropped.
    """
    turns: list[list[Entry]] = []
    for entry in entries:
        if turns and turns[-1][0].turn == entry.turn:
            turns[-1].append(entry)
        else:
            turns.append([entry])
    kept: list[Entry] = []
    used = REPLY_OVERHEAD
    for turn in reversed(turns):
        size = sum(_cost(entry, counter) for entry in turn)
        if used + size > limit:
            if not kept:
                kept = _shortened(turn, counter, limit - used)
                used += sum(_cost(entry, counter) for entry in kept)
            break
        kept = turn + kept
        used += size
    return Window(tuple(kept), tuple(pins), used)


def remembered(
    entries: Sequence[Entry], pins: Iterable[Pin], counter: TokenCounter, limit: int = LIMIT
) -> Window:
    """The window of a turn, and what has to be summed up because it is full."""
    window = fit(entries, pins, counter, limit)
    if len(window.entries) == len(entries) <= MOST_MESSAGES:
        return window
    room = fit(
        entries[-int(MOST_MESSAGES * SUMMED_UP_TO) :], (), counter, int(limit * SUMMED_UP_TO)
    )
    older = entries[: len(entries) - len(room.entries)]
    return replace(window, older=tuple(one for one in older if one.turn != entries[-1].turn))


def entries_of(messages: Sequence[Message]) -> list[Entry]:
    """Messages as entries; an answer belongs to the turn of the words it answers."""
    found: list[Entry] = []
    for message in messages:
        asked = message.author == "customer"
        turn = message.id if asked or not found else found[-1].turn
        found.append(Entry("customer" if asked else "assistant", message.text, turn, message.id))
    return found


def pin(pins: Sequence[Pin], *new: Pin) -> tuple[Pin, ...]:
    """Add pins; one that says the same again moves to the end, and the oldest go when there are too many."""
    said = {(one.kind, one.text) for one in new}
    kept = [one for one in pins if (one.kind, one.text) not in said]
    return (*kept, *new)[-MOST_PINS:]


def _cost(entry: Entry, counter: TokenCounter) -> int:
    return MESSAGE_OVERHEAD + counter.count(entry.text)


def _shortened(turn: Sequence[Entry], counter: TokenCounter, room: int) -> list[Entry]:
    entries = list(turn)
    while entries and sum(_cost(entry, counter) for entry in entries) > room:
        at = max(range(len(entries)), key=lambda i: len(entries[i].text))
        text = entries[at].text
        if len(text) <= len(ELISION) * 4:
            return []
        half = len(text) * 3 // 8
        entries[at] = replace(entries[at], text=text[:half] + ELISION + text[-half:])
    return entries
