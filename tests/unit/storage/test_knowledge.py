from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.clocks import FixedClock
from domain.knowledge import NewVersion, SeenFile
from storage.database import Database
from storage.knowledge import SqlKnowledge
from tests.unit.storage.conftest import NOW


def version(path: str, content: str) -> NewVersion:
    return NewVersion(SeenFile(path, 1, 1, f"1:{content}"), content, content.encode())


def kept(database: Database, tenant: str = "harbourside") -> SqlKnowledge:
    return SqlKnowledge(database, FixedClock(NOW), tenant)


async def test_companies_in_one_database_do_not_see_each_other(database: Database) -> None:
    one, other = kept(database), kept(database, "peak")
    await one.commit([version("a.md", "一")], [], by="x")
    await one.commit([version("b.md", "二")], [], by="x")
    assert (await other.numbers(), await other.edition(), await other.seen()) == ({}, 0, {})
    assert await other.read(["a.md"]) == []
    with pytest.raises(KeyError):
        await other.original("a.md", 1)
    await other.commit([version("a.md", "一")], [], by="x")
    assert await other.commit([], ["a.md"], by="x") is not None
    assert await one.numbers() == {"a.md": 1, "b.md": 1}
    assert await one.original("a.md", 1) == ("一".encode(), b"")


async def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    first = await Database.open(tmp_path)
    edition = await kept(first).commit([version("faq/退貨.md", "十四天")], [], by="陳經理")
    await first.close()
    second = await Database.open(tmp_path)
    store = kept(second)
    assert await store.editions() == [edition]
    (read,) = await store.read(["faq/退貨.md"])
    assert (read.number, read.at, read.content) == (1, NOW, "十四天")
    await second.close()


async def test_an_edition_that_breaks_off_leaves_nothing_behind(database: Database) -> None:
    store = kept(database)
    await store.commit([version("a.md", "一")], [], by="x")
    twice = [version("a.md", "二"), version("b.md", "三"), version("b.md", "四")]
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.commit(twice, [], by="x")
    assert (await store.numbers(), await store.edition()) == ({"a.md": 1}, 1)
    assert set(await store.seen()) == {"a.md"}


async def test_two_processes_that_commit_at_once_make_two_editions(
    tmp_path: Path, database: Database, request: pytest.FixtureRequest
) -> None:
    other = await Database.open(tmp_path) if _on_sqlite(request) else database
    stores: Sequence[SqlKnowledge] = [kept(database), kept(other)]
    for turn in range(8):
        both = [
            store.commit([version(f"{turn}-{name}.md", f"{turn}{name}")], [], by=name)
            for store, name in zip(stores, "ab", strict=True)
        ]
        assert None not in await asyncio.gather(*both)
    assert await stores[0].edition() == 16
    assert len(await stores[1].numbers()) == 16
    if other is not database:
        await other.close()


async def test_two_processes_that_read_the_same_change_keep_it_once(
    tmp_path: Path, database: Database, request: pytest.FixtureRequest
) -> None:
    other = await Database.open(tmp_path) if _on_sqlite(request) else database
    stores = [kept(database), kept(other)]
    for turn in range(8):
        made = await asyncio.gather(
            *(each.commit([version("a.md", f"{turn}")], [], by="x") for each in stores)
        )
        assert sorted(one is None for one in made) == [False, True]
    assert await kept(other).numbers() == {"a.md": 8}
    if other is not database:
        await other.close()


async def test_every_version_answers_in_a_stretch_of_editions_without_gaps(
    database: Database,
) -> None:
    store = kept(database)
    for number in range(4):
        await store.commit([version("a.md", str(number))], [], by="x")
    async with database.transaction() as connection:
        query = text("SELECT since, until FROM knowledge_versions ORDER BY number")
        rows = [tuple(row) for row in await connection.execute(query)]
    assert rows == [(1, 2), (2, 3), (3, 4), (4, None)]


def _on_sqlite(request: pytest.FixtureRequest) -> bool:
    return "sqlite" in request.node.name
