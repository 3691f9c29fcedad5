"""Finds passages by their words: Chinese characters, pairs of them, Latin words and codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.script import simplify

# The last range holds words of Hong Kong such as 𨋢, a lift.
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U000323af]+")
_QUOTED = re.compile(r"[「『“\"]([^」』”\"]{2,80})[」』”\"]")
_SHORTEST_PHRASE = 2
_SHORTEST_PROOF = 6
_OFTEN, _LONG = 1.5, 0.75  # BM25: how much repeating a word adds, and how much a long text loses
_MOST_PHRASES = 300  # places where a phrase stands that are looked at

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]


def words(text: str) -> list[str]:
    """Every word of a text that can be searched; both scripts give the same."""
    return _words(_runs(text))


def phrase(text: str) -> str:
    """A text as one line to look for phrases in: no punctuation, one script, whole Latin words."""
    return _phrase(_runs(text))


def _runs(text: str) -> list[str]:
    return _RUN.findall(simplify(unicodedata.normalize("NFKC", text).lower()))


def _words(runs: Sequence[str]) -> list[str]:
    found: list[str] = []
    for run in runs:
        if run[0] >= "\u3400":
            found += run
            found += (run[at : at + 2] for at in range(len(run) - 1))
        else:
            found.append(run)
    return found


def _phrase(runs: Sequence[str]) -> str:
    return "".join(run if run[0] >= "\u3400" else f" {run} " for run in runs)


@dataclass(frozen=True)
class _Split:
    """A text as the numbers of its words, once each, how often each stands there, and as a phrase."""

    once: Numbers
    times: Numbers
    phrase: str


class Lexicon:
    """The words of a fixed list of texts.

    Args:
        texts: What is searched.
        goes_on: How the text goes on in the next passage, for phrases that are cut in two.
        earlier: A lexicon that shares many of these texts: they are not taken apart again.
    """

    def __init__(
        self,
        texts: Sequence[str],
        goes_on: Sequence[str] = (),
        earlier: Lexicon | None = None,
    ) -> None:
        # The numbering only grows, so that it can be shared with the lexicon that is still in use.
        self._numbering: dict[str, int] = earlier._numbering if earlier else {}
        known: Mapping[tuple[str, str], _Split] = earlier._split if earlier else {}
        tails = goes_on or [""] * len(texts)
        keys = list(zip(texts, tails, strict=True))
        self._split: dict[tuple[str, str], _Split] = {
            key: known.get(key) or self._take_apart(*key) for key in keys
        }
        splits = [self._split[key] for key in keys]
        self._size, self._width = len(splits), len(self._numbering)
        self._once = [each.once for each in splits]
        together = np.concatenate(self._once) if splits else np.zeros(0, dtype=np.int32)
        found = np.bincount(together, minlength=self._width)
        self._rarity = np.log(1 + (self._size - found + 0.5) / (found + 0.5))
        self._ends = np.cumsum(np.concatenate(([0], found)))
        # Sorted by word: the texts that hold a word, and what it is worth in each, lie side by side.
        by_word = np.argsort(together, kind="stable")
        texts_of = np.repeat(
            np.arange(self._size, dtype=np.int32), [len(each) for each in self._once]
        )
        self._holders = texts_of[by_word] if splits else together
        self._worth = _bm25(splits)[by_word] if splits else np.zeros(0, dtype=np.float32)
        self._unknown = float(np.log(2 * self._size + 2))
        self._line = "\n".join(each.phrase for each in splits)
        lengths = [len(each.phrase) + 1 for each in splits]
        self._begins = np.cumsum([0, *lengths])[:-1]

    def scores(self, question: Sequence[str]) -> Scores:
        """The BM25 score of every text for the words of a question."""
        scores = np.zeros(self._size, dtype=np.float32)
        for number in map(self._number, question):
            if number is not None:
                there = slice(self._ends[number], self._ends[number + 1])
                scores[self._holders[there]] += self._worth[there] * np.float32(
                    self._rarity[number]
                )
        return scores

    def coverage(self, question: Sequence[str], positions: Sequence[int]) -> Scores:
        """How much of what is particular in the question each of these texts mentions, 0 to 1."""
        if not len(positions):
            return np.zeros(0, dtype=np.float32)
        distinct = [self._number(word) for word in dict.fromkeys(question)]
        known = [each for each in distinct if each is not None]
        worth = np.zeros(self._width + 1)
        worth[known] = self._rarity[known]
        total = float(worth.sum()) + self._unknown * distinct.count(None) or 1.0
        # One long row of numbers, each text closed by a word that is worth nothing, is added up at once.
        end = np.array([self._width], dtype=np.int32)
        rows = [part for at in positions for part in (self._once[at], end)]
        ends = np.cumsum([len(self._once[at]) + 1 for at in positions])
        sums = np.add.reduceat(worth[np.concatenate(rows)], np.concatenate(([0], ends[:-1])))
        return np.asarray(sums / total, dtype=np.float32)

    def containing(self, question: str) -> list[int]:
        """The texts that contain the question, or a phrase it quotes, word for word."""
        found: dict[int, None] = {}
        for text in dict.fromkeys(phrase(each) for each in (question, *_QUOTED.findall(question))):
            if len(text.replace(" ", "")) < _SHORTEST_PHRASE:
                continue
            at = self._line.find(text)
            while at >= 0 and len(found) < _MOST_PHRASES:
                place = int(np.searchsorted(self._begins, at, side="right")) - 1
                found[place] = None
                later = place + 1
                at = self._line.find(text, self._begins[later]) if later < self._size else -1
        return list(found)

    def _number(self, word: str) -> int | None:
        """The number of a word that one of these texts holds; later lexicons may know more."""
        number = self._numbering.get(word)
        return number if number is not None and number < self._width else None

    def _take_apart(self, text: str, goes_on: str) -> _Split:
        runs = _runs(text)
        found = [self._numbering.setdefault(w, len(self._numbering)) for w in _words(runs)]
        once, times = np.unique(np.array(found, dtype=np.int32), return_counts=True)
        return _Split(once, times.astype(np.int32), _phrase([*runs, *_runs(goes_on)]))


def _bm25(splits: Sequence[_Split]) -> Scores:
    """What every word of every text is worth there, but for its rarity."""
    lengths = np.array([int(each.times.sum()) for each in splits], dtype=np.float32)
    usual = max(float(lengths.mean()), 1.0)
    damped = _OFTEN * (1 - _LONG + _LONG * lengths / usual)
    times = np.concatenate([each.times for each in splits]).astype(np.float32)
    beside = np.repeat(damped, [len(each.once) for each in splits]).astype(np.float32)
    return np.asarray(times / (times + beside), dtype=np.float32)


def proves(question: str) -> bool:
    """Whether it means anything that a passage holds the very words; of a word or two it does not.

    "仲有冇貨" stands in any document, and is asked of the shop's stock.
    """
    told = (question, *_QUOTED.findall(question))
    return max(len(phrase(each).replace(" ", "")) for each in told) >= _SHORTEST_PROOF
