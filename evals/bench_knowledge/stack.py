"""The folder, what is kept of it and who searches it, in a place of their own, as a desk joins them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.clocks import SystemClock
from connectors.embeddings_embedded import EmbeddedEmbedder
from domain.ports import VectorCache
from evals.bench_knowledge.questions import ROOT
from retrieval.folder import KnowledgeFolder
from retrieval.following import Follower
from retrieval.keeper import Keeper
from retrieval.search import Librarian
from retrieval.wordings import Wordings
from storage.database import Database
from storage.knowledge import SqlKnowledge
from storage.vectors import SqlVectors

TENANT = "bench"


@dataclass(frozen=True)
class Stack:
    """Everything about the documents of one company, without a desk around it."""

    folder: Path
    index: Path
    store: SqlKnowledge
    keeper: Keeper
    librarian: Librarian
    follower: Follower
    cache: VectorCache


@asynccontextmanager
async def opened(
    place: Path, embedder: EmbeddedEmbedder, cache: VectorCache | None = None
) -> AsyncIterator[Stack]:
    """Open what lies in a place, or begin it there."""
    folder, index = place / "knowledge", place / "index"
    folder.mkdir(parents=True, exist_ok=True)
    database = await Database.open(place / "data")
    store = SqlKnowledge(database, SystemClock(), TENANT)
    cache = cache or SqlVectors(place / "cache")
    librarian = Librarian(
        embedder,
        SystemClock(),
        Wordings.read(ROOT / "playbook" / "search" / "wordings.yaml"),
        tenant=TENANT,
        place=index,
        cache=cache,
    )
    try:
        keeper = Keeper(KnowledgeFolder(folder), store)
        follower = Follower(librarian, store)
        yield Stack(folder, index, store, keeper, librarian, follower, cache)
    finally:
        librarian.close()
        await database.close()
