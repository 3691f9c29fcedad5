"""The figures by which a search is judged: recall, nDCG, and the fusion of two rankings by their ranks."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

_FUSION = 60  # the constant of reciprocal-rank fusion that its authors and most search engines use


def recall(ranking: Sequence[Item], right: Collection[Item], depth: int) -> float:
    """1 if something right is among the first so many, else 0: one right section answers a customer."""
    return float(any(each in right for each in ranking[:depth]))


def ndcg(ranking: Sequence[Item], right: Collection[Item], depth: int = 10) -> float:
    """How far up the right ones stand, 0 to 1; 1 is all of them before everything else."""
    gained = sum(
        1.0 / math.log2(rank + 2) for rank, each in enumerate(ranking[:depth]) if each in right
    )
    best = sum(1.0 / math.log2(rank + 2) for rank in range(min(len(set(right)), depth)))
    return gained / best if best else 0.0


def fused(rankings: Sequence[Sequence[Item]]) -> list[Item]:
    """One ranking of several, by the sum of 1 / (60 + rank); the first ranking wins a draw."""
    scores: dict[Item, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(ranking, 1):
            scores[each] = scores.get(each, 0.0) + 1.0 / (_FUSION + rank)
    return sorted(scores, key=lambda each: scores[each], reverse=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
