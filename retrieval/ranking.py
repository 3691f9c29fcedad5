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
WORD_WEIGHT = 0.4
WRITTEN_WEIGHT = 0.65  # the question in written words, against the question as asked
KIN_WEIGHT = 2.0  # what all languages of a section say together, against one passage of it
# What else makes it likely that a passage answers, on the scale of the cosine. Learnt from questions that
# documents answer and that they do not, for how sure we are; the order of passages is another matter.
TELLING_WEIGHT = 0.45  # the share of telling words that the passage holds, too
LENGTH_WEIGHT = 0.14  # the logarithm of the words of the question: a long one is never as near
USUAL_LENGTH = 6
LATIN_WEIGHT = 0.14  # a question without Chinese, whose words are whole ones

# Which section a text belongs to, whatever its language, and which document.
Origin = tuple[str, str]


@dataclass(frozen=True)
class Candidate:
    """A passage and why it was found: meaning, words, or the very phrase.

    `similarity` grows with the chance that it answers: the cosine, and what the words say beside it.
    """

    id: str
    similarity: float
    coverage: float
    exact: bool
    order: float


class Shelf:
    """Passages that can be searched; replaced whole when knowledge changes, never altered."""

    def __init__(
        self,
        texts: Mapping[str, str],
        index: Index,
        embedder: Embedder,
        wordings: Wordings,
        *,
        goes_on: Sequence[str] = (),
        origins: Sequence[Origin] = (),
        earlier: Shelf | None = None,
    ) -> None:
        self._ids = list(texts)
        self._origins = origins or [(id, id) for id in self._ids]
        self._position = {id: at for at, id in enumerate(self._ids)}
        before = earlier._lexicon if earlier else None
        self._lexicon: Lexicon = Lexicon(list(texts.values()), goes_on, before)
        self._index, self._embedder, self._wordings = index, embedder, wordings

    def find(self, questions: Sequence[str], depth: int = DEPTH) -> list[list[Candidate]]:
        """Candidates for each question, best first."""
        if not self._ids or not questions:
            return [[] for _ in questions]
        written = [self._wordings.rewrite(question) for question in questions]
        near = self._index.nearest(self._vectors(questions, written), depth)
        return [self._weigh(*each) for each in zip(questions, written, near, strict=True)]

    def _vectors(self, questions: Sequence[str], written: Sequence[str]) -> Vectors:
        """Between the question as asked and as documents would write it."""
        both = self._embedder.embed([*questions, *written], "query")
        asked, wrote = both[: len(questions)], both[len(questions) :]
        middle = (1 - WRITTEN_WEIGHT) * asked + WRITTEN_WEIGHT * wrote
        lengths = np.linalg.norm(middle, axis=1, keepdims=True)
        return np.asarray(middle / np.maximum(lengths, 1e-9), dtype=np.float32)

    def _weigh(self, question: str, written: str, near: list[Neighbour]) -> list[Candidate]:
        asked = words(f"{question} {written}")
        similar = {
            self._position[each.id]: each.similarity for each in near if each.id in self._position
        }
        exact = self._lexicon.containing(question)
        scores = self._lexicon.scores(asked)
        by_words = _highest(scores, WORD_DEPTH)
        places = list(dict.fromkeys([*similar, *by_words, *exact]))
        if not places:
            return []
        # A passage that only its words brought here is at most as near as the furthest neighbour.
        furthest = min(similar.values(), default=0.0)
        nearness = np.array([similar.get(at, furthest) for at in places], dtype=np.float32)
        coverage = self._lexicon.coverage(asked, places)
        # Words count by the square of what they cover: a few shared words must not beat meaning,
        # least of all across languages; a name or a code that matches whole must win.
        meaning = nearness + KIN_WEIGHT * self._with_kin(places, nearness)
        order = _standard(meaning) + WORD_WEIGHT * coverage**2 * _standard(scores[places])
        likeness = nearness + self._beside(question, written, places)
        found = [
            Candidate(self._ids[at], float(n), float(c), at in exact, float(o))
            for at, n, c, o in zip(places, likeness, coverage, order, strict=True)
        ]
        return sorted(found, key=lambda each: (each.exact, each.order), reverse=True)

    def _beside(
        self, question: str, written: str, places: Sequence[int]
    ) -> npt.NDArray[np.float32]:
        """What speaks for each passage beside its meaning."""
        distinct = list(dict.fromkeys(words(written)))
        telling = [each for each in distinct if len(each) > 1]  # a single character is in any text
        share = self._lexicon.coverage(telling, places)
        latin = not any(each >= "\u3400" for each in question)
        of_the_question = (
            LENGTH_WEIGHT * float(np.log((len(distinct) + 1) / USUAL_LENGTH)) + LATIN_WEIGHT * latin
        )
        return np.asarray(TELLING_WEIGHT * share + of_the_question, dtype=np.float32)

    def _with_kin(
        self, places: Sequence[int], nearness: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """How near the whole section is: the mean of its languages, each by its nearest passage.

        Twins say the same, so that what one language misses by chance another one makes good.
        """
        nearest: dict[str, dict[str, float]] = {}
        for at, near in zip(places, nearness, strict=True):
            section, document = self._origins[at]
            documents = nearest.setdefault(section, {})
            documents[document] = max(float(near), documents.get(document, -1.0))
        means = {each: sum(by.values()) / len(by) for each, by in nearest.items()}
        return np.array([means[self._origins[at][0]] for at in places], dtype=np.float32)


def _highest(scores: npt.NDArray[np.float32], count: int) -> list[int]:
    """Where the highest scores above nothing stand, highest first, the earlier before an equal."""
    if len(scores) > count:
        least = np.partition(scores, len(scores) - count)[-count]
        some = np.flatnonzero(scores >= max(float(least), 1e-9))
    else:
        some = np.flatnonzero(scores > 0)
    order = np.argsort(-scores[some], kind="stable")
    return [int(at) for at in some[order[:count]]]


def _standard(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The values as standard scores."""
    return np.asarray((values - values.mean()) / (values.std() + 1e-6), dtype=np.float32)
