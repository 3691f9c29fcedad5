"""Tickets, handovers, notices and the audit log in SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.casework import Handover, Ticket
from domain.records import AuditEntry, Notice, TurnRecord
from storage import handovers
from storage.database import APPENDING_AUDIT, Database, exclusive
from storage.office_tables import handovers as handovers_table
from storage.office_tables import ticket_words, tickets
from storage.tables import audit, notices
from storage.tickets import current, query, ticket_of

GENESIS = "0" * 64


async def save(connection: AsyncConnection, turn: TurnRecord) -> None:
    """Keep what a turn pushed to people, and its audit entries, within the turn's own commit."""
    for notice in turn.notices:
        await connection.execute(
            insert(notices).values(**asdict(notice) | {"sent_at": notice.sent_at.isoformat()})
        )
    await _append(connection, turn.audit)


async def _append(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """Append to the audit log; each entry carries the hash of the one before it."""
    if not entries:
        return
    await exclusive(connection, APPENDING_AUDIT)
    last = (
        await connection.execute(select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
    ).scalar()
    previous = last or GENESIS
    rows = []
    for entry in entries:
        row = asdict(entry) | {"at": entry.at.isoformat(), "previous_hash": previous}
        previous = hashlib.sha256(
            "\x1f".join(str(value) for value in row.values()).encode()
        ).hexdigest()
        rows.append(row | {"hash": previous})
    await connection.execute(insert(audit), rows)


class SqlCasebook:
    """Implements `Casebook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tickets(self, conversation_id: str) -> list[Ticket]:
        mine = query().where(tickets.c.conversation_id == conversation_id)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(mine.order_by(tickets.c.seq))).mappings()
            return [ticket_of(row) for row in rows]

    async def handover(self, conversation_id: str) -> Handover | None:
        async with self._database.transaction() as connection:
            return await handovers.newest(connection, conversation_id)

    async def notices(self, conversation_id: str) -> list[Notice]:
        rows = await self._rows(notices, conversation_id)
        return [
            Notice(
                row["conversation_id"],
                row["kind"],
                row["recipient"],
                datetime.fromisoformat(row["sent_at"]),
                row["text"],
            )
            for row in rows
        ]

    async def audit(self, conversation_id: str) -> list[AuditEntry]:
        rows = await self._rows(audit, conversation_id)
        return [
            AuditEntry(
                datetime.fromisoformat(row["at"]),
                row["conversation_id"],
                row["principal"],
                row["action"],
                row["resource"],
                row["decision"],
            )
            for row in rows
        ]

    async def add_to_brief(self, conversation_id: str, text: str) -> None:
        """Put masked text below the brief of a conversation's case; without a case nothing happens."""
        async with self._database.transaction() as connection:
            ticket = await current(connection, conversation_id)
            case = await handovers.newest(connection, conversation_id)
            if ticket is None or case is None:
                return
            brief, summary = handovers_table.c.brief, ticket_words.c.summary
            await connection.execute(
                update(handovers_table)
                .where(handovers_table.c.id == case.id)
                .values(brief=brief + f"\n{text}")
            )
            await connection.execute(
                update(ticket_words)
                .where(ticket_words.c.ticket_id == ticket.id)
                .values(summary=summary + f"\n{text}")
            )

    async def _rows(self, table: Table, conversation_id: str) -> list[dict[str, Any]]:
        query = select(table).where(table.c.conversation_id == conversation_id)
        async with self._database.transaction() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]


async def intact(database: Database) -> bool:
    """Is the audit log unbroken? False when an entry was changed or taken out."""
    previous = GENESIS
    async with database.transaction() as connection:
        for row in (await connection.execute(select(audit).order_by(audit.c.seq))).mappings():
            fields = [
                row[name]
                for name in ("at", "conversation_id", "principal", "action", "resource", "decision")
            ]
            expected = hashlib.sha256(
                "\x1f".join([*map(str, fields), previous]).encode()
            ).hexdigest()
            if row["previous_hash"] != previous or row["hash"] != expected:
                return False
            previous = row["hash"]
    return True
