"""What every store of documents does: the one in SQL and the one in memory that quick tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.knowledge import KnowledgeStore, NewVersion, SeenFile
from storage.database import Database
from storage.knowledge import SqlKnowledge
from tests.unit.retrieval.kept import MemoryKnowledge, Ticking


def version(path: str, text: str, about: bytes = b"") -> NewVersion:
    seen = SeenFile(path, len(text), 7, f"1:{text}")
    return NewVersion(seen, f'"{text}"', text.encode(), about)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KnowledgeStore]:
    if request.param == "memory":
        yield MemoryKnowledge(Ticking())
        return
    database = await Database.open(tmp_path)
    yield SqlKnowledge(database, Ticking(), "harbourside")
    await database.close()


async def test_before_anything_was_kept_there_is_nothing(store: KnowledgeStore) -> None:
    assert (await store.edition(), await store.numbers(), await store.seen()) == (0, {}, {})
    assert await store.editions() == []
    assert await store.read(["a.md"]) == []


async def test_what_is_new_changed_and_gone_makes_an_edition_each(store: KnowledgeStore) -> None:
    await store.commit([version("a.md", "一"), version("b.md", "二")], [], by="start")
    second = await store.commit([version("a.md", "三"), version("c.md", "四")], ["b.md"], by="Ada")
    assert second is not None
    assert (second.number, second.by) == (2, "Ada")
    assert (second.added, second.changed, second.removed) == (("c.md",), ("a.md",), ("b.md",))
    assert await store.numbers() == {"a.md": 2, "c.md": 1}
    assert await store.edition() == 2
    assert [one.number for one in await store.editions()] == [2, 1]
    assert (await store.editions(1))[0] == second


async def test_an_earlier_edition_is_still_what_it_was(store: KnowledgeStore) -> None:
    await store.commit([version("a.md", "一"), version("b.md", "二")], [], by="x")
    await store.commit([version("a.md", "三")], ["b.md"], by="x")
    await store.commit([version("b.md", "四")], [], by="x")
    kept = [await store.numbers(edition) for edition in (1, 2, 3)]
    assert kept == [{"a.md": 1, "b.md": 1}, {"a.md": 2}, {"a.md": 2, "b.md": 2}]
    read = await store.read(["a.md", "b.md"], 1)
    assert sorted((one.path, one.number, one.content) for one in read) == [
        ("a.md", 1, '"一"'),
        ("b.md", 1, '"二"'),
    ]
    assert await store.numbers(0) == {}


async def test_the_bytes_of_every_version_can_be_brought_back(store: KnowledgeStore) -> None:
    await store.commit([version("a.md", "一", b"audience: staff")], [], by="x")
    await store.commit([version("a.md", "二")], [], by="x")
    await store.commit([], ["a.md"], by="x")
    assert await store.original("a.md", 1) == ("一".encode(), b"audience: staff")
    assert await store.original("a.md", 2) == ("二".encode(), b"")
    with pytest.raises(KeyError):
        await store.original("a.md", 3)


async def test_one_content_in_two_files_is_two_documents(store: KnowledgeStore) -> None:
    edition = await store.commit([version("a.md", "一"), version("b.md", "一")], [], by="x")
    assert edition is not None
    assert edition.added == ("a.md", "b.md")
    await store.commit([], ["a.md"], by="x")
    assert await store.original("b.md", 1) == ("一".encode(), b"")
    assert [one.path for one in await store.read(["a.md", "b.md"])] == ["b.md"]


async def test_the_same_content_again_is_no_change(store: KnowledgeStore) -> None:
    await store.commit([version("a.md", "一")], [], by="x")
    again = version("a.md", "一")
    touched = replace(again, seen=replace(again.seen, modified=99))
    assert await store.commit([touched], [], by="another process") is None
    assert await store.numbers() == {"a.md": 1}
    assert (await store.seen())["a.md"].modified == 99


async def test_a_document_that_comes_back_has_a_number_of_its_own(store: KnowledgeStore) -> None:
    await store.commit([version("a.md", "一")], [], by="x")
    await store.commit([], ["a.md"], by="x")
    edition = await store.commit([version("a.md", "一")], [], by="x")
    assert edition is not None
    assert edition.added == ("a.md",)
    assert await store.numbers() == {"a.md": 2}


async def test_nothing_to_do_is_no_edition(store: KnowledgeStore) -> None:
    assert await store.commit([], ["never.md"], by="x") is None
    assert await store.edition() == 0


async def test_what_a_file_looked_like_is_kept_without_an_edition(store: KnowledgeStore) -> None:
    broken = SeenFile("a.pdf", 3, 2**61, "1:x", "folder.unreadable", {"cause": "拒絕存取"})
    await store.look([broken])
    await store.look([broken])
    assert await store.seen() == {"a.pdf": broken}
    assert await store.edition() == 0
    await store.commit([], ["a.pdf"], by="x")
    assert await store.seen() == {}


async def test_many_documents_at_once(store: KnowledgeStore) -> None:
    paths = [f"d{number}.md" for number in range(1_203)]
    await store.commit([version(path, path) for path in paths], [], by="x")
    await store.commit([], paths[1:], by="x")
    assert await store.numbers() == {"d0.md": 1}
    assert len(await store.read(paths, 1)) == len(paths)
