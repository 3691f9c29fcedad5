"""Haystack's own retrieval over our embeddings: by meaning alone, and joined with its BM25.

Haystack is an extra of its own (`pip install -e '.[bench]'`); without it the table goes without its two lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.errors import ConfigurationError
from domain.ports import Embedder
from evals.bench_knowledge.questions import Question, Section
from evals.bench_knowledge.rivals import Ranking

try:
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    HERE = True
except ImportError:  # the extra is not installed
    HERE = False

_DEPTH = 100  # passages of each retriever


class Haystack:
    """One in-memory store of Haystack that holds our passages with our vectors.

    Raises:
        ConfigurationError: Haystack is not installed.
    """

    def __init__(
        self, texts: Mapping[str, str], sections: Mapping[str, Section], embedder: Embedder
    ) -> None:
        if not HERE:
            raise ConfigurationError("Haystack is missing; run `pip install -e '.[bench]'`")
        vectors = embedder.embed(list(texts.values()), "passage")
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(
            [
                Document(id=id, content=text, embedding=vector.tolist())
                for (id, text), vector in zip(texts.items(), vectors, strict=True)
            ]
        )
        self._sections, self._embedder = sections, embedder
        self._by_meaning = InMemoryEmbeddingRetriever(store, top_k=_DEPTH)
        self._by_words = InMemoryBM25Retriever(store, top_k=_DEPTH)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=_DEPTH)

    def by_meaning(self, asked: Sequence[Question]) -> Ranking:
        return [self._in_sections(self._near(each)) for each in asked]

    def hybrid(self, asked: Sequence[Question]) -> Ranking:
        """Both of its retrievers, joined by reciprocal rank."""
        found: Ranking = []
        for each in asked:
            worded = self._by_words.run(query=each.text)["documents"]
            joined = self._joiner.run(documents=[worded, self._near(each)])
            found.append(self._in_sections(joined["documents"]))
        return found

    def _near(self, question: Question) -> list[Document]:
        (vector,) = self._embedder.embed([question.text], "query")
        found: list[Document] = self._by_meaning.run(query_embedding=vector.tolist())["documents"]
        return found

    def _in_sections(self, documents: Sequence[Document]) -> list[Section]:
        return list(dict.fromkeys(self._sections[each.id] for each in documents))
