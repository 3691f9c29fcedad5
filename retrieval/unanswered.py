"""Puts questions that nothing answered together where they ask the same, the most wanted answer first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from domain.knowledge import AskedQuestion
from domain.ports import Embedder, Vectors

_APART = 0.45  # cosine distance from which two questions ask something else
_MOST = 2_000  # questions that are compared, the latest of them


@dataclass(frozen=True)
class Wanted:
    """Questions that ask the same. `example` is the one nearest to all of them."""

    example: str
    language: str
    count: int
    others: tuple[str, ...]
    latest: datetime


def most_wanted(questions: Sequence[AskedQuestion], embedder: Embedder) -> list[Wanted]:
    """The questions in groups, the largest first."""
    asked = questions[-_MOST:]
    if not asked:
        return []
    # Marks without a word may have no direction, and what has none cannot be compared.
    vectors = embedder.embed([each.text for each in asked], "query") + np.float32(1e-9)
    labels = [0]
    if len(asked) > 1:
        labels = AgglomerativeClustering(
            n_clusters=None, distance_threshold=_APART, metric="cosine", linkage="average"
        ).fit_predict(vectors)
    groups: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        groups.setdefault(int(label), []).append(at)
    found = [_wanted([asked[at] for at in group], vectors[group]) for group in groups.values()]
    return sorted(found, key=lambda each: (-each.count, -each.latest.timestamp()))


def _wanted(asked: Sequence[AskedQuestion], vectors: Vectors) -> Wanted:
    middle = int(np.argmax(vectors @ vectors.mean(axis=0)))
    example = asked[middle]
    said = Counter(each.text for each in asked)
    others = [text for text, _ in said.most_common() if text != example.text]
    return Wanted(
        example.text,
        example.language,
        len(asked),
        tuple(others),
        max(each.at for each in asked),
    )
