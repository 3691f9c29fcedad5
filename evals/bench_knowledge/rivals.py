"""The searches that ours is compared with: words alone, meaning alone, and both fused by rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import bm25s
import numpy as np
import numpy.typing as npt

from connectors.embeddings_embedded import EmbeddedEmbedder, unit
from domain.ports import Embedder
from evals.bench_knowledge.measures import fused
from evals.bench_knowledge.questions import Question, Section
from retrieval.lexicon import words
from retrieval.search import Librarian

Ranking = list[list[Section]]  # for each question the sections, best first
Search = Callable[[Sequence[Question]], Ranking]

_HITS = 40  # passages of ours that are looked at, so that ten sections come of them


class Rivals:
    """Ranks the same passages for the same questions, each in its own way."""

    def __init__(self, texts: Mapping[str, str], sections: Mapping[str, Section]) -> None:
        self._texts, self._sections = texts, sections
        self._ids = list(texts)

    def by_words(self, asked: Sequence[Question]) -> Ranking:
        """BM25 over Chinese characters, pairs of them, and whole Latin words."""
        return [self._in_sections(row) for row in self._words(asked)]

    def by_raw_e5(self, embedder: EmbeddedEmbedder, asked: Sequence[Question]) -> Ranking:
        """Cosine of the e5 vectors as the model gives them."""
        queries = unit(embedder.e5([each.text for each in asked], "query"))
        passages = unit(embedder.e5(list(self._texts.values()), "passage"))
        return [self._in_sections(row) for row in self._ordered(queries @ passages.T)]

    def by_fusion(self, embedder: Embedder, asked: Sequence[Question]) -> Ranking:
        """Reciprocal ranks of BM25 and of our embedding, added."""
        queries = embedder.embed([each.text for each in asked], "query")
        passages = embedder.embed(list(self._texts.values()), "passage")
        meaning = self._ordered(queries @ passages.T)
        pairs = zip(meaning, self._words(asked), strict=True)
        return [self._in_sections(fused(pair)) for pair in pairs]

    def by_ours(self, librarian: Librarian, asked: Sequence[Question]) -> Ranking:
        """What the assistant and the desk are told, in the same order."""
        found: Ranking = []
        for each in asked:
            hits = librarian.search(each.text, each.language, _HITS)
            found.append(self._in_sections([hit.passage.id for hit in hits]))
        return found

    def _words(self, asked: Sequence[Question]) -> list[list[str]]:
        scorer = bm25s.BM25(method="lucene")
        scorer.index([words(each) for each in self._texts.values()], show_progress=False)
        rows = [scorer.get_scores(words(each.text)) for each in asked]
        return self._ordered(np.stack(rows))

    def _ordered(self, scores: npt.NDArray[np.float32]) -> list[list[str]]:
        order = np.argsort(-scores, axis=1, kind="stable")
        return [[self._ids[at] for at in row] for row in order]

    def _in_sections(self, ids: Sequence[str]) -> list[Section]:
        return list(dict.fromkeys(self._sections[each] for each in ids))
