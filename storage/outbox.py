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
from storage.tables import messages, outbox

LONGEST_TRANSCRIPT = 200


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
            .where(outbox.c.conversation_id == conversation_id, outbox.c.status == "pending")
            .order_by(outbox.c.seq)
        )
        async with self._database.transaction() as connection:
            rows = list(await connection.execute(query))
        return [Unsent(self._message(row.sealed), row.tries) for row in rows]

    async def sent(self, message_id: str, receipt: Receipt, at: datetime) -> None:
        await self._mark(
            message_id,
            status="sent",
            sent_at=at.isoformat(),
            form=receipt.form,
            sealed_receipt=self._database.seal(json.dumps(receipt.external_ids)),
        )

    async def tried(self, message_id: str, why: str) -> None:
        await self._mark(message_id, tries=outbox.c.tries + 1, why=why)

    async def gave_up(self, message_id: str, why: str) -> None:
        await self._mark(message_id, status="dead", why=why)

    async def find(self, message_id: str) -> Outgoing | None:
        query = select(outbox.c.sealed).where(outbox.c.id == message_id)
        async with self._database.transaction() as connection:
            sealed = (await connection.execute(query)).scalar()
        return None if sealed is None else self._message(sealed)

    async def conversations(self) -> list[str]:
        query = select(outbox.c.conversation_id).where(outbox.c.status == "pending").distinct()
        async with self._database.transaction() as connection:
            return list((await connection.execute(query)).scalars())

    async def since(self, conversation_id: str, seq: int) -> list[Said]:
        """Messages after `seq`, oldest first, with the buttons that stood under them."""
        query = (
            select(messages, outbox.c.sealed.label("outgoing"))
            .outerjoin(outbox, outbox.c.id == messages.c.id)
            .where(messages.c.conversation_id == conversation_id, messages.c.seq > seq)
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
