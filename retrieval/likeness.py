"""Judges whether two clauses answer the same question, by their words and the likeness of their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrieval.claims import Clause
from retrieval.distinctions import adds_condition, set_apart
from retrieval.subjects import particular

# For a passage the ids of the passages most like it, with their cosine.
Near = Mapping[str, Sequence[tuple[str, float]]]

_ENOUGH_WORDS = 2.0  # a clause of fewer words is compared with its whole sentence
_ONE_MOULD = 0.6
_REPLACED = 1.6
_MOST_ALONE = 4.0


def same_subject(one: Clause, other: Clause, cosine: float) -> float:
    """How sure it is that two clauses answer one question, 0 to 1."""
    if one.conditional != other.conditional:
        return 0.0
    if set_apart(one.distinctions, other.distinctions):
        return 0.0
    if adds_condition(one.narrowed, other.around) or adds_condition(other.narrowed, one.around):
        return 0.0
    return likeness(features(one, other, cosine))


def features(one: Clause, other: Clause, cosine: float) -> tuple[float, float, float, float]:
    """What is judged: words shared by sentences, by passages, words of each alone, cosine."""
    mine, theirs = one.sentence_subject, other.sentence_subject
    wide_mine, wide_theirs = mine | one.heading, theirs | other.heading
    words = max(overlap(mine, theirs), overlap(one.subject, other.subject, _ENOUGH_WORDS))
    return words, overlap(wide_mine, wide_theirs), _alone(one, other), cosine


def _alone(one: Clause, other: Clause) -> float:
    """How much each has that the other passage does not mention: the lesser of the two."""
    mine, theirs = one.subject, other.subject
    if one.passage.title == other.passage.title:  # sections of one document differ on purpose
        mine, theirs = mine | one.section, theirs | other.section
    left = _mass(particular(mine - other.sentence_subject - other.heading))
    right = _mass(particular(theirs - one.sentence_subject - one.heading))
    alone = min(left, right)
    union = _mass(one.subject | other.subject)
    if alone and union and _mass(one.subject & other.subject) / union >= _ONE_MOULD:
        return max(alone, _REPLACED)  # cast in one mould, with a word exchanged
    return alone


def likeness(values: tuple[float, float, float, float]) -> float:
    """One figure out of the features: both having a word of their own tells subjects apart."""
    words, wide, alone, cosine = values
    return 0.35 * words + 0.3 * wide + 0.35 * cosine - 0.22 * min(alone, _MOST_ALONE)


def _mass(found: frozenset[str]) -> float:
    return sum(2.0 if token[0] == "<" else 1.0 if token[0].isascii() else 0.6 for token in found)


def overlap(a: frozenset[str], b: frozenset[str], least: float = 0.1) -> float:
    """The share of the words of the shorter one that both have, 0 to 1."""
    smaller = min(_mass(a), _mass(b))
    return _mass(a & b) / smaller if smaller >= least else 0.0
