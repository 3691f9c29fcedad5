"""The event streams: what was said, from where a browser left it, to the one whose conversation it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from channels.widget.limits import TooMany
from channels.widget.streams import Pace, Streams
from domain.channels import Button
from tests.unit.channels.widget.world import Office

QUICK = Pace(look=0.01, look_idle=0.01, keep_alive=0.05)
NEVER = Pace(look=600, look_idle=600, keep_alive=600)


def read(told: bytes) -> tuple[str, dict[str, Any]]:
    lines = dict(line.split(": ", 1) for line in told.decode().strip().split("\n"))
    return lines["event"], json.loads(lines["data"])


async def following(
    streams: Streams, conversation: str = "c-1", seq: int = 0
) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
    """The events, without the comments that keep the connection alive."""
    async with aclosing(streams.follow(conversation, seq)) as told:
        async for one in told:
            if not one.startswith(b":"):
                yield read(one)


async def texts(streams: Streams, count: int, conversation: str = "c-1", seq: int = 0) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(10), aclosing(following(streams, conversation, seq)) as events:
        async for name, data in events:
            if name == "said":
                found.append(data["text"])
            if len(found) >= count:
                break
    return found


async def test_a_message_comes_with_its_author_buttons_and_number() -> None:
    office = Office()
    office.say("c-1", "assistant", "確認？", (Button("yes:1", "確認"),))
    async with asyncio.timeout(10), aclosing(Streams(office, QUICK).follow("c-1", 0)) as told:
        blocks = [await anext(told) for _ in range(3)]
    assert blocks[0] == b": here\n\n"
    assert blocks[1].startswith(b"id: 1\nevent: said\ndata: ")
    assert blocks[1].count(b"\n\n") == 1
    assert read(blocks[1])[1] == {
        "seq": 1,
        "id": "said-1",
        "author": "assistant",
        "text": "確認？",
        "sent_at": "2026-11-21T02:00:00+00:00",
        "buttons": [{"value": "yes:1", "label": "確認"}],
    }
    assert read(blocks[2]) == ("caught_up", {})


async def test_a_browser_goes_on_where_it_was() -> None:
    office = Office()
    for text in ("a", "b", "c"):
        office.say("c-1", "assistant", text)
    assert await texts(Streams(office, QUICK), 1, seq=2) == ["c"]


async def test_a_long_conversation_comes_whole_and_in_order() -> None:
    office = Office()
    for number in range(450):
        office.say("c-1", "customer", str(number))
    assert await texts(Streams(office, NEVER), 450) == [str(number) for number in range(450)]


async def test_nobody_is_told_another_conversation() -> None:
    office = Office()
    long = "c" * 70
    office.say(f"{long}1", "assistant", "mine")
    office.say(f"{long}2", "assistant", "yours")
    streams = Streams(office, QUICK)
    assert await texts(streams, 1, f"{long}1") == ["mine"]
    assert await texts(streams, 1, f"{long}2") == ["yours"]


async def test_a_new_message_wakes_the_stream_at_once() -> None:
    office = Office()
    streams = Streams(office, NEVER)
    task = asyncio.create_task(texts(streams, 1))
    await asyncio.sleep(0.05)
    office.say("c-1", "assistant", "now")
    streams.stir("c-1")
    async with asyncio.timeout(5):
        assert await task == ["now"]


async def test_a_message_that_another_process_sent_is_found_by_looking() -> None:
    office = Office()
    task = asyncio.create_task(texts(Streams(office, QUICK), 1))
    await asyncio.sleep(0.05)
    office.say("c-1", "assistant", "from a worker")
    async with asyncio.timeout(5):
        assert await task == ["from a worker"]


async def test_a_quiet_stream_shows_that_it_is_alive() -> None:
    async with asyncio.timeout(10), aclosing(Streams(Office(), QUICK).follow("c-1", 0)) as told:
        async for one in told:
            if one == b": still here\n\n":
                break


async def test_an_old_stream_says_goodbye() -> None:
    pace = Pace(look=0.01, look_idle=0.01, longest=0.05)
    async with asyncio.timeout(10):
        names = [name async for name, _ in following(Streams(Office(), pace))]
    assert names == ["caught_up", "bye"]


async def test_closing_ends_every_stream() -> None:
    streams = Streams(Office(), NEVER)
    task = asyncio.create_task(texts(streams, 1))
    await asyncio.sleep(0.05)
    streams.close()
    async with asyncio.timeout(5):
        assert await task == []
        assert [name async for name, _ in following(streams)] == ["bye"]


async def test_one_visitor_has_so_many_streams_and_the_newest_stay() -> None:
    streams = Streams(Office(), Pace(look=600, look_idle=600, per_visitor=2))
    ends: list[list[str]] = [[], [], []]

    async def follow(at: int) -> None:
        async for name, _ in following(streams):
            ends[at].append(name)

    tasks = []
    for at in range(3):
        tasks.append(asyncio.create_task(follow(at)))
        await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        await tasks[0]
    assert ends == [["caught_up", "elsewhere"], ["caught_up"], ["caught_up"]]
    streams.close()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks)


async def test_a_process_has_so_many_streams() -> None:
    streams = Streams(Office(), Pace(look=600, look_idle=600, most=1))
    streams.admit()
    task = asyncio.create_task(texts(streams, 1))
    await asyncio.sleep(0.02)
    with pytest.raises(TooMany, match="too many connections"):
        streams.admit()
    streams.close()
    await task
    streams.admit()


async def test_a_transcript_that_cannot_be_read_ends_the_stream() -> None:
    office = Office()
    office.down = True
    async with asyncio.timeout(5):
        assert [name async for name, _ in following(Streams(office, QUICK))] == []
