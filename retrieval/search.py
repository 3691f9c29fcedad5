"""The librarian: finds what our documents say about a question, and knows when they say nothing.

The desk's search page, the command and the assistant all ask `Librarian.search`, so what one sees the others see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock

from domain.casework import Citation
from domain.company import Customer
from domain.language import Language
from domain.ports import Clock, Embedder, Reranker, VectorCache
from retrieval.documents import Document, Passage, day_of
from retrieval.front_matter import PUBLIC, STAFF
from retrieval.index import Change, Index
from retrieval.lexicon import proves
from retrieval.library import Library, Stacks, arrange, counterparts, section_of
from retrieval.passages import cut
from retrieval.ranking import DEPTH, Candidate, Shelf
from retrieval.wordings import Wordings

READS: dict[Language, tuple[str, ...]] = {
    "yue": ("yue", "zh-Hant", "zh-Hans", "en"),
    "zh-Hant": ("zh-Hant", "yue", "zh-Hans", "en"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "yue", "en"),
    "en": ("en", "zh-Hant", "zh-Hans", "yue"),
}
ANYBODY = frozenset({PUBLIC})
COLLEAGUES = frozenset({PUBLIC, STAFF})
_EXACT = 0.95  # a passage that holds the very words of the customer
_RERANKED = 20  # candidates that a reranker looks at
_TOGETHER = 200  # passages whose neighbours are looked for in one go
_LONGEST_ANSWER = 700  # characters of a section that are told as one


def audiences(customer: Customer) -> frozenset[str]:
    """Whose documents a customer may hear: everybody's, and those for their tier."""
    return (ANYBODY | ({customer.vip.lower()} if customer.vip else set())) - {STAFF}


@dataclass(frozen=True)
class Hit:
    """A passage that may answer; `score` is the chance that it does.

    `answer` is what would be told: the whole section where it is short. `disagrees` are passages that answer the
    same question differently; this one is the newest of them.
    """

    passage: Passage
    score: float
    citation: Citation
    answer: str
    disagrees: tuple[Citation, ...] = ()


class Librarian:
    """Answers from documents only. Searching is safe from many threads while one changes what is searched."""

    def __init__(
        self,
        embedder: Embedder,
        clock: Clock,
        wordings: Wordings | None = None,
        *,
        tenant: str = "nightdesk",
        place: Path | str | None = None,
        cache: VectorCache | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._clock = clock
        self._wordings = wordings or Wordings({})
        self._tenant, self._place, self._cache = tenant, place, cache
        self._reranker = reranker
        self._quarrels: Mapping[str, frozenset[str]] = {}
        self._swapping = Lock()
        self._library = arrange([], Stacks(embedder, tenant, place, cache), self._wordings)

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents that are searched."""
        return self._library.documents

    def load(self, documents: Sequence[Document]) -> Change:
        """Answer from these documents and no others; only what is new is embedded."""
        before = set(self._library.stacks.held)
        self.prepare(documents)
        self.replace(documents)
        after = self._library.stacks.held
        return Change(len(after - before), len(before - after), len(before & after))

    def ready(self, document: Document) -> bool:
        """Whether a document could answer at once."""
        return self._library.stacks.ready(document)

    def prepare(self, documents: Sequence[Document]) -> None:
        """Take in the passages of documents, without answering from them yet."""
        self._library.stacks.add([passage for each in documents for passage in each.passages])

    def replace(self, documents: Sequence[Document], *, tidy: bool = True) -> None:
        """Answer from these documents, which were prepared, and no others."""
        earlier = self._library
        arranged = arrange(documents, earlier.stacks, self._wordings, earlier)
        with (
            self._swapping
        ):  # what was withdrawn meanwhile stays so until there is another version of it
            still = {
                id
                for id in self._library.withdrawn & arranged.documents.keys()
                if arranged.documents[id].number == self._library.documents[id].number
            }
            self._library = replace(arranged, withdrawn=frozenset(still))
        if tidy:
            earlier.stacks.remove(earlier.stacks.held - self._library.passages.keys())

    def withdraw(self, gone: Set[str]) -> None:
        """Answer no more from these documents, whatever else is being done."""
        with self._swapping:
            withdrawn = self._library.withdrawn | (gone & self._library.documents.keys())
            if withdrawn != self._library.withdrawn:
                self._library = replace(self._library, withdrawn=withdrawn)

    def quarrel(self, pairs: Collection[tuple[str, str]]) -> None:
        """Know which passages, by id, answer one question differently."""
        found: dict[str, frozenset[str]] = {}
        for one, other in pairs:
            found[one] = found.get(one, frozenset()) | {other}
            found[other] = found.get(other, frozenset()) | {one}
        self._quarrels = found

    def change_embedder(self, embedder: Embedder) -> None:
        """Embed everything again beside what is searched, then search that instead."""
        earlier = self._library
        owned = earlier.stacks.index.owned  # never let go of: another process could come between
        stacks = Stacks(embedder, self._tenant, self._place, self._cache, owned=owned)
        stacks.add(list(earlier.passages.values()))
        documents = list(earlier.documents.values())
        changed = arrange(documents, stacks, self._wordings, earlier)
        with self._swapping:
            self._library = replace(changed, withdrawn=self._library.withdrawn)

    def drop_earlier_embedders(self) -> None:
        """Throw away the vectors of embedders that nobody uses any more."""
        self._library.stacks.index.drop_others()

    def close(self) -> None:
        """Let another process own the index."""
        self._library.stacks.index.close()

    def search(
        self,
        question: str,
        language: Language,
        k: int = 5,
        readers: Collection[str] = ANYBODY,
    ) -> list[Hit]:
        """Find the passages that answer best, in the customer's language where a twin exists.

        `readers` are the audiences that the one who asks belongs to.
        """
        library, day = self._library, day_of(self._clock.now())
        (found,) = library.shelf.find([question])
        trusted = proves(question)
        hits: dict[str, Hit] = {}
        for candidate in self._reranked(library, question, found):
            if len(hits) == k:
                break
            passage = library.passages[candidate.id]
            if _open(library, library.documents[passage.document], readers, day):
                shown = _in_language(library, passage, language, readers, day)
                score = library.stacks.calibration.chance(candidate.similarity)
                score = max(score, _EXACT) if candidate.exact and trusted else score
                hits.setdefault(shown.id, self._hit(library, shown, score, readers, day))
        rivals = self._rivals(library, list(hits.values()), readers, day)
        ordered = _newest_first([*hits.values(), *rivals], library)[:k]
        return _own_language_first(ordered, language, library.stacks.calibration.confident_from)

    def confident(self, hits: Sequence[Hit]) -> bool:
        """Whether what was found is good enough for something to be told."""
        calibration = self._library.stacks.calibration
        return bool(hits) and max(hit.score for hit in hits) >= calibration.confident_from

    def sure(self, hits: Sequence[Hit]) -> bool:
        """Whether the first hit is good enough to be told as the answer, and not as the nearest thing there is."""
        return bool(hits) and hits[0].score >= self._library.stacks.calibration.sure_from

    def neighbours(self, passages: Sequence[Passage], k: int) -> dict[str, list[tuple[str, float]]]:
        """The passages that say the most similar things, by id, with their cosine."""
        stacks = self._library.stacks
        found: dict[str, list[tuple[str, float]]] = {}
        for start in range(0, len(passages), _TOGETHER):
            some = passages[start : start + _TOGETHER]
            vectors = stacks.embedder.embed([each.searchable for each in some], "passage")
            for each, row in zip(some, stacks.index.nearest(vectors, k + 1), strict=True):
                others = [(one.id, one.similarity) for one in row if one.id != each.id]
                found[each.id] = [pair for pair in others if pair[0] in self._library.passages]
        return found

    def rank(
        self, documents: Mapping[str, str], queries: Sequence[str], k: int = 10
    ) -> list[list[str]]:
        """Rank texts that are not ours for many queries, in the same way, and forget them."""
        owners: dict[str, str] = {}
        texts: dict[str, str] = {}
        for number, (owner, text) in enumerate(documents.items()):
            for part, passage in enumerate(cut(text)):
                owners[f"{number}-{part}"], texts[f"{number}-{part}"] = owner, passage
        embedder = self._library.stacks.embedder
        index = Index(embedder, "ranking")
        try:
            index.sync(texts)
            shelf = Shelf(texts, index, embedder, self._wordings)
            ranked = shelf.find(queries, max(DEPTH, 3 * k))
        finally:
            index.drop()
        return [list(dict.fromkeys(owners[each.id] for each in row))[:k] for row in ranked]

    def _reranked(
        self, library: Library, question: str, found: Sequence[Candidate]
    ) -> Sequence[Candidate]:
        """The candidates in the order of a reranker, if there is one; the very words stay first."""
        if self._reranker is None or not found:
            return found
        first, rest = found[:_RERANKED], found[_RERANKED:]
        texts = [library.passages[each.id].searchable for each in first]
        scores = self._reranker.score(question, texts)
        order = sorted(
            zip(first, scores, strict=True), key=lambda one: (one[0].exact, one[1]), reverse=True
        )
        return [*(candidate for candidate, _ in order), *rest]

    def _rivals(
        self, library: Library, hits: Sequence[Hit], readers: Collection[str], day: date
    ) -> list[Hit]:
        """What disagrees with the first hit and is not among the hits: it may be newer."""
        shown = {hit.passage.id for hit in hits}
        return [
            self._hit(library, library.passages[other.passage_id], hits[0].score, readers, day)
            for other in (hits[0].disagrees if hits else ())
            if other.passage_id not in shown
        ]

    def _hit(
        self,
        library: Library,
        passage: Passage,
        score: float,
        readers: Collection[str],
        day: date,
    ) -> Hit:
        others = [
            library.passages[other]
            for other in sorted(self._quarrels.get(passage.id, frozenset()))
            if other in library.passages
        ]
        return Hit(
            passage,
            score,
            _citation(library, passage, score),
            _told(library, passage),
            tuple(
                _citation(library, other, score)
                for other in others
                if _open(library, library.documents[other.document], readers, day)
            ),
        )


def _open(library: Library, document: Document, readers: Collection[str], day: date) -> bool:
    """Whether a document may answer somebody on a day."""
    if document.id in library.withdrawn or not document.valid_on(day):
        return False
    return STAFF in readers or document.audience in readers


def _in_language(
    library: Library,
    passage: Passage,
    language: Language,
    readers: Collection[str],
    day: date,
) -> Passage:
    own = library.documents[passage.document]
    readable = READS[language]
    group = [each for each in library.twins_of(own) if _open(library, each, readers, day)]
    for twin in sorted(group, key=lambda each: readable.index(each.language)):
        if twin.id == own.id:
            return passage
        for other in counterparts(passage, own, twin):
            return other
    return passage


def _newest_first(hits: list[Hit], library: Library) -> list[Hit]:
    """The hits, and of the first one and those that disagree with it the newest before the others."""
    if not hits or not hits[0].disagrees:
        return hits
    rivals = {hits[0].passage.id, *(each.passage_id for each in hits[0].disagrees)}

    def age(hit: Hit) -> tuple[date, str]:
        document = library.documents[hit.passage.document]
        return document.newest or date.min, document.kept_at

    contest = sorted((hit for hit in hits if hit.passage.id in rivals), key=age, reverse=True)
    score = max(hit.score for hit in contest)
    best = replace(contest[0], score=score)
    return [best, *contest[1:], *(hit for hit in hits if hit.passage.id not in rivals)]


def _own_language_first(hits: list[Hit], language: Language, least: float) -> list[Hit]:
    """Of a sheet that says the same in several languages, the line in the customer's own comes first."""
    if not hits or (hits[0].passage.language == "en") == (language == "en"):
        return hits
    for at, hit in enumerate(hits[1:], 1):
        same = hit.passage.document == hits[0].passage.document
        if same and hit.score >= least and (hit.passage.language == "en") == (language == "en"):
            return [hit, *hits[:at], *hits[at + 1 :]]
    return hits


def _told(library: Library, passage: Passage) -> str:
    """The whole section that a passage stands in, where it is short enough to be told."""
    section = section_of(library.documents[passage.document], passage)
    whole = "\n".join(each.text for each in section)
    return whole if len(whole) <= _LONGEST_ANSWER else passage.text


def _citation(library: Library, passage: Passage, score: float) -> Citation:
    return Citation(
        document=passage.document,
        title=passage.title,
        section=passage.section,
        version=str(library.documents[passage.document].number),
        passage=passage.text,
        score=round(score, 4),
        passage_id=passage.id,
    )
