"""A DingTalk in miniature, for the tests of its channel only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from websockets.asyncio.server import Server, ServerConnection, serve

from channels.dingtalk.api import Api, App
from channels.dingtalk.quota import Budget
from domain.channels import Address, Arrival, Button, Outgoing, Said, Services
from domain.errors import StorageError

RECORDINGS = Path(__file__).parents[3] / "recordings" / "dingtalk"
NOW = datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
WEBHOOK = "https://oapi.dingtalk.com/robot/sendBySession?session=secret0001"
ROBOT = "dingtestappkey"


def recording(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return found


def payload(name: str = "text", **changed: Any) -> dict[str, Any]:
    """A recorded message, with members changed; None takes one out."""
    found = {**recording(name)["payload"], **changed}
    return {member: value for member, value in found.items() if value is not None}


class HandClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class MemoryQuota:
    def __init__(self, used: int = 0) -> None:
        self.calls: dict[str, int] = {}
        self.start = used
        self.writes = 0
        self.broken = False

    async def used(self, name: str) -> int:
        if self.broken:
            raise StorageError("the database is gone")
        return self.calls.get(name, self.start)

    async def spend(self, name: str, calls: int = 1) -> int:
        total = await self.used(name) + calls
        self.calls[name] = total
        self.writes += 1
        return total


class MemoryLease:
    """Leases of one desk, as several processes see them."""

    def __init__(self, holder: str = "a", held: dict[str, str] | None = None) -> None:
        self.holder = holder
        self.held: dict[str, str] = {} if held is None else held

    async def hold(self, name: str, seconds: float) -> bool:
        assert seconds > 0
        return self.held.setdefault(name, self.holder) == self.holder

    async def release(self, name: str) -> None:
        if self.held.get(name) == self.holder:
            del self.held[name]


class NoTranscript:
    async def since(self, _conversation_id: str, _seq: int) -> list[Said]:
        return []


def services(clock: HandClock | None = None) -> Services:
    return Services(MemoryQuota(), MemoryLease(), NoTranscript(), clock or HandClock())


class Desk:
    """Keeps arrivals once, as an inbox does; can be broken."""

    def __init__(self) -> None:
        self.kept: dict[str, Arrival] = {}
        self.deliveries = 0
        self.error: Exception | None = None
        self.called = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def accept(self, arrival: Arrival) -> bool:
        self.deliveries += 1
        self.called.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self.kept.setdefault(arrival.external_id, arrival) is arrival


def frame(
    data: Mapping[str, Any] | str, topic: str, kind: str = "CALLBACK", frame_id: str = "f-1"
) -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    headers = {"messageId": frame_id, "topic": topic, "time": "1767225600123", "new": "header"}
    return json.dumps({"specVersion": "1.0", "type": kind, "headers": headers, "data": text})


@dataclass
class Line:
    """One socket of the gateway, seen from its side."""

    socket: ServerConnection
    acks: list[dict[str, Any]] = field(default_factory=list)
    open: bool = True


class Gateway:
    """Opens sockets, pushes frames, and counts how many are open at once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.failures: list[Exception] = []
        self.opened = 0
        self.most_open = 0
        self.changed = asyncio.Condition()
        self.url = ""

    async def address(self) -> str:
        self.opened += 1
        if self.failures:
            raise self.failures.pop(0)
        return f"{self.url}?ticket=t-{self.opened}"

    async def serve(self, socket: ServerConnection) -> None:
        line = Line(socket)
        self.lines.append(line)
        self.most_open = max(self.most_open, sum(one.open for one in self.lines))
        await self.tell()
        async for raw in socket:
            line.acks.append(json.loads(raw))
            await self.tell()
        line.open = False
        await self.tell()

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(condition)

    async def line(self, number: int) -> Line:
        """The connection of this number, once it is there."""
        await self.until(lambda: len(self.lines) > number)
        return self.lines[number]


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    async with serve(made.serve, "127.0.0.1", 0, ping_interval=None) as server:
        made.url = f"ws://127.0.0.1:{_port(server)}/connect"
        yield made


def _port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


@dataclass(frozen=True)
class Call:
    """A call as DingTalk saw it. `path` has no query."""

    method: str
    path: str
    body: dict[str, Any]
    token: str


Answer = httpx.Response | httpx.TransportError


class Platform:
    """Answers calls: by what a test has put down for a path, or else as DingTalk does when all is well."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.taken: list[Call] = []  # those that had an effect
        self.answers: dict[str, list[Answer]] = {}
        self.tokens = 0
        self.expire_in: int | None = 7200
        self.carriers = 0

    def fail(self, path: str, *answers: Answer) -> None:
        self.answers.setdefault(path, []).extend(answers)

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        body = json.loads(request.content) if request.content else {}
        token = request.headers.get("x-acs-dingtalk-access-token", "")
        call = Call(request.method, path, body, token)
        self.calls.append(call)
        await asyncio.sleep(0)
        waiting = self.answers.get(path)
        if waiting:
            found = waiting.pop(0)
            if isinstance(found, httpx.TransportError):
                raise found
            if found.status_code < 400 and b'"errcode"' not in found.content:
                self.taken.append(call)
            return found
        self.taken.append(call)
        return httpx.Response(200, json=self._usual(path))

    def _usual(self, path: str) -> dict[str, Any]:
        if path.endswith("accessToken"):
            self.tokens += 1
            life = {} if self.expire_in is None else {"expireIn": self.expire_in}
            return {"accessToken": f"token-{self.tokens}", **life}
        if path.endswith("createAndDeliver"):
            self.carriers += 1
            delivered = {"success": True, "carrierId": f"carrier-{self.carriers}"}
            return {"success": True, "result": {"deliverResults": [delivered]}}
        if path.startswith("/v1.0/robot"):
            return {"processQueryKey": "pqk-1", "openDingId": "ding-1", "failedList": {}}
        return {"errcode": 0, "success": True, "task_id": 456}


@asynccontextmanager
async def api_over(
    platform: Platform, budget: Budget | None = None, **settings: str
) -> AsyncIterator[Api]:
    """The API client with a platform in the place of the network."""
    app = App("dingtestappkey", SecretStr("test-app-secret"), ROBOT, **settings)
    spent = budget or budget_of(MemoryQuota())
    made = Api(app, spent.count, spent.used_up, httpx.MockTransport(platform.answer))
    yield made
    await made.close()


def budget_of(
    quota: MemoryQuota,
    clock: HandClock | None = None,
    monthly: int = 10_000,
    per_second: float = 60,
) -> Budget:
    return Budget(quota, clock or HandClock(), "dingtalk:x", monthly=monthly, per_second=per_second)


def refusal(code: str, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": "?", "requestid": "r"})


def errcode(number: int, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"errcode": number, "errmsg": "?", **more})


def outgoing(
    text: str = "你好，張單**已發貨**。",
    *,
    message_id: str = "out-1",
    group: bool = False,
    buttons: tuple[Button, ...] = (),
    **route: str,
) -> Outgoing:
    """A reply to the recorded text, one-to-one or in a group."""
    thread = "cidGroupDemo02==" if group else "cidUserBotDemo01=="
    usual = {
        "webhook": WEBHOOK,
        "webhook_expires": str(int((NOW.timestamp() + 5400) * 1000)),
        "staff": "manager4321",
        "nick": "Zhang San",
        "robot": ROBOT,
        "thread": thread,
        "group": "1" if group else "",
    }
    address = Address("dingtalk", ROBOT, thread, "manager4321", group)
    return Outgoing(
        message_id,
        address.conversation_id,
        address,
        text,
        buttons=buttons,
        route={**usual, **route},
    )
