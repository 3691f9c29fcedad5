"""Looks over the documents after a change: contradictions, repeats, orders, questions that nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock

from domain.knowledge import AnswerBook, KnowledgeStore
from domain.ports import Clock, Embedder
from retrieval import findings as found
from retrieval.contradictions import Contradiction, find_contradictions
from retrieval.documents import Document, Passage, day_of
from retrieval.findings import Finding, Findings
from retrieval.orders import addresses_the_assistant
from retrieval.repeats import find_repeats
from retrieval.search import Librarian
from retrieval.unanswered import Wanted, most_wanted

_ASKED_SINCE = timedelta(days=30)
_USED_SINCE = timedelta(days=90)
_NEIGHBOURS = 8

Suspicious = Callable[[list[str]], list[bool]]


class Inspector:
    """Keeps what it found about documents that did not change, so that one changed document costs little."""

    def __init__(
        self,
        librarian: Librarian,
        store: KnowledgeStore,
        answers: AnswerBook,
        *,
        embedder: Embedder,
        clock: Clock,
        suspicious: Suspicious,
    ) -> None:
        self._librarian = librarian
        self._store = store
        self._answers = answers
        self._embedder = embedder
        self._clock = clock
        self._suspicious = suspicious
        self._looked_at: dict[str, int] = {}
        self._contradictions: list[Contradiction] = []
        self._repeats: list[tuple[Passage, Passage]] = []
        self._orders: list[Passage] = []
        self._one_at_a_time = Lock()

    def look(self) -> None:
        """Compare what is new with everything else. Takes a while; call it in a thread."""
        with self._one_at_a_time:
            self._look(self._librarian.documents)

    def _look(self, documents: Mapping[str, Document]) -> None:
        numbers = {path: each.number for path, each in documents.items()}
        changed = {path for path in numbers if self._looked_at.get(path) != numbers[path]}
        touched = changed | (self._looked_at.keys() - numbers.keys())
        if touched:
            self._compare(documents, [documents[path] for path in changed], touched)
            self._looked_at = numbers
            pairs = [(each.one.id, each.other.id) for each in self._contradictions]
            self._librarian.quarrel(pairs)

    async def findings(self, failing: Sequence[Finding] = ()) -> Findings:
        """Everything that the report says now."""
        documents, day = self._librarian.documents, day_of(self._clock.now())
        shown = sorted(documents.values(), key=lambda each: each.path)
        seen = (await self._store.seen()).values()
        refused = list(found.refusals(seen, documents))
        used = await self._answers.used(self._since(_USED_SINCE))
        sections: dict[str, list[Finding]] = {
            "refused": refused,
            "contradictions": list(found.disagreements(self._contradictions)),
            "goldens": list(failing),
            "unanswered": list(found.wanted(await self.wanted())),
            "dates": list(found.dates(shown, day)),
            "suspicious": list(found.suspicions(self._orders)),
            "repeats": list(found.repeats(self._repeats)),
            "care": list(found.cares(shown)),
            "unused": list(found.unused(shown, used)),
        }
        return Findings(day, shown, len(refused), sections)

    async def wanted(self) -> list[Wanted]:
        """What customers asked and no document answered, together where it is the same."""
        asked = await self._answers.unanswered(self._since(_ASKED_SINCE))
        return await asyncio.to_thread(most_wanted, asked, self._embedder)

    def _since(self, span: timedelta) -> datetime:
        return self._clock.now() - span

    def _compare(
        self, documents: Mapping[str, Document], changed: Sequence[Document], touched: set[str]
    ) -> None:
        passages = [passage for each in documents.values() for passage in each.passages]
        new = [passage for each in changed for passage in each.passages]
        near = self._librarian.neighbours(new, _NEIGHBOURS)
        twins = {each.id: each.twin for each in documents.values()}
        fresh = [
            each
            for each in find_contradictions(passages, near, twins)
            if {each.one.document, each.other.document} & touched
        ]
        self._contradictions = [
            *(each for each in self._contradictions if not _of(touched, each.one, each.other)),
            *fresh,
        ]
        self._repeats = [
            *(pair for pair in self._repeats if not _of(touched, *pair)),
            *(pair for pair in find_repeats(passages, near, twins) if _of(touched, *pair)),
        ]
        # Documents give orders to customers all the time; only those that name the assistant's own are screened.
        doubtful = [each for each in new if addresses_the_assistant(each.text)]
        flags = self._suspicious([each.text for each in doubtful])
        self._orders = [
            *(each for each in self._orders if each.document not in touched),
            *(each for each, flag in zip(doubtful, flags, strict=True) if flag),
        ]


def _of(documents: Collection[str], *passages: Passage) -> bool:
    return any(each.document in documents for each in passages)
