"""What the outside of a crash campaign kept, read from its files: pushes, acks, sends, effects and what was said.

Every file is JSON, a line for each thing that happened, appended by a process that may be read while it writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ACCEPTED = 200
_ORDER = re.compile(r"(?<![A-Za-z0-9_-])(?:HB|INV)-\d{6}(?!\d)")
_HARMLESS = re.compile("[\u200b\\\\]")  # what a channel puts between characters


@dataclass(frozen=True)
class Push:
    """A message on its way to the desk; again when nobody acknowledged it."""

    msg_id: str
    at: float


@dataclass(frozen=True)
class Ack:
    """The desk says that it has a message."""

    msg_id: str
    at: float
    code: int = ACCEPTED


@dataclass(frozen=True)
class Send:
    """What a person was shown."""

    user: str
    text: str
    at: float

    def orders(self) -> list[str]:
        """The orders and invoices it names, in the order of their first mention."""
        return list(dict.fromkeys(_ORDER.findall(_HARMLESS.sub("", self.text))))


@dataclass(frozen=True)
class Effect:
    """Something that was really changed: `order` is the order, or the invoice, that it is about, if any."""

    kind: str
    order: str
    at: float


@dataclass(frozen=True)
class Said:
    """What a customer was about to send: the order it is about, and whether it says yes to something about it."""

    msg_id: str
    user: str
    text: str
    order: str
    agrees: bool
    at: float

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Feed:
    """Everything that was said, and whose the orders are."""

    said: Sequence[Said]
    owners: Mapping[str, str]


@dataclass(frozen=True)
class Outside:
    """Everything that the simulator kept."""

    pushes: Sequence[Push]
    acks: Sequence[Ack]
    sends: Sequence[Send]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a file; a last one that is still being written is left out."""
    if path.exists():
        yield from whole_lines(path.read_bytes())


def whole_lines(content: bytes) -> Iterator[dict[str, Any]]:
    """The lines that are written to their end."""
    for line in content.rpartition(b"\n")[0].splitlines():
        yield json.loads(line)


def read_effects(path: Path) -> list[Effect]:
    """The journal of the ERP simulator."""
    return [
        Effect(effect["kind"], effect.get("invoice") or effect.get("order", ""), when(entry["at"]))
        for entry in lines(path)
        for effect in entry["effects"]
    ]


def owns(user: str, orders: Sequence[str]) -> str:
    """The line of the feeder's file that says whose orders these are."""
    return json.dumps({"user": user, "owns": list(orders)}) + "\n"


def read_feed(path: Path) -> Feed:
    """The feeder's file."""
    said: dict[str, Said] = {}
    owners: dict[str, str] = {}
    for entry in lines(path):
        if "owns" in entry:
            owners |= dict.fromkeys(entry["owns"], entry["user"])
        else:  # a message that was tried again stands there again
            said.setdefault(entry["msg_id"], Said(**entry))
    return Feed(list(said.values()), owners)


def when(value: str | float) -> float:
    """Seconds since 1970, from a number of them or of milliseconds, or from a written time."""
    if isinstance(value, str) and not value.replace(".", "").isdigit():
        return datetime.fromisoformat(value).timestamp()
    seconds = float(value)
    return seconds / 1000 if seconds > 1e11 else seconds
