"""The supervisor against a gateway that goes silent, sends it away, or is not there."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from channels.dingtalk.connection import Timings
from channels.dingtalk.frames import MESSAGES
from channels.dingtalk.inbound import Receiver
from channels.dingtalk.messages import Bot
from channels.dingtalk.stream import Supervisor
from channels.dingtalk.trust import Trust
from domain.errors import StorageError, UpstreamUnavailable
from tests.unit.channels.dingtalk.world import (
    ROBOT,
    Desk,
    Gateway,
    HandClock,
    Line,
    MemoryLease,
    frame,
    gateway,
    payload,
)

QUICK = Timings(
    ping_every=0.05,
    pong_within=0.1,
    silent_after=0.3,
    linger=0.02,
    drain=1,
    first_wait=0.02,
    longest_wait=0.1,
    lease=0.3,
)


@asynccontextmanager
async def receiving(
    line: Gateway,
    desk: Desk,
    *,
    lease: MemoryLease | None = None,
    timings: Timings = QUICK,
    wall: Callable[[], float] = time.time,
    tls: bool = False,
) -> AsyncIterator[None]:
    supervisor = Supervisor(
        gateway=line.address,
        receiver=Receiver(Bot(ROBOT), Trust(), desk.accept, HandClock()),
        lease=lease or MemoryLease(),
        name="dingtalk:x",
        timings=timings,
        wall=wall,
        tls=tls,
    )
    running = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def message(number: int) -> str:
    return frame(payload(msgId=f"msg{number}=="), MESSAGES, frame_id=f"f-{number}")


def system(topic: str, **data: str) -> str:
    return frame(data, topic, "SYSTEM", "s-1")


def acked(line: Line, frame_id: str) -> list[dict[str, Any]]:
    return [ack for ack in line.acks if ack["headers"]["messageId"] == frame_id]


async def test_messages_are_kept_and_acknowledged_and_pings_answered() -> None:
    desk = Desk()
    async with gateway() as gate, receiving(gate, desk):
        line = await gate.line(0)
        await line.socket.send(system("ping", opaque="x"))
        for number in range(50):
            await line.socket.send(message(number))
        await line.socket.send("no frame at all")
        await line.socket.send(system("KEEPALIVE"))
        await gate.until(lambda: len(line.acks) == 51)
        assert json.loads(acked(line, "s-1")[0]["data"]) == {"opaque": "x"}
        assert all(len(acked(line, f"f-{number}")) == 1 for number in range(50))
        assert list(desk.kept) == [f"msg{number}==" for number in range(50)]
        assert gate.opened == 1


async def test_what_was_not_kept_is_not_acknowledged_and_can_come_again() -> None:
    desk = Desk()
    desk.error = StorageError("the disk is full")
    async with gateway() as gate, receiving(gate, desk):
        line = await gate.line(0)
        await line.socket.send(message(1))
        await line.socket.send(system("ping"))
        await gate.until(lambda: bool(acked(line, "s-1")))
        desk.error = None
        await line.socket.send(message(1))
        await gate.until(lambda: bool(acked(line, "f-1")))
        assert (desk.deliveries, len(desk.kept)) == (2, 1)


async def test_a_fault_of_ours_costs_one_acknowledgement_and_not_the_service() -> None:
    desk = Desk()
    desk.error = KeyError("a bug")
    async with gateway() as gate, receiving(gate, desk):
        line = await gate.line(0)
        await line.socket.send(message(1))
        await line.socket.send(system("ping"))
        await gate.until(lambda: bool(acked(line, "s-1")))
        desk.error = None
        await line.socket.send(message(2))
        await gate.until(lambda: bool(acked(line, "f-2")))
        assert list(desk.kept) == ["msg2=="]


async def test_after_disconnect_the_new_socket_is_open_before_the_old_one_is_closed() -> None:
    desk = Desk()
    async with gateway() as gate, receiving(gate, desk):
        old = await gate.line(0)
        desk.gate.clear()
        await old.socket.send(message(1))
        await old.socket.send(system("disconnect", reason="connection is expired"))
        new = await gate.line(1)
        assert old.open
        desk.gate.set()
        await gate.until(lambda: bool(acked(old, "f-1")))  # in flight, and still acknowledged
        await gate.until(lambda: not old.open)
        await new.socket.send(message(2))
        await gate.until(lambda: bool(acked(new, "f-2")))
        assert gate.most_open == 2


async def test_a_hundred_reconnects_lose_nothing() -> None:
    desk = Desk()
    timings = replace(QUICK, first_wait=0.0)
    async with gateway() as gate, receiving(gate, desk, timings=timings):
        for number in range(100):
            line = await gate.line(number)
            await line.socket.send(message(number))
            await line.socket.send(system("disconnect"))
        await gate.line(100)
        await gate.until(lambda: sum(len(line.acks) for line in gate.lines) == 200)
        await gate.until(lambda: sum(line.open for line in gate.lines) == 1)
        assert len(desk.kept) == 100


async def test_a_half_open_socket_is_noticed_and_replaced() -> None:
    desk = Desk()
    async with gateway() as gate, receiving(gate, desk):
        old = await gate.line(0)
        old.socket.transport.pause_reading()  # no pong any more, and no word of it
        new = await gate.line(1)
        await new.socket.send(message(1))
        await gate.until(lambda: bool(acked(new, "f-1")))
        old.socket.transport.abort()


async def test_a_quiet_socket_that_answers_pings_is_left_alone() -> None:
    async with gateway() as gate, receiving(gate, Desk()):
        line = await gate.line(0)
        await asyncio.sleep(3 * QUICK.silent_after)
        assert (gate.opened, line.open) == (1, True)


async def test_a_socket_that_we_are_too_busy_to_read_is_not_taken_for_dead() -> None:
    desk = Desk()
    desk.gate.clear()
    async with gateway() as gate, receiving(gate, desk, timings=replace(QUICK, at_work=2)):
        line = await gate.line(0)
        for number in range(60):
            await line.socket.send(message(number))
        await asyncio.sleep(3 * QUICK.silent_after)
        assert (gate.opened, desk.deliveries) == (1, 2)
        desk.gate.set()
        await gate.until(lambda: len(line.acks) == 60)


async def test_a_clock_that_jumped_means_that_the_machine_slept() -> None:
    jumped = 0.0
    async with (
        gateway() as gate,
        receiving(gate, Desk(), wall=lambda: time.time() + jumped),
    ):
        await gate.line(0)
        await asyncio.sleep(0.1)  # until our side of the socket is there, too
        jumped = 600.0
        await gate.line(1)


async def test_it_never_gives_up_and_never_opens_in_a_storm() -> None:
    async with gateway() as gate:
        gate.failures = [UpstreamUnavailable("down"), OSError("down"), TimeoutError()] * 2
        async with receiving(gate, Desk(), timings=replace(QUICK, first_wait=0.01)):
            await gate.line(0)
            assert gate.opened == 7


async def test_sockets_that_open_and_die_at_once_are_failures_too() -> None:
    async with gateway() as gate:

        async def refuse() -> None:
            for number in range(1000):
                (await gate.line(number)).socket.transport.abort()

        refusing = asyncio.create_task(refuse())
        async with receiving(gate, Desk(), timings=replace(QUICK, longest_wait=60.0)):
            await asyncio.sleep(1.0)
        refusing.cancel()
        assert 2 <= gate.opened <= 10  # at the pace of sockets that live it would be some 50


async def test_a_gateway_that_answers_too_late_is_asked_again() -> None:
    async with gateway() as gate:
        slow = asyncio.Event()
        first = gate.address

        async def address() -> str:
            found = await first()
            if gate.opened == 1:
                await slow.wait()
            return found

        gate.address = address  # type: ignore[method-assign]
        async with receiving(gate, Desk(), timings=replace(QUICK, open_within=0.1)):
            await gate.line(0)
            assert gate.opened == 2


async def test_a_socket_without_tls_is_opened_only_for_an_api_without_tls() -> None:
    async with gateway() as gate, receiving(gate, Desk(), tls=True):
        await asyncio.sleep(0.5)
        assert gate.opened >= 2
        assert gate.lines == []


async def test_of_two_consumers_one_stands_by_and_takes_over() -> None:
    held: dict[str, str] = {}
    desk = Desk()
    async with gateway() as gate, receiving(gate, desk, lease=MemoryLease("b", held)):
        await gate.line(0)
        async with receiving(gate, desk, lease=MemoryLease("a", held)):
            await asyncio.sleep(2 * QUICK.lease)
            assert gate.opened == 1
            held["dingtalk:x"] = "a"  # the first one's lease ran out, and the second took it
            await gate.until(lambda: not gate.lines[0].open)
            second = await gate.line(1)
            await second.socket.send(message(1))
            await gate.until(lambda: bool(acked(second, "f-1")))
    assert held == {}


@pytest.mark.parametrize("broken_for", [2, 1000])
async def test_a_lease_that_cannot_be_renewed_ends_the_socket_only_when_it_runs_out(
    broken_for: int,
) -> None:
    class BrokenLease(MemoryLease):
        asked = 0

        async def hold(self, name: str, seconds: float) -> bool:
            self.asked += 1
            if 1 < self.asked <= 1 + broken_for:
                raise StorageError("the database is gone")
            return await super().hold(name, seconds)

    lease = BrokenLease()
    async with gateway() as gate, receiving(gate, Desk(), lease=lease):
        line = await gate.line(0)
        await asyncio.sleep(3 * QUICK.lease)
        assert line.open is (broken_for == 2)


async def test_on_the_way_out_what_was_delivered_is_kept_and_acknowledged() -> None:
    desk = Desk()
    desk.gate.clear()
    async with gateway() as gate:
        async with receiving(gate, desk):
            line = await gate.line(0)
            await line.socket.send(message(1))
            async with asyncio.timeout(5):
                await desk.called.wait()
            asyncio.get_running_loop().call_later(0.1, desk.gate.set)
        await gate.until(lambda: bool(acked(line, "f-1")))
        assert len(desk.kept) == 1
