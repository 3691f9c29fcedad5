"""What the desk reads of one conversation in SQL: everything that was said, what happened, what was cited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, true, union_all

from domain.casework import TICKET_STATUSES, Citation
from domain.conversation import Conversation, Message, Task
from domain.office import Mood, TicketEvent
from domain.records import AuditEntry, Notice
from domain.transcripts import Transcript
from storage.conversations import RECENT_TASKS, SqlConversations
from storage.database import Database
from storage.handovers import handover_of
from storage.knowledge_tables import citations
from storage.office import SqlOffice
from storage.office_tables import handovers, moods, ownership, ticket_events, tickets
from storage.tables import audit, conversations, messages, notices, outbox, tasks
from storage.tickets import MOST_EVENTS, change, query, ticket_of

MOST_MESSAGES = 300
MOST_AUDIT = 40


class SqlReading(SqlOffice):
    """A conversation as colleagues see it, also what the customer never saw."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._kept = SqlConversations(database)

    async def whole(self, conversation_id: str) -> Transcript | None:
        """Everything that the page of a conversation tells; None: there is no such conversation."""
        return await self._database.look(lambda found: self._whole(found, conversation_id))

    async def look(self, ticket_id: str, at: datetime) -> None:
        """A colleague has seen the ticket; where nothing is unread nothing is written, for pages look often."""
        if await self._database.look(lambda found: _unread(found, ticket_id)):
            async with self._database.transaction() as connection:
                await change(connection, ticket_id, {"seen_at": at.timestamp()})

    async def history(self, conversation_id: str) -> list[TicketEvent]:
        return await self._database.look(lambda found: self._events(found, conversation_id))

    async def moods(self, conversation_id: str) -> list[Mood]:
        return await self._database.look(lambda found: _moods(found, conversation_id))

    async def version(self, conversation_id: str = "") -> str:
        """Changes whenever something of the office does, or of one conversation; cheap to ask for."""
        return await self._database.look(lambda found: _version(found, conversation_id))

    async def transcript(self, conversation_id: str) -> list[Message]:
        """The latest messages, oldest first; those that were withheld from the customer, too."""
        return await self._database.look(lambda found: self._messages(found, conversation_id))

    async def undelivered(self, conversation_id: str) -> Mapping[str, str]:
        """Messages that have not reached the customer's platform, by their ids, and how they stand."""
        return await self._database.look(lambda found: _undelivered(found, conversation_id))

    async def cited(self, conversation_id: str) -> Mapping[str, list[Citation]]:
        """What the assistant's replies were founded on, by the ids of the replies."""
        return await self._database.look(lambda found: _cited(found, conversation_id))

    def _whole(self, found: Connection, conversation_id: str) -> Transcript | None:
        conversation = self._conversation(found, conversation_id)
        if conversation is None:
            return None
        ticket = conversation.ticket
        case = select(handovers).where(handovers.c.conversation_id == conversation_id)
        row = found.execute(case.order_by(handovers.c.seq.desc()).limit(1)).mappings().first()
        return Transcript(
            conversation,
            self._tasks(found, conversation_id),
            None if row is None else handover_of(row),
            self._messages(found, conversation_id),
            self._events(found, conversation_id),
            _moods(found, conversation_id),
            notices=_notices(found, conversation_id),
            audit=_audit(found, conversation_id),
            cited=_cited(found, conversation_id),
            undelivered=_undelivered(found, conversation_id),
            unread=ticket is not None and _unread(found, ticket.id),
        )

    def _conversation(self, found: Connection, conversation_id: str) -> Conversation | None:
        """The conversation with its ticket, and who has it now."""
        kept = select(conversations).where(conversations.c.id == conversation_id)
        row = found.execute(kept).first()
        if row is None:
            return None
        newest = query().where(tickets.c.conversation_id == conversation_id)
        latest = found.execute(newest.order_by(tickets.c.seq.desc()).limit(1)).mappings().first()
        ticket = None if latest is None else ticket_of(latest)
        conversation = replace(self._kept.conversation_of(row), ticket=ticket)
        holding = select(ownership).where(ownership.c.conversation_id == conversation_id)
        now = found.execute(holding).first()
        if now is None:
            return conversation
        return replace(conversation, owner=now.owner, holder=now.holder, fence=now.fence)

    def _tasks(self, found: Connection, conversation_id: str) -> list[Task]:
        mine = select(tasks).where(tasks.c.conversation_id == conversation_id)
        unfinished = tasks.c.status.in_(("open", "awaiting_customer", "on_hold"))
        newest = mine.order_by(unfinished.desc(), tasks.c.position.desc()).limit(RECENT_TASKS)
        listed = [self._kept.task_of(row) for row in found.execute(newest)]
        return sorted(listed, key=lambda task: task.position)

    def _messages(self, found: Connection, conversation_id: str) -> list[Message]:
        mine = select(messages).where(messages.c.conversation_id == conversation_id)
        rows = found.execute(mine.order_by(messages.c.seq.desc()).limit(MOST_MESSAGES)).all()
        return [self._kept.message_of(row) for row in rows[::-1]]

    def _events(self, found: Connection, conversation_id: str) -> list[TicketEvent]:
        mine = select(ticket_events).where(ticket_events.c.conversation_id == conversation_id)
        newest = mine.order_by(ticket_events.c.seq.desc()).limit(MOST_EVENTS)
        return [self._event(row) for row in found.execute(newest).mappings().all()[::-1]]

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


def _unread(found: Connection, ticket_id: str) -> bool:
    mine = tickets.c
    unread = mine.customer_at > func.coalesce(mine.seen_at, 0.0)
    return found.execute(select(mine.seq).where(mine.id == ticket_id, unread)).first() is not None


def _moods(found: Connection, conversation_id: str) -> list[Mood]:
    mine = select(moods).where(moods.c.conversation_id == conversation_id)
    newest = mine.order_by(moods.c.at.desc()).limit(MOST_EVENTS)
    return [
        Mood(
            row.message_id,
            row.conversation_id,
            row.customer_id,
            _moment(row.at),
            row.anger,
            row.negative,
            row.topic,
            row.product,
        )
        for row in found.execute(newest).all()[::-1]
    ]


def _version(found: Connection, conversation_id: str) -> str:
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
    newest = select(
        select(func.max(messages.c.seq)).where(heard).scalar_subquery(),
        select(func.max(ticket_events.c.seq)).where(done).scalar_subquery(),
        updated.scalar_subquery(),
    )
    return "-".join(str(one or 0) for one in found.execute(newest).one())


def _undelivered(found: Connection, conversation_id: str) -> dict[str, str]:
    mine = select(outbox.c.id, outbox.c.status).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.status.in_(("pending", "sending", "dead")),
    )
    return {row.id: row.status for row in found.execute(mine)}


def _cited(found: Connection, conversation_id: str) -> dict[str, list[Citation]]:
    mine = select(citations).where(citations.c.conversation_id == conversation_id)
    cited: dict[str, list[Citation]] = {}
    for row in found.execute(mine.order_by(citations.c.seq)):
        one = Citation(
            row.document,
            row.title,
            row.section,
            str(row.document_version),
            row.passage,
            row.score,
            row.passage_id,
        )
        cited.setdefault(row.message_id, []).append(one)
    return cited


def _notices(found: Connection, conversation_id: str) -> list[Notice]:
    mine = select(notices).where(notices.c.conversation_id == conversation_id)
    return [
        Notice(
            row.conversation_id,
            row.kind,
            row.recipient,
            datetime.fromisoformat(row.sent_at),
            row.text,
        )
        for row in found.execute(mine.order_by(notices.c.seq))
    ]


def _audit(found: Connection, conversation_id: str) -> list[AuditEntry]:
    """The latest entries, newest first."""
    mine = select(audit).where(audit.c.conversation_id == conversation_id)
    return [
        AuditEntry(
            datetime.fromisoformat(row.at),
            row.conversation_id,
            row.principal,
            row.action,
            row.resource,
            row.decision,
        )
        for row in found.execute(mine.order_by(audit.c.seq.desc()).limit(MOST_AUDIT))
    ]


def _moment(kept: float) -> datetime:
    return datetime.fromtimestamp(kept, UTC)
