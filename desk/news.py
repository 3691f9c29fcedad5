"""Tells an open page what is going on: how far the reading is, and that something has changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from desk.company import KnowledgeDesk
from retrieval.following import Progress

_LOOK_EVERY = 0.5  # seconds
_BREATHE_EVERY = 30  # looks after which a word is sent, so that a broken connection is noticed


async def news(
    desk: KnowledgeDesk,
    say: Callable[[Progress], str],
    *,
    every: float = _LOOK_EVERY,
) -> AsyncIterator[str]:
    """Server-sent events: `progress` while passages are read, `changed` when the page should be shown anew."""
    yield "retry: 3000\n\n"
    # Both are replaced as a whole when they change, so looking whether they are the same ones is enough.
    documents, findings = desk.librarian.documents, desk.findings
    told, quiet = Progress(), 0
    while True:
        progress, quiet = desk.follower.progress, quiet + 1
        if progress != told:
            told, quiet = progress, 0
            busy = {"done": progress.done, "total": progress.total, "said": say(progress)}
            yield _event("progress", busy)
        if desk.librarian.documents is not documents or desk.findings is not findings:
            documents, findings, quiet = desk.librarian.documents, desk.findings, 0
            yield _event("changed", {})
        if quiet >= _BREATHE_EVERY:
            quiet = 0
            yield ": still here\n\n"
        await asyncio.sleep(every)


def _event(name: str, data: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
