"""What people work with: tickets, handovers, alerts and sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
TicketStatus = Literal["new", "open", "pending", "on_hold", "solved", "closed"]


@dataclass(frozen=True)
class Ticket:
    """A piece of work for a person; `summary` is masked text."""

    id: str
    number: str
    conversation_id: str
    customer_id: str
    subject: str
    summary: str
    category: str
    priority: Priority
    status: TicketStatus
    team: str
    opened_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True)
class Handover:
    """A person was brought in: why, with what brief, and when they will answer."""

    conversation_id: str
    ticket_id: str
    reason: str
    brief: str
    raised_at: datetime
    answers_by: datetime | None
    on_duty: bool
    open_tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alert:
    """A red alert, and who was told."""

    conversation_id: str
    level: Literal["amber", "red"]
    reason: str
    text: str
    notified: tuple[str, ...]
    raised_at: datetime


@dataclass(frozen=True)
class Verdict:
    """What the escalation table says about a message."""

    triggers: tuple[str, ...] = ()
    red_alert: bool = False
    priority: Priority = "normal"
    handover: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Citation:
    """Where an answer stands. `version` is the number of the document's version."""

    document: str
    title: str
    section: str
    version: str
    passage: str
    score: float = field(default=0.0)
    passage_id: str = ""


def higher(left: Priority, right: Priority) -> Priority:
    """The more pressing of two priorities."""
    return max(left, right, key=PRIORITIES.index)
