"""From a model's words to the customer's screen: the desk in a process of its own, read as the page reads it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.table import Table

from simulators.model.server import ModelSpec, running

FIRST_TOKEN, TOKEN = 0.05, 0.005  # seconds
WANTED_MS = 50
CUSTOMER = "C-118"
ASKED = "HB-203098 去到邊？仲有你哋有咩付款方法？"
STARTING_SECONDS = 120
_OURS, _LEARNT = "NIGHTDESK_", "NIGHTDESK_CACHE"
# A sentence is one once something follows it: until then "3." may become "3.5".
_SENTENCE = re.compile(r".*?(?:[。！？!?]+.|\.\s|\n)", re.DOTALL)
_LONGEST_PIECE = (
    16  # characters; what is longer is a whole text that is counted, and no piece of a stream
)


class Watch:
    """Counts tokens for the simulated model, and notes when it sends each piece."""

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self._sent: list[tuple[float, str]] = []

    def __call__(self, text: str) -> int:
        tokens = self._count(text)
        if len(text) <= _LONGEST_PIECE:  # counted just before it is waited for and sent
            self._sent.append((time.perf_counter() + tokens * TOKEN, text))
        return tokens

    def forget(self) -> None:
        self._sent.clear()

    def first_sentence(self) -> float:
        """When the first sentence had been sent, with what shows that it is one.

        Raises:
            RuntimeError: no sentence was sent; then nothing was measured.
        """
        said = ""
        for sent, piece in self._sent:
            said += piece
            if _SENTENCE.match(said):
                return sent
        raise RuntimeError(f"the model sent no whole sentence: {said!r}")


def environment(inherited: Mapping[str, str], base_url: str) -> dict[str, str]:
    """What the desk's process is given: none of the operator's settings but where it keeps what was learnt."""
    kept = {
        name: one
        for name, one in inherited.items()
        if not name.upper().startswith(_OURS) or name == _LEARNT
    }
    return kept | {
        "NIGHTDESK_CHANNELS": "{}",
        "NIGHTDESK_MODEL": "bench",
        "NIGHTDESK_READER": "embedded",
        "NIGHTDESK_PROVIDERS__BENCH__BASE_URL": base_url,
        "NIGHTDESK_PROVIDERS__BENCH__MODEL": "scripted",
    }


@asynccontextmanager
async def _desk(folder: Path, base_url: str) -> AsyncIterator[str]:
    """A desk with that model, ready to be written to; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "serve", "--port", str(port), "--data", str(folder)),
        env=environment(os.environ, base_url),  # noqa: TID251 - a process is given its settings
        stdout=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(STARTING_SECONDS), httpx.AsyncClient() as web:
            while True:
                try:
                    (await web.get(f"{url}/health")).raise_for_status()
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.2)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def first_words(count: Callable[[str], int], streams: int) -> Table:
    """From the end of the model's first sentence to the page."""
    watch = Watch(count)
    spec = ModelSpec(first_token_seconds=FIRST_TOKEN, seconds_per_token=TOKEN, count=watch)
    waits = []
    with TemporaryDirectory() as folder:
        async with (
            running(spec) as model,
            _desk(Path(folder), f"{model}/v1") as desk,
            httpx.AsyncClient(base_url=desk, timeout=30) as page,
        ):
            for number in range(streams + 1):
                watch.forget()
                came = await _read(page)
                if number:  # the first one opens connections
                    waits.append((came - watch.first_sentence()) * 1000)
    ordered = sorted(waits)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    table = Table(
        *("streams", "p50 ms", "p95 ms", "wanted"),
        title="A sentence of the model to the page, checked on its way",
    )
    table.add_row(
        str(streams),
        f"{statistics.median(waits):.1f}",
        f"{late:.1f}",
        f"≤ {WANTED_MS} {'✓' if late <= WANTED_MS else '✗'}",
    )
    return table


async def _read(page: httpx.AsyncClient) -> float:
    """When the first words came; the reply is read to its end."""
    session = (await page.post("/v1/sessions", json={"customer": CUSTOMER})).json()["session_id"]
    came, first, reply = 0.0, "", ""
    body = {"session_id": session, "text": ASKED}
    async with page.stream("POST", "/v1/chat/stream", json=body) as answer:
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            data = json.loads(line.removeprefix("data: "))
            if not came and "text" in data:
                came, first = time.perf_counter(), data["text"]
            reply = data.get("reply", reply)
    if not came or not reply.startswith(first) or first == reply:
        raise RuntimeError(f"nothing was streamed of {reply!r}")
    return came
