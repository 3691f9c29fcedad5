"""A case for a person: the ticket, the brief, who is told, and when somebody will answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from domain.casework import Handover
from domain.company import Customer
from domain.conversation import Conversation, Task
from domain.records import Notice
from security.masking import mask
from support.calendar import StaffCalendar
from support.escalation import Escalation
from support.takeover import TakeoverRules

LONGEST_QUOTE = 400  # characters of the customer's own words in a brief


@dataclass(frozen=True)
class Case:
    """Everything that bringing in a person leaves behind; `category` is what the ticket is filed under."""

    handover: Handover
    category: str
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

    def __init__(
        self,
        escalation: Escalation,
        calendar: StaffCalendar,
        duty_manager: str,
        takeover: TakeoverRules,
    ) -> None:
        self._escalation = escalation
        self._calendar = calendar
        self._duty_manager = duty_manager
        self._takeover = takeover

    def open(self, concern: Concern) -> Case:
        """The handover with its brief, and a push to whoever has to know now; it gets its ticket later."""
        conversation, standing = concern.conversation, concern.conversation.standing
        verdict = self._escalation.decide(concern.triggers)
        reason = verdict.reason or self._escalation.reason(
            next(iter(concern.triggers), "unsupported")
        )
        open_now = self._calendar.is_open(concern.now)
        left = tuple(
            task.id for task in concern.tasks if task.unfinished or task.status == "handed_over"
        )
        handover = Handover(
            conversation_id=conversation.id,
            ticket_id="",
            reason=reason,
            brief=self.brief(concern, reason),
            raised_at=concern.now,
            answers_by=self._calendar.next_open(concern.now),
            on_duty=open_now,
            open_tasks=left,
            id=uuid4().hex,
            team=self.team(concern.triggers),
            priority=standing.priority,
            red_alert=verdict.red_alert,
            vip=concern.customer.vip or "",
            language=conversation.language,
        )
        handover = replace(
            handover, deadline=self._takeover.first_deadline(handover, self._calendar)
        )
        category = next(iter(verdict.triggers), "unsupported")
        return Case(handover, category, self._notices(concern, handover, open_now))

    def team(self, triggers: Collection[str]) -> str:
        """Who works on it."""
        return self._escalation.team(triggers)

    def alert(self, concern: Concern) -> Notice:
        """A red alert for the person on duty."""
        said = mask(concern.said[:LONGEST_QUOTE], known=concern.known())
        text = (
            f"RED {', '.join(sorted(concern.triggers))} · customer {concern.customer.id} · {said}"
        )
        return Notice(concern.conversation.id, "alert", self._duty_manager, concern.now, text)

    def _notices(self, concern: Concern, handover: Handover, open_now: bool) -> tuple[Notice, ...]:
        """The team while somebody is there; else the duty manager, and only for what cannot wait."""
        if not open_now and not self._takeover.at_night(handover):
            return ()
        recipient = handover.team if open_now else self._duty_manager
        text = (
            f"{handover.reason} · customer {concern.customer.id}"
            f" · conversation {concern.conversation.id}"
        )
        return (Notice(concern.conversation.id, "push", recipient, concern.now, text),)

    def brief(self, concern: Concern, reason: str) -> str:
        """What was asked, what was done, what is open; an address may stand in it, nothing else personal."""
        priority = concern.conversation.standing.priority
        said = mask(concern.said[:LONGEST_QUOTE], known=concern.known(), keep_addresses=True)
        lines = [
            " · ".join(
                filter(
                    None,
                    (
                        reason and f"reason: {reason}",
                        f"priority: {priority}",
                        f"language: {concern.conversation.language}",
                    ),
                )
            ),
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
    named = f"{task.kind}({slots})" if slots else task.kind
    return mask(named, known=customer.private(), keep_addresses=True)
