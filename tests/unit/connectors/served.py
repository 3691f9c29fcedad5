"""The simulated model on loopback, in a thread of its own, for clients that wait for their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread

import httpx

from simulators.model.server import ModelSpec, running


@contextmanager
def served(spec: ModelSpec) -> Iterator[str]:
    """Yields its address, without `/v1`."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        over = asyncio.Event()
        async with running(spec) as address:
            ready.set_result((address, asyncio.get_running_loop(), over))
            await over.wait()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    address, loop, over = ready.result(timeout=20)
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def choose(address: str, mode: str) -> None:
    """How it behaves from now on."""
    httpx.put(f"{address}/simulator/mode", json={"mode": mode}).raise_for_status()


def asked(address: str) -> list[dict[str, object]]:
    """What it was asked so far."""
    found: list[dict[str, object]] = httpx.get(f"{address}/simulator/journal").json()["entries"]
    return found
