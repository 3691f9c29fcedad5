"""What was asked of a simulated model: how often, how many tokens, never a word of it."""

from __future__ import annotations

import json
import os.path
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from simulators.model.answer import Usage
from simulators.model.asked import Asked
from simulators.model.spec import estimate

_LEAST_CACHED = 1024  # providers keep prefixes from this length on, in steps
_STEP = 128
_PREFIXES = 32
_ENTRIES = 10_000
Recording = Literal["current", "older", "missing"] | None
"""Of a replayed answer: whether it was recorded with this very prompt, with an older one, or not at all."""


class Journal:
    """One entry for each request, in memory, and in a file where one is named."""

    def __init__(self, file: Path | None, count: Callable[[str], int]) -> None:
        self.entries: deque[dict[str, JsonValue]] = deque(maxlen=_ENTRIES)
        self._file, self._count = file, count
        self._prompts: deque[str] = deque(maxlen=_PREFIXES)
        self.missing = 0
        """How many requests found no recording."""
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)

    def usage(self, asked: Asked, written: str = "") -> Usage:
        """The request's tokens; cached is what a provider would have kept of recent prompts."""
        prompt = asked.prompt
        shared = max((_shared(prompt, one) for one in self._prompts), default=0)
        self._prompts.append(prompt)
        cached = self._count(prompt[:shared]) // _STEP * _STEP
        return Usage(
            prompt=self._count(prompt),
            cached=cached if cached >= _LEAST_CACHED else 0,
            completion=self._count(written) if written else 0,
        )

    def write(
        self,
        asked: Asked,
        mode: str,
        usage: Usage,
        *,
        calls: int = 0,
        status: int = 200,
        recording: Recording = None,
    ) -> None:
        """Keep what a test or a benchmark counts, before the caller is answered."""
        counted = "estimated" if self._count is estimate else "counted"
        entry: dict[str, JsonValue] = {
            "number": asked.number,
            "mode": mode,
            "model": asked.body.model,
            "stream": asked.streams,
            "messages": len(asked.body.messages),
            "tools": len(asked.tools),
            "prompt_tokens": usage.prompt,
            "cached_tokens": usage.cached,
            "completion_tokens": usage.completion,
            "tokens": "recorded" if usage.recorded else counted,
            "calls": calls,
            "status": status,
            "recording": recording,
        }
        self.entries.append(entry)
        self.missing += recording == "missing"
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(entry) + "\n")


def _shared(one: str, other: str) -> int:
    return len(os.path.commonprefix([one, other]))  # noqa: RUF071 - characters are meant, not folders
