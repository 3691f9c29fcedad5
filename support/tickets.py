"""What a turn makes of its ticket: its fields fill themselves, its status follows the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from domain.casework import Handover, Ticket, TicketStatus, higher
from domain.conversation import ASK, Conversation, Task
from domain.office import ASSISTANT, TicketEvent
from security.masking import mask
from support.calendar import StaffCalendar
from support.cases import CaseDesk, Concern
from support.sla import Sla, resume

LONGEST_SUBJECT = 80
TALK = "talk"  # the category of an episode in which nothing was asked yet
PAUSED: tuple[TicketStatus, ...] = ("pending", "on_hold")


@dataclass(frozen=True)
class Seen:
    """What a turn showed.

    `heard_at` is when the customer wrote; `moved` are the tasks it moved, without small talk; `category` is of a
    case, if there is one.
    """

    concern: Concern
    heard_at: datetime
    moved: Sequence[Task]
    handover: Handover | None = None
    category: str = ""


class Tickets:
    """Keeps the ticket of a conversation in step with what happens in it."""

    def __init__(self, desk: CaseDesk, sla: Sla, calendar: StaffCalendar) -> None:
        self._desk = desk
        self._sla = sla
        self._calendar = calendar

    def after(self, seen: Seen) -> tuple[Ticket, list[TicketEvent]]:
        """The ticket as this turn leaves it, and what is new in its history."""
        concern, now = seen.concern, seen.concern.now
        before = concern.conversation.ticket
        fresh = before is None or not before.live
        ticket = self._opened(seen) if before is None or fresh else before
        status = _status(ticket, seen, concern.conversation)
        ticket = replace(
            ticket,
            subject=self._subject(ticket, seen),
            category=_category(ticket, seen),
            order_number=_order(seen) or ticket.order_number,
            language=concern.conversation.language,
            summary=self._desk.brief(concern, seen.handover.reason if seen.handover else ""),
        )
        events = [_event(ticket, now)]
        if not fresh:
            taken_up = ticket.status in ("solved", "closed") and status != ticket.status
            events = [replace(events[0], kind="reopened")] if taken_up else []
        if seen.handover is not None:
            ticket = self._raised(ticket, seen.handover)
            detail = {"reason": seen.handover.reason, "red_alert": seen.handover.red_alert}
            waits = ticket.stage in ("flagged", "supervisor_alerted", "transferred", "accepted")
            if not waits:
                events.append(replace(_event(ticket, now), kind="flagged", detail=detail))
        return self.moved_to(ticket, status, now), events

    def moved_to(self, ticket: Ticket, status: TicketStatus, now: datetime) -> Ticket:
        """The ticket in another status; its resolution clock stands while it waits for somebody else."""
        if status == ticket.status:
            return ticket
        resolve_by, paused = ticket.resolve_by, ticket.paused_at
        if paused is not None and status not in PAUSED:
            if resolve_by is not None:
                due = self._sla.due(
                    ticket.priority, ticket.team, ticket.vip, ticket.opened_at, self._calendar
                )
                resolve_by = resume(resolve_by, paused, now, self._calendar, business=due.business)
            paused = None
        elif status in PAUSED:
            paused = paused or now
        solved = ticket.solved_at if status in ("solved", "closed") else None
        by = ticket.solved_by if status in ("solved", "closed") else ""
        return replace(
            ticket,
            status=status,
            resolve_by=resolve_by,
            paused_at=paused,
            solved_at=solved,
            solved_by=by,
        )

    def _opened(self, seen: Seen) -> Ticket:
        concern, conversation = seen.concern, seen.concern.conversation
        vip = concern.customer.vip or ""
        priority = conversation.standing.priority
        team = self._desk.team(())
        due = self._sla.due(priority, team, vip, seen.heard_at, self._calendar)
        return Ticket(
            id=uuid4().hex,
            number="",
            conversation_id=conversation.id,
            customer_id=concern.customer.id,
            subject="",
            summary="",
            category=TALK,
            priority=priority,
            status="open",
            team=team,
            opened_at=seen.heard_at,
            channel=conversation.channel,
            language=conversation.language,
            vip=vip,
            staffed=self._calendar.is_open(concern.now),
            resolve_by=due.resolve_by,
        )

    def _raised(self, ticket: Ticket, handover: Handover) -> Ticket:
        priority = higher(ticket.priority, handover.priority)
        due = self._sla.due(priority, handover.team, ticket.vip, handover.raised_at, self._calendar)
        return replace(
            ticket,
            priority=priority,
            team=handover.team,
            respond_by=due.first_response_by,
            resolve_by=due.resolve_by,
        )

    def _subject(self, ticket: Ticket, seen: Seen) -> str:
        waits = ticket.stage in ("flagged", "supervisor_alerted", "transferred", "accepted")
        taken_up = ticket.status == "solved" and bool(seen.moved)
        new_case = seen.handover is not None and not waits
        if ticket.subject and ticket.category != TALK and not (taken_up or new_case):
            return ticket.subject
        said = " ".join(seen.concern.said.split())
        hidden = mask(said, known=seen.concern.known())
        return hidden if len(hidden) <= LONGEST_SUBJECT else hidden[: LONGEST_SUBJECT - 1] + "…"


def _event(ticket: Ticket, now: datetime) -> TicketEvent:
    return TicketEvent(ticket.id, ticket.conversation_id, now, "opened", ASSISTANT)


def _status(ticket: Ticket, seen: Seen, conversation: Conversation) -> TicketStatus:
    """Where the work stands after this turn."""
    if conversation.holder:
        return "open"
    waits = ticket.stage in ("flagged", "supervisor_alerted", "transferred")
    if seen.handover is not None or waits:
        return "new"
    if not seen.moved and not seen.handover and ticket.status in ("solved", "pending", "on_hold"):
        return ticket.status  # a thank-you takes nothing up again
    tasks = seen.concern.tasks
    if any(task.status == "awaiting_customer" for task in tasks):
        return "pending"
    if any(task.status == "awaiting_approval" for task in seen.moved):
        return "on_hold"
    return "open"


def _category(ticket: Ticket, seen: Seen) -> str:
    if seen.category:
        return seen.category
    first = next(iter(seen.moved), None)
    if first is None or ticket.category not in (TALK, ASK):
        return ticket.category
    return first.slots.get("topic", ASK) if first.kind == ASK else first.kind


def _order(seen: Seen) -> str:
    named = [task.slots["order"] for task in seen.moved if task.slots.get("order")]
    return named[-1] if named else ""
