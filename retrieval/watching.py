"""Watches the knowledge folder while the desk runs, so that a document dropped into it is answered from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import date

import structlog
from watchfiles import Change, awatch

from domain.errors import NightdeskError
from domain.ports import Clock
from retrieval.documents import day_of
from retrieval.following import Follower
from retrieval.keeper import Keeper, Synced, together

log = structlog.get_logger()

_LOOK_EVERY = 20.0  # seconds; a folder on a network drive tells nobody that it changed
_FOLLOW_EVERY = 1.0  # seconds until another process's change is seen
_AGAIN_AFTER = 5.0  # seconds after a fault that nobody foresaw

Changed = Callable[[Synced], Awaitable[None]]
Followed = Callable[[], Awaitable[None]]


class Watcher:
    """Looks at the folder when it changes, and now and then besides; follows what others change.

    Only a process that `leads` reads the folder: those that share a database follow it.
    """

    def __init__(
        self,
        keeper: Keeper,
        follower: Follower,
        *,
        clock: Clock,
        changed: Changed,
        followed: Followed,
    ) -> None:
        self._keeper = keeper
        self._follower = follower
        self._clock = clock
        self._changed = changed
        self._followed = followed
        self._tasks: list[asyncio.Task[None]] = []
        self._woken = asyncio.Event()
        self._news: list[Synced] = []
        self._by = "folder"

    def start(self, *, leads: bool) -> None:
        """Begin; `stop` ends it."""
        jobs = [self._follow, self._withdraw]
        if leads:
            jobs += [self._listen, self._look]
        self._tasks = [asyncio.create_task(_lasting(job)) for job in jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self, by: str = "folder") -> None:
        """Look at the folder now; what has changed was changed `by` whom the history then names."""
        if by != "folder":
            self._by = by
        self._woken.set()

    async def _listen(self) -> None:
        root = self._keeper.folder.root
        async for _ in awatch(root, watch_filter=_worth_a_look, step=200, recursive=True):
            self.wake()

    async def _look(self) -> None:
        """Reading the folder waits for nothing: what was taken out must stop while a manual is embedded."""
        day: date | None = None  # of the last report
        while True:
            with _logged("folder_not_read"):
                by, self._by = self._by, "folder"
                synced = await self._keeper.sync(by)
                today = day_of(self._clock.now())
                if synced.news or today != day:  # a new day, too, may begin or end documents
                    self._news.append(synced)
                    day = today
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _LOOK_EVERY)
            self._woken.clear()

    async def _follow(self) -> None:
        while True:
            with _logged("knowledge_not_followed"):
                if await self._follower.follow():
                    await self._followed()
                if news := list(self._news):
                    await self._changed(together(news))
                    del self._news[: len(news)]  # what failed is told again
            await asyncio.sleep(_FOLLOW_EVERY)

    async def _withdraw(self) -> None:
        """Beside the others, which may be busy with a long document for minutes."""
        while True:
            with _logged("knowledge_not_followed"):
                await self._follower.withdraw()
            await asyncio.sleep(_FOLLOW_EVERY)


async def _lasting(job: Callable[[], Coroutine[None, None, None]]) -> None:
    """Begin a job again when it ends, whatever ended it: who stops looking answers from what was deleted."""
    while True:
        (ended,) = await asyncio.gather(job(), return_exceptions=True)
        log.error("watching_ended", job=job.__name__, cause=repr(ended))
        await asyncio.sleep(_AGAIN_AFTER)


@contextmanager
def _logged(event: str) -> Iterator[None]:
    """A fault is logged, and the loop goes on: the next look may succeed."""
    try:
        yield
    except (NightdeskError, OSError) as fault:
        log.warning(event, cause=str(fault))


def _worth_a_look(_: Change, path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name not in ("REPORT.md",) and not name.startswith(".")
