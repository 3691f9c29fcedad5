"""Hears in a message whether something happened, whether the customer is angry, and whether a person is asked for.

The three are learnt apart from what exactly is reported, and on like messages that mean the opposite: told
and supposed, done and settled, said and quoted. What tells those apart are turns of phrase together with the
matter, so the boundary is a curved one: a support vector machine over the features of every other classifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.model_selection import GroupKFold
from sklearn.svm import SVC

from understanding.classifier import GRAMS

Floats = npt.NDArray[np.float64]

HEARD = ("alarm", "anger", "person")
CURVE = 0.5  # of the kernel; this and the next were chosen by leaving examples out
STRENGTH = 3.0
WORDING = 1.4  # weight of n-grams beside that of meaning, again
FOLDS = 5
AT_ONCE = 2  # of the three: each takes a matrix of all examples beside all
_FALSE = 0.02  # the share of the examples left out that may be heard falsely
_MISSED = 0.05  # and of those that may be missed; the boundary lies between the two


@dataclass(frozen=True)
class Lesson:
    """An example: what is to be heard in it, None where that is not known, and the like of which examples it is.

    Those of one `group` say the like in several languages. Without a group, it teaches and fits no threshold.
    """

    text: str
    heard: tuple[bool | None, bool | None, bool | None]
    group: str = ""


class Hearing:
    """How plainly each of `HEARD` is in a text. Build with `fit`, keep with `save`, get back with `load`."""

    def __init__(self, kept: csr_matrix, weights: Floats, offsets: Floats) -> None:
        self._vectors, self._grams = _parts(kept)
        self._norms = _norms(self._vectors, self._grams)
        self._weights = weights
        self._offsets = offsets

    @classmethod
    def fit(cls, matrix: csr_matrix, lessons: Sequence[Lesson]) -> Hearing:
        """Learn the three, and where each begins on examples left out with their like."""
        likeness = _likeness(matrix, matrix)
        weights = np.zeros((len(lessons), len(HEARD)))
        offsets = np.zeros(len(HEARD))
        groups = np.array([lesson.group for lesson in lessons])

        def learn(place: int) -> None:
            known = np.array([lesson.heard[place] is not None for lesson in lessons])
            truth = np.array([lesson.heard[place] is True for lesson in lessons])
            machine = _learnt(likeness, np.flatnonzero(known), truth)
            weights[np.flatnonzero(known)[machine.support_], place] = machine.dual_coef_[0]
            left_out = _left_out(likeness, known, truth, groups)
            told = known & (groups != "")
            boundary = _boundary(left_out[told], truth[told])
            offsets[place] = float(machine.intercept_[0]) - boundary

        with ThreadPoolExecutor(AT_ONCE) as pool:  # the machines are learnt outside Python's lock
            list(pool.map(learn, range(len(HEARD))))
        used = np.flatnonzero(weights.any(axis=1))
        return cls(matrix[used], weights[used], offsets)

    def scores(self, matrix: csr_matrix) -> Floats:
        """One row a text, one column each of `HEARD`; above 0 it is heard."""
        vectors, grams = _parts(matrix)
        inner = vectors @ self._vectors.T + (grams @ self._grams.T).toarray()
        apart = _norms(vectors, grams)[:, None] + self._norms[None, :] - 2 * inner
        return np.asarray(np.exp(-CURVE * apart) @ self._weights + self._offsets)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez_compressed(
            partial,
            vectors=self._vectors.astype(np.float16),
            grams=(self._grams.data / WORDING).astype(np.float32),
            places=self._grams.indices,
            rows=self._grams.indptr,
            weights=self._weights.astype(np.float32),
            offsets=self._offsets,
        )
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Hearing:
        with np.load(path, allow_pickle=False) as kept:
            vectors = csr_matrix(kept["vectors"].astype(np.float32))
            shape = (vectors.shape[0], GRAMS)
            grams = csr_matrix((kept["grams"], kept["places"], kept["rows"]), shape=shape)
            joined = csr_matrix(hstack([vectors, grams], format="csr"))
            return cls(joined, kept["weights"].astype(float), kept["offsets"])


def _parts(matrix: csr_matrix) -> tuple[npt.NDArray[np.float32], csr_matrix]:
    """The columns that are full, as such, and the others."""
    full = matrix.shape[1] - GRAMS
    grams = csr_matrix(matrix[:, full:]) * WORDING
    return matrix[:, :full].toarray().astype(np.float32), grams


def _norms(vectors: npt.NDArray[np.float32], grams: csr_matrix) -> Floats:
    return np.asarray((vectors**2).sum(axis=1) + np.asarray(grams.power(2).sum(axis=1)).ravel())


def _likeness(one: csr_matrix, other: csr_matrix) -> Floats:
    vectors, grams = _parts(one)
    others, other_grams = _parts(other)
    inner = vectors @ others.T + (grams @ other_grams.T).toarray()
    apart = _norms(vectors, grams)[:, None] + _norms(others, other_grams)[None, :] - 2 * inner
    return np.asarray(np.exp(-CURVE * apart))


def _learnt(likeness: Floats, rows: Any, truth: Any) -> SVC:
    machine = SVC(kernel="precomputed", C=STRENGTH, class_weight="balanced")
    return machine.fit(likeness[np.ix_(rows, rows)], truth[rows])


def _left_out(likeness: Floats, known: Any, truth: Any, groups: Any) -> Floats:
    """The score of every grouped example by a machine that saw neither it nor its like."""
    scores = np.zeros(len(groups))
    grouped = np.flatnonzero(groups != "")
    for _, part in GroupKFold(FOLDS).split(grouped, groups=groups[grouped]):
        test = grouped[part]
        rows = np.setdiff1d(np.flatnonzero(known), test)
        machine = _learnt(likeness, rows, truth)
        scores[test] = machine.decision_function(likeness[np.ix_(test, rows)])
    return scores


def _boundary(scores: Floats, truth: Any) -> float:
    """Between the score that few harmless ones reach and the one that few of the others miss, nearer the first.

    False alarms tire the people who would answer the true ones.
    """
    harmless = float(np.quantile(scores[~truth], 1 - _FALSE))
    meant = float(np.quantile(scores[truth], _MISSED))
    return (2 * harmless + meant) / 3
