"""Finds passages by their words: Chinese characters, pairs of them, Latin words and codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import bm25s
import numpy as np
import numpy.typing as npt

from domain.script import simplify

_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_QUOTED = re.compile(r"[「『“\"]([^」』”\"]{2,80})[」』”\"]")
_SHORTEST_PHRASE = 4

Scores = npt.NDArray[np.float32]


def words(text: str) -> list[str]:
    """Every word of a text that can be searched; both scripts give the same."""
    found: list[str] = []
    for run in _runs(text):
        if run[0] >= "\u3400":
            found += run
            found += (run[at : at + 2] for at in range(len(run) - 1))
        else:
            found.append(run)
    return found


def phrase(text: str) -> str:
    """A text as one line to look for phrases in: no punctuation, one script, whole Latin words."""
    return "".join(run if run[0] >= "\u3400" else f" {run} " for run in _runs(text))


def _runs(text: str) -> list[str]:
    return _RUN.findall(simplify(unicodedata.normalize("NFKC", text).lower()))


class Lexicon:
    """The words of a fixed list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        split = [words(text) for text in texts]
        self._size = len(split)
        self._sets = [frozenset(each) for each in split]
        self._phrases = [phrase(text) for text in texts]
        self._weights = self._weigh()
        self._unknown = float(np.log(2 * self._size + 2))
        self._scorer = bm25s.BM25(method="lucene") if self._weights else None
        if self._scorer is not None:
            self._scorer.index(split, show_progress=False)

    def scores(self, question: Sequence[str]) -> Scores:
        """The BM25 score of every text for the words of a question."""
        known = [word for word in question if word in self._weights]
        if self._scorer is None or not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._scorer.get_scores(known), dtype=np.float32)

    def coverage(self, question: Sequence[str], positions: Sequence[int]) -> Scores:
        """How much of what is particular in the question each of these texts mentions, 0 to 1."""
        weights = {word: self._weights.get(word, self._unknown) for word in question}
        total = sum(weights.values()) or 1.0
        matched = (
            sum(weight for word, weight in weights.items() if word in self._sets[at])
            for at in positions
        )
        return np.fromiter((mass / total for mass in matched), np.float32, len(positions))

    def containing(self, question: str) -> list[int]:
        """The texts that contain the question, or a phrase it quotes, word for word."""
        wanted = [phrase(text) for text in (question, *_QUOTED.findall(question))]
        wanted = [text for text in wanted if len(text.replace(" ", "")) >= _SHORTEST_PHRASE]
        return [at for at, text in enumerate(self._phrases) if any(w in text for w in wanted)]

    def _weigh(self) -> dict[str, float]:
        frequency: dict[str, int] = {}
        for text in self._sets:
            for word in text:
                frequency[word] = frequency.get(word, 0) + 1
        rarity = {w: (self._size - n + 0.5) / (n + 0.5) for w, n in frequency.items()}
        return {word: float(np.log(1 + value)) for word, value in rarity.items()}
