"""How quickly the desk is there for twenty colleagues at 200 open conversations: `python -m evals.bench_staff`.

The desk is `nightdesk serve` in a process of its own, over made-up conversations. The colleagues are sessions that
open the inbox and conversations, think a little, hear the news of the page they look at, and renew it as a browser
does; meanwhile customers write. A message is timed from when it is sent to the desk, before it is accepted, until
a colleague who has the conversation open is told, and until the words stand in the renewed page.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import socket
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer
import yaml
from rich.console import Console
from rich.table import Table

from connectors.demo_shop import read_world
from domain.settings import ROOT
from evals.made_up_office import LONG, Held, MadeUpOffice
from storage.database import Database

WANTED_PAGE, WANTED_SEEN = 0.3, 1.0  # seconds
LONGEST = 10.0  # seconds that a message is waited for; then it has not been shown
STARTING = 180  # seconds that the desk may take to start
_VIEWS = ("", "?show=waiting", "?show=open", "?show=all", "?show=mine")
_NEWS = re.compile(r'hx-sse:connect="([^"]+)"')
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_TICKS = os.sysconf("SC_CLK_TCK")
console = Console(width=110)


@dataclass
class Stopwatch:
    """How long pages took, by kind, and what customers wrote."""

    pages: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, tuple[str, float]] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    begun: bool = False
    ended: float = 0.0
    shown: asyncio.Event = field(default_factory=asyncio.Event)

    def page(self, kind: str, seconds: float) -> None:
        if self.begun:
            self.pages[kind].append(seconds)

    def hear(self, talk: str) -> None:
        """News of a conversation: whoever wrote in it has been heard by now."""
        now = time.perf_counter()
        for mark, (where, since) in self.sent.items():
            if where == talk:
                self.told.setdefault(mark, now - since)

    def read(self, talk: str, text: str) -> None:
        """A page as a colleague sees it now."""
        now = time.perf_counter()
        for mark, (where, since) in self.sent.items():
            if where == talk and mark not in self.seen and f"{mark}." in text:
                self.seen[mark] = now - since
        self.shown.set()

    async def settled(self, talk: str) -> None:
        """Nobody leaves a page on which a customer's words are about to appear."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while self._awaited(talk):
                    self.shown.clear()
                    await self.shown.wait()

    def _awaited(self, talk: str) -> bool:
        return any(
            where == talk and mark not in self.seen for mark, (where, _) in self.sent.items()
        )


class Worker:
    """One colleague at a browser."""

    def __init__(
        self, base: str, staff_id: str, talks: Sequence[Held], watch: Stopwatch, think: float
    ) -> None:
        self._client = httpx.AsyncClient(base_url=base, timeout=60)
        self._staff_id, self._think = staff_id, think
        self._mine = [one for one in talks if one.holder == staff_id]
        self._talks, self._watch = talks, watch
        self._chance = random.Random(staff_id)  # noqa: S311 - a load, not a secret
        self.at = ""  # the conversation that is open, if one is

    async def enter(self) -> None:
        """Log in as a colleague of the demo."""
        token = _TOKEN.search((await self._client.get("/desk/login")).text)
        assert token, "the demo's door is closed"
        sent = {"csrf": token[1], "id": self._staff_id, "next": "/desk"}
        origin = {"origin": str(self._client.base_url).rstrip("/")}
        answer = await self._client.post("/desk/login/demo", data=sent, headers=origin)
        assert answer.status_code == 303, answer.text

    async def work(self) -> None:
        """Look at the list, then at a conversation, again and again."""
        try:
            while True:
                await self._look("inbox", "/desk/inbox" + self._chance.choice(_VIEWS))
                own = self._mine and self._chance.random() < 0.7
                talk = self._chance.choice(self._mine if own else self._talks)
                kind = "conversation, long" if talk.messages == LONG else "conversation"
                await self._look(kind, f"/desk/conversation?id={talk.id}", talk.id)
        finally:
            await self._client.aclose()

    async def _look(self, kind: str, address: str, talk: str = "") -> None:
        """Open a page, and stay on it for a while; what is new there comes by itself."""
        page = await self._get(kind, address)
        self.at = talk
        news = _NEWS.search(page)
        assert news, f"{address} hears no news"
        hearing = asyncio.create_task(self._hear(kind, address, unescape(news[1]), talk))
        try:
            await asyncio.sleep(self._think * self._chance.uniform(0.5, 1.5))
            self.at = ""
            await self._watch.settled(talk)
            assert not hearing.done(), f"{address}: the news broke off"
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    async def _hear(self, kind: str, address: str, news: str, talk: str) -> None:
        async with self._client.stream("GET", news) as stream:
            assert stream.status_code == 200, stream.status_code
            with suppress(httpx.ReadError):  # the page was left: what it heard is closed under it
                async for line in stream.aiter_lines():
                    if line == "event: changed":
                        self._watch.hear(talk)
                        self._watch.read(talk, await self._get(f"{kind}, renewed", address))

    async def _get(self, kind: str, address: str) -> str:
        started = time.perf_counter()
        answer = await self._client.get(address)
        self._watch.page(kind, time.perf_counter() - started)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer.text


async def customers(
    base: str, workers: Sequence[Worker], held: Mapping[str, Held], watch: Stopwatch, rate: float
) -> None:
    """Customers of conversations that a colleague has, and has open, write to them."""
    chance, number = random.Random(5), 0  # noqa: S311 - as above
    async with httpx.AsyncClient(base_url=base, timeout=60) as client, asyncio.TaskGroup() as group:
        while True:
            await asyncio.sleep(chance.expovariate(rate))
            looked_at = [one.at for one in workers if one.at in held]
            if not looked_at or not watch.begun:
                continue
            number += 1
            talk, mark = chance.choice(looked_at), f"改期第{number}次"
            watch.sent[mark] = (talk, time.perf_counter())
            body = {"session_id": talk, "text": f"{mark}. 送貨可唔可以改期呀", "message_id": mark}
            group.create_task(_post(client, body))


async def _post(client: httpx.AsyncClient, body: dict[str, str]) -> None:
    answer = await client.post("/v1/chat/stream", json=body)
    assert answer.status_code == 200, answer.text


@asynccontextmanager
async def desk(folder: Path, staff: Sequence[str]) -> AsyncIterator[tuple[str, int]]:
    """The desk in a process of its own, without channels; yields its address and its process."""
    playbook = folder / "playbook"
    shutil.copytree(ROOT / "playbook", playbook)
    (playbook / "demo" / "channels.yaml").write_text("{}\n", encoding="utf-8")
    people = playbook / "demo" / "staff.yaml"
    usual = yaml.safe_load(people.read_text(encoding="utf-8"))
    more = [
        {"id": one, "name": one, "role": "service", "teams": ["customer_care"], "reads": "zh-Hant"}
        for one in staff
    ]
    people.write_text(yaml.safe_dump([*usual, *more], allow_unicode=True), encoding="utf-8")
    (folder / "knowledge").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"PLAYBOOK": playbook, "KNOWLEDGE": folder / "knowledge", "DATA": folder / "data"}
    environment = {f"NIGHTDESK_{name}": str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "serve", "--port", str(port)),
        env={**os.environ, **environment},  # noqa: TID251 - a process is given its settings
        stdout=asyncio.subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        await _up(base, process)
        yield base, process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _up(base: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(STARTING), httpx.AsyncClient(base_url=base) as client:
        while True:
            assert process.returncode is None, "the desk did not start"
            with suppress(httpx.TransportError):
                if (await client.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.2)


def processor(pid: int) -> float:
    """Seconds that a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def run(  # noqa: PLR0917 - they are the options of the command
    people: int, talks: int, solved: int, seconds: float, think: float, rate: float
) -> Table:
    """Fill a desk, let everybody work, and tell how it went."""
    staff = [f"ST-{number}" for number in range(101, 101 + people)]
    watch = Stopwatch()
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = await Database.open(folder / "data")
        now = read_world(ROOT / "playbook" / "demo" / "world.yaml").default_now
        made = MadeUpOffice(database, now, staff)
        listed = await made.write(open_talks=talks, solved=solved)
        await database.close()
        held = {one.id: one for one in listed if one.holder}
        async with desk(folder, staff) as (base, pid):
            workers = [Worker(base, one, listed, watch, think) for one in staff]
            await asyncio.gather(*(one.enter() for one in workers))
            working = [asyncio.create_task(one.work()) for one in workers]
            working.append(asyncio.create_task(customers(base, workers, held, watch, rate)))
            await asyncio.sleep(5)
            watch.begun, before = True, processor(pid)
            done, _ = await asyncio.wait(working, timeout=seconds, return_when="FIRST_EXCEPTION")
            watch.begun, watch.ended, worked = False, time.perf_counter(), processor(pid) - before
            for one in working:
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            for one in done:
                one.result()
    return table(watch, seconds, worked)


def table(watch: Stopwatch, seconds: float, worked: float) -> Table:
    """What was measured, beside what is wanted."""
    number = sum(map(len, watch.pages.values()))
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    title = (
        f"{number / seconds:.1f} pages/s, the desk's processor {worked / seconds:.0%} busy "
        f"({1000 * worked / max(number, 1):.0f} ms a page), load average {load} on {os.cpu_count()} cores"
    )
    shown = Table("what", "count", "p50 ms", "p95 ms", "worst ms", "wanted p95", title=title)
    every = [one for some in watch.pages.values() for one in some]
    for kind, some in [*sorted(watch.pages.items()), ("every page", every)]:
        shown.add_row(kind, *_row(some), f"{1000 * WANTED_PAGE:.0f}")
    asked = [mark for mark, (_, since) in watch.sent.items() if since < watch.ended - 5]
    told = [watch.told.get(mark, LONGEST) for mark in asked]
    seen = [watch.seen.get(mark, LONGEST) for mark in asked]
    shown.add_row("message: news on the open page", *_row(told), f"{1000 * WANTED_SEEN:.0f}")
    shown.add_row("message: words on the open page", *_row(seen), f"{1000 * WANTED_SEEN:.0f}")
    return shown


def _row(values: Sequence[float]) -> tuple[str, str, str, str]:
    ordered = sorted(values)
    if not ordered:
        return "0", "–", "–", "–"
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    times = (ordered[len(ordered) // 2], late, ordered[-1])
    return str(len(ordered)), *(f"{1000 * one:.0f}" for one in times)  # type: ignore[return-value]


def main(
    *,
    people: Annotated[int, typer.Option(help="Colleagues who work.")] = 20,
    talks: Annotated[int, typer.Option(help="Open conversations.")] = 200,
    solved: Annotated[int, typer.Option(help="Conversations of earlier days.")] = 3000,
    seconds: Annotated[float, typer.Option(help="How long they work.")] = 40.0,
    think: Annotated[float, typer.Option(help="Seconds that somebody stays on a page.")] = 4.0,
    rate: Annotated[float, typer.Option(help="Messages of customers a second.")] = 1.0,
) -> None:
    """Print how long everybody waited."""
    console.print(asyncio.run(run(people, talks, solved, seconds, think, rate)))


if __name__ == "__main__":
    typer.run(main)
