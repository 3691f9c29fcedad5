"""Tasks that wait for a colleague's approval, in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update

from domain.channels import Outgoing
from domain.conversation import Conversation, Message, Task
from domain.office_ports import Effects
from storage import outbox, tickets
from storage.conversations import SqlConversations
from storage.database import Database
from storage.office_tables import tickets as tickets_table
from storage.tables import messages, tasks

WAITS, DOING = "awaiting_approval", "approving"


class SqlApprovals:
    """Implements `ApprovalStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conversations = SqlConversations(database)

    async def waiting(self) -> list[tuple[Conversation, Task, datetime]]:
        since = (
            select(func.max(tickets_table.c.updated))
            .where(tickets_table.c.conversation_id == tasks.c.conversation_id)
            .scalar_subquery()
        )
        query = select(tasks.c.id, since.label("since")).where(tasks.c.status.in_((WAITS, DOING)))
        async with self._database.transaction() as connection:
            rows = list(await connection.execute(query.order_by(since)))
        found = []
        for row in rows:
            one = await self.find(row.id)
            if one is not None:
                found.append((*one, datetime.fromtimestamp(row.since or 0.0, UTC)))
        return found

    async def find(self, task_id: str) -> tuple[Conversation, Task] | None:
        query = select(tasks).where(tasks.c.id == task_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(query)).one_or_none()
        history = None if row is None else await self._conversations.history(row.conversation_id)
        if row is None or history is None:
            return None
        return history.conversation, self._conversations.task_of(row)

    async def begin(self, task_id: str) -> bool:
        async with self._database.transaction() as connection:
            begun = await connection.execute(
                update(tasks)
                .where(tasks.c.id == task_id, tasks.c.status.in_((WAITS, DOING)))
                .values(status=DOING)
            )
        return begun.rowcount == 1

    async def leave(self, task_id: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(tasks)
                .where(tasks.c.id == task_id, tasks.c.status == DOING)
                .values(status=WAITS)
            )

    async def settle(
        self, task: Task, message: Message, outgoing: Outgoing, effects: Effects
    ) -> bool:
        async with self._database.transaction() as connection:
            decided = await connection.execute(
                update(tasks)
                .where(
                    tasks.c.id == task.id,
                    tasks.c.status == (DOING if task.status == "done" else WAITS),
                )
                .values(status=task.status, sealed=self._conversations.seal(asdict(task)))
            )
            if decided.rowcount == 0:
                return False
            row = asdict(message) | {
                "sent_at": message.sent_at.isoformat(),
                "sealed": self._database.seal(message.text),
                "tokens": 0,
            }
            del row["text"]
            await connection.execute(insert(messages).values(**row))
            await outbox.put(connection, self._database, [outgoing, *effects.outgoing])
            at = message.sent_at.timestamp()
            await connection.execute(
                update(tickets_table)
                .where(tickets_table.c.id == effects.ticket_id, tickets_table.c.status == "on_hold")
                .values(status=effects.status, updated=at)
            )
            await tickets.add_events(connection, self._database, effects.events)
        return True
