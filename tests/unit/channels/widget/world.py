"""A small office behind the widget: it keeps what arrives, and holds the transcripts in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from channels.widget.channel import open_channel
from channels.widget.identity import Tokens, Visitor
from domain.channels import Address, Arrival, Button, Outgoing, Said, Services, WebApp
from domain.errors import StorageError

SITE = "shop"
ID = "0b6f1c1e-6a55-4a3a-9b3f-0d2f3c9a7e11"
SECRET = "a-secret-of-the-tests-0123456789-abcdef"
PAGE = "https://shop.example"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SECTION = {"site": SITE, "secret": SECRET, "origins": f"{PAGE}, https://m.shop.example"}


class HandClock:
    """Time that is moved by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, **time: float) -> None:
        self.time += timedelta(**time)


class Office:
    """Implements `Transcript`, `Quota` and `Lease`, and accepts arrivals once."""

    def __init__(self) -> None:
        self.kept: dict[str, Arrival] = {}
        self.said: defaultdict[str, list[Said]] = defaultdict(list)
        self.calls: Counter[str] = Counter()
        self.held: dict[str, float] = {}
        self.seq = 0
        self.down = False

    async def accept(self, arrival: Arrival) -> bool:
        if self.down:
            raise StorageError("the disk /var/secret is full")
        new = arrival.external_id not in self.kept
        self.kept.setdefault(arrival.external_id, arrival)
        return new

    def say(
        self, conversation_id: str, author: str, text: str, buttons: tuple[Button, ...] = ()
    ) -> Said:
        self.seq += 1
        said = Said(self.seq, author, text, NOW, buttons, f"said-{self.seq}")
        self.said[conversation_id].append(said)
        return said

    async def since(self, conversation_id: str, seq: int) -> list[Said]:
        if self.down:
            raise StorageError("the disk /var/secret is full")
        return [one for one in self.said[conversation_id] if one.seq > seq][:200]

    async def used(self, name: str) -> int:
        return self.calls[name]

    async def spend(self, name: str, calls: int = 1) -> int:
        self.calls[name] += calls
        return self.calls[name]

    async def hold(self, name: str, seconds: float) -> bool:
        self.held[name] = seconds
        return True

    async def release(self, name: str) -> None:
        self.held.pop(name, None)

    def services(self, clock: HandClock) -> Services:
        return Services(quota=self, lease=self, transcript=self, clock=clock)


def identity(
    customer: str = "C-1",
    *,
    key: str = SECRET,
    header: Mapping[str, str] | None = None,
    hours: float = 1,
    **more: Any,
) -> str:
    """What the company's backend signs for somebody who is signed in."""
    claims = {
        "sub": customer,
        "aud": SITE,
        "exp": int((NOW + timedelta(hours=hours)).timestamp()),
        **more,
    }
    wanted = {name: value for name, value in claims.items() if value is not None}
    head = dict(header or {"alg": "HS256"})
    return jwt.encode(head, wanted, OctKey.import_key(key), algorithms=[head["alg"]])


def outgoing(address: Address, said: Said) -> Outgoing:
    return Outgoing(said.id, address.conversation_id, address, said.text, buttons=said.buttons)


@asynccontextmanager
async def browser(
    office: Office, *, origin: str = PAGE, app: WebApp | None = None, **section: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that looks at a page of the shop."""
    channel = open_channel({**SECTION, **section}, office.services(HandClock()))
    served: Any = app or channel.web(office.accept)
    headers = {"Origin": origin} if origin else {}
    transport = httpx.ASGITransport(served, client=("203.0.113.9", 4711))
    async with httpx.AsyncClient(
        transport=transport, base_url="https://desk.example", headers=headers
    ) as client:
        yield client


async def visit(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/visit", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def say(client: httpx.AsyncClient, token: str, text: object, **more: Any) -> httpx.Response:
    return await client.post("/messages", json={"token": token, "id": ID, "text": text, **more})


def token_of(visitor: str) -> str:
    return Tokens(SITE, SECRET, HandClock()).token(Visitor(visitor))


def place(visitor: str) -> Address:
    return Address("widget", SITE, visitor, visitor)
