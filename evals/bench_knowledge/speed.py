"""Measures what the knowledge manager waits for: first indexing, a look at unchanged files, one change."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.embeddings_embedded import EmbeddedEmbedder
from evals.bench_knowledge.made_up import SECTIONS, Factory, Prepared
from evals.bench_knowledge.quality import librarian
from evals.bench_knowledge.questions import passages, public_documents
from evals.bench_knowledge.stack import opened

FILES = 10_000
PASSAGES = 10_000
_LONG_AGO = 3600.0  # seconds; a file that was just written is waited for
_NEW = "The blue parrot in the lobby answers to the name Admiral Waffle."


def report() -> Iterator[str]:
    """One line a figure."""
    for name, embedder in (
        ("first indexing, default embedder", EmbeddedEmbedder()),
        ("first indexing, USE alone", EmbeddedEmbedder(with_e5=False)),
    ):
        yield f"| {name} | {first_indexing(embedder):.1f} passages/s |"
    first, unchanged = asyncio.run(unchanged_files())
    yield f"| {FILES:,} new small files read | {first:.0f} s |"
    yield f"| {FILES:,} unchanged files looked at | {unchanged:.2f} s |"
    read, followed = asyncio.run(one_change())
    yield (
        f"| one changed document among {PASSAGES:,} passages, until it is found"
        f" | {read + followed:.2f} s (read {read:.2f}, arranged {followed:.2f}) |"
    )


def first_indexing(embedder: EmbeddedEmbedder) -> float:
    """Passages of our documents taken in a second, from nothing."""
    documents = public_documents()
    embedder.warm()
    began = time.perf_counter()
    librarian(documents, embedder)
    return len(passages(documents)) / (time.perf_counter() - began)


async def unchanged_files() -> tuple[float, float]:
    """Seconds to read so many new files, and to look at them again."""
    factory = Factory(passages(public_documents())[:40], EmbeddedEmbedder(with_e5=False))
    with TemporaryDirectory() as name:
        async with opened(Path(name), EmbeddedEmbedder(with_e5=False)) as stack:
            for number in range(FILES):
                _write(
                    stack.folder / f"{number % 100:02}" / f"{number}.md", factory.text(number, 1)
                )
            began = time.perf_counter()
            synced = await stack.keeper.sync()
            first = time.perf_counter() - began
            assert synced.count("added") == FILES, "every file was read"
            began = time.perf_counter()
            synced = await stack.keeper.sync()
            assert not synced.changed
            assert synced.looked_at == FILES
            return first, time.perf_counter() - began


async def one_change() -> tuple[float, float]:
    """Seconds until a change of one file is read, and until it is found among many passages."""
    embedder = EmbeddedEmbedder()
    factory = Factory(passages(public_documents()), embedder)
    with TemporaryDirectory() as name:
        cache = Prepared(factory.vectors)
        async with opened(Path(name), embedder, cache) as stack:
            for number in range(PASSAGES // SECTIONS):
                path, text = factory.file(number)
                _write(stack.folder / path, text)
            cache.put(embedder.name, factory.vectors)
            await stack.keeper.sync()
            await stack.follower.follow()
            changed = stack.folder / path
            changed.write_text(f"{text}\n\n## The parrot\n{_NEW}\n", encoding="utf-8")
            began = time.perf_counter()
            await stack.keeper.sync()
            read = time.perf_counter() - began
            await stack.follower.follow()
            followed = time.perf_counter() - began - read
            hits = stack.librarian.search("Admiral Waffle the blue parrot", "en")
            assert hits[0].passage.text == _NEW, "the change is found"
            return read, followed


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    before = time.time() - _LONG_AGO
    os.utime(path, (before, before))
