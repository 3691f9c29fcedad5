"""The gateway: tickets, sockets, messages pushed to one of them at random, acknowledgements, and redelivery."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from simulators.dingtalk.faults import Fault, Faults
from simulators.dingtalk.state import Platform

ROBOT = "/v1.0/im/bot/messages/get"
CARDS = "/v1.0/card/instances/callback"
REMEMBERED = 10_000


@dataclass(eq=False)
class Line:
    """One socket of the app."""

    socket: ServerConnection
    subscribed: frozenset[str]
    leaving: bool = False
    waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Parcel:
    """A robot message until it is acknowledged."""

    msg_id: str
    data: dict[str, Any]
    deliveries: int = 0
    header: str = field(default_factory=lambda: uuid4().hex)


class Gateway:
    """Every socket of the app, and what is under way to it."""

    def __init__(self, platform: Platform, faults: Faults) -> None:
        self._platform = platform
        self._faults = faults
        self._lines: list[Line] = []
        self._parcels: dict[str, Parcel] = {}
        self._sent: dict[str, Parcel] = {}
        self._headers: dict[str, str] = {}
        self._subscriptions: dict[str, frozenset[str]] = {}
        self._held: list[Parcel] = []
        self._server: Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> int:
        return sum(not line.leaving for line in self._lines)

    async def start(self) -> None:
        self._server = await serve(
            self._line, "127.0.0.1", 0, process_request=self._admit, ping_interval=None
        )

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self._lines:
            if line.leaving:  # it may be deaf, and would be waited for
                line.socket.transport.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def endpoint(self, subscriptions: list[dict[str, str]]) -> dict[str, str]:
        """Where to connect, with a ticket that opens one socket."""
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        ticket = self._platform.ticket()
        topics = frozenset(str(one.get("topic")) for one in subscriptions)
        self._subscriptions[ticket] = topics
        return {"endpoint": f"ws://127.0.0.1:{port}/connect", "ticket": ticket}

    async def push(self, msg_id: str, data: dict[str, Any]) -> bool:
        """Send a robot message to a socket; false when there is none."""
        parcel = self._parcels.get(msg_id) or Parcel(msg_id, data)
        self._parcels[msg_id] = self._sent[msg_id] = parcel
        if len(self._sent) > REMEMBERED:
            self._sent.pop(next(iter(self._sent)))
        fault = self._faults.take("push")
        if fault is not None and fault.kind == "reorder":
            self._held.append(parcel)  # it goes out after the next one
            return True
        if not await self._hand_out(parcel, fault):
            return False
        for held in [self._held.pop() for _ in self._held[:]]:
            await self._hand_out(held, None)
        return True

    async def _hand_out(self, parcel: Parcel, fault: Fault | None) -> bool:
        kind = fault.kind if fault else ""
        if fault is not None and kind == "delay":
            self._later(fault.seconds, parcel)
            return True
        if kind == "withhold":
            self._run(self._when_healed(parcel))
            return True
        header = parcel.header if self._platform.spec.redeliver_same_header else uuid4().hex
        sent = kind == "drop" or await self._frame(ROBOT, parcel.data, header)
        parcel.deliveries += 1
        if sent:
            self._headers[header] = parcel.msg_id
            self._note(parcel, kind or "sent")
            if kind in ("duplicate", "duplicate_new_header"):
                again = header if kind == "duplicate" else uuid4().hex
                self._headers[again] = parcel.msg_id
                await self._frame(ROBOT, parcel.data, again)
                self._note(parcel, "again")
        self._later(self._platform.spec.redeliver_after, parcel)
        return sent

    def _note(self, parcel: Parcel, how: str) -> None:
        self._platform.journal.write(
            "push",
            msgId=parcel.msg_id,
            conversation=parcel.data.get("conversationId"),
            user=parcel.data.get("senderStaffId") or parcel.data.get("senderId"),
            delivery=parcel.deliveries,
            how=how,
        )

    def _later(self, seconds: float, parcel: Parcel) -> None:
        async def again() -> None:
            await asyncio.sleep(seconds)
            if parcel.msg_id in self._parcels:
                if parcel.deliveries < self._platform.spec.deliveries:
                    await self._hand_out(parcel, None)
                else:
                    self._parcels.pop(parcel.msg_id)
                    self._platform.journal.write("given_up", msgId=parcel.msg_id)

        self._run(again())

    async def _when_healed(self, parcel: Parcel) -> None:
        await self._faults.healed()
        await self._hand_out(parcel, None)

    def _run(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def click(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """Send a card callback; what the app answered within two seconds, or None."""
        fault = self._faults.take("click")
        kind = fault.kind if fault else ""
        if fault is not None and kind == "delay":
            await asyncio.sleep(fault.seconds)
        line = self._choose(CARDS)
        if line is None or kind in ("drop", "withhold"):
            return None
        ack = await self._ask(line, "CALLBACK", CARDS, data)
        if kind.startswith("duplicate"):
            ack = await self._ask(line, "CALLBACK", CARDS, data)
        if ack is None:
            return None
        return _inside(ack) if ack.get("code") == HTTPStatus.OK else {}

    async def frame(
        self, kind: str, topic: str, data: dict[str, Any], seconds: float
    ) -> dict[str, Any] | None:
        """Send any frame, wanted or not; how it was acknowledged in so many seconds, or None.

        Raises:
            KeyError: there is no socket.
        """
        live = [one for one in self._lines if not one.leaving]
        if not live:
            raise KeyError("socket")
        return await self._ask(live[-1], kind, topic, data, seconds)

    async def _ask(
        self,
        line: Line,
        kind: str,
        topic: str,
        data: dict[str, Any],
        seconds: float | None = None,
    ) -> dict[str, Any] | None:
        header = uuid4().hex
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        line.waiting[header] = answer
        await self._send(line, kind, topic, header, data)
        try:
            async with asyncio.timeout(seconds or self._platform.spec.click_seconds):
                return await answer
        except TimeoutError:
            return None
        finally:
            line.waiting.pop(header, None)

    async def event(self, data: dict[str, Any]) -> bool:
        """Send an event of the organisation."""
        line = self._choose("*")
        if line is None:
            return False
        await self._send(line, "EVENT", "*", uuid4().hex, data)
        return True

    async def redeliver(self, msg_id: str) -> bool:
        """Deliver a message once more, acknowledged or not."""
        parcel = self._sent.get(msg_id)
        return parcel is not None and await self._hand_out(parcel, None)

    async def disconnect(self) -> None:
        """Ask every socket to leave, send nothing more to it, and cut it after ten seconds of silence."""
        for line in [one for one in self._lines if not one.leaving]:
            line.leaving = True
            await self._send(line, "SYSTEM", "disconnect", uuid4().hex, {"reason": "expired"})
            self._run(self._cut(line, self._platform.spec.goodbye_seconds))

    async def _cut(self, line: Line, seconds: float) -> None:
        await asyncio.sleep(seconds)
        line.socket.transport.abort()

    def half_open(self) -> int:
        """Make every socket deaf: it stays open, answers no ping and delivers nothing."""
        for line in self._lines:
            line.socket.transport.pause_reading()
            line.leaving = True
        return len(self._lines)

    def _choose(self, topic: str) -> Line | None:
        live = [one for one in self._lines if not one.leaving and topic in one.subscribed]
        return random.choice(live) if live else None  # noqa: S311 - as the platform does

    async def _frame(self, topic: str, data: dict[str, Any], header: str) -> bool:
        line = self._choose(topic)
        return line is not None and await self._send(line, "CALLBACK", topic, header, data)

    async def _send(
        self, line: Line, kind: str, topic: str, header: str, data: dict[str, Any]
    ) -> bool:
        frame = {
            "specVersion": "1.0",
            "type": kind,
            "headers": {
                "appId": "00000000-0000-0000-0000-000000000000",
                "connectionId": str(line.socket.id),
                "contentType": "application/json",
                "messageId": header,
                "time": str(int(time.time() * 1000)),
                "topic": topic,
            },
            "data": json.dumps(data, ensure_ascii=False),
        }
        try:
            await line.socket.send(json.dumps(frame, ensure_ascii=False))
        except ConnectionClosed:
            return False
        return True

    def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        asked = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        if not self._platform.redeem(asked):
            self._platform.journal.write("refused", cause="ticket")
            return socket.respond(HTTPStatus.UNAUTHORIZED, "ticket\n")
        socket.ticket = asked  # type: ignore[attr-defined]  # until `_line` reads it
        return None

    async def _line(self, socket: ServerConnection) -> None:
        ticket = socket.ticket  # type: ignore[attr-defined]  # set by `_admit`
        line = Line(socket, self._subscriptions.pop(ticket, frozenset()))
        self._lines.append(line)
        self._platform.journal.write("connected", sockets=len(self._lines))
        try:
            with suppress(ConnectionClosed):
                async for raw in socket:
                    self._heard(line, str(raw))
        finally:
            self._lines.remove(line)
            self._platform.journal.write("disconnected", sockets=len(self._lines))

    def _heard(self, line: Line, raw: str) -> None:
        try:
            frame = json.loads(raw)
            header, code = str(frame["headers"]["messageId"]), int(frame.get("code", 0))
        except (ValueError, TypeError, KeyError, AttributeError):
            self._platform.journal.write("error", endpoint="socket", cause="not a frame")
            return
        if header in line.waiting:
            if not line.waiting[header].done():
                line.waiting[header].set_result(frame)
            return
        msg_id = self._headers.pop(header, None)
        self._platform.journal.write("ack", msgId=msg_id, code=code)
        if msg_id is not None and code == HTTPStatus.OK:
            self._parcels.pop(msg_id, None)


def _inside(ack: dict[str, Any]) -> dict[str, Any]:
    """What an acknowledgement says, which is JSON in a string again."""
    try:
        found = json.loads(ack.get("data") or "{}")
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}
