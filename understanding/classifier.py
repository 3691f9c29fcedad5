"""A small classifier over sentence vectors and character n-grams, with calibrated confidence.

Vectors carry meaning across languages, n-grams carry exact wording. Saved as plain arrays, never as pickle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from scipy.sparse.linalg import eigsh
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from domain.ports import Embedder
from understanding.lexicon import Lexicon

Scores = npt.NDArray[np.float64]

GRAMS = 2**15
GRAM_WEIGHT = 0.7
STRENGTH = 20.0  # inverse of the regularisation; chosen by leaving examples out
DIRECTIONS = 400
FOLDS = 3
_CODE = re.compile(r"(?<![A-Za-z])(?=[A-Za-z#-]*\d)[A-Za-z#][A-Za-z0-9-]*\d[A-Za-z0-9-]*|\d{4,}")


@dataclass(frozen=True)
class Guess:
    """A label and how sure we are (0..1, calibrated on examples left out)."""

    label: str
    confidence: float


class Features:
    """Texts as one matrix: weighted n-grams beside sentence vectors."""

    def __init__(self, embedder: Embedder, lexicon: Lexicon) -> None:
        self._embedder = embedder
        self.lexicon = lexicon
        self._grams = HashingVectorizer(
            analyzer=_grams, n_features=GRAMS, alternate_sign=False, norm="l2"
        )

    def __call__(self, texts: Sequence[str]) -> csr_matrix:
        """One row a text; columns are vector dimensions, then hashed n-grams."""
        as_said = [_CODE.sub("X1", text) for text in texts]
        plain = [self.lexicon.plain(text) for text in as_said]
        vectors = self._embedder.embed(as_said, "query")
        meanings = self._embedder.embed(plain, "query")
        grams = self._grams.transform(plain) * GRAM_WEIGHT
        return hstack([csr_matrix(vectors), csr_matrix(meanings), grams], format="csr")


class Classifier:
    """Labels texts. Build with `fit`, keep with `save`, get back with `load`."""

    def __init__(
        self, labels: Sequence[str], weights: Scores, offsets: Scores, temperature: float
    ) -> None:
        self.labels = list(labels)
        self._weights = weights
        self._offsets = offsets
        self._temperature = temperature

    @classmethod
    def fit(cls, matrix: csr_matrix, labels: Sequence[str]) -> Classifier:
        """Learn labels, and the temperature that makes confidence honest on examples left out."""
        names = np.array(labels)
        basis, compact = _compact(matrix)
        left_out = _left_out(compact, names)
        model = _model().fit(compact, names)
        weights, offsets = _plain(model)
        truth = np.searchsorted(model.classes_, names)
        grid = np.linspace(0.3, 3.0, 28)
        losses = [
            -np.log(_softmax(left_out / t)[np.arange(len(truth)), truth] + 1e-12).mean()
            for t in grid
        ]
        full = np.asarray((matrix.T @ (basis @ weights.T)).T, dtype=np.float64)
        return cls(
            [str(name) for name in model.classes_],
            full,
            offsets,
            float(grid[int(np.argmin(losses))]),
        )

    def scores(self, matrix: csr_matrix) -> Scores:
        """Probability of every label for every row."""
        return _softmax((matrix @ self._weights.T + self._offsets) / self._temperature)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez_compressed(
            partial,
            labels=np.array(self.labels),
            weights=self._weights.astype(np.float32),
            offsets=self._offsets,
            temperature=np.array(self._temperature),
        )
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Classifier:
        with np.load(path, allow_pickle=False) as kept:
            labels = [str(label) for label in kept["labels"]]
            return cls(labels, kept["weights"], kept["offsets"], float(kept["temperature"]))


def left_out_scores(matrix: csr_matrix, labels: Sequence[str]) -> Scores:
    """Raw scores of every example by a model that never saw it; columns in sorted order of labels."""
    return _left_out(_compact(matrix)[1], np.array(labels))


def _compact(matrix: csr_matrix) -> tuple[Scores, Scores]:
    """The examples in the few hundred directions they really use, and how to get back: fitting is then quick."""
    kernel = _inner(matrix)
    values, vectors = eigsh(kernel, k=min(DIRECTIONS, len(kernel) - 1))
    roots = np.sqrt(np.maximum(values, 1e-9))
    return vectors / roots, vectors * roots


def _inner(matrix: csr_matrix) -> Scores:
    """Every example against every other; the columns that are full are multiplied as such, which is quick."""
    full = matrix.shape[1] - GRAMS
    vectors = matrix[:, :full].toarray().astype(np.float32)
    grams = matrix[:, full:]
    return np.asarray(vectors @ vectors.T + (grams @ grams.T).toarray(), dtype=np.float64)


def _left_out(compact: Scores, names: npt.NDArray[np.str_]) -> Scores:
    raw = np.zeros((len(names), len(set(names))))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(compact, names):
        weights, offsets = _plain(_model().fit(compact[train], names[train]))
        raw[test] = compact[test] @ weights.T + offsets
    return raw


def _model() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3, class_weight="balanced")


def _plain(model: Any) -> tuple[Scores, Scores]:
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        return np.vstack([-model.coef_[0] / 2, model.coef_[0] / 2]), np.array(
            [-1, 1]
        ) * model.intercept_[0] / 2
    return np.asarray(model.coef_), np.asarray(model.intercept_)


def _grams(text: str) -> list[str]:
    """Characters and pairs and triples of Chinese; words and pairs of words of Latin script."""
    found: list[str] = []
    for run in re.findall(r"[\u3400-\u9fff]+|[a-z']+|[^\sa-z\u3400-\u9fff]", text):
        if "\u3400" <= run[0] <= "\u9fff":
            for size in (1, 2, 3):
                found += [run[i : i + size] for i in range(len(run) - size + 1)]
        else:
            found.append(run)
    words = re.findall(r"[a-z']+", text)
    return found + [f"{a} {b}" for a, b in pairwise(words)]


def _softmax(raw: Any) -> Scores:
    shifted = raw - raw.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
