"""Measures search with many passages: how fast, how exact, how much memory.

`python -m evals.bench_knowledge.scale 10000`: every size in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from connectors.embeddings_embedded import EmbeddedEmbedder
from domain.ports import Embedder, Vectors
from evals.bench_knowledge.made_up import SECTIONS, Factory, Prepared, key
from evals.bench_knowledge.measures import quantile
from evals.bench_knowledge.quality import Noon
from evals.bench_knowledge.questions import ROOT, Question, passages, public_documents, questions
from retrieval.documents import Document
from retrieval.index import Index
from retrieval.ranking import DEPTH
from retrieval.search import Librarian
from retrieval.wordings import Wordings

HEAD = (
    "| passages | search p50 | p95 | of it embedding p50 | recall@10 of exact | memory | loaded in |\n"
    "|---|---|---|---|---|---|---|"
)
_ASKED = 240
_FIRST = 10
_TENANT = "bench"


@dataclass(frozen=True)
class Scaled:
    """What one size came to."""

    passages: int
    searches: Sequence[float]  # seconds
    embeddings: Sequence[float]
    recall: float
    memory: float  # MB
    load: float

    def line(self) -> str:
        return (
            f"| {self.passages:,} | {1000 * quantile(self.searches, 0.5):.1f} ms"
            f" | {1000 * quantile(self.searches, 0.95):.1f} ms"
            f" | {1000 * quantile(self.embeddings, 0.5):.1f} ms"
            f" | {self.recall:.4f} | {self.memory:,.0f} MB | {self.load:.0f} s |"
        )


def measure(count: int, folder: Path) -> Scaled:
    """Fill a librarian with so many passages and ask it real questions."""
    factory = Factory(passages(public_documents()), EmbeddedEmbedder())
    documents = [factory.document(number) for number in range(count // SECTIONS)]
    exact = _vectors(documents, factory)
    embedder = EmbeddedEmbedder(cache_size=0)
    wordings = Wordings.read(ROOT / "playbook" / "search" / "wordings.yaml")
    cache = Prepared(factory.vectors)
    librarian = Librarian(embedder, Noon(), wordings, tenant=_TENANT, place=folder, cache=cache)
    began = time.perf_counter()
    librarian.load(documents)
    load = time.perf_counter() - began
    asked = [each for each in questions() if each.right][:_ASKED]
    for each in asked[:_FIRST]:  # the first reads of an index come from the disk
        librarian.search(each.text, each.language)
    searches = [_timed(librarian, each) for each in asked[_FIRST:]]
    memory = _resident() - sum(each.nbytes for each in factory.vectors.values()) / 2**20
    memory -= exact.nbytes / 2**20
    embeddings = [_embedded(embedder, each) for each in asked[_FIRST:]]
    librarian.close()
    found = _recall(Index(embedder, _TENANT, folder), embedder, asked, documents, exact)
    return Scaled(len(exact), searches, embeddings, found, memory, load)


def run(counts: Sequence[int]) -> Iterator[str]:
    """One line a size, each in a folder that is thrown away."""
    for count in counts:
        with TemporaryDirectory() as folder:
            yield measure(count, Path(folder)).line()


def _vectors(documents: Sequence[Document], factory: Factory) -> Vectors:
    return np.stack([factory.vectors[key(p.searchable)] for d in documents for p in d.passages])


def _timed(librarian: Librarian, question: Question) -> float:
    began = time.perf_counter()
    librarian.search(question.text, question.language)
    return time.perf_counter() - began


def _embedded(embedder: Embedder, question: Question) -> float:
    began = time.perf_counter()
    embedder.embed([question.text, question.text + " "], "query")
    return time.perf_counter() - began


def _recall(
    index: Index,
    embedder: Embedder,
    asked: Sequence[Question],
    documents: Sequence[Document],
    exact: Vectors,
) -> float:
    """The share of the ten truly nearest passages that the search of the index finds."""
    ids = [each.id for one in documents for each in one.passages]
    queries = embedder.embed([each.text for each in asked], "query")
    found = index.nearest(queries, DEPTH)
    right = 0
    for query, row in zip(queries, found, strict=True):
        nearest = np.argsort(-(exact @ query), kind="stable")[:_FIRST]
        right += len({ids[at] for at in nearest} & {each.id for each in row[:_FIRST]})
    index.close()
    return right / (_FIRST * len(asked))


def _resident() -> float:
    """MB of memory that this process holds."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(each.split()[1]) / 1024 for each in lines if each.startswith("VmRSS"))


if __name__ == "__main__":
    for line in run([int(each) for each in sys.argv[1:]] or [10_000]):
        print(line)
