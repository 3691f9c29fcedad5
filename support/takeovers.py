"""The three stages of a takeover: flagged, the supervisors reminded, transferred; each on time, and once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from domain.casework import Handover, Ticket
from domain.channels import Button, Outgoing
from domain.conversation import Task
from domain.mailbox import Durable, Step
from domain.office import ASSISTANT, Colleague, EventKind, StaffLanguage, TicketEvent
from domain.office_ports import Effects, HandoverStore
from domain.ports import Clock
from domain.records import Notice, TurnRecord
from support.calendar import HONG_KONG, StaffCalendar
from support.duty import DutyRoster
from support.outbox import Outbox
from support.routing import next_colleague
from support.staff import Staff
from support.takeover import TakeoverRules

log = structlog.get_logger()
ESCALATE = "escalate"
ACK, TAKE = "ack", "take"  # what buttons under a push say, before the id of the handover
APPROVE, REFUSE = "approve", "refuse"  # and before the id of a task
_STAGES = Counter("nightdesk_handover_stages", "Handovers by the stage they came to", ["stage"])
_EARLY = timedelta(
    milliseconds=5
)  # two clocks may differ by so much; a stage is never before its time
Say = Callable[..., str]


@dataclass(frozen=True)
class OfficeWords:
    """What staff are told, and in which language when they are many."""

    say: Say
    language: StaffLanguage

    def reason(self, reason: str, language: StaffLanguage) -> str:
        """Why a person is needed; a company may have reasons of its own."""
        try:
            return self.say(f"reason.{reason}", language)
        except KeyError:
            return reason

    def approval(self, task: Task, turn: TurnRecord, language: StaffLanguage) -> str:
        """What has to be decided."""
        values = (task.outcome or {}).get("values", {})
        order, amount = values.get("order", task.slots.get("order", "")), values.get("amount")
        if isinstance(amount, dict):  # as outcomes are kept
            amount = amount.get("$amount")
        who = self.say("office.customer", language, id=turn.conversation.customer_id)
        number = turn.ticket.number if turn.ticket else ""
        what = f"{order} · HK${amount}" if amount else str(order)
        return self.say("push.approval", language, number=number, who=who, what=what).strip()

    def decision(self, task: Task, language: StaffLanguage) -> tuple[Button, ...]:
        return (
            Button(f"{APPROVE}:{task.id}", self.say("button.approve", language)),
            Button(f"{REFUSE}:{task.id}", self.say("button.refuse", language)),
        )


class Takeovers:
    """Brings handovers from stage to stage. Who runs a stage twice, or after a crash, changes nothing."""

    def __init__(
        self,
        *,
        store: HandoverStore,
        rules: TakeoverRules,
        calendar: StaffCalendar,
        staff: Staff,
        duty: DutyRoster,
        durable: Durable,
        outbox: Outbox,
        clock: Clock,
        words: OfficeWords,
        approvers: Collection[str] = (),
    ) -> None:
        self._approvers = approvers
        self._store = store
        self._rules = rules
        self._calendar = calendar
        self._staff = staff
        self._duty = duty
        self._durable = durable
        self._outbox = outbox
        self._clock = clock
        self._words = words
        self._due: dict[str, datetime] = {}  # what `punctual` looks at; the store knows it all

    def pushes(self, turn: TurnRecord) -> list[Outgoing]:
        """The messages to staff that a turn's notices become; a handover's have buttons."""
        handover, pushed = turn.handover, self._to_approve(turn)
        if handover is None or turn.ticket is None:
            return [*pushed, *self._duty.pushes(turn.notices)]
        for notice in turn.notices:
            key = "push.alert" if notice.kind == "alert" else "push.flagged"
            text = self._text(key, handover, turn.ticket, self._words.language)
            pushed += self._duty.pushes([replace(notice, text=text)], self.buttons(handover))
        return pushed

    def _to_approve(self, turn: TurnRecord) -> list[Outgoing]:
        """What colleagues who may approve something are pushed."""
        asked = [task for task in turn.tasks if task.status == "awaiting_approval"]
        there = self._staff.on_duty(turn.at, self._calendar)
        able = [one for one in there if one.role in self._approvers] or self._on_call()
        pushed = []
        for task in asked if turn.ticket is not None else ():
            for one in able:
                text = self._words.approval(task, turn, one.reads)
                notice = Notice(turn.conversation.id, "approval", one.id, turn.at, text)
                pushed += self._duty.pushes([notice], self._words.decision(task, one.reads))
        return pushed

    def buttons(self, handover: Handover) -> tuple[Button, ...]:
        say, language = self._words.say, self._words.language
        return (
            Button(f"{ACK}:{handover.id}", say("button.ack", language)),
            Button(f"{TAKE}:{handover.id}", say("button.take", language)),
        )

    async def kept(self, turn: TurnRecord) -> None:
        """After a turn is on the disk: send its pushes, and set the timer of the handover that it raised."""
        for conversation_id in {one.conversation_id for one in turn.outgoing if one.kind == "push"}:
            await self._outbox.later(conversation_id, 0.0)
        if turn.handover is not None:
            current = await self._store.newest(turn.conversation.id)
            if current is not None:
                await self.schedule(current)

    async def schedule(self, handover: Handover) -> None:
        """Set the timer of the next stage. Setting the same one twice changes nothing."""
        if handover.deadline is None or not handover.waiting:
            return
        self._note(handover)
        wait = (handover.deadline - self._clock.now()).total_seconds()
        await self._durable.enqueue(
            ESCALATE,
            f"{handover.id}-{handover.deadline.timestamp():.3f}",
            handover.id,
            lane=f"escalate-{handover.id}",
            order=1,
            delay=max(0.0, wait),
        )

    async def recover(self) -> int:
        """Catch up on what is overdue, the oldest first, then set every timer again; returns how many wait."""
        waiting, now = await self._store.waiting(), self._clock.now()
        overdue = [one for one in waiting if one.deadline is not None and one.deadline <= now]
        for handover in sorted(overdue, key=lambda one: one.deadline or now):
            await self.advance(handover.id)
        for handover in waiting:
            if handover not in overdue:
                await self.schedule(handover)
        return len(waiting)

    async def punctual(self) -> None:
        """Bring on what this process knows to be due.

        The queue's timers outlive it, but come up to a second late, and later while there is much to do.
        """
        now = self._clock.now()
        for deadline, handover_id in sorted((at, one) for one, at in self._due.items()):
            if deadline <= now:
                del self._due[handover_id]
                await self.advance(handover_id)

    async def escalate(self, handover_id: str, step: Step) -> None:
        """The durable work behind a timer."""
        await step("advance", lambda: self.advance(handover_id))

    async def advance(self, handover_id: str) -> str:
        """Bring a handover to its next stage if that is due; returns the stage that it is in."""
        before = await self._store.handover(handover_id)
        if before is None or not before.waiting or before.deadline is None:
            return before.stage if before else ""
        now = self._clock.now()
        if now + _EARLY < before.deadline:
            await self.schedule(before)
            return before.stage
        ticket = await self._store.ticket(before.ticket_id)
        if ticket is None:
            return before.stage
        after, kind, told = await self._next(before, now)
        notices = [
            Notice(
                before.conversation_id,
                "reminder",
                one.id,
                now,
                self._text(f"push.{kind}", after, ticket, one.reads),
            )
            for one in told
        ]
        effects = Effects(
            events=[_event(before, now, kind, to=[one.id for one in told])],
            notices=notices,
            outgoing=self._duty.pushes(notices, self.buttons(after)),
            ticket_id=ticket.id,
            assignee=after.turned_to if kind == "transferred" else None,
        )
        if await self._store.advance(before, after, effects):
            _STAGES.labels(kind).inc()
            log.info("handover_advanced", handover_id=before.id, stage=kind, told=len(told))
            self._note(after)
            if effects.outgoing:
                await self._outbox.later(effects.outgoing[0].conversation_id, 0.0)
            await self.schedule(after)
            return after.stage
        current = await self._store.handover(handover_id)
        if current is None:
            return before.stage
        await self.schedule(current)
        return current.stage

    def _note(self, handover: Handover) -> None:
        """When `punctual` has to look at it."""
        if handover.deadline is not None and handover.waiting:
            self._due[handover.id] = handover.deadline

    async def _next(
        self, before: Handover, now: datetime
    ) -> tuple[Handover, EventKind, Sequence[Colleague]]:
        """The stage that follows, what it is called in the history, and who is told."""
        there = self._staff.on_duty(now, self._calendar)
        supervisors = [one for one in there if one.role in self._rules.supervisors]
        pace = self._rules.pace(before)
        if before.stage == "flagged":
            deadline = self._rules.later(before, now, pace.transfer_after, self._calendar)
            after = replace(before, stage="supervisor_alerted", alerted_at=now, deadline=deadline)
            return after, "supervisor_alerted", supervisors or self._on_call()
        found = None
        if len(before.tried) < pace.colleagues:
            loads = await self._store.loads()
            found = next_colleague(before, there, loads, self._rules.supervisors)
        if found is None:
            return (
                replace(before, stage="transferred", deadline=None),
                "nobody_left",
                supervisors or self._on_call(),
            )
        after = replace(
            before,
            stage="transferred",
            turned_to=found.id,
            tried=(*before.tried, found.id),
            deadline=self._rules.later(before, now, pace.accept_within, self._calendar),
        )
        return after, "transferred", [found]

    def _on_call(self) -> list[Colleague]:
        """Who is called when no supervisor is there."""
        return [one for one in self._staff.everybody if one.role == "duty_manager"]

    def _text(self, key: str, handover: Handover, ticket: Ticket, language: StaffLanguage) -> str:
        say = self._words.say
        who = (
            say("office.customer_vip", language, tier=ticket.vip, id=ticket.customer_id)
            if ticket.vip
            else say("office.customer", language, id=ticket.customer_id)
        )
        deadline = handover.deadline
        return say(
            key,
            language,
            number=ticket.number,
            who=who,
            reason=self._words.reason(handover.reason, language),
            brief=said_in(handover.brief),
            deadline=deadline.astimezone(HONG_KONG).strftime("%H:%M") if deadline else "",
        )


def said_in(brief: str) -> str:
    """What of a brief is short enough for a push: the customer's own words, and what is open."""
    wanted = ("said: ", "open: ")
    lines = [line for line in brief.splitlines() if line.startswith(wanted)]
    return "\n".join(lines) or brief


def _event(before: Handover, now: datetime, kind: EventKind, to: Sequence[str]) -> TicketEvent:
    """A stage in the history, with the time when it was due: who doubts that it came on time can look it up."""
    due = before.deadline.isoformat() if before.deadline else ""
    detail = {"to": list(to), "handover": before.id, "due": due}
    return TicketEvent(before.ticket_id, before.conversation_id, now, kind, ASSISTANT, detail)
