"""Keeps the vectors of passages in Chroma; what has not changed is not embedded again.

A folder has one owner: two processes that write to it lose vectors without a word, so the second is refused.
Several processes share a Chroma server instead. Every embedder has a collection of its own, for vectors of two do
not compare.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit
from uuid import uuid4

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from filelock import FileLock, Timeout

from domain.errors import ConfigurationError, UpstreamUnavailable
from domain.ports import Embedder, Vectors

_BATCH = 500
_PATIENCE = 10.0  # seconds for an answer of a Chroma server
_WIDEST = 400  # the most neighbours asked for
# Twice as many edges as Chroma's usual graph: without them it misses neighbours among passages that are alike.
_GRAPH: CreateHNSWConfiguration = {
    "space": "cosine",
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 600,
}


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
    """Passages by meaning: in a folder, on a Chroma server (its address), or in memory and thrown away.

    Raises:
        ConfigurationError: another process owns the folder, or the server's address is no address.
        UpstreamUnavailable: the server does not answer.
    """

    def __init__(
        self,
        embedder: Embedder,
        tenant: str,
        place: Path | str | None = None,
        owned: FileLock | None = None,
    ) -> None:
        self._embedder = embedder
        self._tenant = slug(tenant)
        about = f"{embedder.name}/{embedder.dimensions}"
        self._name = f"{self._tenant}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"
        if place is None:  # all clients in memory share one store, hence a name of its own
            self._tenant = self._name = f"{slug(tenant)[:30]}-{uuid4().hex[:12]}"
        self.owned = owned or (_owned(place) if isinstance(place, Path) else None)
        with _Translated():
            self._client = _client(place)
            self._collection = self._open(about)

    def held(self) -> set[str]:
        """The ids of every passage that is there."""
        with _Translated():
            return set(self._collection.get(include=[])["ids"])

    def add(self, texts: Mapping[str, str]) -> None:
        """Take in these texts."""
        for batch in _batches(list(texts)):
            vectors = self._embedder.embed([texts[id] for id in batch], "passage")
            with _Translated():
                self._collection.upsert(ids=batch, embeddings=vectors)

    def remove(self, ids: Several[str]) -> None:
        """Let go of these."""
        with _Translated():
            for batch in _batches(sorted(ids)):
                self._collection.delete(ids=batch)

    def sync(self, texts: Mapping[str, str]) -> Change:
        """Hold exactly these texts; an id stands for its content, so known ids stay as they are."""
        held = self.held()
        gone, new = held - texts.keys(), {id: text for id, text in texts.items() if id not in held}
        self.remove(gone)
        self.add(new)
        return Change(added=len(new), removed=len(gone), kept=len(held) - len(gone))

    def nearest(self, vectors: Vectors, k: int) -> list[list[Neighbour]]:
        """The passages nearest to each vector, nearest first."""
        with _Translated():
            k = min(k, _WIDEST)
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
        with _Translated():
            self._client.delete_collection(self._name)

    def drop_others(self) -> None:
        """Throw away the collections that this company has with other embedders."""
        with _Translated():
            for each in self._client.list_collections():
                if each.name.startswith(f"{self._tenant}-") and each.name != self._name:
                    self._client.delete_collection(each.name)

    def close(self) -> None:
        """Let another process own the folder."""
        if self.owned is not None:
            self.owned.release()

    def _open(self, about: str) -> Collection:
        return self._client.get_or_create_collection(
            self._name,
            metadata={"embedder": about},
            embedding_function=None,
            configuration={"hnsw": _GRAPH},
        )


def _client(place: Path | str | None) -> ClientAPI:
    quiet = Settings(anonymized_telemetry=False)
    if place is None:
        return chromadb.EphemeralClient(settings=quiet)
    if isinstance(place, Path):
        return chromadb.PersistentClient(str(place), settings=quiet)
    address = urlsplit(place)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ConfigurationError(
            f"NIGHTDESK_CHROMA_URL {place!r} is no address; write http://127.0.0.1:8800"
        )
    try:
        client = chromadb.HttpClient(
            host=address.hostname,
            port=address.port or 8000,
            ssl=address.scheme == "https",
            settings=quiet,
        )
        return _impatient(client)
    except ValueError as fault:  # what its client raises when nobody listens
        raise UpstreamUnavailable(
            f"no Chroma server answers at {place}; start it with `chroma run`, or take NIGHTDESK_CHROMA_URL away"
        ) from fault


def _impatient(client: ClientAPI) -> ClientAPI:
    """A client that does not wait for ever: Chroma's own does, and offers no setting for it."""
    session = getattr(getattr(client, "_server", None), "_session", None)
    if isinstance(session, httpx.Client):
        session.timeout = httpx.Timeout(_PATIENCE)
    return client


def _owned(folder: Path) -> FileLock:
    folder.mkdir(parents=True, exist_ok=True)
    # An index may be opened in one thread and closed in another.
    lock = FileLock(folder / "owner.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as fault:
        raise ConfigurationError(
            f"the index {folder.name!r} is in use by another process; give this one another name"
            " (NIGHTDESK_WORKER), or share a Chroma server (NIGHTDESK_CHROMA_URL)"
        ) from fault
    return lock


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _BATCH):
        yield list(ids[start : start + _BATCH])


class _Translated:
    """Chroma's faults as ours; an answer that is none of its own, a proxy's say, it raises as bare `Exception`."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        ours = isinstance(fault, ChromaError | httpx.HTTPError | json.JSONDecodeError)
        if ours or kind is Exception:
            raise UpstreamUnavailable(f"the knowledge index does not answer: {fault}") from fault
