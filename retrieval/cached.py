"""Remembers the vectors of passages by what they say, so that renaming, moving or bringing back costs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from domain.ports import Embedder, EmbedMode, VectorCache, Vectors

_BATCH = 64  # passages after which vectors are kept, so that a process that dies loses little


class CachedEmbedder:
    """An embedder that computes the vector of a passage once. Questions are not kept."""

    def __init__(self, inner: Embedder, cache: VectorCache) -> None:
        self.name, self.dimensions = inner.name, inner.dimensions
        self._inner, self._cache = inner, cache

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        if mode == "query":
            return self._inner.embed(texts, mode)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            some = texts[start : start + _BATCH]
            rows[start : start + len(some)] = self._passages(some)
        return rows

    def known(self, texts: Sequence[str]) -> bool:
        """Whether all of these are remembered."""
        keys = {_key(text) for text in texts}
        return len(self._cache.get(self.name, sorted(keys))) == len(keys)

    def _passages(self, texts: Sequence[str]) -> Vectors:
        keys = [_key(text) for text in texts]
        found = self._cache.get(self.name, keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            fresh = self._inner.embed(list(missing.values()), "passage")
            made = dict(zip(missing, fresh, strict=True))
            self._cache.put(self.name, made)
            found = {**found, **made}
        return np.stack([found[key] for key in keys])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
