"""One socket to the gateway: reads it, asks for pongs, and says when it should be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import structlog
from prometheus_client import Counter
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from channels.dingtalk.frames import Frame, answer, parse_frame
from channels.dingtalk.inbound import FRAMES, Receiver
from domain.errors import InputError

log = structlog.get_logger()
_MISSED = Counter("nightdesk_dingtalk_pongs_missed", "Pings that were not answered in time")
_UNANSWERED = Counter("nightdesk_dingtalk_acks_lost", "Answers whose socket was gone")


@dataclass(frozen=True)
class Timings:
    """How patient the supervisor is, in seconds. What is measured in the field stands in dingtalk.md 2.9."""

    open_within: float = 10.0
    ping_every: float = 25.0
    pong_within: float = 10.0
    silent_after: float = (
        60.0  # no frame and no pong for so long: half-open, whatever the system says
    )
    jump: float = (
        90.0  # the wall clock ran ahead of ours: the machine slept, and nobody kept the socket
    )
    linger: float = 1.0  # an old socket is read on for so long after its successor is open
    drain: float = 10.0  # then what it delivered is kept and acknowledged, within so long
    first_wait: float = 1.0  # between two openings, doubled after each that failed
    longest_wait: float = 60.0
    lease: float = 30.0
    at_work: int = 256  # frames that may wait for the disk; then nothing more is read


@dataclass
class Pulse:
    """When anything was last heard from the gateway, over all sockets."""

    at: float


class Connection:
    """Works from when it is made until `retire`. `worn` tells when, and why, a successor is needed."""

    def __init__(
        self,
        socket: ClientConnection,
        *,
        receiver: Receiver,
        slots: asyncio.Semaphore,
        pulse: Pulse,
        timings: Timings,
        wall: Callable[[], float],
    ) -> None:
        self._socket = socket
        self._receiver = receiver
        self._slots = slots
        self._pulse = pulse
        self._timings = timings
        self._wall = wall
        self._heard = monotonic()
        self._offset = wall() - monotonic()
        self._at_work: set[asyncio.Task[None]] = set()
        self._worn: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.proven = False  # it has brought something, so the gateway does serve us
        self._reader = asyncio.create_task(self._read())
        self._pinger = asyncio.create_task(self._ping())

    async def worn(self) -> str:
        """Why it must be replaced: disconnect, silent, jump or closed."""
        return await asyncio.shield(self._worn)

    async def retire(self) -> None:
        """Read on for a moment, finish what was delivered, and close."""
        self._pinger.cancel()
        if not self._reader.done():
            await asyncio.wait({self._reader}, timeout=self._timings.linger)
        await self.close()

    async def close(self) -> None:
        """Finish what was delivered, and close."""
        for task in (self._pinger, self._reader):
            task.cancel()
        await asyncio.gather(self._pinger, self._reader, return_exceptions=True)
        if self._at_work:
            # What takes longer is kept all the same; its acknowledgement is lost, so it comes again and is known.
            await asyncio.wait(self._at_work, timeout=self._timings.drain)
        await self._socket.close()

    def _wear(self, reason: str) -> None:
        if not self._worn.done():
            self._worn.set_result(reason)

    def _alive(self) -> None:
        self._heard = self._pulse.at = monotonic()

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                self._alive()
                await self._take(raw)
        except ConnectionClosed as error:
            log.info("dingtalk_socket_closed", cause=type(error).__name__)
        finally:
            self._wear("closed")

    async def _take(self, raw: str | bytes) -> None:
        try:
            frame = parse_frame(raw)
        except InputError as error:  # without an id there is nothing to acknowledge
            FRAMES.labels("other", "unreadable").inc()
            log.warning("dingtalk_frame_unreadable", topic="", cause=str(error))
            return
        if frame.type == "SYSTEM":
            await self._system(frame)
            return
        self.proven = True
        await self._slots.acquire()
        task = asyncio.create_task(self._work(frame))
        self._at_work.add(task)
        task.add_done_callback(self._worked)

    async def _system(self, frame: Frame) -> None:
        known = frame.topic in {"ping", "disconnect"}
        FRAMES.labels(frame.topic if known else "system", "seen").inc()
        if known:
            await self._answer(answer(frame, frame.data))
        if frame.topic == "disconnect":
            self._wear("disconnect")

    async def _work(self, frame: Frame) -> None:
        reply = await self._receiver.receive(frame)
        if reply is not None:
            await self._answer(reply)

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            FRAMES.labels("other", "failed").inc()  # not acknowledged, so it comes again
            log.error("dingtalk_frame_failed", cause=type(error).__name__)

    async def _answer(self, reply: str) -> None:
        try:
            await self._socket.send(reply)
        except ConnectionClosed:
            _UNANSWERED.inc()  # it will be delivered again, and known by its id

    async def _ping(self) -> None:
        """Judge by pongs, never by how quiet the chats are; after a missed one ask again at once."""
        try:
            while not self._worn.done():
                if await self._pong():
                    self._alive()
                    self.proven = True
                    await asyncio.wait({self._worn}, timeout=self._timings.ping_every)
                elif monotonic() - self._heard >= self._timings.silent_after:
                    self._wear("silent")
                if self._slept():
                    self._wear("jump")
        except ConnectionClosed:
            self._wear("closed")

    def _slept(self) -> bool:
        before, self._offset = self._offset, self._wall() - monotonic()
        return self._offset - before > self._timings.jump

    async def _pong(self) -> bool:
        left = self._heard + self._timings.silent_after - monotonic()
        patience = max(0.05, min(self._timings.pong_within, left))
        try:
            async with asyncio.timeout(patience):
                await (await self._socket.ping())
        except TimeoutError:
            # While all slots are taken we do not read, and would not see a pong that is there.
            if self._slots.locked():
                self._heard = monotonic()
            else:
                _MISSED.inc()
                log.warning("dingtalk_pong_missed", within=round(patience, 1))
            return False
        return True
