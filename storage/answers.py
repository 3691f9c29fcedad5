"""Keeps what every answer was founded on, and the questions that nothing answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.casework import Citation
from domain.knowledge import AskedQuestion, FoundedAnswer
from domain.records import TurnRecord
from storage.database import Database
from storage.knowledge_tables import citations, questions
from storage.tables import messages


async def save(connection: AsyncConnection, turn: TurnRecord) -> None:
    """Keep what a turn cited and asked, within the turn's own commit."""
    tenant = turn.conversation.tenant
    if turn.reply is not None and turn.citations:
        shared = {
            "tenant": tenant,
            "conversation_id": turn.conversation.id,
            "message_id": turn.reply.id,
            "at": turn.reply.sent_at.isoformat(),
        }
        rows = [
            shared
            | {
                "document": one.document,
                "document_version": int(one.version or 0),
                "passage_id": one.passage_id,
                "title": _storable(one.title),
                "section": _storable(one.section),
                "passage": _storable(one.passage),
                "score": one.score,
            }
            for one in turn.citations
        ]
        await connection.execute(insert(citations), rows)
    if turn.questions:
        asked = [
            {
                "tenant": tenant,
                "conversation_id": one.conversation_id,
                "message_id": one.message_id,
                "at": one.at.isoformat(),
                "language": one.language,
                "answered": one.answered,
                "text": _storable(one.text),
            }
            for one in turn.questions
        ]
        await connection.execute(insert(questions), asked)


class SqlAnswers:
    """Implements `AnswerBook` for one company."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def unanswered(self, since: datetime) -> list[AskedQuestion]:
        query = (
            select(questions)
            .where(
                questions.c.tenant == self._tenant,
                questions.c.answered.is_(False),
                questions.c.at >= since.isoformat(),
            )
            .order_by(questions.c.seq)
        )
        async with self._database.transaction() as connection:
            return [
                AskedQuestion(
                    row.message_id,
                    row.conversation_id,
                    datetime.fromisoformat(row.at),
                    row.language,
                    row.text,
                    row.answered,
                )
                for row in await connection.execute(query)
            ]

    async def used(self, since: datetime) -> dict[str, int]:
        query = (
            select(citations.c.passage_id, func.count())
            .where(citations.c.tenant == self._tenant, citations.c.at >= since.isoformat())
            .group_by(citations.c.passage_id)
        )
        async with self._database.transaction() as connection:
            return {passage: count for passage, count in await connection.execute(query)}

    async def why(self, message_id: str) -> FoundedAnswer | None:
        reply = select(messages.c.answered_by).where(messages.c.id == message_id)
        mine = and_(
            citations.c.tenant == self._tenant,
            or_(
                citations.c.message_id == message_id,
                citations.c.message_id == reply.scalar_subquery(),
            ),
        )
        query = select(citations).where(mine).order_by(citations.c.seq)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query)).all()
        return _answer(rows) if rows else None

    async def latest(self, count: int = 10) -> list[FoundedAnswer]:
        last = (
            select(citations.c.message_id)
            .where(citations.c.tenant == self._tenant)
            .group_by(citations.c.message_id)
            .order_by(func.max(citations.c.seq).desc())
            .limit(count)
        )
        async with self._database.transaction() as connection:
            ids = list((await connection.execute(last)).scalars())
            query = (
                select(citations)
                .where(citations.c.tenant == self._tenant, citations.c.message_id.in_(ids))
                .order_by(citations.c.seq)
            )
            rows = (await connection.execute(query)).all()
        return [_answer([row for row in rows if row.message_id == id]) for id in ids]


def _storable(text: str) -> str:
    """The text without NUL, which Postgres refuses, and without halves of characters, which nobody takes."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()


def _answer(rows: Sequence[Any]) -> FoundedAnswer:
    found = tuple(
        Citation(
            row.document,
            row.title,
            row.section,
            str(row.document_version),
            row.passage,
            row.score,
            row.passage_id,
        )
        for row in rows
    )
    first = rows[0]
    return FoundedAnswer(
        first.message_id, first.conversation_id, datetime.fromisoformat(first.at), found
    )
