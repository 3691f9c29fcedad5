"""The database everything is kept in, SQLite or Postgres, and the encryption of what customers wrote."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import ConfigurationError
from storage.migrating import bring_up
from storage.office_tables import metadata

_MAKING_TABLES = 1  # names of advisory locks
APPENDING_AUDIT = 2
READERS = 3
Found = TypeVar("Found")
_NOT_A_URL = (
    "NIGHTDESK_DATABASE_URL must look like postgresql+psycopg://user:password@host/database"
)


class Database:
    """One SQLite file in write-ahead mode, or one Postgres. Every commit is on the disk when it returns."""

    def __init__(
        self,
        engine: AsyncEngine,
        cipher: Fernet,
        looking: Engine,
        readers: AsyncEngine | None = None,
    ) -> None:
        self._engine = engine
        self._readers = readers or engine
        self._looking = looking
        self._threads = ThreadPoolExecutor(READERS, "looking")
        self.cipher = cipher

    @classmethod
    async def open(cls, folder: Path, url: str | None = None) -> Database:
        """Open, or make, the database; `folder` holds the SQLite file and, for both, the key.

        Raises:
            ConfigurationError: the folder cannot be written, its key is not a key, or Postgres does not answer.
        """
        cipher = _prepare(folder)
        if url is None:
            engine = create_async_engine(
                f"sqlite+aiosqlite:///{folder / 'nightdesk.db'}",
                pool_size=1,
                max_overflow=0,
                pool_timeout=60,
            )
            event.listen(engine.sync_engine, "connect", _durable)
        else:
            engine = _postgres(url)
        try:
            async with engine.begin() as connection:
                await exclusive(connection, _MAKING_TABLES)
                await connection.run_sync(bring_up, metadata)
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            raise ConfigurationError(
                f"the database cannot be opened ({type(error).__name__}); check NIGHTDESK_DATABASE_URL"
                " and that the server is up"
            ) from error
        if url is None:
            return cls(engine, cipher, _looking(folder), _readers(folder))
        looking = create_engine(engine.url, pool_size=READERS, max_overflow=0, pool_timeout=60)
        return cls(engine, cipher, looking)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """All or nothing: committed at the end of the block, rolled back if it raises."""
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """What is on the disk at this moment, for pages and figures: it holds up nobody who writes.

        What the caller has not committed yet is not seen, and nothing can be changed.
        """
        async with self._readers.connect() as connection:
            yield connection

    async def look(self, read: Callable[[Connection], Found]) -> Found:
        """What `read` finds there, with as many questions as it has.

        They are asked in a thread, one after the other: over `reading` every one of them goes to and fro four
        times, and on a busy desk that was most of what a page with many questions waited for.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._seen, read)

    def _seen(self, read: Callable[[Connection], Found]) -> Found:
        with self._looking.connect() as connection:
            return read(connection)

    async def close(self) -> None:
        self._threads.shutdown()
        self._looking.dispose()
        if self._readers is not self._engine:
            await self._readers.dispose()  # before the writer, which is to be the last at the log
        await self._engine.dispose()

    def seal(self, text: str) -> str:
        """Encrypt what a customer wrote."""
        return self.cipher.encrypt(text.encode()).decode()

    def unseal(self, text: str) -> str:
        """What was sealed.

        Raises:
            ConfigurationError: it was sealed with another key.
        """
        try:
            return self.cipher.decrypt(text.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError(
                "the key in the data folder is not the one the database was written with"
            ) from error


def upsert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what to do when the row is there already, in the dialect of the database."""
    on_postgres = connection.dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgres else sqlite.insert(table)


async def exclusive(connection: AsyncConnection, what: int) -> None:
    """Keep other processes out until the end of the transaction. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(what)))


def _postgres(url: str) -> AsyncEngine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(_NOT_A_URL) from error
    if parsed.drivername != "postgresql+psycopg":
        raise ConfigurationError(_NOT_A_URL)
    return create_async_engine(parsed, pool_size=8, max_overflow=8, pool_timeout=60)


def _readers(folder: Path) -> AsyncEngine:
    """Connections to the SQLite file beside the one that writes; they can change nothing."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///file:{folder / 'nightdesk.db'}?mode=ro&uri=true",
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=60,
    )
    event.listen(engine.sync_engine, "connect", _only_reads)
    return engine


def _looking(folder: Path) -> Engine:
    """The same for threads."""
    engine = create_engine(
        f"sqlite:///file:{folder / 'nightdesk.db'}?mode=ro&uri=true",
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=60,
    )
    event.listen(engine, "connect", _only_reads)
    return engine


def _only_reads(connection: DBAPIConnection, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("query_only=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare(folder: Path) -> Fernet:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _cipher(folder / "key")
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the data folder {folder.name!r} cannot be used: {error}"
        ) from error


def _cipher(path: Path) -> Fernet:
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
    return Fernet(path.read_bytes().strip())


def _durable(connection: DBAPIConnection, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
