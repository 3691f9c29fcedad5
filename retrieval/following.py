"""Brings what is searched in step with the latest edition: whole documents, and what is gone first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from domain.errors import NightdeskError
from domain.knowledge import KnowledgeStore, Version
from domain.ports import Embedder
from retrieval.documents import Document, day_of, from_json
from retrieval.search import Librarian

log = structlog.get_logger()

_GROUP = 48  # passages after which is looked whether something was taken out meanwhile
_READ = 200  # documents read at once
_AGAIN_AFTER = 60.0  # seconds until a document that could not be embedded is tried again
_SHOW_EVERY = 5.0  # seconds after which what is complete becomes visible, though more is coming


@dataclass(frozen=True)
class Progress:
    """How many passages of a long piece of work are done."""

    done: int = 0
    total: int = 0

    @property
    def busy(self) -> bool:
        return self.done < self.total


class Follower:
    """Keeps one librarian in step with the store.

    `tidy` is off for a worker that shares an index with the desk, which alone throws away what nobody needs.
    """

    def __init__(self, librarian: Librarian, store: KnowledgeStore, *, tidy: bool = True) -> None:
        self._librarian = librarian
        self._store = store
        self._tidy = tidy
        self._one_at_a_time = asyncio.Lock()
        self._withdrawn = self._followed = -1  # the edition that was last seen to
        self._put_off: dict[str, tuple[int, float]] = {}  # version, and when it is tried again
        self.progress = Progress()

    async def withdraw(self) -> None:
        """What is no longer in the latest edition stops answering now, whatever else is being done."""
        edition = await self._store.edition()
        if edition != self._withdrawn:
            await self._let_go()
            self._withdrawn = edition

    async def follow(self, *, only_ready: bool = False) -> bool:
        """Answer from the latest edition; says whether anything changed.

        With `only_ready`, documents whose vectors must still be computed are left for the next time.
        """
        async with self._one_at_a_time:
            edition = await self._store.edition()
            if edition == self._followed:
                return False
            await self._let_go()
            numbers = await self._store.numbers()
            held = self._librarian.documents
            gone = held.keys() - numbers.keys()
            behind = [path for path, number in numbers.items() if _number(held, path) != number]
            fresh = [path for path in behind if not self._waits(path, numbers[path])]
            if not behind and not gone:
                self._followed = edition
            if not fresh and not gone:
                return False
            documents = {path: one for path, one in held.items() if path not in gone}
            new = await self._read(fresh)
            # Who may read it no longer, or from when, does not wait until the new words are embedded.
            narrowed = {each.id for each in new if _narrower(each, held.get(each.id))}
            self._librarian.withdraw(narrowed)
            if only_ready:
                new = await asyncio.to_thread(lambda: list(filter(self._librarian.ready, new)))
            await self._take_in(documents, new)
            return True

    async def change_embedder(self, embedder: Embedder) -> None:
        """Embed everything again beside what is searched, then search that instead."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._librarian.change_embedder, embedder)

    async def _take_in(self, documents: dict[str, Document], new: Sequence[Document]) -> None:
        total = sum(len(each.passages) for each in new)
        self.progress = Progress(0, total)
        shown, cost = time.monotonic(), 0.0
        for group in _groups(new):
            documents |= {each.id: each for each in await self._prepared(group)}
            done = self.progress.done + sum(len(each.passages) for each in group)
            self.progress = replace(self.progress, done=done)
            # Arranging takes longer the more there is, so it is done seldom in a long run.
            if time.monotonic() - shown > max(_SHOW_EVERY, 10 * cost):
                cost = await self._show(documents, tidy=False)
                shown = time.monotonic()
        self.progress = Progress()
        await self._show(documents, tidy=self._tidy)

    async def _prepared(self, group: Sequence[Document]) -> list[Document]:
        """Those of a group that can be answered from; one that cannot be embedded holds up no other."""
        try:
            await asyncio.to_thread(self._librarian.prepare, group)
        except NightdeskError as fault:
            if len(group) > 1:
                return [one for each in group for one in await self._prepared([each])]
            (only,) = group
            self._put_off[only.id] = only.number, time.monotonic() + _AGAIN_AFTER
            log.warning("document_not_embedded", path=only.path, cause=str(fault))
            return []
        return list(group)

    def _waits(self, path: str, number: int) -> bool:
        version, until = self._put_off.get(path, (0, 0.0))
        return version == number and time.monotonic() < until

    async def _show(self, documents: dict[str, Document], *, tidy: bool) -> float:
        """Answer from these, but for what was taken out meanwhile; the seconds it took."""
        began = time.monotonic()
        numbers = await self._store.numbers()
        there = [each for path, each in documents.items() if path in numbers]
        await asyncio.to_thread(self._librarian.replace, there, tidy=tidy)
        await self._let_go()
        return time.monotonic() - began

    async def _let_go(self) -> None:
        numbers = await self._store.numbers()
        self._librarian.withdraw(self._librarian.documents.keys() - numbers.keys())

    async def _read(self, paths: Sequence[str]) -> list[Document]:
        found: list[Document] = []
        for start in range(0, len(paths), _READ):
            versions = await self._store.read(paths[start : start + _READ])
            found += await asyncio.to_thread(lambda some: list(map(_document, some)), versions)
        return found


def _narrower(new: Document, held: Document | None) -> bool:
    """Whether a new version is for other people, or for other days."""
    if held is None:
        return False
    return (new.audience, new.valid_from, new.valid_until) != (
        held.audience,
        held.valid_from,
        held.valid_until,
    )


def _number(held: Mapping[str, Document], path: str) -> int:
    return held[path].number if path in held else 0


def _document(version: Version) -> Document:
    document = from_json(version.content)
    newest = document.newest or day_of(version.at)
    return replace(document, number=version.number, newest=newest, kept_at=version.at.isoformat())


def _groups(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Whole documents together, about so many passages at a time; the short ones first."""
    group: list[Document] = []
    for each in sorted(documents, key=lambda one: len(one.passages)):
        group.append(each)
        if sum(len(one.passages) for one in group) >= _GROUP:
            yield group
            group = []
    if group:
        yield group
