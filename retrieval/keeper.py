"""Keeps what the documents say in step with the knowledge folder: every change becomes an edition.

The folder is the truth. What was taken out stops answering before anything new is read; a file that can no longer
be read keeps its earlier version, and the report says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from domain.knowledge import Edition, KnowledgeStore, NewVersion, SeenFile
from retrieval.documents import to_json
from retrieval.folder import Found, KnowledgeFolder, digest_of, look_through
from retrieval.formats.command import RISKY, read_apart
from retrieval.formats.content import Content, Unusable
from retrieval.formats.reading import read_content
from retrieval.reading import bytes_of, document_of

log = structlog.get_logger()

READER = 1  # raised when files are read differently, so that all of them are read again
_QUIET = 1.0  # seconds without a change after which a file counts as written
_PATIENCE = 20.0  # seconds to wait for that
_LONGEST_READ = 45.0  # seconds for one file; meanwhile nobody notices that another was taken out
_COMMIT_EVERY = 5.0  # seconds of reading after which what is complete becomes visible


@dataclass
class Synced:
    """What bringing the knowledge in step came to."""

    editions: list[Edition] = field(default_factory=list)
    looked_at: int = 0
    refused: int = 0
    noticed: set[str] = field(default_factory=set)
    """Files that cannot be used, or can again: no edition says so, but the report does."""

    @property
    def news(self) -> bool:
        """Whether there is anything that the report should say."""
        return bool(self.editions or self.noticed)

    @property
    def changed(self) -> frozenset[str]:
        """The documents that were added, changed or removed."""
        return frozenset(
            path for one in self.editions for path in (*one.added, *one.changed, *one.removed)
        )

    def count(self, what: str) -> int:
        return sum(len(getattr(one, what)) for one in self.editions)


def together(several: Sequence[Synced]) -> Synced:
    """What several looks at the folder came to."""
    last = several[-1]
    return replace(
        last,
        editions=[one for each in several for one in each.editions],
        noticed={path for each in several for path in each.noticed},
    )


@dataclass(frozen=True)
class _Read:
    """A file that was read: a new version, or what it looked like and why it cannot be used."""

    seen: SeenFile
    version: NewVersion | None = None


class Keeper:
    """Reads the folder into the store. One process does it at a time; the others follow the store."""

    def __init__(self, folder: KnowledgeFolder, store: KnowledgeStore) -> None:
        self.folder = folder
        self.store = store
        self._at_work = asyncio.Lock()

    async def sync(self, by: str = "folder") -> Synced:
        """Bring the store in step with the folder."""
        async with self._at_work:
            result = Synced()
            await self._let_go(result, by)
            found = await self._when_quiet()
            known = await self.store.seen()
            result.looked_at = len(found)
            new = [one for one in found.values() if _differs(one.seen, known.get(one.seen.path))]
            result.refused = sum(bool(one.fault) for one in known.values())
            if new:
                await self._take_in(new, known, result, by)
                await self._let_go(result, by)
                seen = await self.store.seen()
                result.refused = sum(bool(one.fault) for one in seen.values())
            return result

    async def _let_go(self, result: Synced, by: str) -> None:
        """What lies in the folder no longer stops answering, now."""
        # What is held is asked first: what another process takes in meanwhile is not gone.
        held = {*await self.store.numbers(), *await self.store.seen()}
        found = await asyncio.to_thread(look_through, self.folder.root)
        gone = sorted(held - found.keys())
        if gone:
            result.noticed.update(gone)
            self._note(result, await self.store.commit([], gone, by=by))

    async def _when_quiet(self) -> dict[str, Found]:
        """The files of the folder, once none of them has just been written to; or those that have not."""
        until = time.monotonic() + _PATIENCE
        while True:
            found = await asyncio.to_thread(look_through, self.folder.root)
            busy = await asyncio.to_thread(_being_written, found)
            if not busy:
                return found
            if time.monotonic() > until:  # the others need not wait for one that is never done
                return {path: one for path, one in found.items() if path not in busy}
            await asyncio.sleep(_QUIET / 4)

    async def _take_in(
        self, new: Sequence[Found], known: dict[str, SeenFile], result: Synced, by: str
    ) -> None:
        ready: list[NewVersion] = []
        looked: list[SeenFile] = []
        began = time.monotonic()
        for one in new:
            read = await self._read(one, known.get(one.seen.path))
            looked.append(read.seen)
            before = known.get(read.seen.path)
            if read.seen.fault != (before.fault if before else ""):
                result.noticed.add(read.seen.path)
            ready += [read.version] if read.version else []
            if time.monotonic() - began > _COMMIT_EVERY:
                await self._keep(ready, looked, result, by)
                ready, looked, began = [], [], time.monotonic()
                await self._let_go(result, by)
        await self._keep(ready, looked, result, by)

    async def _keep(
        self, ready: list[NewVersion], looked: list[SeenFile], result: Synced, by: str
    ) -> None:
        if ready:
            self._note(result, await self.store.commit(ready, [], by=by))
        versions = {one.seen.path for one in ready}
        await self.store.look([one for one in looked if one.path not in versions])

    async def _read(self, found: Found, known: SeenFile | None) -> _Read:
        seen = found.seen
        try:
            data, about = await asyncio.to_thread(bytes_of, found)
            seen = replace(seen, digest=f"{READER}:{digest_of(data, about)}")
            if known is not None and known.digest == seen.digest:
                return _Read(replace(seen, fault=known.fault, values=known.values))
            content = await _content(found, data)
            document = await asyncio.to_thread(document_of, content, about, seen.path)
            return _Read(seen, NewVersion(seen, to_json(document), data, about))
        except Unusable as fault:
            log.info("document_refused", path=seen.path, fault=fault.key)
            return _Read(replace(seen, fault=fault.key, values=fault.values))

    @staticmethod
    def _note(result: Synced, edition: Edition | None) -> None:
        if edition is not None:
            result.editions.append(edition)
            log.info(
                "knowledge_changed",
                edition=edition.number,
                added=len(edition.added),
                changed=len(edition.changed),
                removed=len(edition.removed),
                by=edition.by,
            )


def _differs(seen: SeenFile, known: SeenFile | None) -> bool:
    """Whether a file must be looked into: it is new, was written to, or was read in an earlier way."""
    if known is None or not seen.unchanged(known):
        return True
    if seen.fault:
        return seen.fault != known.fault
    return not known.digest.startswith(f"{READER}:")  # what could not be opened is tried again, too


def _being_written(found: dict[str, Found]) -> set[str]:
    """The files that were written to just now. A time to come means nothing: some clock is wrong."""
    now, busy = time.time(), set()
    for name, one in found.items():
        for path in filter(None, (one.path, one.about)):
            with suppress(FileNotFoundError):  # gone since it was listed
                if 0 <= now - path.lstat().st_mtime < _QUIET:
                    busy.add(name)
    return busy


async def _content(found: Found, data: bytes) -> Content:
    """What a file says; kinds that can hang or swallow memory are read in a process of their own."""
    if found.path.suffix.lower() in RISKY:
        return await read_apart(found.path.resolve(), found.seen.path, _LONGEST_READ)
    return await asyncio.to_thread(read_content, data, found.seen.path)
