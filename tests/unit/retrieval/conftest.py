from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest

from domain.ports import Embedder, EmbedMode, Vectors
from retrieval.lexicon import words


class WordEmbedder:
    """Embeds by hashed words: quick, and near where words are shared."""

    name = "words"
    dimensions = 256

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        assert mode in ("query", "passage")
        vectors = np.full((len(texts), self.dimensions), 1e-6, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                at = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
                vectors[row, at % self.dimensions] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, dtype=np.float32)


@pytest.fixture
def embedder() -> Embedder:
    return WordEmbedder()
