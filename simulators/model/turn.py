"""Tells what of a request the customer's turn decides from what was written beforehand: the prompt.

A recorded reply is found again by the turn alone: the messages after the instructions, and whether functions
were offered. Left out are the instructions, the functions' names, descriptions and schemas, the similar messages
that the reader shows as examples, the brand's voice, the model, its parameters, and the ids of calls. So an edit
of any of these leaves the recordings in use. Which of its jobs a desk asks for shows in how its last line is laid
out (`<message>`, `<customer>`, `<entries>`, `<text>`); a change of that layout is a change of the turn.

What the desk says about the turn stays in, the date too: a recording is found on its own day only, so record and
replay with a clock that stands still.

The price: a recorded reply may be older than the prompt, and then shows what the model said to the old one. That
it is older is known (`prompt`) and stands in the journal. Whoever changes a prompt records again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

Json = dict[str, JsonValue]
_INSTRUCTIONS = ("system", "developer")
# What the desk puts into a line for the model's sake, as understanding/asking.py and agent/prompts/compose.md lay
# it out: before the first mark. The same text behind a mark is the customer's.
_MARK = re.compile(r"^<\w+>$", re.MULTILINE)
_WRITTEN_BEFOREHAND = re.compile(r"^(?:Similar messages:\n(?:- .*\n)*|Voice: .*\n)", re.MULTILINE)
_SHORT = 16  # characters of a digest that only compares prompts


@dataclass(frozen=True)
class Turn:
    """The part of a request that a recording is found by, and a digest of the whole of what the model was told."""

    messages: tuple[Json, ...]
    functions: bool
    prompt: str

    @classmethod
    def of(cls, request: Mapping[str, JsonValue]) -> Turn:
        """The turn that a request is about."""
        tools, choice = request.get("tools"), request.get("tool_choice")
        messages = list(_messages(request))
        told: JsonValue = [*messages, tools, choice, request.get("response_format")]
        return cls(
            messages=tuple(_bare(one) for one in messages if one["role"] not in _INSTRUCTIONS),
            functions=bool(tools) and choice != "none",
            prompt=_digest(told)[:_SHORT],
        )

    @property
    def digest(self) -> str:
        """The same for the same turn."""
        return _digest([list(self.messages), self.functions])


def _messages(request: Mapping[str, JsonValue]) -> Iterator[Json]:
    """Who says what and calls what; ids are another time others."""
    messages = request.get("messages")
    for one in messages if isinstance(messages, list) else ():
        if isinstance(one, dict):
            said: Json = {"role": one.get("role"), "content": one.get("content")}
            calls = one.get("tool_calls")
            if isinstance(calls, list):
                said["calls"] = [call.get("function") for call in calls if isinstance(call, dict)]
            yield said


def _bare(message: Json) -> Json:
    """Without what was written beforehand."""
    content = message["content"]
    mark = _MARK.search(content) if isinstance(content, str) else None
    if message["role"] != "user" or mark is None:
        return message
    before, said = mark.string[: mark.start()], mark.string[mark.start() :]
    return {**message, "content": _WRITTEN_BEFOREHAND.sub("", before) + said}


def _digest(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
