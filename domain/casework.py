"""What people work with: tickets, handovers, alerts and sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
TicketStatus = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
TICKET_STATUSES: tuple[TicketStatus, ...] = (
    "new",
    "open",
    "pending",
    "on_hold",
    "solved",
    "closed",
)
HandoverStage = Literal["flagged", "supervisor_alerted", "transferred", "accepted", "returned"]


@dataclass(frozen=True)
class Ticket:
    """An episode of a conversation, from its first message until it is closed; `subject`, `summary` are masked.

    `respond_by` and `resolve_by` are what was promised; `assignee` is a colleague's id, or empty.
    """

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
    channel: str = ""
    language: str = ""
    order_number: str = ""
    vip: str = ""
    assignee: str = ""
    staffed: bool = True
    respond_by: datetime | None = None
    resolve_by: datetime | None = None
    paused_at: datetime | None = None
    solved_at: datetime | None = None
    solved_by: str = ""
    stage: HandoverStage | None = None
    """How far bringing in a person has come; None: nobody was needed."""

    @property
    def live(self) -> bool:
        """Whether the episode still goes on, or may be taken up again."""
        return self.status != "closed"


@dataclass(frozen=True)
class Handover:
    """A person was brought in: why, with what brief, when they will answer, and how far that has come.

    `deadline` is when the next stage is due; `turned_to` is the colleague it was transferred to last; `tried` are
    all of them. `answers_by` is what the customer was promised.
    """

    conversation_id: str
    ticket_id: str
    reason: str
    brief: str
    raised_at: datetime
    answers_by: datetime | None
    on_duty: bool
    open_tasks: tuple[str, ...] = ()
    id: str = ""
    stage: HandoverStage = "flagged"
    team: str = ""
    priority: Priority = "normal"
    red_alert: bool = False
    vip: str = ""
    language: str = ""
    deadline: datetime | None = None
    alerted_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    turned_to: str = ""
    tried: tuple[str, ...] = ()
    accepted_by: str = ""
    accepted_at: datetime | None = None
    returned_at: datetime | None = None

    @property
    def waiting(self) -> bool:
        """Whether nobody has taken it yet."""
        return self.stage in ("flagged", "supervisor_alerted", "transferred")


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
