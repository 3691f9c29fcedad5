"""What is asked of every side, and what a model that understands it would call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from simulators.model.server import Entry, Planned

CUSTOMER = "C-118"
AGENT = "Customer: "
"""How the prebuilt agent is told the message, by which the script knows whom it answers."""
OPENERS = ("", "Hi, ", "你好，", "早晨，", "Hello！", "唔該，", "请问，", "喂，", "有嘢想問，")
"""Another one each time, so that nothing is answered from words seen before."""

_ASKED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("幫我睇下 HB-203098 去到邊", "find_order", {"order": "HB-203098"}),
    ("please resend invoice INV-88021", "reissue_invoice", {"invoice": "INV-88021"}),
    ("KET-17 荃灣店仲有冇貨", "check_stock", {"sku": "KET-17", "place": "荃灣店"}),
    ("请问3月20号住两晚还有没有空房", "find_rooms", {"checkin": "2026-03-20", "nights": "2"}),
    ("quote me 30 pieces of LMP-09", "quote_price", {"sku": "LMP-09", "qty": "30"}),
)
_STOPS = ("？", ". ", "？", "？", ".")
MOST = len(_ASKED)


def message(tasks: int) -> str:
    """One message with so many requests, in the languages in which people really mix them."""
    return "".join(ask[0] + stop for ask, stop in zip(_ASKED[:tasks], _STOPS, strict=False))


def planned(tasks: int) -> tuple[Planned, ...]:
    """The right calls for it, each with the customer's own words."""
    return tuple(
        Planned(name=name, arguments={"quote": words, **slots})
        for words, name, slots in _ASKED[:tasks]
    )


def entries(tasks: Sequence[int]) -> list[Entry]:
    """The script for the desk: the longest message first, because it contains the shorter ones."""
    return [
        Entry(when=_words(number), calls=planned(number)) for number in sorted(tasks, reverse=True)
    ]


def for_agent(tasks: int, reply: str) -> Entry:
    """The same calls for the agent, and what it says last: the facts that the desk says, as long."""
    return Entry(when=f"^{AGENT}.*{_words(tasks)}", calls=planned(tasks), text=reply)


def _words(tasks: int) -> str:
    """The message as a pattern; the desk's reader writes punctuation its own way."""
    return ".{1,3}".join(re.escape(words) for words, _, _ in _ASKED[:tasks])
