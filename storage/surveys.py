"""Surveys in SQL: asked once, reminded once, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.casework import Ticket, TicketStatus
from domain.channels import Outgoing
from domain.conversation import Message
from domain.office import Survey
from domain.office_ports import Effects
from domain.records import TurnRecord
from storage import outbox, tickets
from storage.database import Database, upsert
from storage.moments import moment, seconds
from storage.office_tables import surveys
from storage.office_tables import tickets as tickets_table
from storage.ownership import owned
from storage.tables import messages

MOST_AT_ONCE = 200


async def save(connection: AsyncConnection, database: Database, turn: TurnRecord) -> None:
    """Keep the answer that a turn gave to a survey, within the turn's own commit."""
    survey = turn.survey
    if survey is None:
        return
    values = {
        "score": survey.score,
        "sealed": database.seal(survey.comment) if survey.comment else None,
        "answered": seconds(survey.answered_at),
    }
    await connection.execute(update(surveys).where(surveys.c.id == survey.id).values(**values))
    await tickets.change(connection, survey.ticket_id, {"csat": survey.score})


async def latest(
    connection: AsyncConnection, database: Database, conversation_id: str
) -> Survey | None:
    """The latest survey of a conversation."""
    query = (
        select(surveys)
        .where(surveys.c.conversation_id == conversation_id)
        .order_by(surveys.c.sent.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _survey(row, database)


class SqlSurveys:
    """Implements `SurveyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def surveyed_since(self, customer_id: str, since: datetime) -> bool:
        query = select(surveys.c.id).where(
            surveys.c.customer_id == customer_id, surveys.c.sent >= since.timestamp()
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(query.limit(1))).scalar() is not None

    async def ask(
        self, survey: Survey, message: Message, outgoing: Sequence[Outgoing], effects: Effects
    ) -> bool:
        row = {
            "id": survey.id,
            "ticket_id": survey.ticket_id,
            "conversation_id": survey.conversation_id,
            "customer_id": survey.customer_id,
            "language": survey.language,
            "sent": survey.sent_at.timestamp(),
        }
        async with self._database.transaction() as connection:
            if (await owned(connection, survey.conversation_id, locked=True)).holder:
                return False
            statement = upsert(connection, surveys).values(**row).on_conflict_do_nothing()
            if (await connection.execute(statement)).rowcount == 0:
                return False
            await tickets.change(connection, survey.ticket_id, {"surveyed": row["sent"]})
            await self._say(connection, message, outgoing, effects)
        return True

    async def remind(
        self, survey: Survey, message: Message, outgoing: Sequence[Outgoing], effects: Effects
    ) -> bool:
        mine = (
            surveys.c.id == survey.id,
            surveys.c.reminded.is_(None),
            surveys.c.answered.is_(None),
        )
        async with self._database.transaction() as connection:
            if (await owned(connection, survey.conversation_id, locked=True)).holder:
                return False
            done = await connection.execute(
                update(surveys).where(*mine).values(reminded=seconds(survey.reminded_at))
            )
            if done.rowcount == 0:
                return False
            await self._say(connection, message, outgoing, effects)
        return True

    async def unanswered(self, before: datetime) -> list[Survey]:
        query = (
            select(surveys)
            .where(
                surveys.c.sent <= before.timestamp(),
                surveys.c.reminded.is_(None),
                surveys.c.answered.is_(None),
            )
            .order_by(surveys.c.sent)
            .limit(MOST_AT_ONCE)
        )
        async with self._database.transaction() as connection:
            rows = list(await connection.execute(query))
        return [_survey(row, self._database) for row in rows]

    async def quiet(self, before: datetime, status: TicketStatus) -> list[Ticket]:
        query = (
            tickets.query()
            .where(tickets_table.c.status == status, tickets_table.c.updated <= before.timestamp())
            .order_by(tickets_table.c.updated)
            .limit(MOST_AT_ONCE)
        )
        async with self._database.transaction() as connection:
            rows = list((await connection.execute(query)).mappings())
            found = [tickets.ticket_of(row) for row in rows]
            return [
                one for one in found if not (await owned(connection, one.conversation_id)).holder
            ]

    async def finish(
        self, ticket: Ticket, before: datetime, at: datetime, effects: Effects
    ) -> bool:
        mine = tickets_table.c
        values: dict[str, Any] = {
            "status": ticket.status,
            "solved": seconds(ticket.solved_at),
            "solved_by": ticket.solved_by,
            "abandoned": ticket.status == "closed" and ticket.solved_at is None,
            "closed": at.timestamp() if ticket.status == "closed" else None,
            "updated": at.timestamp(),
        }
        async with self._database.transaction() as connection:
            done = await connection.execute(
                update(tickets_table)
                .where(
                    mine.id == ticket.id,
                    mine.updated <= before.timestamp(),
                    mine.status != ticket.status,
                )
                .values(**values)
            )
            if done.rowcount == 0:
                return False
            await tickets.add_events(connection, self._database, effects.events)
        return True

    async def _say(
        self,
        connection: AsyncConnection,
        message: Message,
        outgoing: Sequence[Outgoing],
        effects: Effects,
    ) -> None:
        row = asdict(message) | {
            "sent_at": message.sent_at.isoformat(),
            "sealed": self._database.seal(message.text),
            "tokens": 0,
        }
        del row["text"]
        await connection.execute(insert(messages).values(**row))
        await outbox.put(connection, self._database, outgoing)
        await tickets.add_events(connection, self._database, effects.events)


def _survey(row: Row[Any], database: Database) -> Survey:
    sent = moment(row.sent)
    if sent is None:
        raise AssertionError("unreachable: the column may not be empty")
    return Survey(
        id=row.id,
        ticket_id=row.ticket_id,
        conversation_id=row.conversation_id,
        customer_id=row.customer_id,
        language=row.language,
        sent_at=sent,
        reminded_at=moment(row.reminded),
        score=row.score,
        comment=database.unseal(row.sealed) if row.sealed else "",
        answered_at=moment(row.answered),
    )
