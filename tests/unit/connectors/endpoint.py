"""A loopback endpoint that answers with exactly the bytes it is given, for faults no well-behaved server shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class FakeEndpoint:
    """What it answers next, and what it was asked. The last answer is given again and again."""

    answers: list[Sequence[bytes]] = field(default_factory=list)
    asked: list[Json] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    pause: float = 0.0  # before an answer, and between its pieces
    endless: bool = False  # the last piece comes again and again
    url: str = ""
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a client went away before the end

    def say(self, message: Json | None = None, **body: Any) -> None:
        """Answer with a message, in one piece."""
        whole: Json = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": None} | (message or {}),
                }
            ],
        }
        self.raw(json.dumps(whole | body).encode())

    def stream(self, *deltas: Json, usage: Json | None = None, finish: str | None = "stop") -> None:
        """Answer with a stream of these pieces."""
        events = [_event({"delta": one}) for one in deltas]
        if finish:
            events.append(_event({"delta": {}, "finish_reason": finish}))
        if usage:
            events.append(_line({"choices": [], "usage": usage}))
        if finish:
            events.append(b"data: [DONE]\n\n")
        self.answers.append([_head(200, "text/event-stream"), *events])

    def raw(self, body: bytes, status: int = 200, kind: str = "application/json") -> None:
        self.answers.append([_head(status, kind), body])

    def error(self, status: int, message: str = "no") -> None:
        self.raw(json.dumps({"error": {"message": message}}).encode(), status)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        except ConnectionError:
            self.left.set()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [one for one in head.splitlines() if one.lower().startswith("content-length")]
        self.heads.append(head)
        self.asked.append(json.loads(await reader.readexactly(int(lengths[0].split(":")[1]))))
        await self._write(writer, self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    async def _write(self, writer: asyncio.StreamWriter, pieces: Sequence[bytes]) -> None:
        for piece in pieces:
            await asyncio.sleep(self.pause)
            writer.write(piece)
            await writer.drain()
        while self.endless:
            await asyncio.sleep(self.pause)
            writer.write(pieces[-1])
            await writer.drain()


def _head(status: int, kind: str) -> bytes:
    return f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()


def _event(choice: Json) -> bytes:
    return _line({"choices": [{"index": 0, "finish_reason": None} | choice]})


def _line(body: Json) -> bytes:
    whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"} | body
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


def call(name: str, arguments: object, call_id: str = "c1", **more: Any) -> Json:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    } | more


@asynccontextmanager
async def running() -> AsyncIterator[FakeEndpoint]:
    """The endpoint on a free port of the loopback."""
    fake = FakeEndpoint()
    serving: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(fake.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
