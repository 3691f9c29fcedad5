from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import InputError
from retrieval.folder import KnowledgeFolder
from retrieval.history import restore
from retrieval.keeper import Keeper
from tests.unit.retrieval.kept import MemoryKnowledge, Ticking, lay


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(KnowledgeFolder(tmp_path), MemoryKnowledge(Ticking()))


async def back(keeper: Keeper, edition: int) -> list[str]:
    """Roll back, and let the folder be read again as the desk does."""
    changed = await restore(keeper.store, keeper.folder, edition)
    for name in changed:
        path = keeper.folder.root / name
        if path.exists():
            lay(keeper.folder.root, name, path.read_bytes(), age=5)
    await keeper.sync("rollback")
    return changed


def lying(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


async def test_every_byte_comes_back_and_what_came_later_goes(
    keeper: Keeper, tmp_path: Path
) -> None:
    lay(tmp_path, "faq/a.md", "退貨十四天。".encode("big5"))
    lay(tmp_path, "faq/a.md.about.txt", "audience: staff")
    lay(tmp_path, "same.md", "same")
    await keeper.sync()
    before = lying(tmp_path)
    lay(tmp_path, "faq/a.md", "later")
    (tmp_path / "faq/a.md.about.txt").unlink()
    lay(tmp_path, "new/later.md", "later")
    await keeper.sync()
    stamp = (tmp_path / "same.md").stat().st_mtime_ns
    assert sorted(await back(keeper, 1)) == ["faq/a.md", "new/later.md"]
    assert lying(tmp_path) == before
    assert (tmp_path / "same.md").stat().st_mtime_ns == stamp


async def test_what_cannot_be_read_now_is_not_overwritten(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "first")
    await keeper.sync()
    lay(tmp_path, "a.md", "second")
    lay(tmp_path, "b.md", "other")
    await keeper.sync()
    lay(tmp_path, "a.md", "---\ndraft: yes\n---\nan afternoon of work")
    await keeper.sync()
    before = lying(tmp_path)
    with pytest.raises(InputError, match=r"a\.md"):
        await back(keeper, 1)
    assert lying(tmp_path) == before


async def test_a_rollback_is_itself_a_state_to_come_back_from(
    keeper: Keeper, tmp_path: Path
) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    lay(tmp_path, "a.md", "two", age=30)
    lay(tmp_path, "b.md", "three")
    await keeper.sync()
    await back(keeper, 1)
    assert lying(tmp_path) == {"a.md": b"one"}
    assert (await keeper.store.editions())[0].by == "rollback"
    assert await keeper.store.numbers() == {"a.md": 3}
    await back(keeper, 2)
    assert lying(tmp_path) == {"a.md": b"two", "b.md": b"three"}


async def test_going_back_to_what_is_there_changes_nothing(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    assert await back(keeper, 1) == []
    assert await keeper.store.edition() == 1


@pytest.mark.parametrize("edition", [0, -1, 2, 99])
async def test_a_state_that_never_was_is_refused(
    keeper: Keeper, tmp_path: Path, edition: int
) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    with pytest.raises(InputError, match="no state"):
        await restore(keeper.store, keeper.folder, edition)
    assert lying(tmp_path) == {"a.md": b"one"}


async def test_what_was_never_kept_is_not_thrown_away(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "one")
    await keeper.sync()
    lay(tmp_path, "draft.md", "---\ndraft: true\n---\nweeks of work")
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    lay(tmp_path, "gone.pdf.about.txt", "title: x")
    lay(tmp_path, "b.md", "two")
    await keeper.sync()
    assert await back(keeper, 1) == ["b.md"]
    assert set(lying(tmp_path)) == {"a.md", "draft.md", "link.md", "gone.pdf.about.txt"}


async def test_a_deleted_document_comes_back(keeper: Keeper, tmp_path: Path) -> None:
    lay(tmp_path, "a.md", "one")
    lay(tmp_path, "b/退貨.md", "two")
    await keeper.sync()
    keeper.folder.delete("b/退貨.md")
    await keeper.sync()
    assert await back(keeper, 1) == ["b/退貨.md"]
    assert lying(tmp_path) == {"a.md": b"one", "b/退貨.md": b"two"}
