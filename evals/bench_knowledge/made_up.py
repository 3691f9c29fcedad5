"""Makes as many documents as are asked for, out of the sentences of ours and numbers, with vectors like real ones.

Embedding 100,000 passages takes hours, so that a made-up passage gets the mean vector of the passages its
sentences were taken from, moved a little at random. Questions are always embedded for real.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.ports import Embedder, Vectors
from retrieval.documents import Document, Passage, make_document
from retrieval.formats.content import Content

_SENTENCE = re.compile(r"[^。.!?！？\n]{4,}[。.!?！？]")
_SOURCES = 3  # passages that one made-up passage takes a sentence from
_NOISE = 0.35  # length of the random part, beside a real vector of length 1
SECTIONS = 10  # a made-up document has, each of them one passage


@dataclass(frozen=True)
class Source:
    """A passage of ours and its sentences."""

    passage: Passage
    vector: Vectors
    sentences: Sequence[str]


class Factory:
    """Makes documents; the same seed makes the same ones."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder, seed: int = 5) -> None:
        self._chance = random.Random(seed)  # noqa: S311 chance, no secret
        self._noise = np.random.default_rng(seed)
        self._embedder = embedder.name
        vectors = embedder.embed([each.searchable for each in passages], "passage")
        self._sources: dict[str, list[Source]] = defaultdict(list)
        for passage, vector in zip(passages, vectors, strict=True):
            sentences = _SENTENCE.findall(passage.text)
            if sentences:
                self._sources[passage.language].append(Source(passage, vector, sentences))
        self.vectors: dict[str, Vectors] = {}

    def document(self, number: int) -> Document:
        """A document in one of our languages; the vectors of its passages are kept."""
        path, text = self.file(number)
        return make_document(Content(text), path)

    def file(self, number: int) -> tuple[str, str]:
        """A document as a file: its path and its text; the vectors of its passages are kept."""
        path, text, mixed = self._made(number, SECTIONS)
        for sources, passage in zip(
            mixed, make_document(Content(text), path).passages, strict=True
        ):
            self.vectors[key(passage.searchable)] = self._near(sources)
        return path, text

    def text(self, number: int, sections: int) -> str:
        """A document of so many sections, without vectors."""
        return self._made(number, sections)[1]

    def _made(self, number: int, sections: int) -> tuple[str, str, Sequence[Sequence[Source]]]:
        """The path, the text, and for each section the passages that its sentences come from."""
        language = self._chance.choice(sorted(self._sources))
        known = self._sources[language]
        mixed = [self._chance.choices(known, k=_SOURCES) for _ in range(sections)]
        parts = [f"---\ntitle: {mixed[0][0].passage.title} {number}\n---"]
        for at, sources in enumerate(mixed):
            # A number in every section keeps any two passages apart.
            said = " ".join(self._chance.choice(each.sentences).strip() for each in sources)[:260]
            parts.append(f"## {sources[0].passage.section} {number}-{at}\n{said}")
        return f"made/{number:06}.{language}.md", "\n\n".join(parts), mixed

    def _near(self, sources: Sequence[Source]) -> Vectors:
        middle = np.mean([each.vector for each in sources], axis=0)
        middle /= np.linalg.norm(middle)
        aside = self._noise.standard_normal(len(middle))
        moved = middle + _NOISE * aside / np.linalg.norm(aside)
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


class Prepared:
    """Implements `VectorCache` with vectors that were made up; what it lacks is embedded for real."""

    def __init__(self, vectors: Mapping[str, Vectors]) -> None:
        self._vectors = dict(vectors)

    def get(self, _embedder: str, keys: Sequence[str]) -> dict[str, Vectors]:
        return {each: self._vectors[each] for each in keys if each in self._vectors}

    def put(self, _embedder: str, vectors: Mapping[str, Vectors]) -> None:
        self._vectors.update(vectors)


def key(text: str) -> str:
    """What a vector cache knows a text by."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
