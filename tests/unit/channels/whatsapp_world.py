"""What the tests of the WhatsApp channel share: recorded payloads, a desk that keeps, a clock that is moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from channels.whatsapp.api import Api, Number
from channels.whatsapp.channel import WhatsApp, read_section
from channels.whatsapp.forms import Template
from channels.whatsapp.receipts import Receipts
from channels.whatsapp.sending import Sending, Windows
from domain.channels import Address, Arrival, Outgoing, Said, Services

RECORDINGS = Path(__file__).parents[2] / "recordings" / "whatsapp"
RECORDED = sorted(path.stem for path in RECORDINGS.glob("*.json"))
NOW = datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)  # a second after the recorded messages
NUMBER = "100200300"
SECTION = {
    "access_token": "secret-access-token",
    "app_secret": "test-app-secret",
    "verify_token": "the-word",
    "phone_number_id": NUMBER,
}
HERE = Address("whatsapp", NUMBER, "US.1001demo", "US.1001demo")
OPEN = {
    "window_expires": str(int((NOW + timedelta(hours=24)).timestamp() * 1000)),
    "to": "15551234567",
    "recipient": "US.1001demo",
    "wamid": "wamid.DEMO1",
}


def recording(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return found


class HandClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class MemoryQuota:
    async def used(self, _name: str) -> int:
        return 0

    async def spend(self, _name: str, calls: int = 1) -> int:
        return calls


class MemoryLease:
    async def hold(self, _name: str, seconds: float) -> bool:
        return seconds > 0

    async def release(self, _name: str) -> None:
        return None


class NoTranscript:
    async def since(self, _conversation_id: str, _seq: int) -> list[Said]:
        return []


def services(clock: Any = None) -> Services:
    return Services(MemoryQuota(), MemoryLease(), NoTranscript(), clock or HandClock())


def made(clock: Any = None, **settings: str) -> WhatsApp:
    return WhatsApp(read_section({**SECTION, **settings}), services(clock), 0.3, 0.3)


class Desk:
    """Keeps arrivals once, as an inbox does; can be broken."""

    def __init__(self) -> None:
        self.kept: dict[str, Arrival] = {}
        self.deliveries = 0
        self.error: Exception | None = None
        self.changed = asyncio.Event()

    async def accept(self, arrival: Arrival) -> bool:
        await asyncio.sleep(0)
        self.deliveries += 1
        if self.error is not None:
            raise self.error
        new = self.kept.setdefault(arrival.external_id, arrival) is arrival
        self.changed.set()
        return new

    async def until(self, number: int, deliveries: int = 0) -> list[Arrival]:
        """What was kept, once it is so many, and was delivered so often."""
        async with asyncio.timeout(10):
            while len(self.kept) < number or self.deliveries < deliveries:
                self.changed.clear()
                await self.changed.wait()
        return list(self.kept.values())


Answer = httpx.Response | Exception


class Line:
    """The platform's end of the line: answers are taken one by one, then everything is accepted."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []
        self.before: Callable[[dict[str, Any]], None] = lambda _: None

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = json.loads(request.content)
        self.bodies.append(body)
        self.before(body)
        found = self.answers.pop(0) if self.answers else taken(f"wamid.OUT{len(self.bodies)}")
        if isinstance(found, Exception):
            raise found
        return found


def taken(wamid: str) -> httpx.Response:
    return httpx.Response(200, json={"messaging_product": "whatsapp", "messages": [{"id": wamid}]})


def refused(code: int, status: int = 400) -> httpx.Response:
    error = {"message": f"(#{code}) about +1 555 123", "type": "OAuthException", "code": code}
    return httpx.Response(status, json={"error": error})


class Sender:
    """The way out without a network."""

    def __init__(self, *answers: Answer, template: str = "", proof_within: float = 0.2) -> None:
        self.line = Line(*answers)
        self.clock = HandClock()
        self.receipts = Receipts()
        self.windows = Windows()
        number = Number(NUMBER, "https://graph.example/v26.0", SecretStr("secret-access-token"))
        self.api = Api(number, transport=httpx.MockTransport(self.line.answer))
        self.sending = Sending(
            api=self.api,
            receipts=self.receipts,
            windows=self.windows,
            clock=self.clock,
            template=Template(template, "zh_HK") if template else None,
            proof_within=proof_within,
        )


def outgoing(text: str = "你好", **more: Any) -> Outgoing:
    found = {"id": "out-7", "address": HERE, "route": OPEN, **more}
    return Outgoing(conversation_id=found["address"].conversation_id, text=text, **found)
