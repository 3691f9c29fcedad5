"""Keeps the vectors of passages in Chroma; what has not changed is not embedded again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError

from domain.errors import UpstreamUnavailable
from domain.ports import Embedder, Vectors

_BATCH = 500
_WIDEST = 400  # the most neighbours asked for, and how far the graph search looks


@dataclass(frozen=True)
class Change:
    """What bringing the index up to date did."""

    added: int
    removed: int
    kept: int


@dataclass(frozen=True)
class Neighbour:
    """A passage near a question."""

    id: str
    similarity: float


def slug(name: str) -> str:
    """A collection name for a tenant of any script: Chroma takes ASCII only."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:10]
    return f"{plain}-{digest}" if plain else f"tenant-{digest}"


class Index:
    """Passages by meaning. Without a folder it is kept in memory and thrown away."""

    def __init__(self, embedder: Embedder, tenant: str, folder: Path | None = None) -> None:
        self._embedder = embedder
        quiet = Settings(anonymized_telemetry=False)
        # All in-memory clients of a process share one store, hence a name of its own.
        self._name = slug(tenant) if folder else f"{slug(tenant)}-{uuid4().hex[:12]}"
        with _translated():
            self._client: ClientAPI = (
                chromadb.PersistentClient(str(folder), settings=quiet)
                if folder
                else chromadb.EphemeralClient(settings=quiet)
            )
            self._collection = self._open()

    def sync(self, texts: Mapping[str, str]) -> Change:
        """Hold exactly these texts; an id stands for its content, so known ids stay as they are."""
        with _translated():
            held = set(self._collection.get(include=[])["ids"])
            gone, new = sorted(held - texts.keys()), [id for id in texts if id not in held]
            for batch in _batches(gone):
                self._collection.delete(ids=batch)
            for batch in _batches(new):
                vectors = self._embedder.embed([texts[id] for id in batch], "passage")
                self._collection.upsert(ids=batch, embeddings=vectors)
        return Change(added=len(new), removed=len(gone), kept=len(held) - len(gone))

    def nearest(self, vectors: Vectors, k: int) -> list[list[Neighbour]]:
        """The passages nearest to each vector, nearest first."""
        with _translated():
            k = min(k, _WIDEST, self._collection.count())
            if not k:
                return [[] for _ in vectors]
            rows: list[list[Neighbour]] = []
            for start in range(0, len(vectors), _BATCH):
                part = np.ascontiguousarray(vectors[start : start + _BATCH])
                answer = self._collection.query(
                    query_embeddings=part, n_results=k, include=["distances"]
                )
                for ids, distances in zip(answer["ids"], answer["distances"] or [], strict=True):
                    pairs = zip(ids, distances, strict=True)
                    rows.append([Neighbour(id, 1.0 - float(far)) for id, far in pairs])
        return rows

    def drop(self) -> None:
        """Throw the collection away."""
        with _translated():
            self._client.delete_collection(self._name)

    def _open(self) -> Collection:
        about = {"embedder": f"{self._embedder.name}/{self._embedder.dimensions}"}
        known = {each.name: each for each in self._client.list_collections()}
        if self._name in known and (known[self._name].metadata or {}) != about:
            self._client.delete_collection(self._name)  # vectors of two embedders do not compare
        return self._client.get_or_create_collection(
            self._name,
            metadata=about,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": _WIDEST}},
        )


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _BATCH):
        yield list(ids[start : start + _BATCH])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ChromaError as fault:
        raise UpstreamUnavailable(f"the knowledge index does not answer: {fault}") from fault
