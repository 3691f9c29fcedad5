"""The SQLite file everything is kept in, and the encryption of what customers wrote."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import ConfigurationError
from storage.tables import metadata


class Database:
    """One SQLite file in write-ahead mode. Every commit is on the disk when it returns."""

    def __init__(self, engine: AsyncEngine, cipher: Fernet) -> None:
        self._engine = engine
        self.cipher = cipher

    @classmethod
    async def open(cls, folder: Path) -> Database:
        """Open, or make, the database and its key under `folder`.

        Raises:
            ConfigurationError: the folder cannot be written, or its key is not a key.
        """
        cipher = _prepare(folder)
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{folder / 'nightdesk.db'}",
            pool_size=1,
            max_overflow=0,
            pool_timeout=60,
        )
        event.listen(engine.sync_engine, "connect", _durable)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        return cls(engine, cipher)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """All or nothing: committed at the end of the block, rolled back if it raises."""
        async with self._engine.begin() as connection:
            yield connection

    async def close(self) -> None:
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
