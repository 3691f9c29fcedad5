"""What a model answered: its text without its thoughts, and the calls that are calls."""

from __future__ import annotations

import json
import re
from typing import Any

from domain.errors import InvalidModelOutput
from domain.models import Call, Usage

MOST_CHARACTERS = 40_000  # of an answer; no prompt of ours asks for a tenth of it
_BLOCKS = re.compile(r"<tool_call>(.*?)</tool_call>|```(?:json)?\n(.*?)```", re.DOTALL)
DROPPED = "nightdesk_dropped"  # where the client's answer notes how many calls were none


def is_call(one: Any) -> bool:
    """Whether a call of a model names a function and has an object for arguments."""
    function = getattr(one, "function", None)
    named = getattr(function, "name", None)
    return bool(named) and arguments(getattr(function, "arguments", None)) is not None


def arguments(text: object) -> dict[str, Any] | None:
    """The arguments of a call, or None if they are no JSON object. Nothing that was cut off is completed."""
    if not isinstance(text, str):
        return None
    try:
        found = json.loads(text or "{}", strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def written_calls(text: str) -> list[Call]:
    """Calls that a model wrote into its text: JSON alone, fenced, or between the marks of Qwen's chat template.

    Small models and servers without a parser for tool calls answer like that. What is no whole call stays text.
    """
    blocks = [found[1] or found[2] for found in _BLOCKS.finditer(text)] or [text]
    calls = []
    for block in blocks:
        try:
            read = json.loads(block)
        except (ValueError, RecursionError):
            return []
        for one in read if isinstance(read, list) else [read]:
            if not isinstance(one, dict) or not isinstance(one.get("name"), str):
                return []
            given = one.get("arguments") or {}  # such models write null where there are none
            found = arguments(given) if isinstance(given, str) else given
            if not isinstance(found, dict):
                return []
            calls.append(Call(one["name"], found))
    return calls


class Found:
    """What came so far."""

    def __init__(self) -> None:
        self.text = ""
        self.calls: list[Call] = []
        self.dropped = 0
        self.usage = Usage()
        self.finish = ""
        self._heard = 0
        self._thoughts = Thoughts()
        self._open: dict[object, list[str]] = {}  # by index: id, name, arguments
        self._done: list[list[str]] = []

    def note(self, message: Any) -> None:
        """Keep what was used, and why the model stopped."""
        self.finish = message.response_metadata.get("finish_reason") or self.finish
        used = message.usage_metadata
        if used:
            kept = (used.get("input_token_details") or {}).get("cache_read") or 0
            self.usage = Usage(
                read=max(0, int(used["input_tokens"])),
                cached=max(0, int(kept)),
                written=max(0, int(used["output_tokens"])),
            )

    def take(self, message: Any) -> None:
        """Take in an answer in one piece."""
        self.text = without_thoughts(str(message.text))
        self.calls = [Call(one["name"], one["args"]) for one in message.tool_calls]
        self.dropped = message.additional_kwargs.get(DROPPED, 0) + len(message.invalid_tool_calls)
        self.note(message)

    def add(self, chunk: Any) -> str:
        """Take in a piece of a streamed answer, and return what of it may be shown."""
        text = str(chunk.text)
        shown = self._thoughts.hear(text)
        self.text += shown
        self._heard += len(text)
        self.note(chunk)
        for part in chunk.tool_call_chunks:
            self._heard += len(part["args"] or "")
            self._join(part["index"], part["id"] or "", part["name"] or "", part["args"] or "")
        if self._heard > MOST_CHARACTERS:
            raise InvalidModelOutput("the answer does not end")
        return shown

    def _join(self, index: object, call_id: str, name: str, text: str) -> None:
        here = self._open.get(index)
        # Some servers number every call 0: another id and a name begin another call.
        if here is None or (name and call_id and call_id != here[0]):
            self._open[index] = here = [call_id, "", ""]
            self._done.append(here)
        here[0] = here[0] or call_id
        here[1] = here[1] or name
        here[2] += text

    def close(self) -> str:
        """Read the calls, once all of their pieces are there, and return the rest of the text."""
        for _, name, text in self._done:
            read = arguments(text)
            if name and read is not None:
                self.calls.append(Call(name, read))
            else:
                self.dropped += 1
        rest = self._thoughts.rest()
        self.text = (self.text + rest).rpartition(Thoughts.CLOSE)[2]
        return rest


class Thoughts:
    """Leaves out `<think>…</think>` of a text that comes in pieces, wherever it is cut."""

    OPEN, CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False

    def hear(self, piece: str) -> str:
        """What of a piece, and of what was held back before it, may be shown."""
        self._held += piece
        shown = ""
        while True:
            mark = self.CLOSE if self._thinking else self.OPEN
            before, found, after = self._held.partition(mark)
            if not found:
                break
            shown += "" if self._thinking else before
            self._thinking, self._held = not self._thinking, after
        keep = _begun(self._held, mark)
        shown += "" if self._thinking else self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return shown

    def rest(self) -> str:
        """What was held back and turned out to be text."""
        held, self._held = self._held, ""
        return "" if self._thinking else held


def _begun(text: str, mark: str) -> int:
    """How many characters at the end of a text may be the beginning of a mark."""
    longest = min(len(mark) - 1, len(text))
    return next((n for n in range(longest, 0, -1) if mark.startswith(text[-n:])), 0)


def without_thoughts(text: str) -> str:
    """A whole text without what the model thought, also where only the end of the thought is marked."""
    thoughts = Thoughts()
    shown = thoughts.hear(text) + thoughts.rest()
    return shown.rpartition(Thoughts.CLOSE)[2]
