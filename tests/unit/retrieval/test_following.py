from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from domain.errors import UpstreamUnavailable
from domain.ports import Embedder, EmbedMode, Vectors
from retrieval.folder import KnowledgeFolder
from retrieval.following import Follower
from retrieval.keeper import Keeper
from retrieval.search import COLLEAGUES, Librarian
from tests.unit.retrieval.kept import MemoryKnowledge, Ticking, lay


class Slow:
    """An embedder that waits, at texts that hold a word, until it is let go."""

    def __init__(self, inner: Embedder, name: str = "slow") -> None:
        self.name, self.dimensions = name, inner.dimensions
        self.word = "慢"
        self.waiting, self.go_on = threading.Event(), threading.Event()
        self.passages: list[str] = []
        self._inner = inner

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        if mode == "passage":
            self.passages += texts
            if any(self.word in text for text in texts):
                self.waiting.set()
                assert self.go_on.wait(20)
        return self._inner.embed(texts, mode)


@dataclass
class Desk:
    """A folder, what is kept of it, and who answers from it."""

    root: Path
    embedder: Slow
    store: MemoryKnowledge = field(default_factory=lambda: MemoryKnowledge(Ticking()))

    def __post_init__(self) -> None:
        self.keeper = Keeper(KnowledgeFolder(self.root), self.store)
        self.librarian = Librarian(self.embedder, Ticking())
        self.follower = Follower(self.librarian, self.store)

    async def put(self, name: str, text: str) -> None:
        lay(self.root, name, text)
        await self.keeper.sync()

    async def take_out(self, name: str) -> None:
        (self.root / name).unlink()
        await self.keeper.sync()

    def found(self, question: str) -> set[str]:
        return {hit.passage.document for hit in self.librarian.search(question, "yue", 9)}

    async def waits(self) -> None:
        assert await asyncio.to_thread(self.embedder.waiting.wait, 20)


@pytest.fixture
def desk(tmp_path: Path, embedder: Embedder) -> Desk:
    return Desk(tmp_path, Slow(embedder))


LONG = "\n".join(f"## 第{number}章\n慢慢講第{number}件事。" for number in range(30))


async def test_what_is_kept_is_answered_from(desk: Desk) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    assert desk.found("泊車") == set()
    assert await desk.follower.follow()
    assert desk.found("泊車") == {"a.md"}
    assert desk.librarian.documents["a.md"].number == 1
    assert not await desk.follower.follow()


async def test_a_new_version_takes_the_place_of_the_earlier_one(desk: Desk) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    await desk.put("a.md", "泊車每小時三十元。")
    await desk.follower.follow()
    (hit,) = desk.librarian.search("泊車", "zh-Hant", 9)
    assert (hit.passage.text, hit.citation.version) == ("泊車每小時三十元。", "2")


async def test_the_day_a_document_was_put_in_makes_it_new(desk: Desk) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.put("b.md", "---\nvalid_from: 2026-01-02\n---\n送貨要三天。")
    await desk.follower.follow()
    newest = {path: str(one.newest) for path, one in desk.librarian.documents.items()}
    assert newest == {"a.md": "2026-11-20", "b.md": "2026-01-02"}


async def test_what_is_taken_out_stops_answering_while_a_long_document_is_embedded(
    desk: Desk,
) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    await desk.put("long.md", LONG)
    following = asyncio.create_task(desk.follower.follow())
    await desk.waits()
    await desk.take_out("a.md")
    await desk.follower.withdraw()
    assert desk.found("泊車首兩小時免費") == set()
    desk.embedder.go_on.set()
    await following
    assert desk.found("泊車首兩小時免費") - {"long.md"} == set()
    assert desk.librarian.documents.keys() == {"long.md"}


async def test_every_withdrawal_counts(desk: Desk) -> None:
    for name in ("a.md", "b.md", "c.md"):
        lay(desk.root, name, "泊車首兩小時免費。")
    await desk.keeper.sync()
    await desk.follower.follow()
    for left in ({"b.md", "c.md"}, {"c.md"}, set[str]()):
        await desk.take_out(min(path.name for path in desk.root.iterdir()))
        await desk.follower.withdraw()
        assert desk.found("泊車首兩小時免費") == left


async def test_a_document_that_is_taken_out_while_it_is_embedded_never_answers(desk: Desk) -> None:
    await desk.put("long.md", LONG)
    following = asyncio.create_task(desk.follower.follow())
    await desk.waits()
    await desk.take_out("long.md")
    desk.embedder.go_on.set()
    await following
    assert desk.librarian.documents == {}


async def test_a_document_answers_whole_or_not_at_all(desk: Desk) -> None:
    await desk.put("long.md", LONG + "\n## 最後\n最後一句。")
    following = asyncio.create_task(desk.follower.follow())
    await desk.waits()
    assert desk.found("第一章") == set()
    desk.embedder.go_on.set()
    await following
    assert desk.found("最後一句") == {"long.md"}


async def test_the_earlier_version_answers_until_the_new_one_is_complete(desk: Desk) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    await desk.put("a.md", LONG)
    following = asyncio.create_task(desk.follower.follow())
    await desk.waits()
    (hit,) = desk.librarian.search("泊車", "zh-Hant")
    assert hit.citation.version == "1"
    desk.embedder.go_on.set()
    await following
    assert {hit.citation.version for hit in desk.librarian.search("第一章", "zh-Hant")} == {"2"}


async def test_what_was_taken_out_and_put_back_answers_again(desk: Desk) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    await desk.take_out("a.md")
    await desk.follower.withdraw()
    assert desk.found("泊車") == set()
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    assert desk.found("泊車") == {"a.md"}
    assert len(desk.embedder.passages) == 1


async def test_how_far_long_work_is_can_be_seen(desk: Desk) -> None:
    await desk.put("long.md", LONG)
    await desk.put("a.md", "\n".join(f"## {n}\n第{n}件。" for n in range(50)))
    assert not desk.follower.progress.busy
    following = asyncio.create_task(desk.follower.follow())
    await desk.waits()
    assert desk.follower.progress.total == 80
    assert desk.follower.progress.busy
    desk.embedder.go_on.set()
    await following
    assert not desk.follower.progress.busy


async def test_only_what_is_ready_is_answered_from_at_the_start(desk: Desk) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    await desk.put("long.md", LONG)
    await desk.take_out("a.md")
    await desk.put("b.md", "泊車首兩小時免費。")
    assert await asyncio.wait_for(desk.follower.follow(only_ready=True), 10)
    assert desk.librarian.documents == {}
    desk.embedder.go_on.set()
    await desk.follower.follow()
    assert desk.librarian.documents.keys() == {"b.md", "long.md"}


async def test_what_another_process_keeps_is_followed(desk: Desk, embedder: Embedder) -> None:
    other = Librarian(embedder, Ticking())
    follower = Follower(other, desk.store, tidy=False)
    await desk.put("a.md", "泊車首兩小時免費。")
    assert await follower.follow()
    await desk.take_out("a.md")
    assert await follower.follow()
    assert other.search("泊車", "yue") == []
    assert not await follower.follow()


async def test_a_new_embedder_takes_over_when_everything_is_embedded(
    desk: Desk, embedder: Embedder
) -> None:
    await desk.put("a.md", "泊車首兩小時免費，慢慢泊。")
    desk.embedder.go_on.set()
    await desk.follower.follow()
    later = Slow(embedder, "later")
    changing = asyncio.create_task(desk.follower.change_embedder(later))
    assert await asyncio.to_thread(later.waiting.wait, 20)
    assert desk.found("泊車") == {"a.md"}  # the earlier one still answers
    await desk.take_out("a.md")
    await desk.follower.withdraw()
    assert desk.found("泊車") == set()
    later.go_on.set()
    await changing
    assert desk.found("泊車") == set()  # what was taken out meanwhile does not come back
    await desk.follower.follow()
    await desk.put("b.md", "泊車每小時三十元。")
    await desk.follower.follow()
    assert desk.found("泊車") == {"b.md"}
    assert any("三十元" in text for text in later.passages)


class Refusing(Slow):
    """An embedder whose service refuses one text."""

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        if any("拒" in text for text in texts):
            raise UpstreamUnavailable("not this one")
        return super().embed(texts, mode)


async def test_what_cannot_be_embedded_does_not_hold_up_what_can(
    tmp_path: Path, embedder: Embedder
) -> None:
    desk = Desk(tmp_path, Refusing(embedder))
    await desk.put("a.md", "\n".join(f"## {n}\n泊車第{n}件。" for n in range(60)))
    await desk.put("b.md", "\n".join(f"## {n}\n拒絕第{n}件。" for n in range(70)))
    await desk.put("c.md", "\n".join(f"## {n}\n送貨第{n}件。" for n in range(80)))
    assert await desk.follower.follow()
    assert desk.librarian.documents.keys() == {"a.md", "c.md"}
    assert not desk.follower.progress.busy
    assert not await desk.follower.follow()  # it is not tried again at once
    await desk.put("b.md", "送貨每次三十元。")
    assert await desk.follower.follow()
    assert desk.librarian.documents.keys() == {"a.md", "b.md", "c.md"}
    assert not await desk.follower.follow()


async def test_what_customers_may_no_longer_read_is_withdrawn_before_the_new_words_are_embedded(
    desk: Desk,
) -> None:
    await desk.put("a.md", "泊車首兩小時免費。")
    await desk.follower.follow()
    await desk.put("a.md", "---\naudience: staff\n---\n泊車慢慢泊。")
    following = asyncio.create_task(desk.follower.follow())
    await desk.waits()
    assert desk.found("泊車") == set()
    desk.embedder.go_on.set()
    await following
    assert desk.found("泊車") == set()
    hits = desk.librarian.search("泊車", "yue", 9, COLLEAGUES)
    assert {hit.passage.document for hit in hits} == {"a.md"}


async def test_documents_by_the_hundred_are_followed_in_groups(desk: Desk) -> None:
    for number in range(120):
        lay(desk.root, f"d{number}.md", f"第{number}件貨品有保養。")
    await desk.keeper.sync()
    await desk.follower.follow()
    assert len(desk.librarian.documents) == 120
    assert "d77.md" in desk.found("第77件貨品有保養")
