from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from domain.errors import UpstreamUnavailable
from domain.ports import Embedder
from retrieval.folder import KnowledgeFolder
from retrieval.following import Follower
from retrieval.keeper import Keeper, Synced
from retrieval.search import Librarian
from retrieval.watching import Watcher
from tests.unit.retrieval.kept import MemoryKnowledge, Ticking, lay


class Faulty(MemoryKnowledge):
    """A store that fails a few times, in a way that nobody foresaw."""

    fails = 0

    async def seen(self):  # type: ignore[no-untyped-def]
        if self.fails:
            self.fails -= 1
            raise ZeroDivisionError
        return await super().seen()


class Desk:
    """A watched folder, and what was told about its changes."""

    def __init__(self, root: Path, embedder: Embedder) -> None:
        self.root = root
        self.store = Faulty(Ticking())
        self.librarian = Librarian(embedder, Ticking())
        self.follower = Follower(self.librarian, self.store)
        self.watcher = Watcher(
            Keeper(KnowledgeFolder(root), self.store),
            self.follower,
            clock=Ticking(),
            changed=self.changed,
            followed=self.followed,
        )
        self.looked = 0
        self.told: list[Synced] = []
        self.refuses = 0

    async def followed(self) -> None:
        self.looked += 1

    async def changed(self, synced: Synced) -> None:
        if self.refuses:
            self.refuses -= 1
            raise UpstreamUnavailable("not now")
        await self.follower.follow()
        self.told.append(synced)

    @asynccontextmanager
    async def watched(self, *, leads: bool = True) -> AsyncIterator[None]:
        self.watcher.start(leads=leads)
        try:
            yield
        finally:
            await self.watcher.stop()

    def answers(self, name: str) -> Callable[[], bool]:
        return lambda: (
            name in {hit.passage.document for hit in self.librarian.search("泊車", "yue", 9)}
        )


@pytest.fixture
def desk(tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("retrieval.watching._FOLLOW_EVERY", 0.05)
    monkeypatch.setattr("retrieval.watching._AGAIN_AFTER", 0.05)
    return Desk(tmp_path, embedder)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not true():  # noqa: ASYNC110 -- folders and threads set no event
            await asyncio.sleep(0.02)


async def test_what_is_dropped_is_answered_from_and_what_is_deleted_is_not(desk: Desk) -> None:
    async with desk.watched():
        await until(lambda: len(desk.told) == 1)  # the first look tells once, though it is empty
        lay(desk.root, "a.md", "泊車首兩小時免費。")
        await until(desk.answers("a.md"))
        (desk.root / "a.md").unlink()
        await until(lambda: not desk.answers("a.md")())


async def test_a_file_that_cannot_be_used_is_told_at_once(desk: Desk) -> None:
    async with desk.watched():
        await until(lambda: len(desk.told) == 1)
        lay(desk.root, "scan.pdf", b"%PDF-1.7 broken")
        await until(lambda: len(desk.told) == 2)
        assert desk.told[1].noticed == {"scan.pdf"}
        (desk.root / "scan.pdf").unlink()
        await until(lambda: len(desk.told) == 3)


async def test_a_process_that_does_not_lead_only_follows(desk: Desk) -> None:
    lay(desk.root, "a.md", "泊車首兩小時免費。")
    async with desk.watched(leads=False):
        await asyncio.sleep(0.3)
        assert await desk.store.edition() == 0
        await Keeper(KnowledgeFolder(desk.root), desk.store).sync("the leader")
        await until(desk.answers("a.md"))
        await desk.store.commit([], ["a.md"], by="the leader")
        await until(lambda: not desk.answers("a.md")())


async def test_a_fault_that_nobody_foresaw_does_not_end_the_watch(desk: Desk) -> None:
    desk.store.fails = 2
    lay(desk.root, "a.md", "泊車首兩小時免費。")
    with capture_logs() as logs:
        async with desk.watched():
            await until(desk.answers("a.md"))
    ended = [one for one in logs if one["event"] == "watching_ended"]
    assert [one["cause"] for one in ended] == ["ZeroDivisionError()"] * 2


async def test_a_report_that_could_not_be_written_is_written_at_the_next_look(
    desk: Desk,
) -> None:
    desk.refuses = 1
    async with desk.watched():
        await until(lambda: desk.refuses == 0)
        desk.watcher.wake()
        await until(lambda: len(desk.told) == 1)


async def test_a_folder_that_comes_back_is_watched_again(desk: Desk) -> None:
    lay(desk.root, "a.md", "泊車首兩小時免費。")
    async with desk.watched():
        await until(desk.answers("a.md"))
        away = desk.root.rename(desk.root.with_name("away"))
        desk.watcher.wake()
        await asyncio.sleep(0.3)
        assert desk.answers("a.md")()  # a drive that is away does not mean that all was deleted
        away.rename(desk.root)
        lay(desk.root, "b.md", "泊車每小時三十元。")
        desk.watcher.wake()
        await until(desk.answers("b.md"))
