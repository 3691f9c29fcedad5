"""Who speaks to a customer: the fence between the assistant and people, inside the commits of both."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.conversation import Conversation
from domain.office import Ownership
from storage.database import upsert
from storage.office_tables import ownership
from storage.tables import conversations, messages, outbox

OPEN = ("pending", "sending")  # of the outbox: not off our hands


async def owned(
    connection: AsyncConnection, conversation_id: str, *, locked: bool = False
) -> Ownership:
    """Who has a conversation now. `locked`: nobody else changes it before this transaction ends."""
    query = select(ownership).where(ownership.c.conversation_id == conversation_id)
    if locked:  # a row that is not there cannot be locked: the conversation's own stands for it
        mine = conversations.c.id == conversation_id
        await connection.execute(select(conversations.c.id).where(mine).with_for_update())
    row = (await connection.execute(query)).one_or_none()
    if row is not None:
        return Ownership(conversation_id, row.owner, row.holder, row.fence)
    began = select(conversations.c.owner).where(conversations.c.id == conversation_id)
    owner = (await connection.execute(began)).scalar()
    return Ownership(conversation_id, owner or "assistant")


async def hand(connection: AsyncConnection, before: Ownership, holder: str, at: float) -> Ownership:
    """Give a conversation to a colleague, or with an empty `holder` back to the assistant."""
    after = Ownership(
        before.conversation_id,
        "person" if holder else "assistant",
        holder,
        before.fence + 1,
    )
    values = {
        "owner": after.owner,
        "holder": after.holder,
        "fence": after.fence,
        "since": at,
    }
    statement = upsert(connection, ownership).values(
        conversation_id=before.conversation_id, **values
    )
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["conversation_id"], set_=values)
    )
    return after


async def withhold(connection: AsyncConnection, conversation_id: str) -> int:
    """Keep back what the assistant wrote and nobody has begun to send; returns how many messages."""
    written = select(messages.c.id).where(
        messages.c.conversation_id == conversation_id, messages.c.author == "assistant"
    )
    waiting = select(outbox.c.id).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.status == "pending",
        outbox.c.id.in_(written),
    )
    ids = list((await connection.execute(waiting)).scalars())
    if ids:
        await _keep_back(connection, ids)
    return len(ids)


async def _keep_back(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """The messages stay where colleagues read them, and no customer does."""
    why = {"status": "withheld", "why": "a colleague has the conversation"}
    await connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**why))
    await connection.execute(
        update(messages).where(messages.c.id.in_(ids)).values(author="withheld")
    )


async def claim(connection: AsyncConnection, message_id: str, conversation_id: str) -> bool:
    """May this message of the outbox be sent now? Whoever may has begun to send it when this is committed."""
    author = (
        await connection.execute(select(messages.c.author).where(messages.c.id == message_id))
    ).scalar()
    mine = (outbox.c.id == message_id, outbox.c.status.in_(OPEN))
    if author == "assistant":
        held = await owned(connection, conversation_id, locked=True)
        if held.holder:
            await _keep_back(connection, [message_id])
            return False
    elif author == "withheld":
        return False
    done = await connection.execute(update(outbox).where(*mine).values(status="sending"))
    return done.rowcount == 1


def speaks_for(turn: Conversation, now: Ownership) -> bool:
    """May a turn that began with `turn` still speak?"""
    return not now.holder and now.fence == turn.fence
