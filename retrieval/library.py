"""Everything that is searched, arranged once and replaced in one step when documents change."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from domain.ports import Embedder, VectorCache
from retrieval.cached import CachedEmbedder
from retrieval.documents import Document, Passage
from retrieval.index import Index
from retrieval.ranking import Shelf
from retrieval.wordings import Wordings

_TAIL = 80  # characters of the next passage in which a phrase may go on


@dataclass(frozen=True)
class Calibration:
    """Turns the similarity of a hit into the chance that it answers.

    Learnt for one embedder: `make bench-knowledge` prints the line to write here. It is confident from where about
    one in twenty questions of ours that nothing answers would be answered. Below `sure_from`, which six in seven
    questions with an answer reach, an answer is told as the nearest thing there is.
    """

    slope: float
    even: float  # the similarity at which a question is as likely answered as not
    confident_from: float
    sure_from: float

    def chance(self, similarity: float) -> float:
        """How likely it is that a hit like this answers, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-self.slope * (similarity - self.even)))


CALIBRATIONS = {
    "embedded-e5-use": Calibration(12.7, 0.501, 0.70, 0.82),
    "embedded-use": Calibration(11.1, 0.516, 0.75, 0.85),
}
# Of an embedder that nobody has measured nothing is believed but the very words.
UNCALIBRATED = Calibration(1.0, 2.0, 0.90, 0.90)


class Stacks:
    """The vectors of one embedder: where they are kept, and what they are worth."""

    def __init__(
        self,
        embedder: Embedder,
        tenant: str,
        place: Path | str | None = None,
        cache: VectorCache | None = None,
        *,
        owned: FileLock | None = None,
    ) -> None:
        self.embedder = embedder if cache is None else CachedEmbedder(embedder, cache)
        self.calibration = CALIBRATIONS.get(embedder.name, UNCALIBRATED)
        self.index = Index(self.embedder, tenant, place, owned)
        self.held = self.index.held()

    def add(self, passages: Collection[Passage]) -> None:
        """Take in the passages that are not there yet."""
        new = {each.id: each.searchable for each in passages if each.id not in self.held}
        self.index.add(new)
        self.held |= new.keys()

    def remove(self, ids: Collection[str]) -> None:
        """Let go of passages."""
        self.index.remove(self.held & set(ids))
        self.held -= set(ids)

    def ready(self, document: Document) -> bool:
        """Whether a document could answer without anything being computed."""
        new = [each.searchable for each in document.passages if each.id not in self.held]
        if not new:
            return True
        return isinstance(self.embedder, CachedEmbedder) and self.embedder.known(new)


@dataclass(frozen=True)
class Library:
    """Documents, their passages, and the shelf they are found on. What is `withdrawn` answers no more."""

    stacks: Stacks
    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    twins: Mapping[str, tuple[Document, ...]]
    shelf: Shelf
    withdrawn: frozenset[str] = frozenset()

    def twins_of(self, document: Document) -> tuple[Document, ...]:
        return self.twins[document.twin]


def arrange(
    documents: Sequence[Document],
    stacks: Stacks,
    wordings: Wordings,
    earlier: Library | None = None,
) -> Library:
    """The library of these documents; what an earlier one worked out is used again."""
    passages = {passage.id: passage for each in documents for passage in each.passages}
    twins: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        twins[document.twin].append(document)
    texts = {id: passage.searchable for id, passage in passages.items()}
    shelf = Shelf(
        texts,
        stacks.index,
        stacks.embedder,
        wordings,
        goes_on=list(_tails(documents, len(texts))),
        origins=[(f"{d.twin}#{p.place}", d.id) for d in documents for p in d.passages],
        earlier=earlier.shelf if earlier else None,
    )
    return Library(
        stacks=stacks,
        documents={document.id: document for document in documents},
        passages=passages,
        twins={name: tuple(group) for name, group in twins.items()},
        shelf=shelf,
    )


def section_of(document: Document, passage: Passage) -> tuple[Passage, ...]:
    """Every passage of the section that one stands in, in their order."""
    return tuple(each for each in document.passages if each.place == passage.place)


def counterparts(passage: Passage, document: Document, twin: Document) -> Iterator[Passage]:
    """The passage of a twin that stands where this one stands; none if their sections differ."""
    if {each.place for each in document.passages} == {each.place for each in twin.passages}:
        siblings = [each.id for each in section_of(document, passage)]
        there = section_of(twin, passage)
        nth = min(siblings.index(passage.id), len(there) - 1)
        yield there[nth]


def _tails(documents: Sequence[Document], total: int) -> Iterator[str]:
    """How each passage goes on; a phrase may be cut in two between passages of one section."""
    seen = 0
    for document in documents:
        following = [*document.passages[1:], None]
        for passage, after in zip(document.passages, following, strict=True):
            goes_on = after is not None and after.place == passage.place
            yield after.text[:_TAIL] if goes_on and after is not None else ""
            seen += 1
    assert seen == total, "two documents share the id of a passage"
