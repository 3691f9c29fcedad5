"""How quickly a desk accepts, answers and streams, measured from a second process: `make bench-desk`.

This process is DingTalk: it plays the platform, pushes messages over the socket, and takes the time until they are
acknowledged, and until the answer is shown. The desk is `nightdesk serve` in a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from simulators import postgres
from simulators.dingtalk.gateway import Gateway
from simulators.dingtalk.people import Written, compose
from simulators.dingtalk.server import create_app
from simulators.dingtalk.state import Person, Platform, SimulatorSpec

SECRET = "secret-of-the-benchmark"  # noqa: S105 - it opens nothing
PEOPLE = 200
WINDOW = 100  # unacknowledged messages at a time
TEXTS = (
    "打風會唔會送貨㗎",
    "你哋幾點收工",
    "你哋有冇實體舖？",
    "運費點計？",
    "请问你们几点下班？",
    "What are your opening hours?",
    "How much is delivery?",
    "請問颱風天會送貨嗎？",
)
console = Console(width=120)


@dataclass
class Stopwatch:
    """When messages were pushed, and how long until they were acknowledged and answered."""

    pushed: dict[str, float] = field(default_factory=dict)
    acks: list[float] = field(default_factory=list)
    waiting: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    answers: list[float] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, entry: Mapping[str, Any]) -> None:
        now = time.perf_counter()
        if entry["kind"] == "ack" and entry.get("msgId") in self.pushed:
            self.acks.append(now - self.pushed.pop(str(entry["msgId"])))
        elif entry["kind"] == "send" or (entry["kind"] == "card" and entry.get("status") == "3"):
            since = self.waiting[str(entry["conversation"])]
            while since:  # a turn may answer several messages
                self.answers.append(now - since.popleft())
        else:
            return
        self.news.set()

    @property
    def open(self) -> int:
        return sum(map(len, self.waiting.values()))


@dataclass
class Stage:
    """DingTalk with a desk connected to it."""

    platform: Platform
    gateway: Gateway
    base: str
    watch: Stopwatch
    sent: int = 0

    async def push(self, text: str, user: str) -> None:
        self.sent += 1
        written = Written(user=user, text=text, msg_id=f"m{self.sent}")
        msg_id, data = compose(self.platform, written, self.base)
        self.watch.pushed[msg_id] = time.perf_counter()
        self.watch.waiting[data["conversationId"]].append(time.perf_counter())
        await self.gateway.push(msg_id, data)

    async def until(self, seconds: float, fits: Any) -> None:
        """Wait until something is so, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                while not fits():
                    self.watch.news.clear()
                    await self.watch.news.wait()
        except TimeoutError:
            pass


@asynccontextmanager
async def stage(
    folder: Path, environment: Mapping[str, str], card: str = ""
) -> AsyncIterator[Stage]:
    """Start the platform here and the desk in a process of its own."""
    people = [Person(user_id=f"visitor{number}", name=f"V{number}") for number in range(PEOPLE)]
    spec = SimulatorSpec(
        client_id="bench", client_secret=SECRET, people=people, redeliver_after=600
    )
    app = create_app(spec)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag alone
        await asyncio.sleep(0.02)
    base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    watch = Stopwatch()
    played = Stage(app.state.platform, app.state.gateway, base, watch)
    listening = asyncio.create_task(_listen(played))
    desk = await _desk(folder, {**environment, **_section(base, card)})
    try:
        async with asyncio.timeout(120):
            while not played.gateway.connected:  # noqa: ASYNC110 - the desk comes when it is ready
                await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        yield played
    finally:
        desk.terminate()
        await desk.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        server.should_exit = True
        await serving


async def _listen(played: Stage) -> None:
    queue = played.platform.journal.listen()
    while True:
        played.watch.take(await queue.get())


def _section(base: str, card: str) -> dict[str, str]:
    prefix, at = "NIGHTDESK_CHANNELS__DINGTALK__", base.rstrip("/")
    section = {"CLIENT_ID": "bench", "CLIENT_SECRET": SECRET, "API": at, "LEGACY_API": at}
    section |= {"CARD_TEMPLATE": card, "MONTHLY_CALLS": "1000000"} if card else {}
    return {prefix + name: value for name, value in section.items()}


async def _desk(folder: Path, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "serve", "--port", "0", "--data", str(folder)),
        env={**os.environ, **environment},  # noqa: TID251 - a process is given its settings
        stdout=asyncio.subprocess.DEVNULL,
    )


async def _worker(
    folder: Path, environment: Mapping[str, str], base: str, name: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "worker", name, "--data", str(folder)),
        env={**os.environ, **environment, **_section(base, "")},  # noqa: TID251 - as above
        stdout=asyncio.subprocess.DEVNULL,
    )


def shown(values: list[float], share: float) -> str:
    """A quantile in milliseconds."""
    ordered = sorted(values)
    return (
        f"{ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000:.0f}"
        if ordered
        else "–"
    )


async def ingest(played: Stage, messages: int) -> tuple[str, ...]:
    """Push as fast as the desk acknowledges."""
    chance = random.Random(1)  # noqa: S311 - a load, not a secret
    started = time.perf_counter()
    for number in range(messages):
        await played.push(chance.choice(TEXTS), f"visitor{number % PEOPLE}")
        if len(played.watch.pushed) >= WINDOW:
            await played.until(30, lambda: len(played.watch.pushed) < WINDOW)
    await played.until(60, lambda: not played.watch.pushed)
    seconds = time.perf_counter() - started
    acks = played.watch.acks
    rate = f"{len(acks) / seconds:.0f}/s"
    return ("accepted, full sync", rate, shown(acks, 0.5), shown(acks, 0.95), shown(acks, 0.99))


async def steady(played: Stage, rate: float, seconds: float) -> tuple[str, ...]:
    """Push at a rate, and take the time until the answer is shown."""
    chance = random.Random(2)  # noqa: S311 - a load, not a secret
    played.watch.answers.clear()
    started, count = time.perf_counter(), int(rate * seconds)
    for number in range(count):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        await played.push(chance.choice(TEXTS), f"visitor{number % PEOPLE}")
    await played.until(60, lambda: not played.watch.open)
    answers = played.watch.answers
    label = f"answered, {rate:g}/s for {seconds:g} s ({len(answers)} of {count})"
    done = f"{len(answers) / (time.perf_counter() - started):.1f}/s"
    return (label, done, shown(answers, 0.5), shown(answers, 0.95), shown(answers, 0.99))


async def idle(played: Stage, messages: int) -> tuple[str, ...]:
    """One message at a time, each when the one before was answered."""
    played.watch.answers.clear()
    for number in range(messages):
        await played.push(TEXTS[number % len(TEXTS)], f"visitor{number % PEOPLE}")
        await played.until(30, lambda: not played.watch.open)
        await asyncio.sleep(0.2)
    answers = played.watch.answers
    middle = f"{statistics.median(answers) * 1000:.0f}"
    return ("answered, idle", "–", middle, shown(answers, 0.95), shown(answers, 0.99))


async def processes(counts: list[int], rate: float, seconds: float) -> Table:
    """The same load on one desk, and on a desk with workers beside it, on one Postgres."""
    table = Table("processes", "rate", "p50 ms", "p95 ms", "p99 ms", title="desks on one Postgres")
    for count in counts:
        with TemporaryDirectory() as folder, postgres.running(Path(folder) / "pg") as url:
            environment = {"NIGHTDESK_DATABASE_URL": url}
            data = Path(folder) / "data"
            async with stage(data, environment) as played:
                names = [f"worker-{number}" for number in range(1, count)]
                hands = [await _worker(data, environment, played.base, name) for name in names]
                await asyncio.sleep(15 if hands else 0)  # they start as the desk did
                row = await steady(played, rate, seconds)
                table.add_row(str(count), *row[1:])
                for hand in hands:
                    hand.terminate()
                    await hand.wait()
    return table


async def run(rates: list[float], seconds: float) -> Table:
    """Every measurement, on a desk with SQLite."""
    table = Table("what", "rate", "p50 ms", "p95 ms", "p99 ms", title="one desk, SQLite")
    with TemporaryDirectory() as folder:
        async with stage(Path(folder), {}) as played:
            table.add_row(*await idle(played, 40))
            for rate in rates:
                table.add_row(*await steady(played, rate, seconds))
    with TemporaryDirectory() as folder:
        async with stage(Path(folder), {}) as played:
            table.add_row(*await ingest(played, 6000))
    return table


def main(
    *,
    rate: Annotated[list[float], typer.Option(help="Messages a second; may be given again.")] = [  # noqa: B006
        5.0,
        10.0,
        20.0,
    ],
    seconds: Annotated[float, typer.Option(help="How long each rate is held.")] = 30.0,
    on_postgres: Annotated[
        list[int], typer.Option(help="Also with so many processes; may be given again.")
    ] = [],  # noqa: B006
) -> None:
    """Print the tables of docs/benchmarks.md."""
    console.print(asyncio.run(run(rate, seconds)))
    if on_postgres:
        console.print(asyncio.run(processes(on_postgres, max(rate), seconds)))


if __name__ == "__main__":
    typer.run(main)
