"""Conversations, messages and tasks in SQL; a turn is saved in one commit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.conversation import Conversation, Message, Pin, Standing, Task
from domain.errors import AlreadyAnswered, HandedBack
from domain.office import ASSISTANT, TicketEvent
from domain.records import History, TurnRecord
from storage import answers, casework, handovers, outbox, surveys, tickets
from storage.database import Database, upsert
from storage.knowledge_tables import citations, questions
from storage.office_tables import handovers as handovers_table
from storage.office_tables import labels, moods, ownership, ticket_events, ticket_words
from storage.office_tables import surveys as surveys_table
from storage.office_tables import tickets as tickets_table
from storage.ownership import owned, speaks_for
from storage.tables import conversations, inbox, ledger, messages, notices, tasks
from storage.tables import (
    outbox as outbox_table,
)

RECENT_MESSAGES = 120
RECENT_TASKS = 40


def silenced(turn: TurnRecord) -> TurnRecord:
    """The same turn without its reply: a colleague may read what would have been said, the customer does not."""
    if turn.reply is None or turn.ticket is None:
        return replace(turn, reply=None)
    unsaid = TicketEvent(
        turn.ticket.id,
        turn.conversation.id,
        turn.at,
        "withheld",
        ASSISTANT,
        text=turn.reply.text,
    )
    pushes = [one for one in turn.outgoing if one.kind == "push"]
    return replace(turn, reply=None, outgoing=pushes, events=(*turn.events, unsaid))


class SqlConversations:
    """Implements `ConversationStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, conversation: Conversation) -> None:
        """Begin a conversation; one that was begun stays as it is."""
        async with self._database.transaction() as connection:
            row = self._conversation_row(conversation)
            await connection.execute(
                upsert(connection, conversations).values(**row).on_conflict_do_nothing()
            )

    async def accept(self, message: Message, tokens: int) -> Message:
        """Keep a message; the same external id again returns the one that was kept."""
        try:
            async with self._database.transaction() as connection:
                await connection.execute(
                    insert(messages).values(**self._message_row(message, tokens))
                )
            return message
        except IntegrityError:
            async with self._database.transaction() as connection:
                query = select(messages).where(
                    messages.c.conversation_id == message.conversation_id,
                    messages.c.external_id == message.external_id,
                )
                return self.message_of((await connection.execute(query)).one())

    async def answer_to(self, message_id: str) -> Message | None:
        """The reply that was given to a message, if it was answered."""
        reply = messages.alias()
        query = (
            select(reply)
            .join(messages, messages.c.answered_by == reply.c.id)
            .where(messages.c.id == message_id)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else self.message_of(row)

    async def history(self, conversation_id: str) -> History | None:
        """What a turn starts from; its size does not grow with the conversation."""
        async with self._database.transaction() as connection:
            found = (
                await connection.execute(
                    select(conversations).where(conversations.c.id == conversation_id)
                )
            ).one_or_none()
            if found is None:
                return None
            latest = await connection.execute(
                select(messages)
                .where(
                    messages.c.conversation_id == conversation_id,
                    messages.c.author != "withheld",
                )
                .order_by(messages.c.seq.desc())
                .limit(RECENT_MESSAGES)
            )
            newest = await connection.execute(
                select(tasks)
                .where(tasks.c.conversation_id == conversation_id)
                .order_by(
                    tasks.c.status.in_(("open", "awaiting_customer", "on_hold")).desc(),
                    tasks.c.position.desc(),
                )
                .limit(RECENT_TASKS)
            )
            kept_tasks = sorted(
                (self.task_of(row) for row in newest), key=lambda task: task.position
            )
            kept_messages = [self.message_of(row) for row in latest][::-1]
            now = await owned(connection, conversation_id)
            ticket = await tickets.current(connection, conversation_id)
            survey = await surveys.latest(connection, self._database, conversation_id)
        conversation = replace(
            self.conversation_of(found),
            owner=now.owner,
            holder=now.holder,
            fence=now.fence,
            ticket=ticket,
        )
        return History(conversation, tuple(kept_tasks), tuple(kept_messages), survey)

    async def finish(self, turn: TurnRecord, tokens: Callable[[str], int]) -> bool:
        """Save everything a turn leaves behind, in one commit; false when its reply may not be said any more.

        Raises:
            AlreadyAnswered: another run of the turn was quicker; nothing was saved.
            HandedBack: it was silent for a colleague who is gone; nothing was saved, and it has to run again.
        """
        async with self._database.transaction() as connection:
            if turn.taken is not None:
                await self._answer(connection, turn.taken)
            now = await owned(connection, turn.conversation.id, locked=True)
            speaks = speaks_for(turn.conversation, now)
            if not speaks and not now.holder and turn.taken is not None:
                raise HandedBack(f"turn {turn.taken} began before the conversation was given back")
            if not speaks:
                turn = silenced(turn)
            values = self._conversation_row(turn.conversation)
            del values["owner"]
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == turn.conversation.id)
                .values(**values)
            )
            await self._save_messages(connection, turn, tokens)
            await self._save_tasks(connection, turn)
            await tickets.save(connection, self._database, turn, held=now.holder != "")
            outgoing = await handovers.save(connection, turn)
            await casework.save(connection, turn)
            await surveys.save(connection, self._database, turn)
            await answers.save(connection, turn)
            await outbox.put(connection, self._database, outgoing)
        return speaks

    async def _save_messages(
        self, connection: AsyncConnection, turn: TurnRecord, tokens: Callable[[str], int]
    ) -> None:
        said = [one for one in (turn.received, turn.reply) if one is not None]
        rows = [self._message_row(one, tokens(one.text)) for one in said]
        if turn.reply is not None and turn.received is not None:
            rows[0]["answered_by"], rows[1]["answered_by"] = turn.reply.id, None
        elif turn.reply is not None:
            await connection.execute(
                update(messages)
                .where(messages.c.id == turn.answered)
                .values(answered_by=turn.reply.id)
            )
        if rows:
            await connection.execute(insert(messages), rows)

    async def _answer(self, connection: AsyncConnection, turn_id: str) -> None:
        """Mark the arrivals of a turn as answered. Two runs of one turn meet here, and one of them gives way."""
        done = await connection.execute(
            update(inbox)
            .where(inbox.c.turn_id == turn_id, inbox.c.answered.is_(False))
            .values(answered=True)
        )
        if done.rowcount == 0:
            raise AlreadyAnswered(f"turn {turn_id} was answered by another run of it")

    async def sum_up(self, conversation_id: str, summary: str, up_to: str) -> None:
        """Keep a summary of every message up to this id."""
        mine = conversations.c.id == conversation_id
        async with self._database.transaction() as connection:
            query = select(conversations).where(mine).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return
            standing = self.conversation_of(row).standing
            changed = replace(standing, summary=summary, summed_up_to=up_to)
            sealed = self.seal(asdict(changed))
            await connection.execute(update(conversations).where(mine).values(sealed=sealed))

    async def forget(self, conversation_id: str) -> None:
        """Delete a conversation; its masked audit entries stay, for the log is append-only."""
        async with self._database.transaction() as connection:
            for table in (
                messages,
                tasks,
                ledger,
                tickets_table,
                ticket_words,
                ticket_events,
                handovers_table,
                ownership,
                surveys_table,
                moods,
                labels,
                notices,
                inbox,
                outbox_table,
                citations,
                questions,
            ):
                await connection.execute(
                    delete(table).where(table.c.conversation_id == conversation_id)
                )
            await connection.execute(
                delete(conversations).where(conversations.c.id == conversation_id)
            )

    async def _save_tasks(self, connection: AsyncConnection, turn: TurnRecord) -> None:
        rows = [
            {
                "id": task.id,
                "conversation_id": turn.conversation.id,
                "position": task.position,
                "kind": task.kind,
                "status": task.status,
                "sealed": self.seal(asdict(task)),
            }
            for task in turn.tasks
        ]
        if rows:
            statement = upsert(connection, tasks)
            changed = {name: statement.excluded[name] for name in rows[0] if name != "id"}
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows
            )

    def _conversation_row(self, conversation: Conversation) -> dict[str, Any]:
        row = asdict(conversation)
        row["opened_at"] = conversation.opened_at.isoformat()
        row["sealed"] = self.seal(row.pop("standing"))
        for elsewhere in ("holder", "fence", "ticket"):
            del row[elsewhere]
        return row

    def conversation_of(self, row: Row[Any]) -> Conversation:
        fields = dict(row._mapping)
        standing = json.loads(self._database.unseal(fields.pop("sealed")))
        pins = [
            Pin(one["kind"], one["text"], datetime.fromisoformat(one["at"]))
            for one in standing.pop("pins")
        ]
        standing["signals"] = tuple(standing["signals"])
        fields["opened_at"] = datetime.fromisoformat(fields["opened_at"])
        return Conversation(**fields, standing=Standing(**standing, pins=tuple(pins)))

    def _message_row(self, message: Message, tokens: int) -> dict[str, Any]:
        row = asdict(message)
        row["sent_at"] = message.sent_at.isoformat()
        row["sealed"] = self._database.seal(row.pop("text"))
        return {**row, "tokens": tokens}

    def message_of(self, row: Row[Any]) -> Message:
        return Message(
            id=row.id,
            conversation_id=row.conversation_id,
            author=row.author,
            sent_at=datetime.fromisoformat(row.sent_at),
            text=self._database.unseal(row.sealed),
            language=row.language,
            external_id=row.external_id,
        )

    def task_of(self, row: Row[Any]) -> Task:
        fields = json.loads(self._database.unseal(row.sealed))
        return Task(
            **{
                **fields,
                "status": row.status,
                "missing": tuple(fields["missing"]),
                "asked": tuple(fields["asked"]),
            }
        )

    def seal(self, value: object) -> str:
        return self._database.seal(json.dumps(value, ensure_ascii=False, default=str))
