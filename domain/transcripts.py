"""One conversation as the desk shows it: what was said, what happened, and what is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.casework import Citation, Handover
from domain.conversation import Conversation, Message, Task
from domain.office import Mood, TicketEvent, TicketRow
from domain.records import AuditEntry, Notice


@dataclass(frozen=True)
class Transcript:
    """Everything that the page of a conversation tells, read at once; of long ones the latest part.

    `tickets` are the customer's latest ones; `undelivered` is how messages stand that did not reach them, `cited`
    what the assistant's replies were founded on, both by ids of messages; `unread`: nobody has seen the newest.
    """

    conversation: Conversation
    tasks: Sequence[Task] = ()
    handover: Handover | None = None
    messages: Sequence[Message] = ()
    events: Sequence[TicketEvent] = ()
    moods: Sequence[Mood] = ()
    notices: Sequence[Notice] = ()
    audit: Sequence[AuditEntry] = ()
    tickets: Sequence[TicketRow] = ()
    cited: Mapping[str, Sequence[Citation]] = field(default_factory=dict)
    undelivered: Mapping[str, str] = field(default_factory=dict)
    unread: bool = False
