"""Keeps vectors that took long to make, so that what did not change is never embedded twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import numpy as np
import structlog
from sqlalchemy import (
    Column,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from domain.errors import ConfigurationError
from domain.ports import Vectors

log = structlog.get_logger()

FILE = "vectors.db"
_CHUNK = 500  # keys of one question, rows of one commit: other processes get in between
_BUSY_SECONDS = 10.0
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

# Apart from the tables of the desk: this file is a cache, and can be deleted at any time.
_metadata = MetaData()
_vectors = Table(
    "vectors",
    _metadata,
    Column("embedder", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
    sqlite_with_rowid=False,
)
_FIND = select(_vectors.c.key, _vectors.c.vector).where(
    _vectors.c.embedder == bindparam("embedder"),
    _vectors.c.key.in_(bindparam("keys", expanding=True)),
)
_KEEP = insert(_vectors).on_conflict_do_nothing()


class SqlVectors:
    """Implements `VectorCache` in one SQLite file; safe to share between threads, and the file between processes.

    A fault of the file never fails its user: what cannot be read is missing, what cannot be kept is not, and a log
    line says so. A file that is no database any more is set aside, and a new one begun.

    Raises:
        ConfigurationError: the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"the folder {folder} of NIGHTDESK_CACHE cannot be made ({error.strerror}); set another"
            ) from error
        self._path = folder / FILE
        self._lock = Lock()
        self._engine = _connect(self._path)
        self._file = _identity(self._path)  # which file the connections are open on; 0 is none yet
        self._safely(self._prepare)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def get(self, embedder: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are kept, by key."""
        found: dict[str, Vectors] = {}
        for chunk in _chunks(list(dict.fromkeys(keys))):
            rows = self._safely(partial(_find, embedder, chunk)) or []
            for key, packed in rows:
                row = _unpacked(packed)
                if row is not None:
                    found[key] = row
        return found

    def put(self, embedder: str, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors. A key that is there already keeps its vector."""
        for chunk in _chunks(list(vectors)):
            rows = [
                {"embedder": embedder, "key": key, "vector": _packed(vectors[key])} for key in chunk
            ]
            self._safely(partial(_keep, rows))

    def _safely(self, do: Callable[[Engine], Any]) -> Any:
        """The result, or None where the file does not allow it; a corrupt file is replaced, once."""
        engine = self._engine
        try:
            return do(engine)
        except SQLAlchemyError as error:
            code = _code(error)
            if code not in (*_CORRUPT, sqlite3.SQLITE_ERROR):
                log.warning("vector_cache_failed", cause=_cause(error))
                return None
        try:
            if code in _CORRUPT:
                self._begin_anew(engine)
            else:  # the file was deleted while it was used, and a connection has begun an empty one
                self._prepare(engine)
            return do(self._engine)
        except (SQLAlchemyError, OSError) as error:
            log.warning("vector_cache_failed", cause=_cause(error))
            return None

    def _prepare(self, engine: Engine) -> None:
        _metadata.create_all(engine)
        self._file = _identity(self._path)

    def _begin_anew(self, broken: Engine) -> None:
        """Set the file aside, unless another thread or process has done it already."""
        with self._lock:
            if self._engine is not broken:
                return
            broken.dispose()
            if self._file == _identity(self._path):
                aside = self._path.with_name(f"{FILE}.corrupt-{uuid4().hex[:8]}")
                # The log of changes first: a new file must never be given the changes of an old one.
                for suffix in ("-wal", "-shm", ""):
                    part = self._path.with_name(FILE + suffix)
                    if part.exists():
                        part.replace(aside.with_name(aside.name + suffix))
                log.warning("vector_cache_set_aside", file=aside.name, remedy="it may be deleted")
            self._engine = _connect(self._path)
            self._prepare(self._engine)


def _connect(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_SECONDS}
    )
    event.listen(engine, "connect", _quick)
    return engine


def _quick(connection: DBAPIConnection, _record: Any) -> None:
    cursor = connection.cursor()
    # After a power cut the newest rows may be missing, and are made again; so the disk need not be waited for.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _find(embedder: str, keys: list[str], engine: Engine) -> Sequence[Any]:
    with engine.connect() as connection:
        return connection.execute(_FIND, {"embedder": embedder, "keys": keys}).all()


def _keep(rows: list[dict[str, Any]], engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(_KEEP, rows)


def _packed(row: Vectors) -> bytes:
    return np.ascontiguousarray(row, dtype="<f4").tobytes()


def _unpacked(packed: bytes) -> Vectors | None:
    """The vector, or None where the bytes are none."""
    if not packed or len(packed) % 4:
        return None
    row = np.frombuffer(packed, dtype="<f4").astype(np.float32)
    return row if np.isfinite(row).all() else None


def _identity(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _code(error: SQLAlchemyError) -> int:
    """What is wrong, in SQLite's numbers; 0 where it is nothing of SQLite's."""
    original = error.orig if isinstance(error, DatabaseError) else None
    return int(getattr(original, "sqlite_errorcode", 0)) & 0xFF  # the other bytes say where


def _cause(error: Exception) -> str:
    """In few words: the statement and its values are in the message of the library."""
    original = getattr(error, "orig", None)
    return str(original) if original is not None else type(error).__name__


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
