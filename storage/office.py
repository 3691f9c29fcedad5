"""What colleagues do, in SQL: every deed is one commit, together with everything that it brings with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.casework import Handover, Ticket
from domain.channels import Arrival, Outgoing
from domain.conversation import Message
from domain.office import Label, Load, Ownership, Taken, staff_talk
from domain.office_ports import Effects
from storage import handovers, outbox, tickets
from storage.database import Database, upsert
from storage.inbox import arrival_of
from storage.moments import seconds
from storage.office_tables import colleagues, labels, ownership
from storage.office_tables import handovers as handovers_table
from storage.office_tables import tickets as tickets_table
from storage.outbox import SqlOutbox
from storage.ownership import hand, owned, withhold
from storage.tables import inbox, messages, notices


class SqlOffice:
    """Implements `OfficeStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._outbox = SqlOutbox(database)

    async def handover(self, handover_id: str) -> Handover | None:
        async with self._database.transaction() as connection:
            return await handovers.find(connection, handover_id)

    async def newest(self, conversation_id: str) -> Handover | None:
        async with self._database.transaction() as connection:
            return await handovers.newest(connection, conversation_id)

    async def waiting(self) -> list[Handover]:
        async with self._database.transaction() as connection:
            return await handovers.waiting(connection)

    async def ticket(self, ticket_id: str) -> Ticket | None:
        query = tickets.query().where(tickets_table.c.id == ticket_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else tickets.ticket_of(row)

    async def current(self, conversation_id: str) -> Ticket | None:
        async with self._database.transaction() as connection:
            return await tickets.current(connection, conversation_id)

    async def owned(self, conversation_id: str) -> Ownership:
        async with self._database.transaction() as connection:
            return await owned(connection, conversation_id)

    async def advance(self, before: Handover, after: Handover, effects: Effects) -> bool:
        async with self._database.transaction() as connection:
            if not await handovers.advance(connection, before, after):
                return False
            if after.acknowledged_at is not None and before.acknowledged_at is None:
                known = func.coalesce(
                    tickets_table.c.acknowledged, after.acknowledged_at.timestamp()
                )
                await tickets.change(connection, after.ticket_id, {"acknowledged": known})
            if after.turned_to and after.turned_to != before.turned_to:
                await self._given(connection, after.turned_to, effects)
            await self._effect(connection, effects)
        return True

    async def take(
        self,
        conversation_id: str,
        staff_id: str,
        at: datetime,
        effects: Effects,
        *,
        about: str = "",
    ) -> Taken:
        """Give a conversation to a colleague, and stop everything of the assistant's that is not on its way."""
        async with self._database.transaction() as connection:
            before = await owned(connection, conversation_id, locked=True)
            if before.holder:
                return Taken(before.holder, changed=False, fence=before.fence)
            case = await handovers.find(connection, about) if about else None
            if case is not None and case.stage == "returned":
                return Taken("", changed=False, fence=before.fence)
            after = await hand(connection, before, staff_id, at.timestamp())
            await withhold(connection, conversation_id)
            open_case = await handovers.newest(connection, conversation_id)
            if open_case is not None and open_case.waiting:
                await handovers.change(
                    connection,
                    open_case.id,
                    stage="accepted",
                    accepted_by=staff_id,
                    accepted=at.timestamp(),
                    deadline=None,
                    acknowledged=seconds(open_case.acknowledged_at or at),
                    acknowledged_by=open_case.acknowledged_by or staff_id,
                )
            mine = tickets_table.c
            values = {
                "accepted": func.coalesce(mine.accepted, at.timestamp()),
                "acknowledged": func.coalesce(mine.acknowledged, at.timestamp()),
                "updated": at.timestamp(),
            }
            await tickets.change(connection, effects.ticket_id, values)
            await self._given(connection, staff_id, effects)
            await self._effect(connection, effects)
        return Taken(staff_id, changed=True, fence=after.fence)

    async def give_back(
        self, conversation_id: str, staff_id: str, at: datetime, effects: Effects
    ) -> bool:
        return await self._hand(conversation_id, staff_id, "", at, effects)

    async def pass_on(
        self, conversation_id: str, staff_id: str, to: str, at: datetime, effects: Effects
    ) -> bool:
        return await self._hand(conversation_id, staff_id, to, at, effects)

    async def _hand(
        self, conversation_id: str, staff_id: str, to: str, at: datetime, effects: Effects
    ) -> bool:
        async with self._database.transaction() as connection:
            before = await owned(connection, conversation_id, locked=True)
            if before.holder != staff_id:
                return False
            await hand(connection, before, to, at.timestamp())
            case = await handovers.newest(connection, conversation_id)
            if case is not None and not to and case.stage == "accepted":
                await handovers.change(
                    connection, case.id, stage="returned", returned=at.timestamp()
                )
            if to:
                await self._given(connection, to, effects)
            await self._effect(connection, effects)
        return True

    async def say(
        self, staff_id: str, message: Message, outgoing: Sequence[Outgoing], effects: Effects
    ) -> bool:
        async with self._database.transaction() as connection:
            now = await owned(connection, message.conversation_id, locked=True)
            if now.holder != staff_id:
                return False
            row = asdict(message) | {
                "sent_at": message.sent_at.isoformat(),
                "sealed": self._database.seal(message.text),
                "tokens": 0,
            }
            del row["text"]
            await connection.execute(insert(messages).values(**row))
            at, mine = message.sent_at.timestamp(), tickets_table.c
            values = {
                "staff_replies": mine.staff_replies + 1,
                "first_reply": func.coalesce(mine.first_reply, at),
                "first_person": func.coalesce(mine.first_person, at),
                "updated": at,
            }
            await tickets.change(connection, effects.ticket_id, values)
            await self._effect(connection, replace(effects, outgoing=outgoing))
        return True

    async def record(self, effects: Effects) -> None:
        async with self._database.transaction() as connection:
            await self._effect(connection, effects)

    async def in_flight(self, conversation_id: str) -> bool:
        return await self._outbox.in_flight(conversation_id)

    async def pushed(self, conversation_id: str, handover_id: str) -> list[Outgoing]:
        return await self._outbox.pushed(staff_talk(conversation_id), handover_id)

    async def last_arrival(self, conversation_id: str) -> Arrival | None:
        query = (
            select(inbox.c.sealed)
            .where(inbox.c.conversation_id == conversation_id)
            .order_by(inbox.c.seq.desc())
            .limit(1)
        )
        async with self._database.transaction() as connection:
            sealed = (await connection.execute(query)).scalar()
        return None if sealed is None else arrival_of(self._database.unseal(sealed))

    async def loads(self) -> Mapping[str, Load]:
        held = select(ownership.c.holder, func.count().label("held")).where(
            ownership.c.holder != ""
        )
        offered = (
            select(handovers_table.c.turned_to, func.count().label("held"))
            .where(handovers_table.c.stage == "transferred", handovers_table.c.turned_to != "")
            .group_by(handovers_table.c.turned_to)
        )
        async with self._database.transaction() as connection:
            counts: dict[str, int] = {}
            for query in (held.group_by(ownership.c.holder), offered):
                for staff_id, number in await connection.execute(query):
                    counts[staff_id] = counts.get(staff_id, 0) + number
            rows = list(await connection.execute(select(colleagues)))
        known = {row.staff_id: Load(0, row.assigned or 0.0, row.away) for row in rows}
        return {
            one: replace(known.get(one, Load()), held=counts.get(one, 0))
            for one in {*known, *counts}
        }

    async def look(self, ticket_id: str, at: datetime) -> None:
        async with self._database.transaction() as connection:
            await tickets.change(connection, ticket_id, {"seen_at": at.timestamp()})

    async def away(self, staff_id: str, away: bool) -> None:
        async with self._database.transaction() as connection:
            await self._known(connection, staff_id, away=away)

    async def label(self, label: Label) -> None:
        row = asdict(label) | {"at": label.at.timestamp()}
        kept = {name: value for name, value in row.items() if name != "message_id"}
        async with self._database.transaction() as connection:
            statement = upsert(connection, labels).values(**row)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["message_id"], set_=kept)
            )

    async def labels(self) -> list[Label]:
        """What colleagues said was no alarm, the latest first."""
        query = select(labels).where(labels.c.label == "none").order_by(labels.c.at.desc())
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings()
            return [Label(**{**row, "at": datetime.fromtimestamp(row["at"], UTC)}) for row in rows]

    async def _given(self, connection: AsyncConnection, staff_id: str, effects: Effects) -> None:
        """Somebody was given a conversation: it is others' turn next."""
        at = effects.events[0].at.timestamp() if effects.events else 0.0
        await self._known(connection, staff_id, assigned=at)

    @staticmethod
    async def _known(connection: AsyncConnection, staff_id: str, **values: Any) -> None:
        statement = upsert(connection, colleagues).values(staff_id=staff_id, **values)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["staff_id"], set_=values)
        )

    async def _effect(self, connection: AsyncConnection, effects: Effects) -> None:
        """Everything that a change brings with it, within its own commit."""
        wanted = {
            "assignee": effects.assignee,
            "priority": effects.priority,
            "team": effects.team,
            "status": effects.status,
        }
        values: dict[str, Any] = {name: one for name, one in wanted.items() if one is not None}
        if effects.ticket is not None:
            ticket = effects.ticket
            values |= {
                "status": ticket.status,
                "paused": seconds(ticket.paused_at),
                "resolve_by": seconds(ticket.resolve_by),
                "solved": seconds(ticket.solved_at),
                "solved_by": ticket.solved_by,
            }
        if any(one.kind == "false_alarm" for one in effects.events):
            values["false_alarm"] = True
        if values:
            await connection.execute(
                update(tickets_table)
                .where(tickets_table.c.id == effects.ticket_id)
                .values(**values)
            )
        for notice in effects.notices:
            await connection.execute(
                insert(notices).values(**asdict(notice) | {"sent_at": notice.sent_at.isoformat()})
            )
        await tickets.add_events(connection, self._database, effects.events)
        await outbox.put(connection, self._database, effects.outgoing)
