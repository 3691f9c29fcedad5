"""What durable work promises, on SQLite and on Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from domain.mailbox import Durable, Step
from simulators import postgres
from storage.durable import DbosDurable


@dataclass
class Bench:
    """Durable work over one folder, and what was done."""

    folder: Path
    url: str | None
    done: list[str] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    together: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    fail_once: bool = False
    durable: Durable | None = None

    async def open(self) -> Durable:
        self.durable = DbosDurable(self.folder, self.url, "bench")
        await self.durable.start({"note": self.note, "wait": self.wait})
        return self.durable

    async def note(self, argument: str, step: Step) -> None:
        async def write() -> bool:
            self.running.add(argument)
            self.together = max(self.together, len(self.running))
            await asyncio.sleep(0.05)
            self.running.discard(argument)
            self.done.append(argument)
            self.moved.set()
            return True

        await step("write", write)

    async def wait(self, argument: str, step: Step) -> None:
        async def first() -> bool:
            self.done.append(f"first {argument}")
            self.moved.set()
            return True

        async def second() -> bool:
            await self.hold.wait()
            self.done.append(f"second {argument}")
            self.moved.set()
            return True

        await step("first", first)
        await step("second", second)

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(30):
            while len(self.done) < count:
                self.moved.clear()
                await self.moved.wait()
        return self.done


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.running(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def bench(
    request: pytest.FixtureRequest, tmp_path: Path, server: str
) -> AsyncIterator[Bench]:
    url = None if request.param == "sqlite" else postgres.new_database(server, f"d{uuid4().hex}")
    made = Bench(tmp_path, url)
    await made.open()
    yield made
    made.hold.set()
    assert made.durable is not None
    await made.durable.stop()


async def test_work_is_done_once_however_often_it_is_enqueued(bench: Bench) -> None:
    assert bench.durable is not None
    for _ in range(3):
        await bench.durable.enqueue("note", "k1", "a", lane="l", order=1)
    await bench.until(1)
    await asyncio.sleep(0.3)
    assert bench.done == ["a"]
    assert await bench.durable.status("k1") == "done"
    assert await bench.durable.status("k2") is None


async def test_in_one_lane_work_is_done_one_by_one_in_order(bench: Bench) -> None:
    assert bench.durable is not None
    for order in (3, 1, 2, 4):
        await bench.durable.enqueue("note", f"k{order}", str(order), lane="l", order=order)
    done = await bench.until(4)
    assert done[-1] == "4"
    assert bench.together == 1


async def test_lanes_run_side_by_side(bench: Bench) -> None:
    assert bench.durable is not None
    await asyncio.gather(
        *(
            bench.durable.enqueue("note", f"k{number}", str(number), lane=f"l{number}", order=1)
            for number in range(8)
        )
    )
    await bench.until(8)
    assert bench.together > 1


async def test_delayed_work_waits(bench: Bench) -> None:
    assert bench.durable is not None
    await bench.durable.enqueue("note", "late", "late", lane="a", order=1, delay=1.5)
    await bench.durable.enqueue("note", "soon", "soon", lane="b", order=1)
    assert await bench.durable.status("late") == "waiting"
    assert await bench.until(2) == ["soon", "late"]


async def test_cancelled_work_is_not_done(bench: Bench) -> None:
    assert bench.durable is not None
    await bench.durable.enqueue("note", "late", "late", lane="a", order=1, delay=1.0)
    await bench.durable.cancel("late")
    await bench.durable.enqueue("note", "after", "after", lane="b", order=1, delay=1.5)
    assert await bench.until(1) == ["after"]
    assert await bench.durable.status("late") == "cancelled"


async def test_a_restart_goes_on_after_the_last_step_that_was_done(bench: Bench) -> None:
    assert bench.durable is not None
    await bench.durable.enqueue("wait", "k1", "a", lane="l", order=1)
    await bench.until(1)
    await bench.durable.stop()
    await bench.open()
    bench.hold.set()
    done = await bench.until(2)
    assert (done.count("first a"), "second a" in done) == (1, True)
