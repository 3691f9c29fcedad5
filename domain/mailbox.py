"""What waits to be answered and what waits to be sent: the ports of the inbox, the outbox and durable work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from domain.channels import Arrival, Outgoing, Receipt


@dataclass(frozen=True)
class Kept:
    """An arrival on the disk. `seq` grows in the order of arrival; `turn_id` is the turn that answers it."""

    id: str
    seq: int
    conversation_id: str
    received_at: datetime
    arrival: Arrival


@dataclass(frozen=True)
class Taken:
    """The arrivals that one turn answers together, oldest first. `turn_id` is the id of the oldest.

    `more` says that others wait, too many for one turn.
    """

    turn_id: str
    kept: tuple[Kept, ...]
    more: bool = False

    @property
    def conversation_id(self) -> str:
        return self.kept[0].conversation_id


class InboxStore(Protocol):
    """Arrivals, from the moment the platform was told that we have them."""

    async def keep(self, arrival: Arrival, conversation_id: str) -> Kept | None:
        """Put an arrival on the disk; None when it was there before.

        Raises:
            StorageError: it was not kept.
        """
        ...

    async def take(self, conversation_id: str) -> Taken | None:
        """What the next turn answers: what a turn that died had taken, or else all that waits. None: nothing."""
        ...

    async def extend(self, taken: Taken) -> Taken:
        """The same turn with what has arrived since."""
        ...

    async def done(self, taken: Taken) -> None:
        """What a turn had taken is answered, by something else than a reply."""
        ...

    async def waiting(self) -> list[Kept]:
        """The oldest unanswered arrival of every conversation that has one."""
        ...


@dataclass(frozen=True)
class Unsent:
    """A message that has not been handed over yet, and how often it was tried."""

    message: Outgoing
    tries: int


class OutboxStore(Protocol):
    """Messages on their way out. They are put in with the turn that wrote them, in one commit."""

    async def put(self, messages: Sequence[Outgoing]) -> None: ...
    async def unsent(self, conversation_id: str) -> list[Unsent]:
        """What a conversation still has to be told, in the order it was written."""
        ...

    async def claim(self, message: Outgoing) -> bool:
        """Begin to send a message; false: it is kept back, for a colleague speaks in this conversation.

        The assistant's messages are let out and a conversation is taken over one after the other, never both.
        """
        ...

    async def sent(self, message_id: str, receipt: Receipt, at: datetime) -> None: ...
    async def tried(self, message_id: str, why: str) -> None: ...
    async def gave_up(self, message_id: str, why: str) -> None: ...
    async def find(self, message_id: str) -> Outgoing | None: ...
    async def conversations(self) -> list[str]:
        """Conversations with something unsent."""
        ...


class Switches(Protocol):
    """Settings that are changed while the desk runs, by their name."""

    async def read(self, name: str) -> str | None: ...
    async def write(self, name: str, value: str) -> None: ...


Remembered = TypeVar("Remembered")  # plain JSON


class Step(Protocol):
    """Run a named part of a piece of work; what a finished part returned is remembered over a crash."""

    async def __call__(
        self, name: str, part: Callable[[], Awaitable[Remembered]], /
    ) -> Remembered: ...


Work = Callable[[str, Step], Awaitable[None]]
"""A piece of work: gets the argument it was enqueued with, always an id, never a text."""


class Durable(Protocol):
    """Work that is finished whatever dies. At least once: what a step does must stand being done again."""

    async def start(self, works: Mapping[str, Work]) -> None:
        """Begin, and pick up what a process of the same name left unfinished."""
        ...

    async def enqueue(
        self, work: str, key: str, argument: str, *, lane: str, order: int, delay: float = 0.0
    ) -> None:
        """Have `works[work](argument)` done once. The same key again changes nothing.

        In one lane one piece of work runs at a time, by `order`; `delay` is in seconds.
        """
        ...

    async def cancel(self, key: str) -> None: ...
    async def status(self, key: str) -> str | None:
        """waiting, running, done, failed or cancelled; None when the key is unknown."""
        ...

    async def stop(self) -> None: ...
