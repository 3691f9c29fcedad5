from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from storage.casework import SqlCasebook
from storage.database import Database
from storage.office_tables import metadata

# As the release before the office made them.
OLD = """
CREATE TABLE conversations (id VARCHAR PRIMARY KEY, tenant VARCHAR NOT NULL, customer_id VARCHAR NOT NULL,
  channel VARCHAR NOT NULL, opened_at VARCHAR NOT NULL, language VARCHAR NOT NULL, owner VARCHAR NOT NULL,
  "group" BOOLEAN NOT NULL, verified BOOLEAN NOT NULL, sealed TEXT NOT NULL);
CREATE TABLE tickets (seq INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR NOT NULL UNIQUE,
  conversation_id VARCHAR NOT NULL, customer_id VARCHAR NOT NULL, subject VARCHAR NOT NULL,
  category VARCHAR NOT NULL, priority VARCHAR NOT NULL, status VARCHAR NOT NULL, team VARCHAR NOT NULL,
  opened_at VARCHAR NOT NULL, due_at VARCHAR, summary TEXT NOT NULL);
CREATE INDEX ix_tickets_conversation_id ON tickets (conversation_id);
CREATE TABLE handovers (conversation_id VARCHAR PRIMARY KEY, ticket_id VARCHAR NOT NULL, reason VARCHAR NOT NULL,
  brief TEXT NOT NULL, raised_at VARCHAR NOT NULL, answers_by VARCHAR, on_duty BOOLEAN NOT NULL);
INSERT INTO conversations VALUES
  ('talk', 'demo', 'C-118', 'dingtalk', '2026-03-12T10:30:00+08:00', 'yue', 'assistant', 0, 0, '');
INSERT INTO tickets VALUES (7, 'talk-case', 'talk', 'C-118', 'complaint', 'incident', 'urgent', 'new',
  'quality', '2026-03-12T10:30:00+08:00', '2026-03-12T11:30:00+08:00', 'said: 爛咗');
INSERT INTO handovers VALUES
  ('talk', 'talk-case', 'complaint', 'said: 爛咗', '2026-03-12T10:30:00+08:00', NULL, 1);
"""


def older(folder: Path) -> None:
    database = sqlite3.connect(folder / "nightdesk.db")
    database.executescript(OLD)
    database.close()


async def test_cases_of_an_earlier_release_are_kept(tmp_path: Path) -> None:
    older(tmp_path)
    for _ in range(2):  # the second time there is nothing to do
        database = await Database.open(tmp_path)
        book = SqlCasebook(database)
        (ticket,) = await book.tickets("talk")
        handover = await book.handover("talk")
        await database.close()
        assert (ticket.number, ticket.summary, ticket.team) == ("T00007", "said: 爛咗", "quality")
        assert ticket.opened_at == datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
        assert handover is not None
        assert (handover.reason, handover.stage) == ("complaint", "flagged")


async def test_an_old_database_ends_with_the_tables_of_a_new_one(tmp_path: Path) -> None:
    older(tmp_path)
    database = await Database.open(tmp_path)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection)
        return [
            one
            for one in compare_metadata(context, metadata)
            if isinstance(one, tuple) and one[0] in ("add_column", "remove_column", "add_table")
        ]

    async with database.transaction() as connection:
        found = await connection.run_sync(differences)
    await database.close()
    assert found == []
