"""The figures of docs/benchmarks.md, measured and printed: the reader, turns, growth and a cold start."""

from __future__ import annotations

import asyncio
import platform
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolCall
from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent
from rich.console import Console
from rich.table import Table

from channels.web import Said
from connectors.clocks import SystemClock
from domain.settings import Settings
from evals.examples import compound_messages
from house import House
from server import DemoDesk  # noqa: TID251 - a benchmark goes through the front door
from understanding.classifier import left_out_scores
from understanding.identifiers import CompanyWords
from understanding.models import NONE, signal_examples, task_examples
from understanding.utterance import FILLERS, take_apart

TALK = (
    "唔該幫我睇下張單去到邊",
    "荃灣店今日開到幾點？",
    "Quote me 30 kettles please",
    "帮我查一下余额",
    "我想改發票 INV-88021 抬頭做陳記文具",
    "唔好住",
    "有冇教學片教點除水垢",
    "多謝",
)
CUSTOMER = "C-118"


async def run(settings: Settings, console: Console) -> None:
    """Measure everything; the figures depend on the machine, the ratios less so."""
    console.print(
        f"{platform.platform()} · Python {platform.python_version()} · {SystemClock().now():%Y-%m-%d}"
    )
    with TemporaryDirectory() as folder:
        house = await House.open(settings.model_copy(update={"data": Path(folder)}))
        reader(house, console)
        reports(house, console)
        await turns(house, console)
        await growth(house, Path(folder), console)
        await house.close()
    await cold_start(console)


def reader(house: House, console: Console) -> None:
    """Task recognition on examples left out, and on compound messages that teach nothing."""
    found = task_examples(house.settings.playbook / "examples")
    labels = [one.label for one in found]
    raw = left_out_scores(house.models.features([one.text for one in found]), labels)
    names = np.array(sorted(set(labels)))
    guesses = names[raw.argmax(axis=1)]
    table = Table("language", "examples", "right", title="Task of a left-out example")
    for language, rows in _by([one.language for one in found]).items():
        right = np.mean([guesses[row] == labels[row] for row in rows])
        table.add_row(language, str(len(rows)), f"{right:.3f}")
    table.add_row("all", str(len(found)), f"{np.mean(guesses == np.array(labels)):.3f}")
    console.print(table)
    inside = [row for row, label in enumerate(labels) if label not in FILLERS | {"out_of_scope"}]
    outside = [row for row, label in enumerate(labels) if label == "out_of_scope"]
    others = [column for column, name in enumerate(names) if name != "out_of_scope"]
    own = int(np.where(names == "out_of_scope")[0][0])
    margin = raw[:, others].max(axis=1) - raw[:, own]
    cut = np.quantile(margin[inside], 0.03)
    console.print(
        f"out of scope rejected at 97 % kept: {np.mean(margin[outside] < cut):.3f} of {len(outside)}"
    )
    _compound(house, console)


def _compound(house: House, console: Console) -> None:
    words = CompanyWords(glossary=house.words)
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    for message in compound_messages(house.settings.playbook / "examples" / "compound.yaml"):
        requests = take_apart(message.text, house.models, words, ()).requests
        got = Counter(one.label for one in requests if one.label not in FILLERS)
        wanted = Counter(one for one in message.labels if one not in ("complain", "ask_person"))
        for key in (message.language, "all"):
            tallies[key] += Counter(
                right=(got & wanted).total(), got=got.total(), wanted=wanted.total()
            )
    table = Table("language", "F1", title="Tasks of compound messages (not learnt from)")
    for language, tally in tallies.items():
        table.add_row(language, f"{2 * tally['right'] / (tally['got'] + tally['wanted']):.3f}")
    console.print(table)


def reports(house: House, console: Console) -> None:
    """Red alerts on examples left out: what is found, and what is raised without cause."""
    alarms = {"safety", "delay", "damage", "compensation", "complaint"}
    found = signal_examples(house.settings.playbook / "examples")
    labels = [one.label for one in found]
    raw = left_out_scores(house.models.features([one.text for one in found]), labels)
    guesses = np.array(sorted(set(labels)))[raw.argmax(axis=1)]
    actual = np.array([label in alarms for label in labels])
    raised = np.array([guess in alarms for guess in guesses])
    quiet = np.array([label == NONE for label in labels])
    console.print(
        f"red alert, left-out examples: recall {raised[actual].mean():.3f} of {actual.sum()}, "
        f"false alarms {raised[quiet].mean():.3f} of {quiet.sum()}"
    )


async def turns(house: House, console: Console) -> None:
    """Turns with their commits, one conversation and twenty at once, beside the plainest prebuilt agent."""
    desk = await DemoDesk.open(house)
    session = await desk.start(CUSTOMER)
    alone = [await _turn(desk, session, text) for text in TALK * 8][len(TALK) :]
    fresh = [f"{text} {number}" for number in range(4) for text in TALK[:4]]
    new_words = [await _turn(desk, session, text) for text in fresh]
    sessions = [await desk.start(CUSTOMER) for _ in range(20)]
    started = await asyncio.gather(
        *(_turn(desk, one, f"{TALK[at % 4]} {at + 100}") for at, one in enumerate(sessions))
    )
    plain = [await _prebuilt() for _ in range(30)]
    table = Table("turns", "n", "p50 ms", "p95 ms", title="Latency, commits included")
    for name, values in (
        ("one conversation, words seen before", alone),
        ("one conversation, new words", new_words),
        ("twenty conversations at once, new words", started),
        ("LangGraph prebuilt agent, scripted model, no storage", plain),
    ):
        table.add_row(name, str(len(values)), f"{_at(values, 0.5):.0f}", f"{_at(values, 0.95):.0f}")
    console.print(table)


async def growth(house: House, folder: Path, console: Console) -> None:
    """What turn 500 costs beside turn 5, in time and in stored bytes."""
    desk = await DemoDesk.open(house)
    session = await desk.start(CUSTOMER)
    times, sizes = [], []
    for number in range(500):
        times.append(await _turn(desk, session, TALK[number % 4]))
        sizes.append(_stored(folder))
    early, late = statistics.median(times[8:28]), statistics.median(times[-20:])
    bytes_early, bytes_late = (sizes[150] - sizes[50]) / 100, (sizes[-1] - sizes[-101]) / 100
    console.print(
        f"turn 500 against turn 5: {late:.0f} ms / {early:.0f} ms, "
        f"{bytes_late:.0f} / {bytes_early:.0f} stored bytes a turn"
    )


def _stored(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("nightdesk.db*"))


async def cold_start(console: Console) -> None:
    """From the command to the first answer over HTTP, with what `make install` prepared."""
    with TemporaryDirectory() as folder:
        port = "8765"
        prepared = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", "prepare", "--data", folder,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await prepared.wait()
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", "serve", "--port", port, "--data", folder,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                for _ in range(600):
                    try:
                        opened = await client.post("/v1/sessions", json={"customer": CUSTOMER})
                        break
                    except httpx.TransportError:
                        await asyncio.sleep(0.1)
                body = {"session_id": opened.json()["session_id"], "text": TALK[0]}
                (await client.post("/v1/chat", json=body)).raise_for_status()
            console.print(f"cold start to the first answer: {time.perf_counter() - began:.1f} s")
        finally:
            process.terminate()
            await process.wait()


class _Scripted(GenericFakeChatModel):
    """A model that says what it was told to, with no delay."""

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:  # noqa: ARG002 - its signature
        return self


@tool
def order_status(order: str) -> str:
    """Where an order is."""
    return f"{order} is on its way"


async def _prebuilt() -> float:
    call = ToolCall(name="order_status", args={"order": "HB-203098"}, id="1")
    script = iter([AIMessage("", tool_calls=[call]), AIMessage("It is on its way.")])
    agent = create_react_agent(_Scripted(messages=script), [order_status])
    began = time.perf_counter()
    await agent.ainvoke({"messages": [HumanMessage("where is HB-203098?")]})
    return (time.perf_counter() - began) * 1000


async def _turn(desk: DemoDesk, session: str, text: str) -> float:
    began = time.perf_counter()
    async for event in desk.stream(session, text, None):
        if isinstance(event, Said):
            break
    return (time.perf_counter() - began) * 1000


def _at(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share))


def _by(keys: Sequence[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return rows
