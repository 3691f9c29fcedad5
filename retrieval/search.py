"""The librarian: finds what our documents say about a question, and knows when they say nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.casework import Citation
from domain.language import Language
from domain.ports import Clock, Embedder
from retrieval.documents import Audience, Document, Passage
from retrieval.index import Change, Index
from retrieval.passages import cut
from retrieval.ranking import DEPTH, Candidate, Shelf
from retrieval.wordings import Wordings

READS: dict[Language, tuple[str, ...]] = {
    "yue": ("yue", "zh-Hant", "zh-Hans", "en"),
    "zh-Hant": ("zh-Hant", "yue", "zh-Hans", "en"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "yue", "en"),
    "en": ("en", "zh-Hant", "zh-Hans", "yue"),
}
_EXACT = 0.95  # a passage that holds the very words of the customer


@dataclass(frozen=True)
class Calibration:
    """Turns the similarity of a hit into the chance that it answers.

    Learnt for one embedder: `python -m evals.bench_retrieval` prints the line to write here.
    Coverage of words was tried beside it and made code-mixed questions worse.
    """

    slope: float
    even: float  # the similarity at which a hit is as likely right as wrong
    confident_from: float

    def chance(self, similarity: float) -> float:
        """How likely it is that a hit like this answers, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-self.slope * (similarity - self.even)))


CALIBRATIONS = {
    "embedded-e5-use": Calibration(18.5, 0.296, 0.61),
    "embedded-use": Calibration(11.0, 0.335, 0.70),
}


@dataclass(frozen=True)
class Hit:
    """A passage that may answer; `score` is the chance that it does."""

    passage: Passage
    score: float
    citation: Citation


@dataclass(frozen=True)
class _Library:
    """Everything that is searched, replaced in one step when documents change."""

    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    twins: Mapping[str, tuple[Document, ...]]
    shelf: Shelf


class Librarian:
    """Answers from documents only. Searching is safe from many threads while `load` runs in one."""

    def __init__(
        self,
        embedder: Embedder,
        clock: Clock,
        wordings: Wordings | None = None,
        *,
        tenant: str = "nightdesk",
        folder: Path | None = None,
    ) -> None:
        self._embedder = embedder
        self._clock = clock
        self._wordings = wordings or Wordings({})
        default = CALIBRATIONS["embedded-e5-use"]
        self._calibration = CALIBRATIONS.get(embedder.name, default)
        self._index = Index(embedder, tenant, folder)
        self._library = self._arrange([])

    def load(self, documents: Sequence[Document]) -> Change:
        """Answer from these documents and no others; only what is new is embedded."""
        library = self._arrange(documents)
        change = self._index.sync({id: each.searchable for id, each in library.passages.items()})
        self._library = library
        return change

    def search(
        self, question: str, language: Language, k: int = 5, audience: Audience = "public"
    ) -> list[Hit]:
        """Find the passages that answer best, in the customer's language where a twin exists."""
        library = self._library
        (found,) = library.shelf.find([question])
        hits: dict[str, Hit] = {}
        for candidate in found:
            if len(hits) == k:
                break
            passage = library.passages[candidate.id]
            if self._open_to(library.documents[passage.document], audience):
                shown = self._in_language(library, passage, language, audience)
                hits.setdefault(shown.id, self._hit(shown, candidate))
        return list(hits.values())

    def confident(self, hits: Sequence[Hit]) -> bool:
        """Whether the best hit is good enough to be spoken as the answer."""
        return bool(hits) and max(hit.score for hit in hits) >= self._calibration.confident_from

    def rank(
        self, documents: Mapping[str, str], queries: Sequence[str], k: int = 10
    ) -> list[list[str]]:
        """Rank texts that are not ours for many queries, in the same way, and forget them."""
        owners: dict[str, str] = {}
        texts: dict[str, str] = {}
        for number, (owner, text) in enumerate(documents.items()):
            for part, passage in enumerate(cut(text)):
                owners[f"{number}-{part}"], texts[f"{number}-{part}"] = owner, passage
        index = Index(self._embedder, "ranking")
        try:
            index.sync(texts)
            shelf = Shelf(texts, index, self._embedder, self._wordings)
            ranked = shelf.find(queries, max(DEPTH, 3 * k))
        finally:
            index.drop()
        return [list(dict.fromkeys(owners[each.id] for each in row))[:k] for row in ranked]

    def _arrange(self, documents: Sequence[Document]) -> _Library:
        passages = {passage.id: passage for each in documents for passage in each.passages}
        twins: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            twins[document.twin].append(document)
        texts = {id: passage.searchable for id, passage in passages.items()}
        return _Library(
            documents={document.id: document for document in documents},
            passages=passages,
            twins={name: tuple(group) for name, group in twins.items()},
            shelf=Shelf(texts, self._index, self._embedder, self._wordings),
        )

    def _open_to(self, document: Document, audience: Audience) -> bool:
        allowed = document.audience == "public" or audience == "staff"
        return allowed and document.valid_on(self._clock.now().date())

    def _in_language(
        self, library: _Library, passage: Passage, language: Language, audience: Audience
    ) -> Passage:
        own = library.documents[passage.document]
        readable = READS[language]
        group = [each for each in library.twins[own.twin] if self._open_to(each, audience)]
        for twin in sorted(group, key=lambda each: readable.index(each.language)):
            if twin.id == own.id:
                return passage
            for other in counterparts(passage, own, twin):
                return other
        return passage

    def _hit(self, passage: Passage, found: Candidate) -> Hit:
        score = self._calibration.chance(found.similarity)
        score = max(score, _EXACT) if found.exact else score
        citation = Citation(
            document=passage.document,
            title=passage.title,
            section=passage.section,
            version=passage.version,
            passage=passage.text,
            score=round(score, 4),
        )
        return Hit(passage, score, citation)


def counterparts(passage: Passage, document: Document, twin: Document) -> Iterator[Passage]:
    """The passage of a twin that stands where this one stands; none if their sections differ."""
    if {each.place for each in document.passages} == {each.place for each in twin.passages}:
        siblings = [each.id for each in document.passages if each.place == passage.place]
        there = [each for each in twin.passages if each.place == passage.place]
        nth = min(siblings.index(passage.id), len(there) - 1)
        yield there[nth]
