"""A store of documents in memory, and clocks and embedders for tests of what is built upon it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.knowledge import (
    AskedQuestion,
    Edition,
    FoundedAnswer,
    NewVersion,
    SeenFile,
    Version,
)
from domain.ports import Clock


class Ticking:
    """A clock that goes on by a second each time it is looked at; `at` can be set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class _Kept:
    version: Version
    new: NewVersion
    since: int
    until: int | None = None

    def answers_in(self, edition: int | None) -> bool:
        if edition is None:
            return self.until is None
        return self.since <= edition and (self.until is None or self.until > edition)


class MemoryKnowledge:
    """Implements `KnowledgeStore` without a disk."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._versions: list[_Kept] = []
        self._editions: list[Edition] = []
        self._seen: dict[str, SeenFile] = {}

    async def edition(self) -> int:
        return len(self._editions)

    async def numbers(self, edition: int | None = None) -> dict[str, int]:
        return {
            one.version.path: one.version.number
            for one in self._versions
            if one.answers_in(edition)
        }

    async def read(self, paths: Sequence[str], edition: int | None = None) -> list[Version]:
        return [
            one.version
            for one in self._versions
            if one.answers_in(edition) and one.version.path in paths
        ]

    async def original(self, path: str, number: int) -> tuple[bytes, bytes]:
        for one in self._versions:
            if (one.version.path, one.version.number) == (path, number):
                return one.new.original, one.new.about
        raise KeyError(path)

    async def editions(self, latest: int = 50) -> list[Edition]:
        return self._editions[::-1][:latest]

    async def seen(self) -> dict[str, SeenFile]:
        return dict(self._seen)

    async def look(self, files: Sequence[SeenFile]) -> None:
        self._seen |= {one.path: one for one in files}

    async def commit(
        self, new: Sequence[NewVersion], removed: Sequence[str], *, by: str
    ) -> Edition | None:
        """Keep new versions and let go of removed documents in one step; None when nothing changes."""
        self._seen = {path: one for path, one in self._seen.items() if path not in removed}
        self._seen |= {one.seen.path: one.seen for one in new}
        now = {one.version.path: one for one in self._versions if one.until is None}
        new = [
            one
            for one in new
            if one.seen.path not in now or now[one.seen.path].version.digest != one.seen.digest
        ]
        gone = [path for path in removed if path in now]
        if not new and not gone:
            return None
        paths = [one.seen.path for one in new]
        edition = Edition(
            len(self._editions) + 1,
            self._clock.now(),
            by,
            tuple(path for path in paths if path not in now),
            tuple(path for path in paths if path in now),
            tuple(gone),
        )
        for path in (*gone, *edition.changed):
            now[path].until = edition.number
        self._versions += [self._kept(one, edition) for one in new]
        self._editions.append(edition)
        return edition

    def _kept(self, one: NewVersion, edition: Edition) -> _Kept:
        number = 1 + sum(kept.version.path == one.seen.path for kept in self._versions)
        version = Version(one.seen.path, number, one.seen.digest, edition.at, one.content)
        return _Kept(version, one, edition.number)


@dataclass
class MemoryAnswers:
    """Implements `AnswerBook`: what a test says was asked and answered."""

    asked: list[AskedQuestion] = field(default_factory=list)
    answers: list[FoundedAnswer] = field(default_factory=list)

    async def unanswered(self, since: datetime) -> list[AskedQuestion]:
        return [replace(one) for one in self.asked if not one.answered and one.at >= since]

    async def used(self, since: datetime) -> dict[str, int]:
        found: dict[str, int] = {}
        for answer in self.answers:
            for each in answer.citations if answer.at >= since else ():
                found[each.passage_id] = found.get(each.passage_id, 0) + 1
        return found

    async def why(self, message_id: str) -> FoundedAnswer | None:
        return next((one for one in self.answers if one.message_id == message_id), None)

    async def latest(self, count: int = 10) -> list[FoundedAnswer]:
        return self.answers[::-1][:count]


def lay(root: Path, name: str, text: str | bytes, age: float = 60.0) -> Path:
    """Lay a file down as if it had been written so many seconds ago, each a little later than the one before."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    at = time.time_ns() - int(age * 1e9)
    os.utime(path, ns=(at, at))
    return path
