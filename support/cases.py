"""A case for a person: the ticket, the brief, who is told, and when somebody will answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.casework import Handover, Priority, Ticket
from domain.company import Customer
from domain.conversation import Conversation, Task
from domain.records import Notice
from security.masking import mask
from support.calendar import StaffCalendar
from support.escalation import Escalation

LONGEST_QUOTE = 400  # characters of the customer's own words in a brief


@dataclass(frozen=True)
class Case:
    """Everything that bringing in a person leaves behind."""

    ticket: Ticket
    handover: Handover
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Concern:
    """Why a person is needed, and what they should find on their desk."""

    conversation: Conversation
    customer: Customer
    triggers: Collection[str]
    said: str
    tasks: Sequence[Task]
    now: datetime
    secrets: tuple[str, ...] = ()
    """Words of the message that must stand nowhere, such as a one-time code."""

    def known(self) -> tuple[str, ...]:
        """Values that are masked wherever they stand."""
        return (*self.customer.private(), *self.secrets)


class CaseDesk:
    """Opens cases by the company's escalation table and calendar."""

    def __init__(self, escalation: Escalation, calendar: StaffCalendar, duty_manager: str) -> None:
        self._escalation = escalation
        self._calendar = calendar
        self._duty_manager = duty_manager

    def open(self, concern: Concern) -> Case:
        """A ticket with a brief, the handover, and a push to whoever has to know now."""
        conversation, standing = concern.conversation, concern.conversation.standing
        verdict = self._escalation.decide(concern.triggers)
        reason = verdict.reason or self._escalation.reason(
            next(iter(concern.triggers), "unsupported")
        )
        open_now = self._calendar.is_open(concern.now)
        answers_by = self._calendar.next_open(concern.now)
        brief = self._brief(concern, reason, standing.priority)
        ticket = Ticket(
            id=f"{conversation.id}-case",
            number="",
            conversation_id=conversation.id,
            customer_id=concern.customer.id,
            subject=reason,
            summary=brief,
            category=next(iter(verdict.triggers), "unsupported"),
            priority=standing.priority,
            status="new",
            team=self._escalation.team(concern.triggers),
            opened_at=concern.now,
            due_at=answers_by,
        )
        left = tuple(
            task.id for task in concern.tasks if task.unfinished or task.status == "handed_over"
        )
        handover = Handover(
            conversation.id, ticket.id, reason, brief, concern.now, answers_by, open_now, left
        )
        return Case(ticket, handover, self._notices(concern, reason, open_now))

    def alert(self, concern: Concern) -> Notice:
        """A red alert for the person on duty."""
        said = mask(concern.said[:LONGEST_QUOTE], known=concern.known())
        text = (
            f"RED {', '.join(sorted(concern.triggers))} · customer {concern.customer.id} · {said}"
        )
        return Notice(concern.conversation.id, "alert", self._duty_manager, concern.now, text)

    def _notices(self, concern: Concern, reason: str, open_now: bool) -> tuple[Notice, ...]:
        team = self._escalation.team(concern.triggers)
        recipient = team if open_now else self._duty_manager
        text = f"{reason} · customer {concern.customer.id} · conversation {concern.conversation.id}"
        return (Notice(concern.conversation.id, "push", recipient, concern.now, text),)

    def _brief(self, concern: Concern, reason: str, priority: Priority) -> str:
        """What was asked, what was done, what is open; an address may stand in it, nothing else personal."""
        said = mask(concern.said[:LONGEST_QUOTE], known=concern.known(), keep_addresses=True)
        lines = [
            f"reason: {reason} · priority: {priority} · language: {concern.conversation.language}",
            f"customer: {concern.customer.id}"
            + (f" ({concern.customer.vip})" if concern.customer.vip else ""),
            f"said: {said}",
        ]
        if concern.conversation.standing.summary:
            lines.append(f"long ago: {concern.conversation.standing.summary}")
        for heading, chosen in (
            (
                "done",
                [task for task in concern.tasks if task.status in ("done", "awaiting_approval")],
            ),
            ("declined", [task for task in concern.tasks if task.status in ("declined", "failed")]),
            (
                "open",
                [task for task in concern.tasks if task.unfinished or task.status == "handed_over"],
            ),
        ):
            if chosen:
                lines.append(
                    f"{heading}: "
                    + "; ".join(_line(task, concern.customer) for task in chosen[-8:])
                )
        return "\n".join(lines)


def _line(task: Task, customer: Customer) -> str:
    slots = ", ".join(
        f"{key}={value}" for key, value in task.slots.items() if key not in ("text", "otp")
    )
    return mask(f"{task.kind}({slots})", known=customer.private(), keep_addresses=True)
