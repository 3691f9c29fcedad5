"""What is kept, and by whom: the ports of storage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from domain.casework import Citation, Handover, Ticket
from domain.channels import Outgoing
from domain.conversation import Conversation, Message, Task
from domain.knowledge import AskedQuestion
from domain.office import Mood, Survey, TicketEvent

EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to which record, and whether it was allowed. Text in it is masked."""

    at: datetime
    conversation_id: str
    principal: str
    action: str
    resource: str
    decision: str


@dataclass(frozen=True)
class Notice:
    """Something pushed to a person: a red alert, or a call to whoever is on duty. Text is masked."""

    conversation_id: str
    kind: str
    recipient: str
    sent_at: datetime
    text: str


@dataclass(frozen=True)
class History:
    """What a turn starts from: the conversation, its unfinished and latest tasks, its latest messages."""

    conversation: Conversation
    tasks: tuple[Task, ...] = ()
    messages: tuple[Message, ...] = ()
    survey: Survey | None = None
    """The latest survey of this conversation."""


@dataclass(frozen=True)
class TurnRecord:
    """Everything that a turn leaves behind; kept all together or not at all.

    `received` is what the customer said, where it is not kept yet; there is no `reply` when a person has the
    conversation; `taken` is the turn whose arrivals in the inbox are answered by this; `at` is when it ended.
    """

    conversation: Conversation
    answered: str
    received: Message | None
    reply: Message | None
    tasks: Sequence[Task] = ()
    audit: Sequence[AuditEntry] = ()
    ticket: Ticket | None = None
    handover: Handover | None = None
    notices: Sequence[Notice] = ()
    outgoing: Sequence[Outgoing] = ()
    citations: Sequence[Citation] = ()
    questions: Sequence[AskedQuestion] = ()
    taken: str | None = None
    at: datetime = EPOCH
    mood: Mood | None = None
    survey: Survey | None = None
    events: Sequence[TicketEvent] = ()


class ConversationStore(Protocol):
    """Conversations, messages and tasks: the truth that every turn is loaded from and saved to."""

    async def open(self, conversation: Conversation) -> None: ...
    async def accept(self, message: Message, tokens: int) -> Message:
        """Keep a message. The same external id again returns the one that was kept."""
        ...

    async def answer_to(self, message_id: str) -> Message | None:
        """The reply that was given to a message, if it was answered."""
        ...

    async def history(self, conversation_id: str) -> History | None: ...
    async def finish(self, turn: TurnRecord, tokens: Callable[[str], int]) -> bool:
        """Save everything a turn leaves behind, in one commit; `tokens` counts those of a text.

        False: somebody took the conversation over while the turn ran. What it did is kept; its reply is not said.

        Raises:
            AlreadyAnswered: another run of the turn was quicker; nothing was saved.
            HandedBack: it was silent for a colleague who is gone; nothing was kept, and it has to run again.
        """
        ...

    async def sum_up(self, conversation_id: str, summary: str, up_to: str) -> None:
        """Keep a summary of every message up to this id; a turn that ends meanwhile may put the old one back."""
        ...

    async def forget(self, conversation_id: str) -> None: ...


class Ledger(Protocol):
    """What was done, by idempotency key."""

    async def recorded(self, key: str) -> dict[str, Any] | None:
        """The outcome of an act that was completed under this key."""
        ...

    async def begin(self, key: str, conversation_id: str, tool: str, at: datetime) -> None: ...
    async def complete(self, key: str, outcome: dict[str, Any]) -> None: ...


class Casebook(Protocol):
    """Tickets, handovers and what was pushed."""

    async def tickets(self, conversation_id: str) -> list[Ticket]: ...
    async def handover(self, conversation_id: str) -> Handover | None: ...
    async def notices(self, conversation_id: str) -> list[Notice]: ...
    async def audit(self, conversation_id: str) -> list[AuditEntry]: ...
    async def add_to_brief(self, conversation_id: str, text: str) -> None:
        """Put masked text below the brief of a conversation's case; without a case nothing happens."""
        ...
