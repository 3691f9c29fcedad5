"""What the office keeps: the ports of storage for handovers, ownership, tickets and surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.casework import Handover, Priority, Ticket, TicketStatus
from domain.channels import Arrival, Outgoing
from domain.conversation import Message
from domain.office import (
    InboxView,
    Label,
    Load,
    Mood,
    Ownership,
    Survey,
    Taken,
    TicketEvent,
    TicketRow,
)
from domain.records import Notice


@dataclass(frozen=True)
class Effects:
    """What one change of the office brings with it; all of it is kept in the commit of the change, or nothing.

    Of the ticket only what is set here changes; `seen` says that a colleague looked at it.
    """

    events: Sequence[TicketEvent] = ()
    notices: Sequence[Notice] = ()
    outgoing: Sequence[Outgoing] = ()
    ticket_id: str = ""
    assignee: str | None = None
    status: TicketStatus | None = None
    priority: Priority | None = None
    team: str | None = None
    ticket: Ticket | None = None
    """The ticket in its new status, with its clocks."""


class HandoverStore(Protocol):
    """Handovers and their stages."""

    async def handover(self, handover_id: str) -> Handover | None: ...
    async def newest(self, conversation_id: str) -> Handover | None:
        """The latest handover of a conversation."""
        ...

    async def waiting(self) -> list[Handover]:
        """Everything that has a stage before it, whatever its time."""
        ...

    async def advance(self, before: Handover, after: Handover, effects: Effects) -> bool:
        """From one stage to the next, with its effects; false: it is not where `before` says; nothing happened."""
        ...

    async def ticket(self, ticket_id: str) -> Ticket | None: ...
    async def loads(self) -> Mapping[str, Load]:
        """What every colleague has on their desk; of whom nothing is known has nothing."""
        ...


class OfficeStore(HandoverStore, Protocol):
    """What colleagues do."""

    async def owned(self, conversation_id: str) -> Ownership: ...
    async def take(
        self,
        conversation_id: str,
        staff_id: str,
        at: datetime,
        effects: Effects,
        *,
        about: str = "",
    ) -> Taken:
        """Give a conversation that no colleague holds to one. What the assistant has waiting is kept back.

        If somebody holds it already, nothing happens and they are named. Nothing happens either where the handover
        that it is `about` is over.
        """
        ...

    async def give_back(
        self, conversation_id: str, staff_id: str, at: datetime, effects: Effects
    ) -> bool:
        """Give a conversation back to the assistant; false: this colleague does not hold it."""
        ...

    async def pass_on(
        self, conversation_id: str, staff_id: str, to: str, at: datetime, effects: Effects
    ) -> bool:
        """Give a conversation from one colleague to another; false: the first does not hold it."""
        ...

    async def say(
        self, staff_id: str, message: Message, outgoing: Sequence[Outgoing], effects: Effects
    ) -> bool:
        """Speak to the customer; false: this colleague does not hold the conversation, and nothing was said."""
        ...

    async def record(self, effects: Effects) -> None:
        """Keep a change of a ticket, and what it brings with it."""
        ...

    async def in_flight(self, conversation_id: str) -> bool:
        """Is something that the assistant wrote on its way out at this moment?"""
        ...

    async def last_arrival(self, conversation_id: str) -> Arrival | None:
        """What came in last over a channel, which is where an answer goes."""
        ...

    async def pushed(self, conversation_id: str, handover_id: str) -> list[Outgoing]:
        """What staff were pushed of a handover, with buttons, and was sent."""
        ...

    async def current(self, conversation_id: str) -> Ticket | None:
        """The newest ticket of a conversation."""
        ...

    async def look(self, ticket_id: str, at: datetime) -> None:
        """A colleague has seen the ticket."""
        ...

    async def away(self, staff_id: str, away: bool) -> None:
        """Whether somebody is away, though their shift says they are there."""
        ...

    async def label(self, label: Label) -> None:
        """Keep what a colleague said of an alarm; the last word counts."""
        ...


class DeskStore(OfficeStore, Protocol):
    """What the desk's pages read."""

    async def inbox(self, view: InboxView, me: str) -> tuple[list[TicketRow], int]:
        """A page of tickets, what needs somebody first, and how many there are."""
        ...

    async def counts(self, me: str) -> Mapping[str, int]:
        """How many tickets each view of the inbox holds, for one colleague."""
        ...

    async def history(self, conversation_id: str) -> list[TicketEvent]:
        """Everything that happened to the tickets of a conversation, oldest first."""
        ...

    async def tickets_of(self, customer_id: str, limit: int = 20) -> list[TicketRow]:
        """The latest tickets of a customer."""
        ...

    async def moods(self, conversation_id: str) -> list[Mood]:
        """How a customer sounded, oldest first."""
        ...

    async def version(self) -> str:
        """Changes whenever something of the office does; cheap to ask for."""
        ...


class SurveyStore(Protocol):
    """Surveys, one for a ticket at most."""

    async def surveyed_since(self, customer_id: str, since: datetime) -> bool:
        """Was this customer asked since then?"""
        ...

    async def ask(
        self, survey: Survey, message: Message, outgoing: Sequence[Outgoing], effects: Effects
    ) -> bool:
        """Send an invitation; false: this ticket had one, or a colleague holds the conversation."""
        ...

    async def remind(
        self, survey: Survey, message: Message, outgoing: Sequence[Outgoing], effects: Effects
    ) -> bool:
        """Send the one reminder; false: there was one, or an answer."""
        ...

    async def unanswered(self, before: datetime) -> list[Survey]:
        """Surveys sent before then, without an answer and without a reminder."""
        ...

    async def quiet(self, before: datetime, status: TicketStatus) -> list[Ticket]:
        """Tickets of the assistant's in a status, in which nothing has happened since then."""
        ...

    async def finish(
        self, ticket: Ticket, before: datetime, at: datetime, effects: Effects
    ) -> bool:
        """Put a quiet ticket into its new status; false: something happened meanwhile."""
        ...
