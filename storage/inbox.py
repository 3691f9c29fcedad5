"""The inbox in SQL. What arrives at the same time is kept in one commit, which is what makes it quick."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Row, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.channels import Address, Arrival, Click, Part, Sender
from domain.errors import StorageError
from domain.mailbox import Kept, Taken
from domain.ports import Clock
from storage.database import Database, upsert
from storage.tables import inbox

log = structlog.get_logger()
TOGETHER = 5  # arrivals that one turn answers; more at once would not all find room in a reply
LARGEST_COMMIT = 500  # arrivals; beyond it the first of them would wait for the last


@dataclass
class _Entry:
    row: dict[str, Any]
    kept: asyncio.Future[bool]


class SqlInbox:
    """Implements `InboxStore`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._entries: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, arrival: Arrival, conversation_id: str) -> Kept | None:
        """Put an arrival on the disk; returns after the commit, or None when it was there before."""
        now = self._clock.now()
        row: dict[str, Any] = {
            "id": uuid4().hex,
            "channel": arrival.address.channel,
            "account": arrival.address.account,
            "external_id": arrival.external_id,
            "conversation_id": conversation_id,
            "received_at": now.isoformat(),
            "answered": False,
            "sealed": self._database.seal(json.dumps(asdict(arrival), default=str)),
        }
        entry = _Entry(row, asyncio.get_running_loop().create_future())
        self._entries.append(entry)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        new = await entry.kept
        return Kept(row["id"], row["seq"], conversation_id, now, arrival) if new else None

    async def _write(self) -> None:
        """Commit everything that waits, as long as something does."""
        while self._entries:
            batch, self._entries = self._entries[:LARGEST_COMMIT], self._entries[LARGEST_COMMIT:]
            try:
                kept = await self._commit([entry.row for entry in batch])
            except SQLAlchemyError as error:
                log.error("inbox_not_kept", arrivals=len(batch), cause=type(error).__name__)
                for entry in batch:
                    if not entry.kept.done():  # who waited for it may be gone
                        entry.kept.set_exception(StorageError("the inbox could not be written"))
                continue
            log.debug("inbox_kept", arrivals=len(batch))
            for entry in batch:
                entry.row["seq"] = kept.get(entry.row["id"])
                if not entry.kept.done():
                    entry.kept.set_result(entry.row["seq"] is not None)

    async def _commit(self, rows: list[dict[str, Any]]) -> dict[str, int]:
        async with self._database.transaction() as connection:
            statement = upsert(connection, inbox).on_conflict_do_nothing()
            await connection.execute(statement, rows)
            ours = select(inbox.c.id, inbox.c.seq).where(
                inbox.c.id.in_([row["id"] for row in rows])
            )
            found = await connection.execute(ours)
            return {row.id: row.seq for row in found}

    async def take(self, conversation_id: str) -> Taken | None:
        """What the next turn answers, marked as taken in one commit."""
        mine = (inbox.c.conversation_id == conversation_id, inbox.c.answered.is_(False))
        async with self._database.transaction() as connection:
            query = select(inbox).where(*mine).order_by(inbox.c.seq)
            rows = list(await connection.execute(query))
            begun = [row for row in rows if row.turn_id is not None]
            if begun:  # a turn died after it had taken these; they keep their turn's id
                mine_now = [row for row in begun if row.turn_id == begun[0].turn_id]
            else:
                mine_now = rows[:TOGETHER]
                await self._give(connection, mine_now, rows[0].id if rows else "")
        if not rows:
            return None
        turn_id = begun[0].turn_id if begun else rows[0].id
        return Taken(turn_id, tuple(map(self._kept, mine_now)), len(mine_now) < len(rows))

    async def extend(self, taken: Taken) -> Taken:
        """The same turn with what has arrived since, as far as one turn can hold it."""
        mine = (inbox.c.conversation_id == taken.conversation_id, inbox.c.answered.is_(False))
        async with self._database.transaction() as connection:
            query = select(inbox).where(*mine).order_by(inbox.c.seq)
            rows = list(await connection.execute(query))
            now = [row for row in rows if row.turn_id == taken.turn_id]
            new = [row for row in rows if row.turn_id is None][: max(0, TOGETHER - len(now))]
            await self._give(connection, new, taken.turn_id)
        return Taken(
            taken.turn_id, tuple(map(self._kept, [*now, *new])), len(now) + len(new) < len(rows)
        )

    @staticmethod
    async def _give(connection: AsyncConnection, rows: Sequence[Row[Any]], turn_id: str) -> None:
        """Mark arrivals as taken by a turn."""
        if rows:
            ids = [row.id for row in rows]
            await connection.execute(
                update(inbox).where(inbox.c.id.in_(ids)).values(turn_id=turn_id)
            )

    async def done(self, taken: Taken) -> None:
        """Mark what a turn had taken as answered."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(inbox).where(inbox.c.turn_id == taken.turn_id).values(answered=True)
            )

    async def waiting(self) -> list[Kept]:
        """The oldest unanswered arrival of every conversation that has one."""
        oldest = (
            select(func.min(inbox.c.seq))
            .where(inbox.c.answered.is_(False))
            .group_by(inbox.c.conversation_id)
        )
        async with self._database.transaction() as connection:
            query = select(inbox).where(inbox.c.seq.in_(oldest)).order_by(inbox.c.seq)
            rows = list(await connection.execute(query))
        return [self._kept(row) for row in rows]

    def _kept(self, row: Row[Any]) -> Kept:
        arrival = arrival_of(self._database.unseal(row.sealed))
        received = datetime.fromisoformat(row.received_at)
        return Kept(row.id, row.seq, row.conversation_id, received, arrival)


def arrival_of(kept: str) -> Arrival:
    """An arrival as it was kept."""
    fields: dict[str, Any] = json.loads(kept)
    return Arrival(
        external_id=fields["external_id"],
        address=Address(**fields["address"]),
        sender=Sender(**fields["sender"]),
        sent_at=datetime.fromisoformat(fields["sent_at"]),
        parts=tuple(Part(**part) for part in fields["parts"]),
        quoted=fields["quoted"],
        click=Click(**fields["click"]) if fields["click"] else None,
        route=fields["route"],
    )
