"""What an open page is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

from desk.news import news
from retrieval.following import Progress
from tests.unit.desk.conftest import SmallDesk


def said(progress: Progress) -> str:
    return f"{progress.done} of {progress.total}"


async def following(desk: SmallDesk) -> AsyncIterator[str]:
    told = news(desk, said, every=0)
    assert await anext(told) == "retry: 3000\n\n"
    return told


async def test_progress_is_told_when_it_changes_and_when_it_is_over(desk: SmallDesk) -> None:
    desk.follower.progress = Progress(1, 4)
    told = await following(desk)
    first = await anext(told)
    assert first.startswith("event: progress\n")
    assert json.loads(first.split("data: ")[1]) == {"done": 1, "total": 4, "said": "1 of 4"}
    desk.follower.progress = Progress()
    assert '"total": 0' in await anext(told)


async def test_a_change_is_told_once(desk: SmallDesk) -> None:
    told = await following(desk)
    assert await anext(told) == ": still here\n\n"
    desk.librarian.documents = dict(desk.librarian.documents)
    assert (await anext(told)).startswith("event: changed\n")
    assert await anext(told) == ": still here\n\n"
    desk.findings = replace(desk.findings, refused=1)
    assert (await anext(told)).startswith("event: changed\n")
