"""The way in: keep an arrival once, find out whose conversation it is, and call the desk to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import uuid4

import structlog
from prometheus_client import Counter

from domain.channels import Arrival
from domain.errors import InputError, NightdeskError
from domain.mailbox import Durable, InboxStore, Kept, OutboxStore, Taken

log = structlog.get_logger()
TURN = "turn"
CROWD = 8  # arrivals that wait for the disk at once; with more, answering waits
QUIET_SECONDS = 0.3  # how long there has to be no crowd before answering goes on
LONGEST_PAUSE = 5.0
_ARRIVALS = Counter("nightdesk_arrivals", "Messages that came in", ["channel", "result"])


class Inbox:
    """Accepts arrivals. What it has accepted is answered, whatever dies."""

    def __init__(self, store: InboxStore, sent: OutboxStore, durable: Durable) -> None:
        self._store = store
        self._sent = sent
        self._durable = durable
        self._arrived: dict[str, asyncio.Event] = {}
        self._to_call: dict[str, Kept] = {}
        self._caller: asyncio.Task[None] | None = None
        self._at_the_door = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._settling: asyncio.TimerHandle | None = None

    async def accept(self, arrival: Arrival) -> bool:
        """Keep an arrival; true when it is new.

        Raises:
            StorageError: it was not kept; the platform must not be told that it was.
            InputError: a button of a message that we never sent, or that was sent to somebody else, was pressed.
        """
        channel = arrival.address.channel
        arrival, conversation_id = await self._placed(arrival)
        self._crowd(1)
        try:
            kept = await self._store.keep(arrival, conversation_id)
        finally:
            self._crowd(-1)
        _ARRIVALS.labels(channel, "new" if kept else "duplicate").inc()
        if kept is None:
            return False
        self.call(kept)
        if kept.conversation_id in self._arrived:
            self._arrived[kept.conversation_id].set()
        return True

    def _crowd(self, change: int) -> None:
        """Count who waits at the door, and give a sign when there was no crowd for a while."""
        self._at_the_door += change
        if self._at_the_door > CROWD:
            self._quiet.clear()
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if not self._quiet.is_set():
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(QUIET_SECONDS, self._quiet.set)

    async def _placed(self, arrival: Arrival) -> tuple[Arrival, str]:
        """The arrival, and its conversation: of a click, that of the message that its button stood under.

        What was written to one person only they may press; what was written to a group, anybody who sees it.
        """
        if arrival.click is None or not arrival.click.message_id:
            return arrival, arrival.address.conversation_id
        asked = await self._sent.find(arrival.click.message_id)
        if asked is None:
            _ARRIVALS.labels(arrival.address.channel, "unknown_button").inc()
            raise InputError("a button was pressed under a message that this desk never sent")
        elsewhere = asked.address.channel != arrival.address.channel
        if elsewhere or (asked.address.user and arrival.sender.id != asked.address.user):
            _ARRIVALS.labels(arrival.address.channel, "foreign_button").inc()
            raise InputError("a button was pressed by somebody whom the message was not for")
        placed = replace(arrival, address=asked.address, route={**asked.route, **arrival.route})
        return placed, asked.conversation_id

    def call(self, kept: Kept) -> None:
        """See to it that a turn answers what was kept. Later arrivals of the conversation join it."""
        self._to_call.setdefault(kept.conversation_id, kept)
        if self._caller is None or self._caller.done():
            self._caller = asyncio.create_task(self._call())

    async def _call(self) -> None:
        while self._to_call:
            await self.quiet()
            conversation_id = next(iter(self._to_call))
            kept = self._to_call.pop(conversation_id)
            try:
                await self._durable.enqueue(
                    TURN, kept.id, conversation_id, lane=conversation_id, order=kept.seq
                )
            except NightdeskError as error:  # the row is safe: the next start calls again
                log.error("turn_not_enqueued", conversation_id=conversation_id, code=error.code)

    async def recover(self) -> int:
        """Call the desk to everything unanswered that it was not called to; returns how many conversations."""
        waiting = await self._store.waiting()
        called = 0
        for kept in waiting:
            state = await self._durable.status(kept.id)
            if state in ("waiting", "running"):
                continue
            called += 1
            key = kept.id if state is None else f"{kept.id}-{uuid4().hex[:8]}"
            await self._durable.enqueue(
                TURN, key, kept.conversation_id, lane=kept.conversation_id, order=kept.seq
            )
        return called

    async def quiet(self) -> None:
        """Wait while a crowd is at the door: what arrives is kept first, and answered after that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_PAUSE):
                await self._quiet.wait()

    async def take(self, conversation_id: str) -> Taken | None:
        """What the next turn answers."""
        return await self._store.take(conversation_id)

    async def done(self, taken: Taken) -> None:
        """What was taken is answered."""
        await self._store.done(taken)

    @contextmanager
    def watched(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when something arrives, in this process, for a conversation."""
        event = self._arrived.setdefault(conversation_id, asyncio.Event())
        event.clear()
        try:
            yield event
        finally:
            self._arrived.pop(conversation_id, None)

    async def more(self, taken: Taken, seconds: float) -> Taken | None:
        """The same turn with what arrives within so many seconds; None when nothing does."""
        with self.watched(taken.conversation_id) as event:
            grown = await self._store.extend(taken)  # it may have come while the turn was read
            if len(grown.kept) == len(taken.kept):
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await event.wait()
        grown = await self._store.extend(taken)
        return grown if len(grown.kept) > len(taken.kept) else None
