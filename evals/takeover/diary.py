"""What the takeover campaign saw from outside: what was sent, said, taken over and handed back, and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sent:
    """A message that the platform has; `at` is in seconds since 1970, like every time here."""

    at: float
    id: str
    conversation: str
    kind: str
    to: str
    text: str
    buttons: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A time in which a colleague had a conversation: from when taking over returned until it was given back."""

    conversation: str
    by: str
    since: float
    until: float


@dataclass
class Diary:
    """Everything that customers, colleagues and the one who kills remember."""

    heard: dict[str, list[str]] = field(default_factory=dict)
    """What customers wrote and the desk said to have, by conversation."""
    held: list[Held] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    """Replies that a colleague was told are on their way."""
    unsure: set[str] = field(default_factory=set)
    """Replies that nobody was told of, for the desk died: they may arrive, or not."""
    in_vain: list[str] = field(default_factory=list)
    """What somebody waited for in vain: a push about an alarm, or an answer after the hand back."""
    down: list[tuple[float, float]] = field(default_factory=list)
    """From a kill until the next process said that it is ready."""
    kills: int = 0

    def without(self, since: float, until: float) -> float:
        """How much of a span of time the desk was there."""
        away = sum(max(0.0, min(until, up) - max(since, killed)) for killed, up in self.down)
        return max(0.0, until - since - away)


class Journal:
    """The file of the platform, read while it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._sent: list[Sent] = []

    def everything(self) -> Sequence[Sent]:
        """What the platform has by now, oldest first."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                content = file.read()
            whole = content[: content.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.splitlines():
                fields = json.loads(line)
                self._sent.append(Sent(**{**fields, "buttons": tuple(fields["buttons"])}))
        return self._sent
