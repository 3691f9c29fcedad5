"""Calls, tokens and waiting time of the desk with a model, beside a prebuilt agent on the same server."""

from __future__ import annotations

import asyncio
import platform
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import httpx
import structlog
import typer
import yaml
from rich.console import Console
from rich.table import Table

from agent.turns import Incoming
from connectors.clocks import SystemClock
from connectors.demo_shop import parse_world
from domain.settings import ProviderSettings, Settings
from evals.bench_models.browser import first_words
from evals.bench_models.requests import MOST, OPENERS, entries, for_agent, message
from evals.bench_models.sides import Played, Side, Stage, agent, desk
from house import House, open_models
from simulators.model.server import Entry, ModelSpec, Planned, running
from storage.usage import SqlUsage

FIRST_TOKEN, TOKEN = 0.3, 0.005  # seconds
SHARE = 0.6  # of the parallel agent's time, at most
MEASURED = (5, 50, 500)  # turns
TALK = (
    "HB-203115 幾時到？",
    "How much is LMP-09?",
    "保溫瓶仲有冇貨",
    "邊度有得睇電熱水壺教學片",
    "多謝",
)
ASKED_AGAIN = "HB-203098 去到邊？ KET-17 仲有冇貨？"
console = Console(width=120)


class Server:
    """The scripted server, and what its journal says since the last look."""

    def __init__(self, url: str, web: httpx.AsyncClient) -> None:
        self.base_url = f"{url}/v1"
        self._journal, self._web, self._seen = f"{url}/simulator/journal", web, -1

    async def news(self) -> list[dict[str, Any]]:
        """Requests since the last look."""
        entries = (await self._web.get(self._journal)).json()["entries"]
        new = [one for one in entries if one["number"] > self._seen]
        self._seen = max((one["number"] for one in new), default=self._seen)
        return new


@asynccontextmanager
async def served(house: House, spec: ModelSpec) -> AsyncIterator[tuple[House, Server]]:
    """The house with a server of its own as its model; each table wants another pace."""
    async with running(spec) as url, httpx.AsyncClient(timeout=30) as web:
        server = Server(url, web)
        bench = ProviderSettings(base_url=server.base_url, model="scripted")
        changed = {"model": "bench", "providers": {"bench": bench}}
        settings = house.settings.model_copy(update=changed)
        model, connected = open_models(settings, SqlUsage(house.database), house.tokens.count)
        try:
            yield replace(house, settings=settings, model=model), server
        finally:
            for one in connected:
                await one.close()


async def side_by_side(house: House, tasks: Sequence[int], repeats: int) -> Table:
    """Table 1: compound requests."""
    script = entries(tasks)
    spec = ModelSpec(
        script=script,
        first_token_seconds=FIRST_TOKEN,
        seconds_per_token=TOKEN,
        count=house.tokens.count,
    )
    table = Table(
        *(
            "who",
            "tasks",
            "done",
            "called",
            "model calls",
            "prompt tokens",
            "wall ms",
            "of parallel",
        ),
        title=f"Compound requests: median of {repeats}; {FIRST_TOKEN:g} s to the first token, {TOKEN:g} s a token",
        caption=f"Target: ours at most {SHARE:g} of the parallel agent's time. Ours includes commits.",
    )
    async with served(house, spec) as (asking, server):
        stage = Stage.of(asking, _world(house))
        parallel = agent(stage, server.base_url, parallel=True)
        sides: dict[str, Side] = {
            "ours, model reads": desk(stage, "model", "templates"),
            "ours, model reads and words": desk(stage, "model", "model"),
            "ours, cascade": desk(stage, "cascade", "templates"),
            "ours, cascade, model words": desk(stage, "cascade", "model"),
            "create_agent, sequential": agent(stage, server.base_url, parallel=False),
        }
        for number in tasks:
            first = await desk(stage, "model", "templates")(message(number))
            script.insert(0, for_agent(number, first.reply))
            await parallel(message(number))  # the first of its kind opens connections
            base = await _measured(parallel, number, repeats, server)
            for name, side in sides.items():
                row = await _measured(side, number, repeats, server)
                table.add_row(name, *_row(number, row), _share(row[-1] / base[-1], name))
            table.add_row("create_agent, parallel", *_row(number, base), "1.00", end_section=True)
    return table


Measured = tuple[float, float, float, float, float]
"""Requests carried out, functions the model called, its calls, prompt tokens, seconds."""


async def _measured(side: Side, tasks: int, repeats: int, server: Server) -> Measured:
    rows: list[Measured] = []
    for number in range(repeats):
        await server.news()
        played: Played = await side(OPENERS[1 + number % (len(OPENERS) - 1)] + message(tasks))
        asked = await server.news()
        tokens = sum(one["prompt_tokens"] for one in asked)
        called = sum(one["calls"] for one in asked)
        if not called and any(one["tools"] for one in asked):
            raise RuntimeError(f"the script did not fit {message(tasks)!r}: nothing was measured")
        rows.append((played.done, called, len(asked), tokens, played.seconds))
    done, called, calls, read, seconds = map(statistics.median, zip(*rows, strict=True))
    return done, called, calls, read, seconds


def _row(tasks: int, row: Measured) -> list[str]:
    done, called, calls, tokens, seconds = row
    return [
        f"{tasks}",
        f"{done:g}",
        f"{called:g}",
        f"{calls:g}",
        f"{tokens:.0f}",
        f"{seconds * 1000:.0f}",
    ]


def _share(share: float, name: str) -> str:
    if not name.startswith("ours"):
        return f"{share:.2f}"
    return f"{share:.2f} {'✓' if share <= SHARE else '✗'}"


async def growth(house: House, last: int) -> Table:
    """Table 2: one conversation; every turn is read by the model, which takes no time here."""
    calls = (
        Planned(name="find_order", arguments={"quote": "HB-203098 去到邊", "order": "HB-203098"}),
        Planned(name="check_stock", arguments={"quote": "KET-17 仲有冇貨", "sku": "KET-17"}),
    )
    names = ("find_order", "quote_price", "check_stock", "show_tutorial", "smalltalk")
    small = [
        Entry(when=text.rstrip("？?"), calls=(Planned(name=name, arguments={"quote": text}),))
        for text, name in zip(TALK, names, strict=True)
    ]
    spec = ModelSpec(
        script=[Entry(when="HB-203098", calls=calls), *small], count=house.tokens.count
    )
    table = Table(
        "turn",
        "reader's prompt",
        "writer's prompt",
        title="Prompt tokens of the same message (target: flat)",
    )
    async with served(house, spec) as (asking, server):
        stage = Stage.of(asking, _world(house))
        turns, conversation = stage.turns("model", "model"), await stage.conversation()
        for turn in range(1, last + 1):
            measured = turn in MEASURED or turn == last
            text = ASKED_AGAIN if measured else TALK[turn % len(TALK)]
            await server.news() if measured else None
            await turns.handle(Incoming(conversation.id, text))
            if measured:
                asked = await server.news()
                table.add_row(str(turn), _tokens(asked, True), _tokens(asked, False))
    return table


def _tokens(asked: list[dict[str, Any]], tools: bool) -> str:
    found = [one["prompt_tokens"] for one in asked if bool(one["tools"]) is tools]
    return " + ".join(map(str, found)) or "no call"


def _world(house: House) -> Any:
    return parse_world(yaml.safe_load(house.settings.world.read_text(encoding="utf-8")))


async def run(tasks: int, repeats: int, turns: int, streams: int) -> None:
    """Every table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    console.print(
        f"{platform.platform()} · Python {platform.python_version()} · {SystemClock().now():%Y-%m-%d}"
    )
    with TemporaryDirectory() as folder:
        house = await House.open(Settings(data=Path(folder)))
        try:
            console.print(await first_words(house.tokens.count, streams))
            console.print(await side_by_side(house, range(1, tasks + 1), repeats))
            console.print(await growth(house, turns))
        finally:
            await house.close()


def main(
    *,
    tasks: Annotated[
        int, typer.Option(min=1, max=MOST, help="Requests in the longest message.")
    ] = MOST,
    repeats: Annotated[int, typer.Option(min=1, help="How often each message is sent.")] = 3,
    turns: Annotated[int, typer.Option(min=1, help="Length of the long conversation.")] = 500,
    streams: Annotated[int, typer.Option(min=1, help="Replies whose first words are timed.")] = 30,
) -> None:
    """Print the tables of docs/benchmarks.md about models."""
    asyncio.run(run(tasks, repeats, turns, streams))


if __name__ == "__main__":
    typer.run(main)
