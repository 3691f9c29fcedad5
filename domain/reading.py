"""What is read out of a customer's words: the reader's port, what it may look at, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from domain.company import Account, Booking, Invoice, Order
from domain.conversation import Task
from domain.language import Language

Act = Literal["agree", "refuse", "hold", "ask_first", "drop", "undo", "correct", "ask_done", "none"]


@dataclass(frozen=True)
class CustomerRecords:
    """What is the customer's own, so that their words can be matched to it. Never anybody else's."""

    orders: tuple[Order, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    bookings: tuple[Booking, ...] = ()
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True)
class ReadingContext:
    """What a message is read against: the clock, the open and latest tasks, and what was spoken of.

    `tenant` and `turn` say who pays for a model that is asked, and for what.
    """

    now: datetime
    language: Language = "yue"
    tasks: tuple[Task, ...] = ()
    records: CustomerRecords = field(default_factory=CustomerRecords)
    focus: dict[str, str] = field(default_factory=dict)
    signals: frozenset[str] = frozenset()
    tenant: str = ""
    turn: str = ""


@dataclass(frozen=True)
class Reading:
    """What a message asks for.

    `tasks` are new ones, and earlier ones that it answered, corrected, confirmed, put off or took back (same id).
    `act` is what the message does as a whole; `focus` maps kinds of record to the id spoken of; `confidence`
    (0..1) is how sure the offline reader is that this is all of it.
    """

    tasks: tuple[Task, ...] = ()
    act: Act = "none"
    focus: dict[str, str] = field(default_factory=dict)
    confidence: float = 1.0


@dataclass(frozen=True)
class Screening:
    """What a message gives away before it is understood. Scores are 0..1, 0.5 is the decision threshold.

    `signals` are the things it reports (safety, delay, damage, anger, person, ...).
    """

    signals: frozenset[str] = frozenset()
    anger: float = 0.0
    negative: float = 0.0
    injection: float = 0.0

    @property
    def blocked(self) -> bool:
        return self.injection >= 0.5


class Reader(Protocol):
    """Turns one turn's words into tasks. Offline or with a model; the rest of the house cannot tell."""

    async def read(self, text: str, context: ReadingContext) -> Reading: ...


class Screener(Protocol):
    """Looks at a message, a tool's result or an article before anything acts on it."""

    def screen(self, text: str) -> Screening: ...
