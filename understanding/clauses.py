"""Cut a message where one request ends and the next may begin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from understanding.addresses import address

# A link word opens a new clause and is not part of what is asked.
_LINK = (
    r"另外|此外|(?<![^\s，,。！!？?；;、])(?:仲有|還有|还有)呢?|同埋|順便|顺便|順手|顺手|以及|然後|然后|跟住|接著|接着|再者|同時|同时|並且|并且|再加|"
    r"and also|also|plus|as well as|by the way|btw|while you(?:'re| are) at it|oh and|in addition|"
    r"and (?=(?:can|could|please|would|what|where|when|how|is|are|do|does|i|my|the|change|cancel|send|return|refund|check|tell|book|quote|get|also)\b)|"
    r"then (?=(?:please|change|cancel|send|return|refund|check|tell|book)\b)"
)
_BREAK = re.compile(
    rf"(?P<strong>[。！？!?;；\n]+|[.…]+(?=\s|$))|(?P<weak>[，,、:：]+(?!\d)|~+|(?<=\D)\s[-–—]+\s|[–—]{{2,}})|(?P<link>(?:{_LINK}))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"|https?://\S+|\S+@\S+")
_OPENER = re.compile(r"^[\s,，、。.!！?？:：;；~…]+|(?:[\s,，、:：]|\s[-–—]+)+$")
MOST = 10


@dataclass(frozen=True)
class Clause:
    """A piece of a message: its words and where they stand. `opens` when a link word or a full stop precedes."""

    text: str
    start: int
    end: int
    opens: bool


def split(text: str) -> list[Clause]:
    """The clauses of a message, in order; at most `MOST`, the last one holding the rest.

    Quotations, links, e-mail addresses and a postal address are never cut.
    """
    kept = [match.span() for match in _QUOTED.finditer(text)]
    place = address(text)
    if place and place in text:
        kept.append((text.index(place), text.index(place) + len(place)))
    clauses: list[Clause] = []
    start, opens = 0, True
    for match in _BREAK.finditer(text):
        if len(clauses) >= MOST - 1 or any(
            low < match.end() and match.start() < high for low, high in kept
        ):
            continue
        if match["link"] and not _is_link(text, match.start()):
            continue
        end = match.start() if match["link"] else match.end()
        clauses += _clause(text, start, end, opens)
        if match["link"]:
            start, opens = match.end(), True
        else:
            start, opens = end, bool(match["strong"]) or (opens and not text[start:end].strip())
    return clauses + _clause(text, start, len(text), opens)


def _is_link(text: str, at: int) -> bool:
    """English link words stand alone: `also` in `alsoft` does not count."""
    return not (text[at].isascii() and at and text[at - 1].isalnum() and text[at - 1].isascii())


def _clause(text: str, start: int, end: int, opens: bool) -> list[Clause]:
    piece = text[start:end]
    bare = _OPENER.sub("", piece)
    if not bare:
        return []
    at = start + piece.index(bare)
    return [Clause(bare, at, at + len(bare), opens)]
