"""Finds two passages that answer the same question with different numbers, dates, times or yes/no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Literal

from retrieval.claims import Amount, Claims, Stand, claims
from retrieval.documents import Passage
from retrieval.likeness import Near, overlap, same_subject
from retrieval.quantities import Quantity
from retrieval.repeats import find_repeats as find_repeats

Kind = Literal["number", "date", "time", "yes_no"]

NEAR_ENOUGH = 0.35  # two passages that are less alike than this do not answer one question
SAME_SUBJECT = 0.7
_CONDITIONS = ("if", "every", "before")
_SAME_VALUE = 0.03  # a month is sometimes 30 days
_FARTHEST = 60.0  # five minutes and a year are not two answers to one question


@dataclass(frozen=True)
class Contradiction:
    """Two passages that cannot both be right, and the words in which they differ, verbatim."""

    one: Passage
    other: Passage
    kind: Kind
    words: tuple[str, str]
    sentences: tuple[str, str]
    certainty: float = 1.0


def find_contradictions(
    passages: Sequence[Passage],
    near: Near,
    twins: Mapping[str, str] | None = None,
) -> list[Contradiction]:
    """Name the pairs of passages that contradict each other, the surest first.

    Args:
        passages: all passages that answer questions.
        near: the passages to look at (all, or those that changed) and the nearest neighbours of
            each, with their cosine.
        twins: the twin group of each document; sections at one place in two languages of a group
            must give the same values.
    """
    by_id = {each.id: each for each in passages}
    groups = twins or {}
    read = _Readings()
    found: list[Contradiction] = []
    for one, other, cosine in _candidates(by_id, near, groups):
        conflicts = list(_conflicts(read[one], read[other], cosine))
        if conflicts:
            found.append(max(conflicts, key=lambda each: each.certainty))
    for one_side, other_side in _twin_sections(passages, near, groups):
        found += _twin_conflicts(
            [each for passage in one_side for each in read[passage].amounts],
            [each for passage in other_side for each in read[passage].amounts],
        )
    return sorted(found, key=lambda each: -each.certainty)


class _Readings:
    """What each passage claims, read once."""

    def __init__(self) -> None:
        self._read: dict[str, Claims] = {}

    def __getitem__(self, passage: Passage) -> Claims:
        if passage.id not in self._read:
            self._read[passage.id] = claims(passage)
        return self._read[passage.id]


def _candidates(
    by_id: Mapping[str, Passage], near: Near, twins: Mapping[str, str]
) -> Iterator[tuple[Passage, Passage, float]]:
    seen: set[tuple[str, str]] = set()
    for name, others in near.items():
        for other, cosine in others:
            pair = (min(name, other), max(name, other))
            if cosine < NEAR_ENOUGH or name == other or pair in seen:
                continue
            seen.add(pair)
            one, two = by_id.get(pair[0]), by_id.get(pair[1])
            if one and two and (one.language == two.language or not _twins(one, two, twins)):
                yield one, two, cosine


def _twins(one: Passage, two: Passage, twins: Mapping[str, str]) -> bool:
    return twins.get(one.document, one.document) == twins.get(two.document, two.document)


def _conflicts(left: Claims, right: Claims, cosine: float) -> Iterator[Contradiction]:
    pairs: list[tuple[Amount, Amount] | tuple[Stand, Stand]] = []
    pairs += [(a, b) for a, b in product(left.amounts, right.amounts) if differ(a, b, left, right)]
    pairs += [(a, b) for a, b in product(left.stands, right.stands) if opposed(a, b, left, right)]
    for mine, theirs in pairs:
        sure = same_subject(mine.clause, theirs.clause, cosine)
        if sure >= SAME_SUBJECT:
            yield _named(mine, theirs, sure)


def _named(mine: Amount | Stand, theirs: Amount | Stand, sure: float) -> Contradiction:
    return Contradiction(
        one=mine.clause.passage,
        other=theirs.clause.passage,
        kind=mine.quantity.kind if isinstance(mine, Amount) else "yes_no",
        words=(mine.words, theirs.words),
        sentences=(mine.clause.sentence, theirs.clause.sentence),
        certainty=round(min(sure, 1.0), 3),
    )


def differ(mine: Amount, theirs: Amount, left: Claims, right: Claims) -> bool:
    """Whether two values could be answers to one question, and are not the same answer."""
    a, b = mine.quantity, theirs.quantity
    if not comparable(a, b) or same(a, b) or not _roles_fit(mine, theirs):
        return False
    if _mentions(left, b) or _mentions(right, a):
        return False  # one of them gives several values, and the other's is among them
    return not _tiers(mine, theirs, left, right)


def comparable(a: Quantity, b: Quantity) -> bool:
    """Whether two values measure the same kind of thing."""
    if a.unit.rstrip("?") != b.unit.rstrip("?"):
        return False
    if a.unit in ("date", "phone") or a.kind == "time":
        return True
    small, large = sorted((max(a.high, 1e-6), max(b.high, 1e-6)))
    return large / small <= _FARTHEST


def same(a: Quantity, b: Quantity) -> bool:
    """Whether two values are the same, however they are written."""
    if a.kind == "date":
        years = a.low // 10_000 and b.low // 10_000
        return a.low == b.low if years else a.low % 10_000 == b.low % 10_000
    if a.kind == "time":
        apart = abs(a.low - b.low)
        return apart % 720 == 0 if "?" in a.unit + b.unit else apart == 0
    if a.unit == "phone":
        return a.low == b.low
    return _close(a.low, b.low) and _close(a.high, b.high)


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME_VALUE * max(abs(a), abs(b))


def _roles_fit(mine: Amount, theirs: Amount) -> bool:
    roles = {mine.role, theirs.role}
    if len(roles) == 1:
        return True
    return roles in ({"value", "max"}, {"value", "min"}, {"value", "start"}, {"value", "end"})


def _mentions(all_of: Claims, value: Quantity) -> bool:
    return any(_among(value, each.quantity) for each in all_of.amounts)


def _among(value: Quantity, given: Quantity) -> bool:
    """Whether a value is what was given, or one end of the range that was given."""
    if not comparable(given, value):
        return False
    ends = (given, replace(given, high=given.low), replace(given, low=given.high))
    return any(same(each, value) for each in ends)


def _tiers(mine: Amount, theirs: Amount, left: Claims, right: Claims) -> bool:
    """Whether the values belong to different conditions: ten per cent from 50, twenty from 200."""
    conditions, others = _beside(mine, left), _beside(theirs, right)
    if mine.role == "if":  # another threshold for another reward
        return bool(conditions and others) and not _shared(conditions, others)
    conditions = [each for each in conditions if each.role in _CONDITIONS]
    others = [each for each in others if each.role in _CONDITIONS]
    return bool(conditions or others) and not _shared(conditions, others)


def _shared(ours: list[Amount], others: list[Amount]) -> bool:
    return any(_alike(a, b) for a in ours for b in others)


def _beside(own: Amount, all_of: Claims) -> list[Amount]:
    sentence = own.clause.sentence
    return [each for each in all_of.amounts if each is not own and each.clause.sentence == sentence]


def opposed(mine: Stand, theirs: Stand, left: Claims, right: Claims) -> bool:
    """Whether one says yes where the other says no."""
    if mine.aspect != theirs.aspect or mine.granted == theirs.granted:
        return False
    if mine.clause.conditional != theirs.clause.conditional:
        return False
    if _agrees(mine, theirs, right) or _agrees(theirs, mine, left):
        return False
    return _has_threshold(mine, left) == _has_threshold(theirs, right)


def _agrees(mine: Stand, theirs: Stand, far: Claims) -> bool:
    """Whether the other sentence says the same as this clause elsewhere, nearer to its subject."""
    apart = overlap(mine.clause.subject, theirs.clause.subject)
    return any(
        each.aspect == mine.aspect
        and each.granted == mine.granted
        and each.clause.sentence == theirs.clause.sentence
        and overlap(mine.clause.subject, each.clause.subject) >= apart
        for each in far.stands
    )


def _has_threshold(stand: Stand, all_of: Claims) -> bool:
    sentence = stand.clause.sentence
    return any(each.role == "if" and each.clause.sentence == sentence for each in all_of.amounts)


def _twin_sections(
    passages: Sequence[Passage], near: Near, twins: Mapping[str, str]
) -> Iterator[tuple[list[Passage], list[Passage]]]:
    sections: dict[tuple[str, int], dict[str, list[Passage]]] = defaultdict(dict)
    for each in passages:
        if each.document in twins:
            documents = sections[twins[each.document], each.place]
            documents.setdefault(each.document, []).append(each)
    for versions in sections.values():
        for one, other in combinations(versions.values(), 2):
            if any(each.id in near for each in (*one, *other)):
                yield one, other


def _twin_conflicts(left: Sequence[Amount], right: Sequence[Amount]) -> list[Contradiction]:
    """A value that the other language gives differently; what one of them leaves out is none."""
    mine = [each for each in left if not any(_alike(each, far) for far in right)]
    theirs = [each for each in right if not any(_alike(each, far) for far in left)]
    for a, b in product(mine, theirs):
        if comparable(a.quantity, b.quantity) and (a.role == "if") == (b.role == "if"):
            return [_named(a, b, 1.0)]
    return []


def _alike(a: Amount, b: Amount) -> bool:
    return comparable(a.quantity, b.quantity) and same(a.quantity, b.quantity)
