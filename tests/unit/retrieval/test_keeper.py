from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.knowledge import Edition, NewVersion
from retrieval.documents import from_json
from retrieval.folder import KnowledgeFolder
from retrieval.keeper import Keeper
from tests.unit.retrieval.kept import MemoryKnowledge, Ticking, lay


class Watched(MemoryKnowledge):
    """A store that remembers what was done to it, in order."""

    def __init__(self) -> None:
        super().__init__(Ticking())
        self.done: list[str] = []

    async def commit(
        self, new: Sequence[NewVersion], removed: Sequence[str], *, by: str
    ) -> Edition | None:
        self.done += [f"-{path}" for path in removed] + [f"+{one.seen.path}" for one in new]
        return await super().commit(new, removed, by=by)


@pytest.fixture
def store() -> Watched:
    return Watched()


@pytest.fixture
def keeper(tmp_path: Path, store: Watched) -> Keeper:
    return Keeper(KnowledgeFolder(tmp_path), store)


async def told(keeper: Keeper) -> dict[str, str]:
    """What every document says now."""
    versions = await keeper.store.read(list(await keeper.store.numbers()))
    return {one.path: from_json(one.content).passages[0].text for one in versions}


async def test_what_is_put_in_changed_and_taken_out_is_kept(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "one")
    lay(tmp_path, "faq/b.csv", "question,answer\nHow long?,Ten days.\n")
    first = await keeper.sync("start")
    assert [one.added for one in first.editions] == [("a.md", "faq/b.csv")]
    lay(tmp_path, "a.md", "two")
    (tmp_path / "faq/b.csv").unlink()
    second = await keeper.sync("Ada")
    assert second.changed == {"a.md", "faq/b.csv"}
    assert (second.count("changed"), second.count("removed")) == (1, 1)
    assert {one.by for one in second.editions} == {"Ada"}
    assert await told(keeper) == {"a.md": "two"}


async def test_a_renamed_file_is_another_document(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    (tmp_path / "a.md").rename(tmp_path / "b.md")
    synced = await keeper.sync()
    assert [(one.added, one.removed) for one in synced.editions] == [
        ((), ("a.md",)),
        (("b.md",), ()),
    ]
    assert await told(keeper) == {"b.md": "one"}


async def test_what_was_taken_out_is_let_go_before_anything_is_read(
    keeper: Keeper, store: Watched, tmp_path: Path
) -> None:
    lay(tmp_path, "old.md", "one")
    await keeper.sync()
    (tmp_path / "old.md").unlink()
    lay(tmp_path, "new.md", "two")
    store.done.clear()
    await keeper.sync()
    assert store.done == ["-old.md", "+new.md"]


async def test_what_did_not_change_is_not_read(keeper: Keeper, tmp_path: Path) -> None:
    path = lay(tmp_path, "a.md", "one")
    await keeper.sync()
    stamp = path.stat().st_mtime_ns
    path.write_bytes(b"two")  # nobody can tell without reading it
    os.utime(path, ns=(stamp, stamp))
    again = await keeper.sync()
    assert (again.editions, again.looked_at, again.news) == ([], 1, False)
    assert await told(keeper) == {"a.md": "one"}


async def test_a_file_that_was_only_touched_is_no_new_version(
    keeper: Keeper, store: Watched, tmp_path: Path
) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    lay(tmp_path, "a.md", "one", age=5)
    assert (await keeper.sync()).editions == []
    assert store.done == ["+a.md"]  # it was not taken apart again
    assert await keeper.store.numbers() == {"a.md": 1}


@pytest.mark.parametrize("ruined", [b"", b"---\ncolour: red\n---\none", b"\x00\x01\x02"])
async def test_a_file_that_can_no_longer_be_used_keeps_its_earlier_version_and_is_named(
    keeper: Keeper, tmp_path: Path, ruined: bytes
) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    lay(tmp_path, "a.md", ruined)
    ruin = await keeper.sync()
    assert (ruin.editions, ruin.refused, ruin.noticed) == ([], 1, {"a.md"})
    assert (await keeper.store.seen())["a.md"].fault
    assert await told(keeper) == {"a.md": "one"}
    assert not (await keeper.sync()).news  # said once
    lay(tmp_path, "a.md", "one", age=3)
    mended = await keeper.sync()
    assert (mended.refused, mended.noticed) == (0, {"a.md"})
    assert await keeper.store.numbers() == {"a.md": 1}  # the same words are the same version


async def test_one_bad_file_does_not_stop_the_others(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "bad.pdf", b"%PDF-1.7 and nothing more")
    lay(tmp_path, "nested.md", f"---\ntitle: {'[' * 4_000}\n---\none")
    lay(tmp_path, "z.md", "one")
    synced = await keeper.sync()
    assert (set(synced.changed), synced.refused) == ({"z.md"}, 2)


async def test_a_draft_is_not_answered_from(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "---\n草稿: 是\n---\none")
    synced = await keeper.sync()
    assert (synced.editions, synced.refused) == ([], 1)
    lay(tmp_path, "a.md", "---\n草稿: 否\n---\none")
    await keeper.sync()
    assert await told(keeper) == {"a.md": "one"}


async def test_the_file_that_describes_another_makes_a_new_version(
    keeper: Keeper, tmp_path: Path
) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    lay(tmp_path, "a.md.about.txt", "audience: staff")
    await keeper.sync()
    (version,) = await keeper.store.read(["a.md"])
    assert (version.number, from_json(version.content).audience) == (2, "staff")
    (tmp_path / "a.md.about.txt").unlink()
    await keeper.sync()
    (version,) = await keeper.store.read(["a.md"])
    assert (version.number, from_json(version.content).audience) == (3, "public")
    assert await keeper.store.original("a.md", 2) == (b"one", b"audience: staff")


async def test_a_file_that_is_being_written_is_read_when_it_is_done(
    keeper: Keeper, tmp_path: Path
) -> None:
    lay(tmp_path, "a.md", "half a", age=0.2)
    reading = asyncio.create_task(keeper.sync())
    await asyncio.sleep(0.3)
    assert not reading.done()
    lay(tmp_path, "a.md", "half a sentence, and the rest", age=0.7)
    synced = await reading
    assert [one.number for one in synced.editions] == [1]
    assert await told(keeper) == {"a.md": "half a sentence, and the rest"}


async def test_a_file_that_is_never_done_does_not_hold_up_the_others(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.keeper._PATIENCE", 0.0)
    lay(tmp_path, "growing.md", "half a", age=0)
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    assert await told(keeper) == {"a.md": "one"}


async def test_a_file_from_the_future_does_not_hide_one_that_is_being_written(
    keeper: Keeper, tmp_path: Path
) -> None:
    lay(tmp_path, "future.md", "from a camera with a wrong clock", age=-86_400)
    lay(tmp_path, "a.md", "half a", age=0.2)
    began = time.monotonic()
    await keeper.sync()
    assert time.monotonic() - began > 0.5
    assert set(await told(keeper)) == {"future.md", "a.md"}


async def test_a_folder_that_went_away_deletes_nothing(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    keeper.folder.root = tmp_path / "unplugged"
    with pytest.raises(OSError, match="unplugged"):
        await keeper.sync()
    assert await told(keeper) == {"a.md": "one"}


class Busy(Watched):
    """A store in which another process takes in a file while it is being asked."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    async def numbers(self, edition: int | None = None) -> dict[str, int]:
        found = await super().numbers(edition)
        if not (self._root / "late.md").exists():
            path = lay(self._root, "late.md", "late")
            other = Keeper(KnowledgeFolder(self._root), self)
            await other.sync("another process")
            assert path.exists()
        return found


async def test_what_another_process_takes_in_meanwhile_is_not_gone(tmp_path: Path) -> None:
    store = Busy(tmp_path)
    await Keeper(KnowledgeFolder(tmp_path), store).sync()
    assert [one for one in store.done if one.startswith("-")] == []
    assert await store.numbers() == {"late.md": 1}


async def test_what_is_complete_becomes_visible_while_more_is_being_read(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.keeper._COMMIT_EVERY", 0.0)
    for name in ("a.md", "b.md", "c.md"):
        lay(tmp_path, name, name)
    synced = await keeper.sync()
    assert [one.added for one in synced.editions] == [("a.md",), ("b.md",), ("c.md",)]


async def test_files_are_read_again_when_they_are_read_differently(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    monkeypatch.setattr("retrieval.keeper.READER", 2)
    assert (await keeper.sync()).changed == {"a.md"}
    assert (await keeper.sync()).editions == []
