"""The documents of one company in a running process: the folder, what is kept of it, and who searches it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from connectors.clocks import SystemClock
from domain.errors import ConfigurationError, ModelError, NightdeskError
from domain.knowledge import Edition
from domain.ports import Clock, Embedder
from embedders import open_embedder
from house import House
from retrieval.documents import day_of
from retrieval.findings import Finding, Findings
from retrieval.folder import KnowledgeFolder
from retrieval.following import Follower
from retrieval.history import restore
from retrieval.inspector import Inspector
from retrieval.keeper import Keeper, Synced
from retrieval.report import write_report
from retrieval.search import Librarian
from retrieval.sentences import Sentences
from retrieval.watching import Watcher
from storage.answers import SqlAnswers
from storage.counters import SqlSwitches
from storage.knowledge import SqlKnowledge
from storage.vectors import SqlVectors
from understanding.screening import EmbeddedScreener

log = structlog.get_logger()

OFFLINE = "embedded"
_FIRST_LOOK = 10.0  # seconds that a start waits for new files to be read; what takes longer follows
Checked = Callable[[frozenset[str]], Awaitable[Sequence[Finding]]]


@dataclass
class ReadingRoom:
    """Everything about the documents of one company, joined."""

    librarian: Librarian
    keeper: Keeper
    follower: Follower
    inspector: Inspector
    answers: SqlAnswers
    store: SqlKnowledge
    sentences: Sentences
    findings: Findings
    _switches: SqlSwitches
    _tenant: str
    _setting: str
    _wanted: Embedder | None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _watcher: Watcher | None = None
    _unchecked: frozenset[str] = frozenset()  # what changed and was not played yet
    _checking: asyncio.Task[None] | None = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    failing: Sequence[Finding] = ()
    """The goldens that went wrong when they were last played."""
    check: Checked | None = None
    """Plays the goldens that rest on changed documents; without it they are not played."""

    @classmethod
    async def open(
        cls, house: House, clock: Clock, tenant: str, *, leads: bool = True
    ) -> ReadingRoom:
        """Read what changed in the folder, and answer from everything whose vectors are known.

        One process `leads`: it reads the folder. The others follow what it keeps.

        Raises:
            ConfigurationError: a setting is wrong, or another process owns the index.
        """
        settings, wall = house.settings, SystemClock()
        store = SqlKnowledge(house.database, wall, tenant)
        switches = SqlSwitches(house.database)
        embedder, wanted = await _embedders(house, switches, tenant)
        place = settings.chroma_url or settings.data / f"index-{settings.worker}"
        cache = SqlVectors(settings.cache)
        librarian = await asyncio.to_thread(
            house.librarian, clock, tenant, embedder, place=place, cache=cache
        )
        answers = SqlAnswers(house.database, tenant)
        screener = EmbeddedScreener(house.models)
        room = cls(
            librarian=librarian,
            keeper=Keeper(KnowledgeFolder(settings.knowledge), store),
            follower=Follower(librarian, store, tidy=leads or settings.chroma_url is None),
            inspector=Inspector(
                librarian,
                store,
                answers,
                embedder=house.embedder,
                clock=clock,
                suspicious=lambda texts: [one.blocked for one in screener.screen_all(texts)],
            ),
            answers=answers,
            store=store,
            sentences=Sentences.read(settings.playbook / "reports"),
            findings=Findings(day_of(clock.now())),
            _switches=switches,
            _tenant=tenant,
            _setting=settings.embedder,
            _wanted=wanted,
        )
        if leads:
            first = asyncio.create_task(room._first_look())
            room._tasks.append(first)
            await asyncio.wait({first}, timeout=_FIRST_LOOK)
        await room.follower.follow(only_ready=True)
        await asyncio.to_thread(room.inspector.look)
        if leads and wanted is None:  # workers may use the earlier one until this start
            await asyncio.to_thread(librarian.drop_earlier_embedders)
        return room

    async def sync(self, by: str) -> Synced:
        """Read the folder, answer from what it says now, and write the report.

        Raises:
            UpstreamUnavailable: the index does not answer.
        """
        synced = await self.keeper.sync(by)
        await self.follower.follow()
        await self.inspect(synced)
        return synced

    async def inspect(self, synced: Synced | None = None) -> None:
        """Look over what changed, and write the report; the goldens that rest on it are played beside.

        The report is written again when they were. A newer change stops them: they are played after it.
        """
        await asyncio.to_thread(self.inspector.look)
        await self._write()
        self._unchecked |= synced.changed if synced else frozenset()
        if self.check is not None and self._unchecked:
            await self._stop_checking()
            self._checking = asyncio.create_task(self._check(self.check))

    def start(self, *, leads: bool) -> None:
        """Watch the folder, or follow who does, until `close`."""
        self._watcher = Watcher(
            self.keeper,
            self.follower,
            clock=SystemClock(),
            changed=self.inspect,
            followed=self.look,
        )
        self._watcher.start(leads=leads)
        if self._wanted is not None and leads:
            self._tasks.append(asyncio.create_task(self._change_embedder(self._wanted)))

    async def look(self) -> None:
        """Compare what is new with everything else: whoever answers must know which documents disagree."""
        await asyncio.to_thread(self.inspector.look)

    def wake(self, by: str = "folder") -> None:
        """Look at the folder now; what has changed was changed `by` whom the history then names."""
        if self._watcher is not None:
            self._watcher.wake(by)

    async def roll_back(self, number: int) -> list[str]:
        """Bring the folder back to what it held in an edition; the files that were changed are named.

        What is in the folder and was not then is taken out; every earlier version stays kept.

        Raises:
            InputError: there is no such edition.
        """
        await self.keeper.sync("desk")  # what can be kept is, before anything is overwritten
        changed = await restore(self.store, self.keeper.folder, number)
        self.wake(f"rollback to {number}")
        return changed

    async def editions(self) -> list[Edition]:
        """The latest states of the folder."""
        return await self.store.editions()

    async def close(self) -> None:
        """Stop watching and let another process own the index."""
        if self._watcher is not None:
            await self._watcher.stop()
        await self._stop_checking()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.librarian.close()

    async def _first_look(self) -> None:
        with suppress(OSError):
            first = await self.store.edition() == 0  # then nothing changed: all of it is new
            synced = await self.keeper.sync("start")
            self._unchecked = frozenset() if first else synced.changed

    async def _check(self, check: Checked) -> None:
        changed = self._unchecked
        self.failing = await check(changed)
        self._unchecked -= changed  # a check that was stopped has checked nothing
        await self._write()

    async def _stop_checking(self) -> None:
        while (checking := self._checking) is not None:
            self._checking = None
            checking.cancel()
            await asyncio.gather(checking, return_exceptions=True)

    async def _write(self) -> None:
        async with self._writing:
            self.findings = await self.inspector.findings(self.failing)
            folder = self.keeper.folder.root
            await asyncio.to_thread(write_report, folder, self.findings, self.sentences)

    async def _change_embedder(self, wanted: Embedder) -> None:
        log.info("embedder_changing", to=wanted.name)
        try:
            await self.follower.change_embedder(wanted)
        except NightdeskError as fault:
            log.warning("embedder_not_changed", to=wanted.name, cause=str(fault))
            return
        await self._switches.write(f"embedder:{self._tenant}", self._setting)
        log.info("embedder_changed", to=wanted.name)


async def _embedders(
    house: House, switches: SqlSwitches, tenant: str
) -> tuple[Embedder, Embedder | None]:
    """The embedder to answer with now, and the one that the settings want once its index is complete.

    Raises:
        ConfigurationError: the setting names none that exists.
    """
    wanted, key = house.settings.embedder, f"embedder:{tenant}"
    before = await switches.read(key) or wanted
    try:
        chosen = await asyncio.to_thread(_opened, house, wanted)
    except ModelError as fault:  # a service that does not answer now; the next start tries again
        log.error("embedder_not_used", embedder=wanted, using=OFFLINE, cause=str(fault))
        return house.embedder, None
    await switches.write(key, before)
    if before == wanted:
        return chosen, None
    try:
        return await asyncio.to_thread(_opened, house, before), chosen
    except (ConfigurationError, ModelError) as fault:
        log.warning("earlier_embedder_gone", embedder=before, cause=str(fault))
        await switches.write(key, wanted)
        return chosen, None


def _opened(house: House, name: str) -> Embedder:
    """The embedder of this name; the embedded one is there already."""
    if name == OFFLINE:
        return house.embedder
    return open_embedder(house.settings.model_copy(update={"embedder": name}))
