"""What visitors are told while they wait: the transcript of their conversation, as server-sent events.

A message that this process sends wakes the streams of its conversation at once; what another process sends is
found by looking, often while an answer is due and seldom while nothing happens.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import asdict, dataclass, field

import structlog
from prometheus_client import Gauge

from channels.widget.limits import TooMany
from domain.channels import Said, Transcript
from domain.errors import NightdeskError

log = structlog.get_logger()
_OPEN = Gauge("nightdesk_widget_streams", "Event streams that are open")


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds, and how many may be open. Tests shorten it."""

    look: float = 0.5
    look_idle: float = 3.0
    answer_due: float = 120.0
    keep_alive: float = 15.0
    longest: float = 900.0
    per_visitor: int = 4
    most: int = 2000


@dataclass
class _Stream:
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stirred: float = 0.0  # when something was last said, by the clock of the loop
    over: str = ""  # the last event, once it shall end


class Streams:
    """The open streams by conversation."""

    def __init__(self, transcript: Transcript, pace: Pace | None = None) -> None:
        self._transcript = transcript
        self._pace = pace or Pace()
        self._open: defaultdict[str, list[_Stream]] = defaultdict(list)
        self._count = 0
        self._closed = False

    def admit(self) -> None:
        """May one more be opened?

        Raises:
            TooMany: this process holds as many as it can.
        """
        if self._count >= self._pace.most:
            raise TooMany("the desk holds too many connections; wait 30 s", 30)

    def stir(self, conversation_id: str) -> None:
        """Something was said in a conversation, or will be soon: look now, and often for a while."""
        for stream in self._open.get(conversation_id, ()):
            stream.stirred = asyncio.get_running_loop().time()
            stream.wake.set()

    def close(self) -> None:
        """End every stream; the browsers come back."""
        self._closed = True
        for streams in self._open.values():
            for stream in streams:
                stream.over = "bye"
                stream.wake.set()

    async def follow(self, conversation_id: str, seq: int) -> AsyncGenerator[bytes, None]:
        """Everything after `seq`, and then whatever comes, until the browser goes or the stream is old."""
        stream = self._enter(conversation_id)
        try:
            yield b": here\n\n"
            async for told in self._told(stream, conversation_id, seq):
                yield told
            yield _event(stream.over or "bye", {})
        except NightdeskError as error:  # the browser comes back, and a little later
            log.warning("widget_stream_broken", code=error.code)
        finally:
            self._leave(conversation_id, stream)

    async def _told(self, stream: _Stream, conversation_id: str, seq: int) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        end, quiet_since, behind = now() + self._pace.longest, now(), True
        while not (stream.over or self._closed) and now() < end:
            stream.wake.clear()
            page = await self._transcript.since(conversation_id, seq)
            for said in page:
                seq, quiet_since = said.seq, now()
                yield _said(said)
            if page:
                continue  # there may be more than came in one go
            if behind:
                behind = False
                yield _event("caught_up", {})
            if now() - quiet_since >= self._pace.keep_alive:
                quiet_since = now()
                yield b": still here\n\n"
            await self._rest(stream)

    async def _rest(self, stream: _Stream) -> None:
        since = asyncio.get_running_loop().time() - stream.stirred
        due = since < self._pace.answer_due
        try:
            async with asyncio.timeout(self._pace.look if due else self._pace.look_idle):
                await stream.wake.wait()
        except TimeoutError:
            return

    def _enter(self, conversation_id: str) -> _Stream:
        stream = _Stream(stirred=asyncio.get_running_loop().time())
        streams = self._open[conversation_id]
        while len(streams) >= self._pace.per_visitor:
            oldest = streams.pop(0)
            oldest.over = "elsewhere"
            oldest.wake.set()
        streams.append(stream)
        self._count += 1
        _OPEN.inc()
        return stream

    def _leave(self, conversation_id: str, stream: _Stream) -> None:
        self._count -= 1
        _OPEN.dec()
        rest = [one for one in self._open.pop(conversation_id, []) if one is not stream]
        if rest:
            self._open[conversation_id] = rest


def _said(said: Said) -> bytes:
    data = {
        "seq": said.seq,
        "id": said.id,
        "author": said.author,
        "text": said.text,
        "sent_at": said.sent_at.isoformat(),
        "buttons": [asdict(button) for button in said.buttons],
    }
    return f"id: {said.seq}\n".encode() + _event("said", data)


def _event(name: str, data: dict[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
