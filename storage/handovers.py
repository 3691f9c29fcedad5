"""Handovers in SQL: every stage is one conditional change, so that it happens once, however often it is run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.casework import Handover, higher
from domain.channels import Outgoing
from domain.records import TurnRecord
from storage.moments import moment, seconds
from storage.office_tables import handovers

WAITING = ("flagged", "supervisor_alerted", "transferred")
_NAMES = (
    "conversation_id", "ticket_id", "stage", "reason", "brief", "team", "priority", "red_alert", "vip",
    "language", "on_duty", "acknowledged_by", "turned_to", "accepted_by",
)  # fmt: skip
_OF_TURNS = (
    "id",
    "brief",
    "priority",
    "red_alert",
)  # what turns may change while a stage is under way
_TIMES = {
    "raised": "raised_at",
    "answers_by": "answers_by",
    "deadline": "deadline",
    "alerted": "alerted_at",
    "acknowledged": "acknowledged_at",
    "accepted": "accepted_at",
    "returned": "returned_at",
}


async def save(connection: AsyncConnection, turn: TurnRecord) -> Sequence[Outgoing]:
    """Keep the handover that a turn raised. One that waits already stays, with the newest brief.

    Returns what the turn sends out; its buttons are about the handover that stands.
    """
    raised = turn.handover
    if raised is None:
        return turn.outgoing
    before = await newest(connection, raised.conversation_id, locked=True)
    if before is None or not (before.waiting or before.stage == "accepted"):
        await connection.execute(insert(handovers).values(**_row(raised)))
        return turn.outgoing
    values: dict[str, Any] = {
        "brief": raised.brief,
        "priority": higher(before.priority, raised.priority),
        "red_alert": before.red_alert or raised.red_alert,
    }
    sooner = [one for one in (before.deadline, raised.deadline) if one is not None]
    if before.waiting and raised.red_alert and not before.red_alert and sooner:
        values["deadline"] = seconds(min(sooner))
    await change(connection, before.id, **values)
    return [_about(one, raised.id, before.id) for one in turn.outgoing]


def _about(message: Outgoing, raised: str, stands: str) -> Outgoing:
    """The same message; a button about a handover that was not kept would do nothing."""
    buttons = tuple(
        replace(one, value=one.value.replace(f":{raised}", f":{stands}")) for one in message.buttons
    )
    return replace(message, buttons=buttons)


async def newest(
    connection: AsyncConnection, conversation_id: str, *, locked: bool = False
) -> Handover | None:
    """The latest handover of a conversation; `locked`: nobody else changes it before this transaction ends."""
    query = select(handovers).where(handovers.c.conversation_id == conversation_id)
    query = query.order_by(handovers.c.seq.desc()).limit(1)
    found = await connection.execute(query.with_for_update() if locked else query)
    row = found.mappings().one_or_none()
    return None if row is None else handover_of(row)


async def find(
    connection: AsyncConnection, handover_id: str, *, locked: bool = False
) -> Handover | None:
    """A handover by its id; `locked`: nobody else changes it before this transaction ends."""
    query = select(handovers).where(handovers.c.id == handover_id)
    found = await connection.execute(query.with_for_update() if locked else query)
    row = found.mappings().one_or_none()
    return None if row is None else handover_of(row)


async def waiting(connection: AsyncConnection) -> list[Handover]:
    """Everything that still has a stage before it."""
    query = select(handovers).where(
        handovers.c.stage.in_(WAITING), handovers.c.deadline.is_not(None)
    )
    return [handover_of(row) for row in (await connection.execute(query)).mappings()]


async def advance(connection: AsyncConnection, before: Handover, after: Handover) -> bool:
    """From one stage to the next, if it is still where `before` says; false: somebody else moved it."""
    here = and_(
        handovers.c.id == before.id,
        handovers.c.stage == before.stage,
        handovers.c.turned_to == before.turned_to,
        handovers.c.deadline.is_not_distinct_from(seconds(before.deadline)),
    )
    values = {name: value for name, value in _row(after).items() if name not in _OF_TURNS}
    done = await connection.execute(update(handovers).where(here).values(**values))
    return done.rowcount == 1


async def change(connection: AsyncConnection, handover_id: str, **values: Any) -> None:
    """Set columns of one handover."""
    await connection.execute(
        update(handovers).where(handovers.c.id == handover_id).values(**values)
    )


def handover_of(row: RowMapping) -> Handover:
    """The handover of a row."""
    raised = moment(row["raised"])
    if raised is None:
        raise AssertionError("unreachable: the column may not be empty")
    times: dict[str, Any] = {
        name: moment(row[column]) for column, name in _TIMES.items() if column != "raised"
    }
    tried: Sequence[str] = json.loads(row["tried"])
    return Handover(
        id=row["id"],
        raised_at=raised,
        tried=tuple(tried),
        **{name: row[name] for name in _NAMES},
        **times,
    )


def _row(handover: Handover) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(handover, name) for name in _NAMES}
    row |= {column: seconds(getattr(handover, name)) for column, name in _TIMES.items()}
    return row | {"id": handover.id, "tried": json.dumps(handover.tried)}
