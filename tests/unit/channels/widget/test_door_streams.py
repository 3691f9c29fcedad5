"""The widget over a real socket: each visitor is told their own conversation, and misses nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from channels.widget.channel import Widget, read_section
from channels.widget.streams import Pace
from tests.unit.channels.widget.world import (
    PAGE,
    SECTION,
    HandClock,
    Office,
    browser,
    outgoing,
    place,
    token_of,
)


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[tuple[Widget, httpx.AsyncClient]]:
    """The widget over a socket, for what streams."""
    pace = Pace(look=0.02, look_idle=0.02, keep_alive=0.1)
    channel = Widget(read_section(SECTION), office.services(HandClock()), pace)
    app = FastAPI()
    door: Any = channel.web(office.accept)
    app.mount("/channels/widget", door)
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve([listener]))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/channels/widget"
        async with httpx.AsyncClient(base_url=base, headers={"Origin": PAGE}) as client:
            yield channel, client
        await channel.close()
        server.should_exit = True
        await task


async def told(client: httpx.AsyncClient, visitor: str, count: int, last: str = "") -> list[str]:
    """The first messages that a visitor's stream tells."""
    headers = {"Authorization": f"Bearer {token_of(visitor)}", "Last-Event-ID": last}
    found: list[str] = []
    async with client.stream("GET", "/events", headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        async for line in answer.aiter_lines():
            if line.startswith("data: {") and '"text"' in line:
                found.append(json.loads(line[6:])["text"])
            if len(found) == count:
                break
    return found


async def test_a_stream_tells_each_visitor_their_own_conversation() -> None:
    office = Office()
    long = "v" * 70
    addresses = {who: place(who) for who in (f"{long}1", f"{long}2")}
    async with asyncio.timeout(20), served(office) as (channel, client):
        tasks = [asyncio.create_task(told(client, who, 2)) for who in addresses]
        for who, address in addresses.items():
            office.say(address.conversation_id, "customer", f"asked by {who[-1]}")
        await asyncio.sleep(0.1)
        for who, address in addresses.items():
            said = office.say(address.conversation_id, "assistant", f"told {who[-1]}")
            await channel.send(outgoing(address, said))
        assert await asyncio.gather(*tasks) == [
            ["asked by 1", "told 1"],
            ["asked by 2", "told 2"],
        ]


async def test_a_browser_that_comes_back_misses_nothing() -> None:
    office = Office()
    here = place("v-1").conversation_id
    for text in ("a", "b", "c"):
        office.say(here, "assistant", text)
    async with asyncio.timeout(20), served(office) as (_, client):
        assert await told(client, "v-1", 1) == ["a"]
        assert await told(client, "v-1", 2, last="1") == ["b", "c"]


@pytest.mark.parametrize("last", ["-1", "x", "9" * 19, "1.5"])
async def test_a_place_that_is_none_is_refused(last: str) -> None:
    async with browser(Office()) as client:
        headers = {"Authorization": f"Bearer {token_of('v-1')}", "Last-Event-ID": last}
        assert (await client.get("/events", headers=headers)).status_code == 422
