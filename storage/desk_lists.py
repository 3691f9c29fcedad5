"""The lists of the desk in SQL: the inbox, what each of its views holds, and the tickets of a customer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    case,
    func,
    literal,
    or_,
    select,
)

from domain.casework import PRIORITIES
from domain.office import InboxView, TicketRow
from domain.transcripts import Transcript
from storage.desk_reading import SqlReading
from storage.handovers import WAITING
from storage.moments import moment
from storage.office_tables import handovers, moods, ownership, ticket_words, tickets
from storage.tickets import number

ACTIVE = ("new", "open", "pending", "on_hold")
OVER = ("solved", "closed")
MOST_WAITING = 2_000  # what needs somebody first is put in order by hand; the rest follows by time
EARLIER = 6  # tickets of the customer that stand beside a conversation
_SHOWN: Mapping[str, Sequence[str]] = {
    "mine": ACTIVE,
    "open": ("new", "open"),
    "pending": ("pending", "on_hold"),
    "solved": OVER,
    "waiting": ACTIVE,
}
_NUMBER, _DIGITS = re.compile(r"[Tt]([0-9]{1,9})"), re.compile(r"[0-9]{1,9}")
_MINE = tickets.c
# By conversation, which has an index, and then by ticket, which has none.
_NEWEST = (
    select(func.max(handovers.c.seq))
    .where(handovers.c.conversation_id == _MINE.conversation_id, handovers.c.ticket_id == _MINE.id)
    .correlate(tickets)
    .scalar_subquery()
)
_PRESSING = case({name: rank for rank, name in enumerate(PRIORITIES)}, value=_MINE.priority)


class SqlDesk(SqlReading):
    """Implements `DeskStore`."""

    async def inbox(self, view: InboxView, me: str) -> tuple[list[TicketRow], int]:
        """A page of tickets: alarms that wait, then what else waits by its time, then the newest message."""
        return await self._database.look(lambda found: _inbox(found, view, me))

    async def counts(self, me: str) -> Mapping[str, int]:
        """How many tickets each view of the inbox holds, for one colleague."""
        return await self._database.look(lambda found: _counts(found, me))

    async def tickets_of(self, customer_id: str, limit: int = 20) -> list[TicketRow]:
        return await self._database.look(lambda found: _tickets_of(found, customer_id, limit))

    def _whole(self, found: Connection, conversation_id: str) -> Transcript | None:
        whole = super()._whole(found, conversation_id)
        if whole is None:
            return None
        earlier = _tickets_of(found, whole.conversation.customer_id, EARLIER)
        return replace(whole, tickets=earlier)


def _inbox(found: Connection, view: InboxView, me: str) -> tuple[list[TicketRow], int]:
    wanted = _wanted(view, me)
    start = (max(view.page, 1) - 1) * view.per_page
    first = _waiting(found, wanted) if view.shown != "solved" else []
    total = len(first)
    ids = first[start : start + view.per_page]
    if view.shown != "waiting":
        total = found.execute(_counted(wanted)).scalar_one()
        room = view.per_page - len(ids)
        query = (
            _joined(select(_MINE.seq), wanted)
            .where(_MINE.seq.not_in(first))
            .order_by(_MINE.customer_at.desc(), _MINE.seq.desc())
            .limit(room)
            .offset(max(0, start - len(first)))
        )
        ids += list(found.execute(query).scalars()) if room else []
    rows = _rows(found, ids)
    return [rows[seq] for seq in ids if seq in rows], total


def _counts(found: Connection, me: str) -> dict[str, int]:
    by_status = select(_MINE.status, func.count()).group_by(_MINE.status)
    number = {name: count for name, count in found.execute(by_status)}
    waiting = _waiting(found, [_MINE.status.in_(ACTIVE)])
    mine = _wanted(InboxView(shown="mine"), me)
    own = found.execute(_counted(mine)).scalar_one()
    counted = {
        shown: sum(number.get(one, 0) for one in _SHOWN[shown])
        for shown in ("open", "pending", "solved")
    }
    return {**counted, "waiting": len(waiting), "mine": own, "all": sum(number.values())}


def _tickets_of(found: Connection, customer_id: str, limit: int) -> list[TicketRow]:
    query = select(_MINE.seq).where(_MINE.customer_id == customer_id)
    ids = list(found.execute(query.order_by(_MINE.seq.desc()).limit(limit)).scalars())
    rows = _rows(found, ids)
    return [rows[seq] for seq in ids]


def _wanted(view: InboxView, me: str) -> list[ColumnElement[bool]]:
    """What a view of the inbox narrows down to."""
    wanted: list[ColumnElement[bool]] = []
    if view.shown in _SHOWN:
        wanted.append(_MINE.status.in_(_SHOWN[view.shown]))
    if view.shown == "mine":
        held = select(ownership.c.conversation_id).where(ownership.c.holder == me)
        wanted.append(or_(_MINE.assignee == me, _MINE.conversation_id.in_(held)))
    for name in ("team", "channel", "language", "priority", "assignee"):
        if value := getattr(view, name):
            wanted.append(_MINE[name] == value)
    if view.customer:
        wanted.append(_MINE.customer_id == view.customer)
    if text := view.text.strip():
        wanted.append(_fits(text))
    return wanted


def _fits(text: str) -> ColumnElement[bool]:
    """Whether a ticket is what somebody typed: its number, its customer, its order, or words of its subject."""
    if named := _NUMBER.fullmatch(text):
        return _MINE.seq == int(named[1])
    said = select(ticket_words.c.ticket_id).where(
        ticket_words.c.subject.icontains(text, autoescape=True)
    )
    fitting = [_MINE.id.in_(said), *(_MINE[one] == text for one in ("customer_id", "order_number"))]
    if _DIGITS.fullmatch(text):
        fitting.append(_MINE.seq == int(text))
    return or_(*fitting)


def _joined(query: Select[Any], wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return query.select_from(tickets).where(*wanted)


def _counted(wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return _joined(select(func.count()), wanted)


def _waiting(found: Connection, wanted: Sequence[ColumnElement[bool]]) -> list[int]:
    """Tickets that wait for somebody, the most pressing first: alarms, then by their time."""
    alarm = handovers.c.red_alert & ~_MINE.false_alarm
    by = func.coalesce(_MINE.respond_by, handovers.c.deadline, handovers.c.raised)
    query = (
        select(_MINE.seq)
        .select_from(handovers.join(tickets, _MINE.id == handovers.c.ticket_id))
        .where(
            handovers.c.stage.in_(WAITING),
            handovers.c.seq == _NEWEST,
            _MINE.status.in_(ACTIVE),
            *wanted,
        )
        .order_by(case((alarm, 0), else_=1), by, _PRESSING.desc(), _MINE.seq)
        .limit(MOST_WAITING)
    )
    return list(found.execute(query).scalars())


def _rows(found: Connection, ids: Sequence[int]) -> dict[int, TicketRow]:
    """The tickets of one page, with their words, their handovers, who holds them and how the customer sounds."""
    if not ids:
        return {}
    mood = (
        select(moods.c.anger)
        .where(moods.c.conversation_id == _MINE.conversation_id)
        .order_by(moods.c.at.desc())
        .limit(1)
        .correlate(tickets)
        .scalar_subquery()
    )
    query = (
        select(
            tickets,
            ticket_words.c.subject,
            handovers.c.stage,
            handovers.c.acknowledged_by,
            func.coalesce(ownership.c.holder, literal("")).label("holder"),
            mood.label("mood"),
        )
        .select_from(tickets)
        .outerjoin(ticket_words, ticket_words.c.ticket_id == _MINE.id)
        .outerjoin(handovers, handovers.c.seq == _NEWEST)
        .outerjoin(ownership, ownership.c.conversation_id == _MINE.conversation_id)
        .where(_MINE.seq.in_(ids))
    )
    return {row["seq"]: _row(row) for row in found.execute(query).mappings()}


def _row(row: RowMapping) -> TicketRow:
    over = row["status"] in OVER
    looked_after = row["raised"] is not None or row["assignee"] != ""
    return TicketRow(
        **{name: row[name] for name in _COPIED},
        number=number(row["seq"]),
        subject=row["subject"] or "",
        opened_at=_moment(row["opened"]),
        updated_at=_moment(row["updated"]),
        respond_by=None if row["first_person"] else moment(row["respond_by"]),
        resolve_by=moment(row["resolve_by"]),
        red_alert=row["red_alert"] and not row["false_alarm"],
        acknowledged=bool(row["acknowledged_by"]),
        holder="" if over else row["holder"],
        anger=row["mood"] or 0.0,
        unread=looked_after and not over and row["customer_at"] > (row["seen_at"] or 0.0),
    )


_COPIED = (
    "id", "conversation_id", "customer_id", "category", "order_number", "priority", "status", "team", "assignee",
    "channel", "language", "vip", "stage", "reason", "messages",
)  # fmt: skip


def _moment(kept: float) -> datetime:
    return datetime.fromtimestamp(kept, UTC)
