from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from domain.ports import Embedder, EmbedMode, Vectors
from retrieval.cached import CachedEmbedder


class MemoryCache:
    """Implements `VectorCache` without a disk."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Vectors] = {}

    def get(self, embedder: str, keys: Sequence[str]) -> dict[str, Vectors]:
        return {key: self.kept[embedder, key] for key in keys if (embedder, key) in self.kept}

    def put(self, embedder: str, vectors: Mapping[str, Vectors]) -> None:
        self.kept |= {(embedder, key): vector for key, vector in vectors.items()}


class Counting:
    """An embedder that remembers what it was given, and can die."""

    def __init__(self, inner: Embedder, name: str = "counting") -> None:
        self.name, self.dimensions = name, inner.dimensions
        self.given: list[str] = []
        self.dies_at = ""
        self._inner = inner

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        if self.dies_at in texts:
            raise InterruptedError
        self.given += texts
        return self._inner.embed(texts, mode)


def test_a_passage_is_embedded_once_even_by_another_process(embedder: Embedder) -> None:
    cache, inner = MemoryCache(), Counting(embedder)
    first = CachedEmbedder(inner, cache).embed(["退貨", "運費", "退貨"], "passage")
    again = CachedEmbedder(inner, cache).embed(["運費", "保養", "退貨"], "passage")
    assert inner.given == ["退貨", "運費", "保養"]
    assert np.array_equal(first[[1, 0, 2]], again[[0, 2, 2]])
    assert np.array_equal(again, embedder.embed(["運費", "保養", "退貨"], "passage"))


def test_a_question_is_not_kept(embedder: Embedder) -> None:
    cache = MemoryCache()
    CachedEmbedder(Counting(embedder), cache).embed(["退貨"], "query")
    assert cache.kept == {}


def test_embedders_do_not_share_vectors(embedder: Embedder) -> None:
    cache, other = MemoryCache(), Counting(embedder, "other")
    CachedEmbedder(Counting(embedder), cache).embed(["退貨"], "passage")
    CachedEmbedder(other, cache).embed(["退貨"], "passage")
    assert other.given == ["退貨"]


def test_what_was_embedded_before_it_died_is_not_lost(embedder: Embedder) -> None:
    cache, inner = MemoryCache(), Counting(embedder)
    texts = [f"第{number}段" for number in range(200)]
    inner.dies_at = texts[150]
    with pytest.raises(InterruptedError):
        CachedEmbedder(inner, cache).embed(texts, "passage")
    done = len(inner.given)
    assert 100 <= done < 200
    inner.dies_at = ""
    CachedEmbedder(inner, cache).embed(texts, "passage")
    assert len(inner.given) == 200


def test_whether_all_is_known(embedder: Embedder) -> None:
    cached = CachedEmbedder(Counting(embedder), MemoryCache())
    assert cached.known([])
    assert not cached.known(["退貨"])
    cached.embed(["退貨"], "passage")
    assert cached.known(["退貨", "退貨"])
    assert not cached.known(["退貨", "運費"])


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "退" * 9000])
def test_any_text_can_be_kept(embedder: Embedder, text: str) -> None:
    cached = CachedEmbedder(embedder, MemoryCache())
    assert cached.embed([text], "passage").shape == (1, embedder.dimensions)
    assert cached.embed([], "passage").shape == (0, embedder.dimensions)
