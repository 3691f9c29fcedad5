"""A conversation and what is in it: messages, turns and the tasks that turns are about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from domain.casework import Priority, Ticket
from domain.language import Language

Author = Literal[
    "customer", "bystander", "assistant", "staff", "withheld"
]  # a bystander speaks in the same group; what was withheld the assistant wrote, and nobody was told
TaskStatus = Literal[
    "open",
    "awaiting_customer",
    "awaiting_approval",
    "approving",
    "on_hold",
    "done",
    "declined",
    "failed",
    "handed_over",
    "dropped",
]
Owner = Literal["assistant", "person"]

# Kinds of task that are not tools.
ASK = "ask"
SMALLTALK = "smalltalk"
OUT_OF_SCOPE = "out_of_scope"
INJECTION = "injection"
ASK_PERSON = "ask_person"
COMPLAIN = "complain"
PRIVACY = "privacy_request"


@dataclass(frozen=True)
class Message:
    """One message. `external_id` is the platform's id, by which a redelivery is known."""

    id: str
    conversation_id: str
    author: Author
    sent_at: datetime
    text: str
    language: Language = "yue"
    external_id: str | None = None


@dataclass(frozen=True)
class Task:
    """One thing the customer wants. `slots` are what they said or a system returned, never invented.

    `asked` are the slots the customer was asked for; `shown` is the fingerprint of the values they were asked
    to confirm, `agreed` the one they said yes to; `position` orders the tasks of a conversation, and `touched`
    is the message that moved this one last.
    """

    id: str
    kind: str
    slots: dict[str, str] = field(default_factory=dict)
    status: TaskStatus = "open"
    text: str = ""
    missing: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    shown: str | None = None
    agreed: str | None = None
    ask_first: bool = False
    outcome: dict[str, Any] | None = None
    position: int = 0
    touched: str = ""

    @property
    def unfinished(self) -> bool:
        return self.status in ("open", "awaiting_customer", "on_hold")

    @property
    def awaits_yes(self) -> bool:
        return self.status == "awaiting_customer" and self.shown is not None and not self.missing

    def with_slots(self, **slots: str) -> Task:
        """The same task with other values; what was shown no longer holds."""
        return replace(self, slots={**self.slots, **slots}, shown=None, agreed=None, missing=())


@dataclass(frozen=True)
class Pin:
    """Something that must never be forgotten, however long ago it was said: an id, a promise, what was done."""

    kind: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands apart from its tasks. All of it is kept in SQL, outside the memory window.

    `focus` maps a kind of record to the id spoken of last; `wrong_codes`, `angry_messages` and `unclear` count;
    `summary` is masked, and stands for every message up to the id `summed_up_to`; `code_asked` says that a
    one-time code may stand in the messages.
    """

    priority: Priority = "normal"
    red_alert: bool = False
    handover_reason: str | None = None
    wrong_codes: int = 0
    angry_messages: int = 0
    unclear: int = 0
    focus: dict[str, str] = field(default_factory=dict)
    signals: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()
    summary: str = ""
    summed_up_to: str = ""
    code_asked: bool = False


@dataclass(frozen=True)
class Conversation:
    """A conversation as it is kept between turns.

    `holder` is the colleague who speaks in it, if a person does; `fence` grows with every change of owner;
    `ticket` is the episode that it is in, or was in last.
    """

    id: str
    tenant: str
    customer_id: str
    channel: str
    opened_at: datetime
    language: Language = "yue"
    owner: Owner = "assistant"
    group: bool = False
    verified: bool = False
    standing: Standing = field(default_factory=Standing)
    holder: str = ""
    fence: int = 0
    ticket: Ticket | None = None
