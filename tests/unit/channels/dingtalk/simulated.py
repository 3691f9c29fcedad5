"""The channel, listening to the simulator, for the contract tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from channels.dingtalk.cards import Pace
from channels.dingtalk.channel import DingTalk, read_section
from channels.dingtalk.connection import Timings
from domain.channels import Arrival, Outgoing, Services
from simulators.dingtalk.server import running
from simulators.dingtalk.state import Group, Person, SimulatorSpec
from tests.unit.channels.dingtalk.world import Desk, MemoryLease, MemoryQuota, NoTranscript

TIMINGS = Timings(
    open_within=1.0,
    ping_every=0.1,
    pong_within=0.2,
    silent_after=0.5,
    linger=0.05,
    drain=2.0,
    first_wait=0.02,
    longest_wait=0.2,
)
PACE = Pace(between=0.02, stuck_after=1.0, look_every=0.2)
GROUP = "cidGroupDemo02=="


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class CarefulDesk(Desk):
    """A desk that a test can wait for."""

    async def until(self, number: int) -> list[Arrival]:
        """What was kept, once it is so many."""

        async def kept() -> bool:
            return len(self.kept) >= number

        await until(kept)
        return list(self.kept.values())


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(15):
        while not await condition():  # noqa: ASYNC110 - the simulator is asked, it does not tell
            await asyncio.sleep(0.01)


@dataclass
class World:
    """A simulator, a channel that listens to it, and the desk behind the channel."""

    http: httpx.AsyncClient
    channel: DingTalk
    desk: CarefulDesk = field(default_factory=CarefulDesk)

    async def write(self, user: str = "ann", text: str = "你好", **more: Any) -> str:
        """Write as somebody; returns the id of the message."""
        answer = await self.http.post(
            "/simulator/messages", json={"user": user, "text": text, **more}
        )
        answer.raise_for_status()
        return str(answer.json()["msgId"])

    async def fault(self, kind: str, where: str, times: int = 1, seconds: float = 0.3) -> None:
        body = {"kind": kind, "where": where, "times": times, "seconds": seconds}
        (await self.http.post("/simulator/faults", json=body)).raise_for_status()

    async def control(self, name: str) -> None:
        (await self.http.post(f"/simulator/{name}")).raise_for_status()

    async def connected(self, sockets: int = 1) -> None:
        async def so_many() -> bool:
            found = await self.http.get("/health")
            return bool(found.json()["sockets"] == sockets)

        await until(so_many)

    async def acknowledged(self, number: int) -> None:
        async def so_many() -> bool:
            return len([one for one in await self.journal("ack") if one["code"] == 200]) >= number

        await until(so_many)

    async def shown(self, conversation: str) -> list[dict[str, Any]]:
        """What the robot said in a chat."""
        answer = await self.http.get(f"/simulator/chats/{conversation}")
        return [one for one in answer.json()["shown"] if one["who"] == "robot"]

    async def journal(self, kind: str) -> list[dict[str, Any]]:
        found = (await self.http.get("/simulator/journal")).json()["entries"]
        return [one for one in found if one["kind"] == kind]

    async def calls(self, path: str) -> int:
        return int((await self.http.get("/simulator/journal")).json()["calls"].get(path, 0))


def spec(**more: Any) -> SimulatorSpec:
    people = [Person(user_id=user, name=user.title()) for user in ("ann", "bob", "duty01")]
    outside = Person(user_id="eve", name="Eve", corp="dingother", external=True)
    group = Group(conversation_id=GROUP, title="售後支援群", members=["ann", "bob"])
    return SimulatorSpec(
        client_id="dingtestappkey",
        client_secret="test-app-secret",
        people=[*people, outside],
        groups=[group],
        **{"redeliver_after": 0.3, **more},
    )


def made(url: str, **settings: str) -> DingTalk:
    least = {"client_id": "dingtestappkey", "client_secret": "test-app-secret"}
    section = read_section({**least, "api": url, "legacy_api": url, "external": "true", **settings})
    services = Services(MemoryQuota(), MemoryLease(), NoTranscript(), WallClock())
    return DingTalk(section, services, TIMINGS, PACE)


@asynccontextmanager
async def world(
    played: SimulatorSpec | None = None, settings: Mapping[str, str] | None = None
) -> AsyncIterator[World]:
    async with running(played or spec()) as url, httpx.AsyncClient(base_url=url) as http:
        channel = made(url, **(settings or {}))
        found = World(http, channel)
        listening = asyncio.create_task(channel.listen(found.desk.accept))
        try:
            await found.connected()
            yield found
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await channel.close()


def reply(arrival: Arrival, text: str, message_id: str = "", **more: Any) -> Outgoing:
    return Outgoing(
        message_id or f"out-{arrival.external_id}",
        arrival.address.conversation_id,
        arrival.address,
        text,
        route=arrival.route,
        **more,
    )
