"""The outbox and the transcript in SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.channels import Address, Button, Outgoing, Receipt, Said
from domain.mailbox import Unsent
from storage.database import Database, upsert
from storage.ownership import OPEN, claim
from storage.tables import messages, outbox

LONGEST_TRANSCRIPT = 200
MOST_PUSHES = 30  # of one conversation, that are changed when somebody has pressed


async def put(
    connection: AsyncConnection, database: Database, outgoing: Sequence[Outgoing]
) -> None:
    """Put messages in, within the caller's commit. One that is there already stays as it is."""
    for message in outgoing:
        row = {
            "id": message.id,
            "conversation_id": message.conversation_id,
            "channel": message.address.channel,
            "status": "pending",
            "tries": 0,
            "sealed": database.seal(json.dumps(asdict(message), ensure_ascii=False)),
        }
        await connection.execute(upsert(connection, outbox).values(**row).on_conflict_do_nothing())


class SqlOutbox:
    """Implements `OutboxStore` and `Transcript`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, messages: Sequence[Outgoing]) -> None:
        async with self._database.transaction() as connection:
            await put(connection, self._database, messages)

    async def unsent(self, conversation_id: str) -> list[Unsent]:
        query = (
            select(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.status.in_(OPEN))
            .order_by(outbox.c.seq)
        )
        async with self._database.transaction() as connection:
            rows = list(await connection.execute(query))
        return [Unsent(self._message(row.sealed), row.tries) for row in rows]

    async def claim(self, message: Outgoing) -> bool:
        """Begin to send a message; false: it was kept back, for a colleague speaks in this conversation."""
        async with self._database.transaction() as connection:
            return await claim(connection, message.id, message.conversation_id)

    async def in_flight(self, conversation_id: str) -> bool:
        """Is something that the assistant wrote on its way out at this moment?"""
        query = (
            select(outbox.c.id)
            .join(messages, messages.c.id == outbox.c.id)
            .where(
                outbox.c.conversation_id == conversation_id,
                outbox.c.status == "sending",
                messages.c.author == "assistant",
            )
            .limit(1)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(query)).scalar() is not None

    async def pushed(self, conversation_id: str, about: str) -> list[Outgoing]:
        """The latest messages of a conversation that were sent with a button for `about`."""
        query = (
            select(outbox.c.sealed)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.status == "sent")
            .order_by(outbox.c.seq.desc())
            .limit(MOST_PUSHES)
        )
        async with self._database.transaction() as connection:
            rows = list((await connection.execute(query)).scalars())
        found = [self._message(sealed) for sealed in rows]
        return [
            one
            for one in found
            if any(button.value.endswith(f":{about}") for button in one.buttons)
        ]

    async def sent(self, message_id: str, receipt: Receipt, at: datetime) -> None:
        await self._mark(
            message_id,
            status="sent",
            sent_at=at.isoformat(),
            form=receipt.form,
            sealed_receipt=self._database.seal(json.dumps(receipt.external_ids)),
        )

    async def tried(self, message_id: str, why: str) -> None:
        await self._mark(message_id, status="pending", tries=outbox.c.tries + 1, why=why)

    async def gave_up(self, message_id: str, why: str) -> None:
        await self._mark(message_id, status="dead", why=why)

    async def find(self, message_id: str) -> Outgoing | None:
        query = select(outbox.c.sealed).where(outbox.c.id == message_id)
        async with self._database.transaction() as connection:
            sealed = (await connection.execute(query)).scalar()
        return None if sealed is None else self._message(sealed)

    async def conversations(self) -> list[str]:
        query = select(outbox.c.conversation_id).where(outbox.c.status.in_(OPEN)).distinct()
        async with self._database.transaction() as connection:
            return list((await connection.execute(query)).scalars())

    async def since(self, conversation_id: str, seq: int) -> list[Said]:
        """Messages after `seq`, oldest first, with the buttons that stood under them."""
        query = (
            select(messages, outbox.c.sealed.label("outgoing"))
            .outerjoin(outbox, outbox.c.id == messages.c.id)
            .where(
                messages.c.conversation_id == conversation_id,
                messages.c.seq > seq,
                messages.c.author != "withheld",
            )
            .order_by(messages.c.seq)
            .limit(LONGEST_TRANSCRIPT)
        )
        async with self._database.transaction() as connection:
            rows = list(await connection.execute(query))
        return [
            Said(
                seq=row.seq,
                author=row.author,
                text=self._database.unseal(row.sealed),
                sent_at=datetime.fromisoformat(row.sent_at),
                buttons=self._message(row.outgoing).buttons if row.outgoing else (),
                id=row.id,
            )
            for row in rows
        ]

    async def _mark(self, message_id: str, **values: Any) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(outbox).where(outbox.c.id == message_id).values(**values)
            )

    def _message(self, sealed: str) -> Outgoing:
        fields = json.loads(self._database.unseal(sealed))
        fields["address"] = Address(**fields["address"])
        fields["buttons"] = tuple(Button(**button) for button in fields["buttons"])
        return Outgoing(**fields)
