"""The office behind the assistant: who works there, what they do to a conversation, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.casework import HandoverStage, Priority, TicketStatus
from domain.channels import PushBy
from domain.language import Language

StaffLanguage = Literal["zh-Hant", "zh-Hans", "en"]
EventKind = Literal[
    "opened",
    "reopened",
    "flagged",
    "supervisor_alerted",
    "transferred",
    "nobody_left",
    "acknowledged",
    "accepted",
    "returned",
    "replied",
    "withheld",
    "note",
    "assigned",
    "priority",
    "team",
    "status",
    "approved",
    "refused",
    "false_alarm",
    "survey_sent",
    "survey_reminded",
    "survey_answered",
    "followed_up",
]
_STAFF = "push-"
ASSISTANT = "assistant"  # the actor of what the assistant did by itself


class Reach(BaseModel):
    """How a person or a team is reached. `alert_by` is louder, for red alerts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: str
    user: str = ""
    group: str = ""
    by: PushBy = "message"
    alert_by: PushBy | None = None


class Colleague(BaseModel):
    """Somebody who works here. `shift` maps days to times; empty: the company's staffed hours.

    `reads` is the language of their pages, `languages` those they can answer in, `at_once` how many conversations
    they hold before others are asked first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=40, pattern=r"^[\w.@-]+$")
    name: str = Field(min_length=1, max_length=60)
    role: str
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ("yue", "zh-Hant", "zh-Hans", "en")
    reads: StaffLanguage = "zh-Hant"
    shift: Mapping[str, str] = Field(default_factory=dict)
    at_once: int = Field(default=6, ge=1, le=100)
    reach: Reach | None = None


@dataclass(frozen=True)
class TicketEvent:
    """One line of a ticket's history. `text` is somebody's words and is kept sealed; `detail` holds none."""

    ticket_id: str
    conversation_id: str
    at: datetime
    kind: EventKind
    actor: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Ownership:
    """Who speaks to a customer: the assistant, or the colleague `holder`. `fence` grows with every change.

    `owner` is `person` without a `holder` while a conversation waits for one.
    """

    conversation_id: str
    owner: Literal["assistant", "person"] = "assistant"
    holder: str = ""
    fence: int = 0


@dataclass(frozen=True)
class Taken:
    """What taking over came to: `by` holds the conversation now, whoever asked; `changed` says whether by this."""

    by: str
    changed: bool
    fence: int = 0


@dataclass(frozen=True)
class TicketRow:
    """A ticket as the inbox lists it. Times are moments; `subject` is masked."""

    id: str
    number: str
    conversation_id: str
    customer_id: str
    subject: str
    category: str
    order_number: str
    priority: Priority
    status: TicketStatus
    team: str
    assignee: str
    channel: str
    language: Language
    vip: str
    opened_at: datetime
    updated_at: datetime
    respond_by: datetime | None
    resolve_by: datetime | None
    stage: HandoverStage | None
    reason: str
    red_alert: bool
    acknowledged: bool
    holder: str
    anger: float
    messages: int
    unread: bool


@dataclass(frozen=True)
class InboxView:
    """What is looked for in the inbox; empty fields do not narrow. `text` is searched in numbers and subjects."""

    shown: Literal["waiting", "mine", "open", "pending", "solved", "all"] = "open"
    team: str = ""
    channel: str = ""
    language: str = ""
    priority: str = ""
    assignee: str = ""
    customer: str = ""
    text: str = ""
    page: int = 1
    per_page: int = 40


@dataclass(frozen=True)
class Load:
    """What somebody has on their desk. `last` is when something was given to them last, in seconds since 1970."""

    held: int = 0
    last: float = 0.0
    away: bool = False


@dataclass(frozen=True)
class Survey:
    """A question of satisfaction. `score` goes from 1 to 5."""

    id: str
    ticket_id: str
    conversation_id: str
    customer_id: str
    language: Language
    sent_at: datetime
    reminded_at: datetime | None = None
    score: int | None = None
    comment: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Approval:
    """Something that is done only when a colleague says yes. `amount` is in Hong Kong dollars."""

    task_id: str
    conversation_id: str
    customer_id: str
    ticket: str
    kind: str
    order: str
    amount: Decimal
    asked_at: datetime


@dataclass(frozen=True)
class Mood:
    """How a customer sounded in one turn, from 0 to 1."""

    message_id: str
    conversation_id: str
    customer_id: str
    at: datetime
    anger: float
    negative: float
    topic: str = ""
    product: str = ""


@dataclass(frozen=True)
class Label:
    """What a colleague says a message really was; `text` is masked, for it will teach the reader."""

    message_id: str
    conversation_id: str
    label: str
    by: str
    at: datetime
    language: Language
    text: str


def staff_talk(conversation_id: str) -> str:
    """Where staff are told of a conversation: in a lane of its own, so that it waits for no customer."""
    return f"{_STAFF}{conversation_id}"


def is_staff_talk(conversation_id: str) -> bool:
    """Is this what staff are told, and press?"""
    return conversation_id.startswith(_STAFF)
