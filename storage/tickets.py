"""Tickets and their history in SQL: what a turn leaves, what the desk lists, what colleagues change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.casework import Ticket
from domain.office import Mood, TicketEvent
from domain.records import TurnRecord
from storage.database import Database, upsert
from storage.moments import moment, seconds
from storage.office_tables import handovers, moods, ticket_events, ticket_words, tickets

MOST_EVENTS = 500
_WORDS = ("subject", "summary")
_NAMES = (
    "category", "order_number", "priority", "status", "team", "assignee", "channel", "language", "vip",
    "staffed", "solved_by",
)  # fmt: skip
_TIMES = {
    "opened": "opened_at",
    "respond_by": "respond_by",
    "resolve_by": "resolve_by",
    "paused": "paused_at",
    "solved": "solved_at",
}


async def save(
    connection: AsyncConnection, database: Database, turn: TurnRecord, *, held: bool
) -> None:
    """Keep what a turn says of its ticket, within the turn's own commit.

    What colleagues changed meanwhile stays; while one of them holds the conversation, its status is theirs.
    """
    ticket = turn.ticket
    if ticket is None:
        return
    now = turn.at.timestamp()
    table = select(tickets).where(tickets.c.id == ticket.id).with_for_update()
    before = (await connection.execute(table)).mappings().one_or_none()
    if before is None:
        row = {name: getattr(ticket, name) for name in _NAMES}
        row |= {column: seconds(getattr(ticket, name)) for column, name in _TIMES.items()}
        row |= {
            "id": ticket.id,
            "tenant": turn.conversation.tenant,
            "conversation_id": ticket.conversation_id,
            "customer_id": ticket.customer_id,
            "updated": now,
            "customer_at": now,
        }
        await connection.execute(insert(tickets).values(**row))
    await _count(connection, turn, before, held=held)
    words = {"conversation_id": ticket.conversation_id, **{n: getattr(ticket, n) for n in _WORDS}}
    statement = upsert(connection, ticket_words).values(ticket_id=ticket.id, **words)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["ticket_id"], set_=words)
    )
    await add_events(connection, database, turn.events)
    if turn.mood is not None:
        await _mood(connection, turn.conversation.tenant, turn.mood)


async def _count(
    connection: AsyncConnection, turn: TurnRecord, before: RowMapping | None, *, held: bool
) -> None:
    ticket, now, mine = turn.ticket, turn.at.timestamp(), tickets.c
    if ticket is None:
        return
    values: dict[str, Any] = {
        "updated": now,
        "customer_at": now,
        "messages": mine.messages + 1,
        "category": ticket.category,
        "order_number": ticket.order_number,
        "language": ticket.language,
        "unanswered": mine.unanswered + sum(not one.answered for one in turn.questions),
    }
    if not held:
        values |= {
            "status": ticket.status,
            "paused": seconds(ticket.paused_at),
            "resolve_by": seconds(ticket.resolve_by),
            "solved": seconds(ticket.solved_at),
            "solved_by": ticket.solved_by,
        }
        was = ticket.status if before is None else before["status"]
        if was in ("solved", "closed") and ticket.status != was:
            values |= {"reopened": mine.reopened + 1, "abandoned": False, "closed": None}
    if turn.reply is not None:
        values |= {"replies": mine.replies + 1, "first_reply": func.coalesce(mine.first_reply, now)}
    if turn.mood is not None:
        values |= {
            "anger": mine.anger + turn.mood.anger,
            "negative": mine.negative + turn.mood.negative,
            "moods": mine.moods + 1,
        }
    if turn.handover is not None:
        values |= {
            "reason": turn.handover.reason,
            "priority": ticket.priority,
            "team": ticket.team,
            "respond_by": seconds(ticket.respond_by),
            "red_alert": mine.red_alert | turn.handover.red_alert,
            "raised": func.coalesce(mine.raised, now),
        }
    await connection.execute(update(tickets).where(mine.id == ticket.id).values(**values))


async def _mood(connection: AsyncConnection, tenant: str, mood: Mood) -> None:
    row = {
        "message_id": mood.message_id,
        "tenant": tenant,
        "conversation_id": mood.conversation_id,
        "customer_id": mood.customer_id,
        "at": mood.at.timestamp(),
        "anger": mood.anger,
        "negative": mood.negative,
        "topic": mood.topic,
        "product": mood.product,
    }
    await connection.execute(upsert(connection, moods).values(**row).on_conflict_do_nothing())


async def add_events(
    connection: AsyncConnection, database: Database, events: Sequence[TicketEvent]
) -> None:
    """Append to the history of tickets."""
    rows = [
        {
            "ticket_id": one.ticket_id,
            "conversation_id": one.conversation_id,
            "at": one.at.timestamp(),
            "kind": one.kind,
            "actor": one.actor,
            "detail": json.dumps(dict(one.detail), ensure_ascii=False),
            "sealed": database.seal(one.text) if one.text else None,
        }
        for one in events
    ]
    if rows:
        await connection.execute(insert(ticket_events), rows)


def query() -> Select[Any]:
    """Tickets with their words, and how far their newest handover has come."""
    newest = (
        select(func.max(handovers.c.seq))
        .where(
            handovers.c.conversation_id == tickets.c.conversation_id,  # which has an index
            handovers.c.ticket_id == tickets.c.id,
        )
        .correlate(tickets)
        .scalar_subquery()
    )
    return (
        select(
            tickets,
            ticket_words.c.subject,
            ticket_words.c.summary,
            handovers.c.stage,
            handovers.c.acknowledged.label("taken_note"),
        )
        .outerjoin(ticket_words, ticket_words.c.ticket_id == tickets.c.id)
        .outerjoin(handovers, handovers.c.seq == newest)
    )


def ticket_of(row: RowMapping) -> Ticket:
    """The ticket of a row of `query`."""
    times: dict[str, Any] = {
        name: moment(row[column]) for column, name in _TIMES.items() if column != "opened"
    }
    return Ticket(
        id=row["id"],
        number=number(row["seq"]),
        conversation_id=row["conversation_id"],
        customer_id=row["customer_id"],
        subject=row["subject"] or "",
        summary=row["summary"] or "",
        **{name: row[name] for name in _NAMES},
        **times,
        opened_at=datetime.fromtimestamp(row["opened"], tz=UTC),
        stage=row["stage"],
    )


def number(seq: int) -> str:
    """The number that people call a ticket by."""
    return f"T{seq:05d}"


async def current(connection: AsyncConnection, conversation_id: str) -> Ticket | None:
    """The newest ticket of a conversation."""
    newest = query().where(tickets.c.conversation_id == conversation_id)
    found = await connection.execute(newest.order_by(tickets.c.seq.desc()).limit(1))
    row = found.mappings().one_or_none()
    return None if row is None else ticket_of(row)


async def change(connection: AsyncConnection, ticket_id: str, values: Mapping[str, object]) -> None:
    """Set columns of one ticket."""
    await connection.execute(update(tickets).where(tickets.c.id == ticket_id).values(**values))
