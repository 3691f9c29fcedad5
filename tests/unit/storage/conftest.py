"""A database of its own for every test, with one conversation in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.conversation import Conversation, Message
from domain.records import TurnRecord
from simulators import postgres
from storage.conversations import SqlConversations
from storage.database import Database

NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
TALK = Conversation("talk", "harbourside", "C-118", "web", NOW)


def said(message_id: str, text: str, external_id: str | None = None) -> Message:
    return Message(message_id, "talk", "customer", NOW, text, external_id=external_id)


def turn(answered: str, text: str = "收到。", **left: Any) -> TurnRecord:
    """A turn that answered a message and left this behind."""
    reply = Message(f"re-{answered}", "talk", "assistant", NOW, text)
    return TurnRecord(TALK, answered, None, reply, **left)


def on_disk(folder: Path) -> bytes:
    """Everything that the database's files hold."""
    return b"".join(path.read_bytes() for path in folder.glob("nightdesk.db*"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Postgres for all tests of this folder."""
    with postgres.running(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, server: str
) -> AsyncIterator[Database]:
    url = None if request.param == "sqlite" else postgres.new_database(server, f"t{uuid4().hex}")
    opened = await Database.open(tmp_path, url)
    yield opened
    await opened.close()


@pytest.fixture
async def store(database: Database) -> SqlConversations:
    kept = SqlConversations(database)
    await kept.open(TALK)
    return kept
