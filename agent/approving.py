"""What a colleague has to approve before it is done: shown, decided once, and told to the customer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import uuid4

import structlog

from agent.outcomes import packed, unpacked
from agent.runner import Runner
from domain.channels import Address, Outgoing
from domain.company import Customer
from domain.conversation import Conversation, Message, Task
from domain.errors import InputError, UpstreamUnavailable
from domain.office import Approval, Colleague, EventKind, TicketEvent, staff_talk
from domain.office_ports import Effects, OfficeStore
from domain.ports import Clock
from domain.tooling import Done, Failed
from support.calendar import HONG_KONG
from support.outbox import Outbox
from support.replies import Replies
from support.takeovers import OfficeWords

log = structlog.get_logger()
FindCustomer = Callable[[str], Awaitable[Customer]]


class ApprovalStore(Protocol):
    """Tasks that wait for an approval."""

    async def waiting(self) -> list[tuple[Conversation, Task, datetime]]:
        """All of them, the oldest first, each with its conversation and since when."""
        ...

    async def find(self, task_id: str) -> tuple[Conversation, Task] | None:
        """A task, whatever its status, with its conversation."""
        ...

    async def begin(self, task_id: str) -> bool:
        """Let nobody refuse it any more, for it is being done; false: it was decided before."""
        ...

    async def leave(self, task_id: str) -> None:
        """It could not be done: it waits again."""
        ...

    async def settle(
        self, task: Task, message: Message, outgoing: Outgoing, effects: Effects
    ) -> bool:
        """Keep a decision and what the customer is told; false: it was decided before, and nothing is told."""
        ...


class Approvals:
    """Decides what waits for a colleague. Two who decide at once: the first is kept, the second is told."""

    def __init__(
        self,
        *,
        store: ApprovalStore,
        office: OfficeStore,
        runner: Runner,
        customer: FindCustomer,
        replies: Replies,
        outbox: Outbox,
        clock: Clock,
        words: OfficeWords,
    ) -> None:
        self._words = words
        self._store = store
        self._office = office
        self._runner = runner
        self._customer = customer
        self._replies = replies
        self._outbox = outbox
        self._clock = clock

    async def waiting(self) -> list[Approval]:
        """What waits, the oldest first."""
        found = []
        for conversation, task, since in await self._store.waiting():
            values = self._values(task)
            found.append(
                Approval(
                    task_id=task.id,
                    conversation_id=conversation.id,
                    customer_id=conversation.customer_id,
                    ticket=conversation.ticket.number if conversation.ticket else "",
                    kind=task.kind,
                    order=str(values.get("order", task.slots.get("order", ""))),
                    amount=Decimal(str(values.get("amount", "0"))),
                    asked_at=since,
                )
            )
        return found

    async def decide(self, task_id: str, me: Colleague, *, yes: bool) -> bool:
        """Approve and do it, or refuse it; tell the customer. False: it was decided before.

        Raises:
            InputError: there is no such task, or it can no longer be done; says why.
            NotPermitted: this colleague may not.
            UpstreamUnavailable: the company's systems do not answer; it still waits.
        """
        found = await self._store.find(task_id)
        if found is None:
            raise InputError("there is nothing to approve here")
        conversation, task = found
        if task.status not in ("awaiting_approval", "approving"):
            return False
        values = self._values(task)
        what = f"{values.get('order', '')} · {_money(values.get('amount'))}"
        if not yes:
            self._runner.check_approval(task, me.role)
            text = self._replies.say("approval.refused", conversation.language, what=what)
            return await self._settle(replace(task, status="declined"), conversation, me, text)
        self._runner.check_approval(task, me.role)
        if not await self._store.begin(task_id):
            return False
        customer = await self._customer(conversation.customer_id)
        outcome = await self._runner.approve(task, customer, conversation, me.role)
        if not isinstance(outcome, Done):
            await self._store.leave(task_id)
        if isinstance(outcome, Failed):
            raise UpstreamUnavailable(f"{task.kind} could not be done now: {outcome.fault}")
        if not isinstance(outcome, Done):
            reply = getattr(outcome, "reply", "declined.generic")
            raise InputError(f"this can no longer be done: {reply}")
        text = self._replies.say(outcome.reply, conversation.language, **outcome.values)
        done = replace(task, status="done", outcome=packed(outcome))
        return await self._settle(done, conversation, me, text)

    async def _settle(
        self, task: Task, conversation: Conversation, me: Colleague, text: str
    ) -> bool:
        now, ticket = self._clock.now(), conversation.ticket
        arrival = await self._office.last_arrival(conversation.id)
        message = Message(
            uuid4().hex, conversation.id, "assistant", now, text, conversation.language
        )
        outgoing = Outgoing(
            id=message.id,
            conversation_id=conversation.id,
            address=arrival.address
            if arrival
            else Address(conversation.channel, "", conversation.id),
            text=text,
            language=conversation.language,
            route=arrival.route if arrival else {},
        )
        kind: EventKind = "approved" if task.status == "done" else "refused"
        events = []
        if ticket is not None:
            detail = {"task": task.kind}
            events = [TicketEvent(ticket.id, conversation.id, now, kind, me.id, detail)]
        effects = Effects(
            events=events,
            outgoing=await self._instead(task, ticket.number if ticket else "", conversation, me),
            ticket_id=ticket.id if ticket else "",
            status="open",
        )
        if not await self._store.settle(task, message, outgoing, effects):
            return False
        log.info("approval_decided", task_id=task.id, decision=kind, by=me.id)
        await self._outbox.later(conversation.id, 0.0)
        if effects.outgoing:
            await self._outbox.later(staff_talk(conversation.id), 0.0)
        return True

    async def _instead(
        self, task: Task, number: str, conversation: Conversation, me: Colleague
    ) -> list[Outgoing]:
        """What stands from now on where colleagues were asked to decide."""
        say, language = self._words.say, self._words.language
        decision = "approved" if task.status == "done" else "refused"
        text = say(
            "push.decided",
            language,
            number=number,
            name=me.name,
            decision=say(f"office.decision.{decision}", language),
            time=self._clock.now().astimezone(HONG_KONG).strftime("%H:%M"),
        )
        return [
            Outgoing(
                id=uuid4().hex,
                conversation_id=one.conversation_id,
                address=one.address,
                text=text,
                kind="push",
                replaces=one.id,
            )
            for one in await self._office.pushed(conversation.id, task.id)
        ]

    @staticmethod
    def _values(task: Task) -> dict[str, Any]:
        outcome = unpacked(task.outcome) if task.outcome else None
        return dict(outcome.values) if isinstance(outcome, Done) else {}


def _money(amount: object) -> str:
    return f"HK${Decimal(str(amount)):,.2f}".removesuffix(".00") if amount is not None else ""
