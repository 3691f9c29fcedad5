"""A small office behind the widget: it keeps what arrives, and holds the transcripts in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from domain.channels import Address, Arrival, Button, Outgoing, Said, Services
from domain.errors import StorageError

SITE = "shop"
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
        raise NotImplementedError(name)

    async def spend(self, name: str, calls: int = 1) -> int:
        raise NotImplementedError(name, calls)

    async def hold(self, name: str, seconds: float) -> bool:
        raise NotImplementedError(name, seconds)

    async def release(self, name: str) -> None:
        raise NotImplementedError(name)

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
