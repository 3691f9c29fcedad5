"""The journal of the DingTalk simulator as the campaign reads it: the one place that knows how it is written.

Used of a line: `kind` (push, ack, send, card), `at`, `msgId`, `code`, `user` or `conversation`, `card`, `text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.crash.records import ACCEPTED, Ack, Outside, Push, Send, lines, when, whole_lines


class Reading:
    """Lines of a journal, understood one after the other."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.acks: list[Ack] = []
        self.accepted: set[str] = set()
        self._users: dict[str, str] = {}
        self._sends: list[Send] = []
        self._cards: dict[str, Send] = {}

    @property
    def sends(self) -> list[Send]:
        """What was shown: a card as it stands in the end, at the time when its customer could first read it."""
        return sorted([*self._sends, *self._cards.values()], key=lambda one: one.at)

    def take(self, entries: Iterable[dict[str, Any]]) -> Iterator[Send]:
        """Understand more lines; yields what somebody is shown, each state of a card too."""
        for entry in entries:
            match entry.get("kind"):
                case "push" if entry.get("msgId"):
                    self._push(entry)
                case "ack" if entry.get("msgId"):
                    self._ack(Ack(str(entry["msgId"]), when(entry["at"]), int(entry["code"])))
                case "send":
                    self._sends.append(self._shown(entry))
                    yield self._sends[-1]
                case "card" if entry.get("text") and entry.get("conversation"):
                    yield self._card(entry)

    def _push(self, entry: dict[str, Any]) -> None:
        self.pushes.append(Push(str(entry["msgId"]), when(entry["at"])))
        if entry.get("user") and entry.get("conversation"):
            self._users[str(entry["conversation"])] = str(entry["user"])

    def _ack(self, ack: Ack) -> None:
        self.acks.append(ack)
        if ack.code == ACCEPTED:
            self.accepted.add(ack.msg_id)

    def _card(self, entry: dict[str, Any]) -> Send:
        shown = self._shown(entry)
        card = str(entry["card"])
        known = self._cards.get(card)
        kept = shown if known is None else Send(known.user, shown.text, known.at)
        self._cards[card] = kept
        return shown

    def _shown(self, entry: dict[str, Any]) -> Send:
        """A message to a group is nobody's own."""
        conversation = str(entry.get("conversation", ""))
        user = entry.get("user") or self._users.get(conversation, conversation)
        return Send(str(user), str(entry.get("text", "")), when(entry["at"]))


class Journal:
    """A journal that is read while it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._reading = Reading()

    @property
    def acknowledged(self) -> set[str]:
        """The messages that a desk has said to have."""
        return self._reading.accepted

    def news(self) -> list[Send]:
        """What was shown since the last look."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return list(self._reading.take(whole_lines(whole)))


def read_outside(path: Path) -> Outside:
    """Everything that the simulator kept."""
    reading = Reading()
    list(reading.take(lines(path)))
    return Outside(reading.pushes, reading.acks, reading.sends)
