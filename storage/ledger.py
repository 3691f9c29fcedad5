"""The idempotency ledger: what was done under which key, and what came of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.database import Database, upsert
from storage.tables import ledger


class SqlLedger:
    """Implements `Ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recorded(self, key: str) -> dict[str, Any] | None:
        """The outcome of an act that was completed under this key."""
        async with self._database.transaction() as connection:
            sealed = (
                await connection.execute(select(ledger.c.sealed).where(ledger.c.key == key))
            ).scalar()
        if sealed is None:
            return None
        outcome: dict[str, Any] = json.loads(self._database.unseal(sealed))
        return outcome

    async def begin(self, key: str, conversation_id: str, tool: str, at: datetime) -> None:
        """Note that an act is about to run, before it runs."""
        row = {
            "key": key,
            "conversation_id": conversation_id,
            "tool": tool,
            "started_at": at.isoformat(),
        }
        async with self._database.transaction() as connection:
            await connection.execute(
                upsert(connection, ledger).values(**row).on_conflict_do_nothing()
            )

    async def complete(self, key: str, outcome: dict[str, Any]) -> None:
        """Note what came of it."""
        sealed = self._database.seal(json.dumps(outcome, ensure_ascii=False, default=str))
        async with self._database.transaction() as connection:
            await connection.execute(
                update(ledger).where(ledger.c.key == key).values(sealed=sealed)
            )
