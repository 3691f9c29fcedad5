"""What a simulated model answers, and how that looks on the wire: whole, or in the pieces of a stream."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

_PIECE = 8  # characters; small enough that every call's arguments come in several
_MOST_PIECES = 500  # a text of megabytes comes in larger pieces instead

Json = dict[str, JsonValue]


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"


@dataclass(frozen=True)
class Called:
    """A call as it is sent. A model that behaves gives `arguments` as the text of a JSON object."""

    name: str
    arguments: JsonValue = "{}"
    id: str = field(default_factory=_new_id)


@dataclass(frozen=True)
class Usage:
    """Tokens of one request."""

    prompt: int
    cached: int
    completion: int
    recorded: bool = False

    def body(self) -> Json:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }


@dataclass(frozen=True)
class Answer:
    """What is said and what is called. A model that behaves says text."""

    content: JsonValue = None
    calls: tuple[Called, ...] = ()
    stopped: str = ""
    """Why a real model stopped, where it is known."""
    usage: Usage | None = None
    """What a real model counted, where it is known."""

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else ""

    @property
    def finish_reason(self) -> str:
        return self.stopped or ("tool_calls" if self.calls else "stop")

    @property
    def written(self) -> str:
        """Everything that the model wrote, to be counted."""
        return self.text + "".join(f"{one.name}{one.arguments}" for one in self.calls)


def whole(answer: Answer, model: str, usage: Usage) -> Json:
    """The answer as one body."""
    calls: list[JsonValue] = [_call(one) for one in answer.calls]
    message: Json = {"role": "assistant", "content": answer.content, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice: Json = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": answer.finish_reason,
    }
    return envelope("chat.completion", model, [choice]) | {"usage": usage.body()}


def chunks(answer: Answer, model: str, usage: Usage | None) -> Iterator[tuple[Json, str]]:
    """The answer's chunks, each with what the model wrote in it; usage comes last where it was asked for."""
    empty = envelope("chat.completion.chunk", model, [])
    if usage is not None:
        empty["usage"] = None

    def chunk(delta: Json, reason: str | None = None) -> Json:
        choice: Json = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return empty | {"choices": [choice]}

    nothing = None if answer.content is None else ""
    yield chunk({"role": "assistant", "content": nothing}), ""
    for piece in _pieces(answer.content):
        yield chunk({"content": piece}), str(piece)
    for index, one in enumerate(answer.calls):
        for call, written in _call_pieces(index, one):
            yield chunk({"tool_calls": [call]}), written
    yield chunk({}, answer.finish_reason), ""
    if usage is not None:
        yield empty | {"usage": usage.body()}, ""


def envelope(kind: str, model: str, choices: JsonValue) -> Json:
    """What stands around the choices of an answer."""
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": None,
        "choices": choices,
    }


def _call(one: Called) -> Json:
    return {
        "id": one.id,
        "type": "function",
        "function": {"name": one.name, "arguments": one.arguments},
    }


def _call_pieces(index: int, one: Called) -> Iterator[tuple[Json, str]]:
    """The name first, with the id; then the arguments, which only the index says whose they are."""
    first: JsonValue = "" if isinstance(one.arguments, str) else one.arguments
    opening = _call(Called(one.name, first, one.id))
    yield {"index": index, **opening}, one.name
    if isinstance(one.arguments, str):
        for piece in _pieces(one.arguments):
            yield {"index": index, "function": {"arguments": piece}}, str(piece)


def _pieces(content: JsonValue) -> Iterator[JsonValue]:
    if not isinstance(content, str):
        if content is not None:
            yield content
        return
    size = max(_PIECE, len(content) // _MOST_PIECES)
    for start in range(0, len(content), size):
        yield content[start : start + size]
