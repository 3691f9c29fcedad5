"""The supervisor of Stream mode: one live socket per bot, a successor open before the old one is closed.

The protocol is spoken directly over `websockets`. The official SDK (0.24.3) acknowledges after its handler, has no
deadline for pongs, closes before it opens, and reads its address when it is imported.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import SystemRandom
from urllib.parse import urlsplit

import structlog
from prometheus_client import Counter, Gauge
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from channels.dingtalk.connection import Connection, Pulse, Timings
from channels.dingtalk.inbound import Receiver
from domain.channels import Lease
from domain.errors import InputError, NightdeskError, StorageError

log = structlog.get_logger()
_OPENED = Counter("nightdesk_dingtalk_connections", "Connections opened, by why", ["reason"])
_NOT_OPENED = Counter("nightdesk_dingtalk_open_failures", "Connections that could not be opened")
_SILENCE = Gauge("nightdesk_dingtalk_silence_seconds", "Seconds since a frame or a pong was heard")
_LARGEST_FRAME = 4 * 1024 * 1024
_RANDOM = SystemRandom()


class Supervisor:
    """Keeps a bot reachable until it is cancelled. It never gives up, and never opens in a storm."""

    def __init__(
        self,
        *,
        gateway: Callable[[], Awaitable[str]],
        receiver: Receiver,
        lease: Lease,
        name: str,
        timings: Timings | None = None,
        wall: Callable[[], float] = time.time,
        tls: bool = True,
    ) -> None:
        self._gateway = gateway
        self._receiver = receiver
        self._lease = lease
        self._name = name
        self._timings = timings or Timings()
        self._wall = wall
        self._tls = tls
        self._slots = asyncio.Semaphore(self._timings.at_work)
        self._pulse = Pulse(time.monotonic())
        self._failures = 0
        self._last_opened = -self._timings.longest_wait
        self._retiring: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Wait for the lease, hold it, and receive; for ever."""
        _SILENCE.set_function(lambda: time.monotonic() - self._pulse.at)
        try:
            while True:
                await self._wait_for_lease()
                log.info("dingtalk_consumer_active", lease=self._name)
                await self._lead()
                log.warning("dingtalk_consumer_replaced", lease=self._name)
        finally:
            with suppress(StorageError):
                await self._lease.release(self._name)

    async def _wait_for_lease(self) -> None:
        """Two consumers of one bot would each get half of a conversation, so the second stands by."""
        told = False
        while not await self._hold():
            if not told:
                log.warning("dingtalk_consumer_stands_by", lease=self._name)
            told = True
            await asyncio.sleep(self._timings.lease / 3)

    async def _hold(self) -> bool:
        try:
            return await self._lease.hold(self._name, self._timings.lease)
        except StorageError as error:
            log.warning("dingtalk_lease_unknown", lease=self._name, cause=str(error))
            return False

    async def _lead(self) -> None:
        serving = asyncio.create_task(self._serve())
        keeping = asyncio.create_task(self._keep_lease())
        try:
            await asyncio.wait({serving, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (serving, keeping):
                task.cancel()
            ended = await asyncio.gather(serving, keeping, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _keep_lease(self) -> None:
        """Renew the lease; returns when another has it, or when ours ran out unrenewed."""
        renewed = time.monotonic()
        while time.monotonic() - renewed < self._timings.lease:
            await asyncio.sleep(self._timings.lease / 3)
            try:
                async with asyncio.timeout(self._timings.lease / 3):
                    if not await self._lease.hold(self._name, self._timings.lease):
                        return
                renewed = time.monotonic()
            except (StorageError, TimeoutError) as error:
                cause = str(error) or "slow"
                log.warning("dingtalk_lease_unknown", lease=self._name, cause=cause)

    async def _serve(self) -> None:
        connection = await self._open("start")
        try:
            while True:
                reason = await connection.worn()
                # One that opened and brought nothing is as bad as one that did not open.
                self._failures = 0 if connection.proven else self._failures + 1
                log.info("dingtalk_connection_worn", reason=reason, proven=connection.proven)
                successor = await self._open(reason)
                self._retire(connection)
                connection = successor
        finally:
            await connection.close()
            if self._retiring:
                await asyncio.wait(self._retiring)
            await self._receiver.settled()

    def _retire(self, connection: Connection) -> None:
        task = asyncio.create_task(connection.retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _open(self, reason: str) -> Connection:
        while True:
            await asyncio.sleep(self._patience())
            self._last_opened = time.monotonic()
            try:
                connection = await self._connect()
            except (NightdeskError, WebSocketException, OSError, TimeoutError) as error:
                self._failures += 1
                _NOT_OPENED.inc()
                # Addresses of the gateway carry the ticket, so only our own errors are quoted.
                cause = str(error) if isinstance(error, NightdeskError) else type(error).__name__
                log.error("dingtalk_open_failed", cause=cause, failures=self._failures)
                continue
            _OPENED.labels(reason).inc()
            log.info("dingtalk_connected", reason=reason)
            return connection

    async def _connect(self) -> Connection:
        timings = self._timings
        async with asyncio.timeout(timings.open_within):
            address = await self._gateway()
            if self._tls and urlsplit(address).scheme != "wss":
                raise InputError("the gateway named a socket without TLS")
            socket = await connect(
                address,
                open_timeout=None,  # the whole opening has one deadline
                ping_interval=None,  # we ask ourselves, to know when an answer came
                close_timeout=2,
                max_size=_LARGEST_FRAME,
            )
        self._pulse.at = time.monotonic()
        return Connection(
            socket,
            receiver=self._receiver,
            slots=self._slots,
            pulse=self._pulse,
            timings=timings,
            wall=self._wall,
        )

    def _patience(self) -> float:
        """Seconds to wait before opening.

        Not by `stamina`, which forgets its attempts when a call succeeds: a connection that opens and dies is a
        failure too, and two that open well must still not follow at once.
        """
        timings = self._timings
        since = time.monotonic() - self._last_opened
        if self._failures == 0:
            return max(0.0, timings.first_wait - since)
        longest = min(timings.longest_wait, timings.first_wait * 2.0 ** min(self._failures - 1, 16))
        return max(0.0, _RANDOM.uniform(longest / 2, longest) - since)
