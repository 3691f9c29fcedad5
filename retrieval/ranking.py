"""Ranks passages for a question by meaning and by words together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.ports import Embedder, Vectors
from retrieval.index import Index, Neighbour
from retrieval.lexicon import Lexicon, words
from retrieval.wordings import Wordings

DEPTH = 200  # neighbours by meaning that are weighed
WORD_DEPTH = 20  # passages by words that join them
WORD_WEIGHT = 0.5


@dataclass(frozen=True)
class Candidate:
    """A passage and why it was found: meaning, words, or the very phrase."""

    id: str
    similarity: float
    coverage: float
    exact: bool
    order: float


class Shelf:
    """Passages that can be searched; replaced whole when knowledge changes, never altered."""

    def __init__(
        self, texts: Mapping[str, str], index: Index, embedder: Embedder, wordings: Wordings
    ) -> None:
        self._ids = list(texts)
        self._position = {id: at for at, id in enumerate(self._ids)}
        self._lexicon = Lexicon(list(texts.values()))
        self._index, self._embedder, self._wordings = index, embedder, wordings

    def find(self, questions: Sequence[str], depth: int = DEPTH) -> list[list[Candidate]]:
        """Candidates for each question, best first."""
        if not self._ids or not questions:
            return [[] for _ in questions]
        written = [self._wordings.rewrite(question) for question in questions]
        near = self._index.nearest(self._vectors(questions, written), depth)
        return [self._weigh(*each) for each in zip(questions, written, near, strict=True)]

    def _vectors(self, questions: Sequence[str], written: Sequence[str]) -> Vectors:
        """Midway between the question as asked and as documents would write it."""
        both = self._embedder.embed([*questions, *written], "query")
        middle = both[: len(questions)] + both[len(questions) :]
        lengths = np.linalg.norm(middle, axis=1, keepdims=True)
        return np.asarray(middle / np.maximum(lengths, 1e-9), dtype=np.float32)

    def _weigh(self, question: str, written: str, near: list[Neighbour]) -> list[Candidate]:
        asked = words(f"{question} {written}")
        similar = {
            self._position[each.id]: each.similarity for each in near if each.id in self._position
        }
        exact = self._lexicon.containing(question)
        scores = self._lexicon.scores(asked)
        best = np.argsort(-scores, kind="stable")[:WORD_DEPTH]
        by_words = [int(at) for at in best if scores[at] > 0]
        places = list(dict.fromkeys([*similar, *by_words, *exact]))
        if not places:
            return []
        # A passage that only its words brought here is at most as near as the furthest neighbour.
        furthest = min(similar.values(), default=0.0)
        nearness = np.array([similar.get(at, furthest) for at in places], dtype=np.float32)
        coverage = self._lexicon.coverage(asked, places)
        # Words count by the square of what they cover: a few shared words must not beat meaning,
        # least of all across languages; a name or a code that matches whole must win.
        order = _standard(nearness) + WORD_WEIGHT * coverage**2 * _standard(scores[places])
        found = [
            Candidate(self._ids[at], float(n), float(c), at in exact, float(o))
            for at, n, c, o in zip(places, nearness, coverage, order, strict=True)
        ]
        return sorted(found, key=lambda each: (each.exact, each.order), reverse=True)


def _standard(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The values as standard scores."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-6), dtype=np.float32)
