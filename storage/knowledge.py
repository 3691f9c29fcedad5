"""Keeps every version of every document, and which of them answer now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.knowledge import Edition, NewVersion, SeenFile, Version
from domain.ports import Clock
from storage.database import Database, exclusive, upsert
from storage.knowledge_tables import editions, files, originals, versions

_COMMITTING = 3  # name of an advisory lock
_MANY = 500  # values in one statement; SQLite allows some thousands


class SqlKnowledge:
    """Implements `KnowledgeStore` for one company."""

    def __init__(self, database: Database, clock: Clock, tenant: str) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant

    async def edition(self) -> int:
        async with self._database.transaction() as connection:
            return await self._latest(connection)

    async def numbers(self, edition: int | None = None) -> dict[str, int]:
        query = select(versions.c.path, versions.c.number).where(self._in(edition))
        async with self._database.transaction() as connection:
            return {row.path: row.number for row in await connection.execute(query)}

    async def read(self, paths: Sequence[str], edition: int | None = None) -> list[Version]:
        found = []
        async with self._database.transaction() as connection:
            for some in _batches(paths):
                wanted = and_(self._in(edition), versions.c.path.in_(some))
                rows = await connection.execute(select(versions).where(wanted))
                found += [_version(row) for row in rows]
        return found

    async def original(self, path: str, number: int) -> tuple[bytes, bytes]:
        one = and_(
            versions.c.tenant == self._tenant,
            versions.c.path == path,
            versions.c.number == number,
        )
        query = (
            select(originals.c.data, originals.c.about)
            .join(versions, versions.c.digest == originals.c.digest)
            .where(one)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise KeyError(f"there is no version {number} of {path}")
        return row.data, row.about

    async def editions(self, latest: int = 50) -> list[Edition]:
        query = (
            select(editions)
            .where(editions.c.tenant == self._tenant)
            .order_by(editions.c.number.desc())
            .limit(latest)
        )
        async with self._database.transaction() as connection:
            return [_edition(row) for row in await connection.execute(query)]

    async def seen(self) -> dict[str, SeenFile]:
        query = select(files).where(files.c.tenant == self._tenant)
        async with self._database.transaction() as connection:
            return {row.path: _seen(row) for row in await connection.execute(query)}

    async def look(self, files: Sequence[SeenFile]) -> None:
        async with self._database.transaction() as connection:
            await self._look(connection, files)

    async def commit(
        self, new: Sequence[NewVersion], removed: Sequence[str], *, by: str
    ) -> Edition | None:
        """Keep new versions and let go of removed documents in one step; None when nothing changes."""
        async with self._database.transaction() as connection:
            await exclusive(connection, _COMMITTING)
            # Even of nothing: on SQLite only a write keeps other processes away from what is read next.
            await self._forget_files(connection, removed or [""])
            query = select(versions.c.path, versions.c.digest).where(self._in(None))
            now = {row.path: row.digest for row in await connection.execute(query)}
            gone = [path for path in removed if path in now]
            await self._look(connection, [one.seen for one in new])
            # Another process may have kept the very same meanwhile, and a file may be what it was before.
            new = [one for one in new if now.get(one.seen.path) != one.seen.digest]
            if not new and not gone:
                return None
            paths = [one.seen.path for one in new]
            edition = Edition(
                number=await self._latest(connection) + 1,
                at=self._clock.now(),
                by=by,
                added=tuple(path for path in paths if path not in now),
                changed=tuple(path for path in paths if path in now),
                removed=tuple(gone),
            )
            await self._end(connection, [*gone, *edition.changed], edition.number)
            await self._begin(connection, new, edition)
            await connection.execute(insert(editions), [self._edition_row(edition)])
        return edition

    async def _latest(self, connection: AsyncConnection) -> int:
        query = select(func.max(editions.c.number)).where(editions.c.tenant == self._tenant)
        return (await connection.execute(query)).scalar() or 0

    def _in(self, edition: int | None) -> ColumnElement[bool]:
        """The versions that answer in an edition."""
        mine = versions.c.tenant == self._tenant
        if edition is None:
            return and_(mine, versions.c.until.is_(None))
        ended = or_(versions.c.until.is_(None), versions.c.until > edition)
        return and_(mine, versions.c.since <= edition, ended)

    async def _end(self, connection: AsyncConnection, paths: Sequence[str], number: int) -> None:
        for some in _batches(paths):
            current = and_(self._in(None), versions.c.path.in_(some))
            await connection.execute(update(versions).where(current).values(until=number))

    async def _begin(
        self, connection: AsyncConnection, new: Sequence[NewVersion], edition: Edition
    ) -> None:
        latest: dict[str, int] = {}
        for some in _batches([one.seen.path for one in new]):
            query = (
                select(versions.c.path, func.max(versions.c.number))
                .where(versions.c.tenant == self._tenant, versions.c.path.in_(some))
                .group_by(versions.c.path)
            )
            latest |= {path: number for path, number in await connection.execute(query)}
        for one in new:
            kept = {"digest": one.seen.digest, "data": one.original, "about": one.about}
            statement = upsert(connection, originals).values(**kept)
            await connection.execute(statement.on_conflict_do_nothing(index_elements=["digest"]))
        rows = [
            {
                "tenant": self._tenant,
                "path": one.seen.path,
                "number": latest.get(one.seen.path, 0) + 1,
                "digest": one.seen.digest,
                "at": edition.at.isoformat(),
                "since": edition.number,
                "content": one.content,
            }
            for one in new
        ]
        if rows:
            await connection.execute(insert(versions), rows)

    async def _look(self, connection: AsyncConnection, seen: Sequence[SeenFile]) -> None:
        for one in seen:
            row = {
                "size": one.size,
                "modified": one.modified,
                "digest": one.digest,
                "fault": one.fault,
                "details": json.dumps(dict(one.values), ensure_ascii=False),
            }
            statement = upsert(connection, files).values(tenant=self._tenant, path=one.path, **row)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["tenant", "path"], set_=row)
            )

    async def _forget_files(self, connection: AsyncConnection, paths: Sequence[str]) -> None:
        for some in _batches(paths):
            mine = and_(files.c.tenant == self._tenant, files.c.path.in_(some))
            await connection.execute(delete(files).where(mine))

    def _edition_row(self, edition: Edition) -> dict[str, Any]:
        changes = {
            "added": edition.added,
            "changed": edition.changed,
            "removed": edition.removed,
        }
        return {
            "tenant": self._tenant,
            "number": edition.number,
            "at": edition.at.isoformat(),
            "by": edition.by,
            "changes": json.dumps(changes, ensure_ascii=False),
        }


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]


def _version(row: Any) -> Version:
    return Version(row.path, row.number, row.digest, datetime.fromisoformat(row.at), row.content)


def _edition(row: Any) -> Edition:
    changes: Mapping[str, list[str]] = json.loads(row.changes)
    return Edition(
        number=row.number,
        at=datetime.fromisoformat(row.at),
        by=row.by,
        added=tuple(changes["added"]),
        changed=tuple(changes["changed"]),
        removed=tuple(changes["removed"]),
    )


def _seen(row: Any) -> SeenFile:
    details: dict[str, str] = json.loads(row.details)
    return SeenFile(row.path, row.size, row.modified, row.digest, row.fault, details)
