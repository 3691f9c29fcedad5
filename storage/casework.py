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
from storage.database import APPENDING_AUDIT, Database, exclusive, upsert
from storage.tables import audit, handovers, notices, tickets

GENESIS = "0" * 64


async def save(connection: AsyncConnection, turn: TurnRecord) -> None:
    """Keep what a turn brought to people's desks, and its audit entries, within the turn's own commit."""
    if turn.ticket is not None:
        row = asdict(turn.ticket) | {
            "opened_at": turn.ticket.opened_at.isoformat(),
            "due_at": turn.ticket.due_at and turn.ticket.due_at.isoformat(),
        }
        del row["number"]  # the sequence number of the row
        await connection.execute(
            upsert(connection, tickets)
            .values(**row)
            .on_conflict_do_update(index_elements=["id"], set_=row)
        )
    if turn.handover is not None:
        row = asdict(turn.handover) | {
            "raised_at": turn.handover.raised_at.isoformat(),
            "answers_by": turn.handover.answers_by and turn.handover.answers_by.isoformat(),
        }
        del row["open_tasks"]  # they stand in the brief, and as tasks
        statement = upsert(connection, handovers).values(**row)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["conversation_id"], set_=row)
        )
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
        rows = await self._rows(tickets, conversation_id)
        return [
            Ticket(
                id=row["id"],
                number=f"T{row['seq']:05d}",
                conversation_id=row["conversation_id"],
                customer_id=row["customer_id"],
                subject=row["subject"],
                summary=row["summary"],
                category=row["category"],
                priority=row["priority"],
                status=row["status"],
                team=row["team"],
                opened_at=datetime.fromisoformat(row["opened_at"]),
                due_at=row["due_at"] and datetime.fromisoformat(row["due_at"]),
            )
            for row in rows
        ]

    async def handover(self, conversation_id: str) -> Handover | None:
        for row in await self._rows(handovers, conversation_id):
            raised, answers = row.pop("raised_at"), row.pop("answers_by")
            return Handover(
                **row,
                raised_at=datetime.fromisoformat(raised),
                answers_by=answers and datetime.fromisoformat(answers),
            )
        return None

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
            for table, brief in ((tickets, tickets.c.summary), (handovers, handovers.c.brief)):
                await connection.execute(
                    update(table)
                    .where(table.c.conversation_id == conversation_id)
                    .values({brief: brief + f"\n{text}"})
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
