"""Made-up conversations of the demo, written at once: nothing of a real company goes in by this door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert

from domain.conversation import Conversation, Message
from storage.conversations import SqlConversations
from storage.office_tables import moods, surveys, ticket_words, tickets
from storage.tables import conversations, messages

Rows = Sequence[Mapping[str, Any]]
_AT_ONCE = 500


class SqlMadeUp(SqlConversations):
    """Writes what never happened, in one commit: a few thousand commits would take a minute."""

    async def write(
        self,
        talks: Sequence[Conversation],
        said: Sequence[Message],
        *,
        of_tickets: Rows,
        words: Rows,
        sounded: Rows,
        asked: Rows,
    ) -> None:
        """Conversations with what customers said in them, and the rows of their tickets, moods and surveys."""
        everything: list[tuple[Table, Rows]] = [
            (conversations, [self._conversation_row(one) for one in talks]),
            (messages, [self._message_row(one, 0) for one in said]),
            (tickets, of_tickets),
            (ticket_words, words),
            (moods, sounded),
            (surveys, asked),
        ]
        async with self._database.transaction() as connection:
            for table, rows in everything:
                for start in range(0, len(rows), _AT_ONCE):
                    some = [dict(one) for one in rows[start : start + _AT_ONCE]]
                    await connection.execute(insert(table), some)
