"""The 8,000-token window: what of a conversation is looked at in a turn, and what is pinned outside it.

Tokens are counted as Qwen counts them: 3 for the reply that follows, and 5 and the content for each message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.conversation import Message, Pin
from domain.ports import TokenCounter

LIMIT = 8_000
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


@dataclass(frozen=True)
class Window:
    """The latest entries that fit, oldest first, and the pins, which do not count."""

    entries: tuple[Entry, ...] = ()
    pins: tuple[Pin, ...] = ()
    tokens: int = REPLY_OVERHEAD


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


def entries_of(messages: Sequence[Message]) -> list[Entry]:
    """Messages as entries; an answer belongs to the turn of the words it answers."""
    found: list[Entry] = []
    for message in messages:
        asked = message.author == "customer"
        turn = message.id if asked or not found else found[-1].turn
        found.append(Entry("customer" if asked else "assistant", message.text, turn))
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
        entries[at] = Entry(
            entries[at].role, text[:half] + ELISION + text[-half:], entries[at].turn
        )
    return entries
