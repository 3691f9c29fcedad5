"""What colleagues do with conversations: acknowledge, take over, reply, note, assign, hand back, solve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Counter

from domain.casework import Handover, Priority, Ticket, TicketStatus
from domain.channels import Address, Outgoing
from domain.conversation import Message
from domain.errors import InputError
from domain.language import Language
from domain.office import Colleague, EventKind, Label, Taken, TicketEvent, staff_talk
from domain.office_ports import Effects, OfficeStore
from domain.ports import Clock
from support.calendar import HONG_KONG, StaffCalendar
from support.outbox import Outbox
from support.replies import Replies
from support.staff import Staff
from support.surveys import Surveys
from support.takeover import TakeoverRules
from support.takeovers import OfficeWords, Takeovers
from support.tickets import Tickets

log = structlog.get_logger()
LONGEST_REPLY = 4_000
LONGEST_WAIT = 15.0  # seconds for what the assistant was just sending when somebody took over
_LOOK_EVERY = 0.05
_DEEDS = Counter("nightdesk_office", "What colleagues did", ["deed"])
Hush = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


class NotYours(InputError):
    """Somebody else holds the conversation; `holder` is who."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"this conversation is with {holder or 'the assistant'}")
        self.holder = holder


class Office:
    """The deeds of colleagues. Who asks twice, or too late, changes nothing and is told who was first."""

    def __init__(
        self,
        *,
        store: OfficeStore,
        takeovers: Takeovers,
        tickets: Tickets,
        surveys: Surveys,
        staff: Staff,
        rules: TakeoverRules,
        calendar: StaffCalendar,
        outbox: Outbox,
        replies: Replies,
        words: OfficeWords,
        clock: Clock,
        hush: Hush,
    ) -> None:
        self._store = store
        self._takeovers = takeovers
        self._tickets = tickets
        self._surveys = surveys
        self._staff = staff
        self._rules = rules
        self._calendar = calendar
        self._outbox = outbox
        self._replies = replies
        self._words = words
        self._clock = clock
        self._hush = hush

    async def acknowledge(self, handover_id: str, me: Colleague) -> Handover:
        """Say that somebody looks after it: the transfer waits a while longer. The first to say so is kept.

        Raises:
            InputError: there is no such handover.
        """
        before = await self._store.handover(handover_id)
        if before is None:
            raise InputError("this handover does not exist")
        ticket = await self._ticket_of(before.ticket_id)
        if before.acknowledged_at is not None or not before.waiting:
            return before
        now = self._clock.now()
        wait = self._rules.pace(before).after_acknowledged
        later = self._rules.later(before, now, wait, self._calendar)
        after = replace(
            before,
            stage="supervisor_alerted" if before.stage == "flagged" else before.stage,
            acknowledged_by=me.id,
            acknowledged_at=now,
            deadline=max(before.deadline or later, later),
        )
        said = self._changed("push.acknowledged", ticket, me)
        effects = self._effects(
            ticket, "acknowledged", me, outgoing=await self._instead(before, said)
        )
        if await self._store.advance(before, after, effects):
            _DEEDS.labels("acknowledged").inc()
            await self._takeovers.schedule(after)
            await self._pushed(before.conversation_id, effects)
        return await self._store.handover(handover_id) or before

    async def take(self, conversation_id: str, me: Colleague, *, about: str = "") -> Taken:
        """Take a conversation over. When this returns, nothing that the assistant wrote is on its way any more.

        `about` is the handover whose button was pressed: once that was returned, an old button takes nothing up.

        Raises:
            InputError: there is no such conversation.
        """
        ticket = await self._current(conversation_id)
        handover = await self._store.newest(conversation_id)
        now = self._clock.now()
        outgoing = []
        if handover is not None and handover.waiting:
            outgoing = await self._instead(handover, self._changed("push.taken", ticket, me))
        effects = replace(
            self._effects(ticket, "accepted", me, outgoing=outgoing),
            assignee=me.id,
            ticket=self._tickets.moved_to(ticket, "open", now),
        )
        taken = await self._store.take(conversation_id, me.id, now, effects, about=about)
        if taken.changed:
            self._hush(conversation_id)
            _DEEDS.labels("accepted").inc()
            log.info("conversation_taken", conversation_id=conversation_id, by=me.id)
            await self._pushed(conversation_id, effects)
        if taken.by == me.id:  # who asks twice may rely on the silence, too
            await self._until_silent(conversation_id)
        return taken

    async def reply(
        self, conversation_id: str, me: Colleague, text: str, *, written: str = ""
    ) -> Message:
        """Say something to the customer; `written` is what it was translated from.

        Raises:
            NotYours: somebody else holds the conversation; nothing was said.
            InputError: it is empty, or too long.
        """
        said = text.strip()
        if not said or len(said) > LONGEST_REPLY:
            raise InputError(f"a reply has 1 to {LONGEST_REPLY} characters")
        ticket = await self._current(conversation_id)
        language: Language = next(
            (one for one in ("yue", "zh-Hant", "zh-Hans", "en") if one == ticket.language), "yue"
        )
        message = Message(uuid4().hex, conversation_id, "staff", self._clock.now(), said, language)
        detail = {"message": message.id, "translated": bool(written)}
        effects = self._effects(ticket, "replied", me, text=written, detail=detail)
        outgoing = await self._to_customer(message, ticket, me)
        if not await self._store.say(me.id, message, outgoing, effects):
            raise NotYours((await self._store.owned(conversation_id)).holder)
        _DEEDS.labels("replied").inc()
        await self._outbox.later(conversation_id, 0.0)
        return message

    async def note(self, conversation_id: str, me: Colleague, text: str) -> None:
        """Leave a note that colleagues read and the customer does not.

        Raises:
            InputError: it is empty, or too long.
        """
        if not text.strip() or len(text) > LONGEST_REPLY:
            raise InputError(f"a note has 1 to {LONGEST_REPLY} characters")
        ticket = await self._current(conversation_id)
        await self._store.record(self._effects(ticket, "note", me, text=text.strip()))

    async def give_back(self, conversation_id: str, me: Colleague) -> None:
        """Give the conversation back to the assistant, which reads all of it.

        Raises:
            NotYours: somebody else holds it.
        """
        ticket = await self._current(conversation_id)
        effects = self._effects(ticket, "returned", me)
        if not await self._store.give_back(conversation_id, me.id, self._clock.now(), effects):
            raise NotYours((await self._store.owned(conversation_id)).holder)
        _DEEDS.labels("returned").inc()

    async def solve(self, conversation_id: str, me: Colleague) -> bool:
        """Mark the ticket as solved, give the conversation back, and ask the customer how it was.

        Returns whether the customer is asked.

        Raises:
            NotYours: somebody else holds the conversation.
        """
        held = await self._store.owned(conversation_id)
        if held.holder and held.holder != me.id:
            raise NotYours(held.holder)
        if held.holder:
            await self.give_back(conversation_id, me)
        ticket = await self._current(conversation_id)
        now = self._clock.now()
        solved = replace(
            self._tickets.moved_to(ticket, "solved", now), solved_at=now, solved_by=me.id
        )
        effects = self._effects(ticket, "status", me, detail={"to": "solved"})
        await self._store.record(replace(effects, ticket=solved))
        await self._end_waiting(conversation_id)
        return await self._surveys.ask(solved)

    async def set_status(self, conversation_id: str, me: Colleague, status: TicketStatus) -> None:
        """Put the ticket into another status; its clocks follow. To solve it is a deed of its own."""
        if status in ("solved", "closed"):
            raise InputError("a ticket is solved by `solve`, and closed by itself")
        ticket = await self._current(conversation_id)
        moved = self._tickets.moved_to(ticket, status, self._clock.now())
        effects = self._effects(ticket, "status", me, detail={"from": ticket.status, "to": status})
        await self._store.record(replace(effects, ticket=moved))

    async def set_priority(self, conversation_id: str, me: Colleague, priority: Priority) -> None:
        """Change how pressing it is."""
        ticket = await self._current(conversation_id)
        detail = {"from": ticket.priority, "to": priority}
        effects = self._effects(ticket, "priority", me, detail=detail)
        await self._store.record(replace(effects, priority=priority))

    async def set_team(self, conversation_id: str, me: Colleague, team: str) -> None:
        """Move the ticket to another team; whoever waits for it there is asked next.

        Raises:
            InputError: nobody works in this team.
        """
        if not any(team in one.teams for one in self._staff.everybody):
            raise InputError("nobody works in this team")
        ticket = await self._current(conversation_id)
        detail = {"from": ticket.team, "to": team}
        effects = self._effects(ticket, "team", me, detail=detail)
        await self._store.record(replace(effects, team=team))

    async def assign(self, conversation_id: str, me: Colleague, to: Colleague) -> None:
        """Give the conversation to a colleague: at once if I hold it, else as theirs to take.

        Raises:
            NotYours: somebody else holds it.
        """
        ticket = await self._current(conversation_id)
        held = await self._store.owned(conversation_id)
        effects = replace(
            self._effects(ticket, "assigned", me, detail={"to": to.id}), assignee=to.id
        )
        if not held.holder:
            await self._store.record(effects)
            return
        now = self._clock.now()
        passed = held.holder == me.id and await self._store.pass_on(
            conversation_id, me.id, to.id, now, effects
        )
        if not passed:
            raise NotYours((await self._store.owned(conversation_id)).holder)

    async def false_alarm(self, conversation_id: str, me: Colleague, label: Label) -> None:
        """Say that a message was no alarm. Its masked words can teach the reader."""
        ticket = await self._current(conversation_id)
        detail = {"message": label.message_id, "label": label.label}
        await self._store.label(label)
        await self._store.record(self._effects(ticket, "false_alarm", me, detail=detail))
        _DEEDS.labels("false_alarm").inc()

    async def away(self, me: Colleague, away: bool) -> None:
        """Be asked no more, or again, though the shift says otherwise."""
        await self._store.away(me.id, away)

    async def _end_waiting(self, conversation_id: str) -> None:
        """What was solved needs nobody any more."""
        handover = await self._store.newest(conversation_id)
        if handover is not None and handover.waiting:
            over = replace(handover, stage="returned", returned_at=self._clock.now(), deadline=None)
            await self._store.advance(handover, over, Effects())

    async def _until_silent(self, conversation_id: str) -> None:
        """Wait for what was on its way at the moment of taking over: a send cannot be called back."""
        for _ in range(int(LONGEST_WAIT / _LOOK_EVERY)):
            if not await self._store.in_flight(conversation_id):
                return
            await asyncio.sleep(_LOOK_EVERY)
        log.warning("still_sending", conversation_id=conversation_id)

    async def _to_customer(
        self, message: Message, ticket: Ticket, me: Colleague
    ) -> Sequence[Outgoing]:
        """The reply on its way out, with the name of who speaks: platforms show one for the bot and for people."""
        arrival = await self._store.last_arrival(message.conversation_id)
        named = self._replies.say("staff.said", message.language, name=me.name, text=message.text)
        here = Address(ticket.channel, "", message.conversation_id)
        return [
            Outgoing(
                id=message.id,
                conversation_id=message.conversation_id,
                address=arrival.address if arrival else here,
                text=named,
                language=message.language,
                route=arrival.route if arrival else {},
            )
        ]

    async def _instead(self, handover: Handover, text: str) -> list[Outgoing]:
        """What stands from now on where staff were pushed this handover."""
        shown = await self._store.pushed(handover.conversation_id, handover.id)
        return [
            Outgoing(
                id=uuid4().hex,
                conversation_id=one.conversation_id,
                address=one.address,
                text=text,
                kind="push",
                replaces=one.id,
            )
            for one in shown
        ]

    def _changed(self, key: str, ticket: Ticket, me: Colleague) -> str:
        time = self._clock.now().astimezone(HONG_KONG).strftime("%H:%M")
        return self._words.say(
            key, self._words.language, number=ticket.number, name=me.name, time=time
        )

    async def _pushed(self, conversation_id: str, effects: Effects) -> None:
        if effects.outgoing:
            await self._outbox.later(staff_talk(conversation_id), 0.0)

    def _effects(
        self,
        ticket: Ticket,
        kind: EventKind,
        me: Colleague,
        *,
        text: str = "",
        detail: Mapping[str, Any] | None = None,
        outgoing: Sequence[Outgoing] = (),
    ) -> Effects:
        event = TicketEvent(
            ticket.id, ticket.conversation_id, self._clock.now(), kind, me.id, detail or {}, text
        )
        return Effects(events=[event], ticket_id=ticket.id, outgoing=outgoing)

    async def _current(self, conversation_id: str) -> Ticket:
        ticket = await self._store.current(conversation_id)
        if ticket is None:
            raise InputError("this conversation does not exist")
        return ticket

    async def _ticket_of(self, ticket_id: str) -> Ticket:
        ticket = await self._store.ticket(ticket_id)
        if ticket is None:
            raise InputError("this ticket does not exist")
        return ticket
