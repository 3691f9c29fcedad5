"""What the desk reads of one conversation in SQL: everything that was said, what happened, what was cited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, true, union_all

from domain.casework import TICKET_STATUSES, Citation
from domain.conversation import Message
from domain.office import Mood, TicketEvent
from storage.knowledge_tables import citations
from storage.office import SqlOffice
from storage.office_tables import moods, ticket_events, tickets
from storage.tables import messages, outbox
from storage.tickets import MOST_EVENTS, change

MOST_MESSAGES = 300


class SqlReading(SqlOffice):
    """A conversation as colleagues see it, also what the customer never saw."""

    async def look(self, ticket_id: str, at: datetime) -> None:
        """A colleague has seen the ticket; where nothing is unread nothing is written, for pages look often."""
        mine = tickets.c
        unread = mine.customer_at > func.coalesce(mine.seen_at, 0.0)
        query = select(mine.seq).where(mine.id == ticket_id, unread)
        async with self._database.transaction() as connection:
            if (await connection.execute(query)).scalar() is not None:
                await change(connection, ticket_id, {"seen_at": at.timestamp()})

    async def history(self, conversation_id: str) -> list[TicketEvent]:
        query = (
            select(ticket_events)
            .where(ticket_events.c.conversation_id == conversation_id)
            .order_by(ticket_events.c.seq.desc())
            .limit(MOST_EVENTS)
        )
        async with self._database.transaction() as connection:
            rows = list((await connection.execute(query)).mappings())
        return [self._event(row) for row in rows[::-1]]

    async def moods(self, conversation_id: str) -> list[Mood]:
        query = (
            select(moods)
            .where(moods.c.conversation_id == conversation_id)
            .order_by(moods.c.at.desc())
            .limit(MOST_EVENTS)
        )
        async with self._database.transaction() as connection:
            rows = list((await connection.execute(query)).mappings())
        return [
            Mood(**{**row, "at": _moment(row["at"])})
            for row in ({n: v for n, v in one.items() if n != "tenant"} for one in rows[::-1])
        ]

    async def version(self, conversation_id: str = "") -> str:
        """Changes whenever something of the office does, or of one conversation; cheap to ask for."""
        if conversation_id:
            heard = messages.c.conversation_id == conversation_id
            done = ticket_events.c.conversation_id == conversation_id
            mine = tickets.c.conversation_id == conversation_id
            updated: Select[Any] = select(func.max(tickets.c.updated)).where(mine)
        else:
            heard = done = true()
            # One step into the index for each status; over the whole table it would have to be read.
            latest = [
                select(func.max(tickets.c.updated).label("at")).where(tickets.c.status == one)
                for one in TICKET_STATUSES
            ]
            updated = select(func.max(union_all(*latest).subquery().c.at))
        query = select(
            select(func.max(messages.c.seq)).where(heard).scalar_subquery(),
            select(func.max(ticket_events.c.seq)).where(done).scalar_subquery(),
            updated.scalar_subquery(),
        )
        async with self._database.transaction() as connection:
            return "-".join(str(one or 0) for one in (await connection.execute(query)).one())

    async def transcript(self, conversation_id: str) -> list[Message]:
        """The latest messages, oldest first; those that were withheld from the customer, too."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.seq.desc())
            .limit(MOST_MESSAGES)
        )
        async with self._database.transaction() as connection:
            rows = list(await connection.execute(query))
        return [
            Message(
                row.id,
                row.conversation_id,
                row.author,
                datetime.fromisoformat(row.sent_at),
                self._database.unseal(row.sealed),
                row.language,
                row.external_id,
            )
            for row in rows[::-1]
        ]

    async def undelivered(self, conversation_id: str) -> Mapping[str, str]:
        """Messages that have not reached the customer's platform, by their ids, and how they stand."""
        query = select(outbox.c.id, outbox.c.status).where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.status.in_(("pending", "sending", "dead")),
        )
        async with self._database.transaction() as connection:
            return {row.id: row.status for row in await connection.execute(query)}

    async def cited(self, conversation_id: str) -> Mapping[str, list[Citation]]:
        """What the assistant's replies were founded on, by the ids of the replies."""
        query = (
            select(citations)
            .where(citations.c.conversation_id == conversation_id)
            .order_by(citations.c.seq)
        )
        found: dict[str, list[Citation]] = {}
        async with self._database.transaction() as connection:
            for row in await connection.execute(query):
                version = str(row.document_version)
                cited = Citation(
                    row.document,
                    row.title,
                    row.section,
                    version,
                    row.passage,
                    row.score,
                    row.passage_id,
                )
                found.setdefault(row.message_id, []).append(cited)
        return found

    def _event(self, row: RowMapping) -> TicketEvent:
        return TicketEvent(
            row["ticket_id"],
            row["conversation_id"],
            _moment(row["at"]),
            row["kind"],
            row["actor"],
            json.loads(row["detail"]),
            self._database.unseal(row["sealed"]) if row["sealed"] else "",
        )


def _moment(kept: float) -> datetime:
    return datetime.fromtimestamp(kept, UTC)
