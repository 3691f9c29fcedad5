"""Finds passages that stand twice: the same words in two documents of one language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from retrieval.documents import Passage
from retrieval.lexicon import phrase, words
from retrieval.likeness import Near

ALIKE = 0.97  # the cosine from which two passages may be one
_SHARED = 0.85  # and the share of their words that they must have in common
_SHORTEST = 8  # characters; "Yes." in two documents is no repetition


def find_repeats(
    passages: Sequence[Passage], near: Near, twins: Mapping[str, str] | None = None
) -> list[tuple[Passage, Passage]]:
    """Name the passages that stand twice, but for spaces, punctuation and script.

    Args:
        passages: all passages that answer questions.
        near: the nearest neighbours of each passage, with their cosine.
        twins: the twin group of each document; documents of one group repeat each other on purpose.
    """
    groups = twins or {}
    found: dict[tuple[str, str], tuple[Passage, Passage]] = {}
    for one, other in (*_same_words(passages), *_nearly_same(passages, near)):
        group = groups.get(one.document, one.document)
        if group != groups.get(other.document, other.document) and _one_language(one, other):
            first, second = sorted((one, other), key=lambda each: each.id)
            found.setdefault((first.id, second.id), (first, second))
    return list(found.values())


def _nearly_same(passages: Sequence[Passage], near: Near) -> Iterator[tuple[Passage, Passage]]:
    by_id = {each.id: each for each in passages}
    for name, others in near.items():
        for other, cosine in others:
            one, two = by_id.get(name), by_id.get(other)
            if cosine >= ALIKE and one and two and _share(one.text, two.text) >= _SHARED:
                yield one, two


def _one_language(one: Passage, other: Passage) -> bool:
    # Cantonese and written Chinese share their words; a passage copied into the other stands twice too.
    return (one.language == "en") == (other.language == "en")


def _same_words(passages: Sequence[Passage]) -> Iterator[tuple[Passage, Passage]]:
    groups: dict[str, list[Passage]] = defaultdict(list)
    for each in passages:
        said = "".join(phrase(each.text).split())
        if len(said) >= _SHORTEST:
            groups[said].append(each)
    for group in groups.values():
        for other in group[1:]:  # beside the first: a hundred copies are a hundred lines, not 4,950
            yield group[0], other


def _share(one: str, other: str) -> float:
    left, right = frozenset(words(one)), frozenset(words(other))
    return len(left & right) / max(1, len(left | right))
