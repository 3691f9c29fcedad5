"""Measures how often the right document is found, by language: `python -m evals.bench_retrieval`.

Prints Recall@1/@3 of words alone, raw e5, the embedded recipe and the whole search, then how often
the search is confident where it may and where it must not be, and the calibration that fits best.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from connectors.embeddings_embedded import EmbeddedEmbedder, unit
from domain.ports import Embedder
from retrieval.documents import Document
from retrieval.index import Index
from retrieval.lexicon import Lexicon, words
from retrieval.ranking import Candidate, Shelf
from retrieval.reading import read_folder
from retrieval.wordings import Wordings

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "tests" / "unit" / "retrieval" / "data_questions.yaml"
LANGUAGES = ("yue", "zh-Hant", "zh-Hans", "en", "mix")
FALSE_ANSWERS = 0.05  # of the questions that nothing answers, how many may be answered

Ranking = list[list[str]]  # for each question the twin groups, best first


@dataclass(frozen=True)
class Question:
    """A question, how it is written, and the twin group that answers it, if any does."""

    text: str
    language: str
    document: str | None


def questions() -> list[Question]:
    """The question set, those that nothing answers last."""
    data = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    answered = [
        Question(text, language, document)
        for document, by_language in data["answered"].items()
        for language, texts in by_language.items()
        for text in texts
    ]
    nothing = data["unanswered"].items()
    return answered + [Question(text, lang, None) for lang, texts in nothing for text in texts]


@dataclass(frozen=True)
class Bench:
    """The public documents and the questions that are asked of them."""

    documents: Sequence[Document]
    asked: Sequence[Question]

    @property
    def texts(self) -> dict[str, str]:
        return {p.id: p.searchable for each in self.documents for p in each.passages}

    @property
    def groups(self) -> dict[str, str]:
        return {p.id: each.twin for each in self.documents for p in each.passages}

    def ranked(self, scores: npt.NDArray[np.float32]) -> Ranking:
        """Twin groups by the best score among their passages."""
        names = list(self.groups.values())
        order = np.argsort(-scores, axis=1, kind="stable")
        return [list(dict.fromkeys(names[at] for at in row)) for row in order]

    def by_words(self) -> Ranking:
        lexicon = Lexicon(list(self.texts.values()))
        return self.ranked(np.stack([lexicon.scores(words(each.text)) for each in self.asked]))

    def by_raw_e5(self, embedder: EmbeddedEmbedder) -> Ranking:
        queries = unit(embedder.e5([each.text for each in self.asked], "query"))
        passages = unit(embedder.e5(list(self.texts.values()), "passage"))
        return self.ranked(queries @ passages.T)

    def by_meaning(self, embedder: Embedder) -> Ranking:
        queries = embedder.embed([each.text for each in self.asked], "query")
        return self.ranked(queries @ embedder.embed(list(self.texts.values()), "passage").T)

    def candidates(self, embedder: Embedder, wordings: Wordings) -> list[list[Candidate]]:
        index = Index(embedder, "bench")
        index.sync(self.texts)
        shelf = Shelf(self.texts, index, embedder, wordings)
        try:
            return shelf.find([each.text for each in self.asked])
        finally:
            index.drop()

    def by_search(self, found: list[list[Candidate]]) -> Ranking:
        groups = self.groups
        return [list(dict.fromkeys(groups[each.id] for each in row)) for row in found]

    def recall(self, ranking: Ranking, depth: int, language: str | None) -> float:
        pairs = [
            (question.document, row[:depth])
            for question, row in zip(self.asked, ranking, strict=True)
            if question.document and language in (None, question.language)
        ]
        return sum(document in row for document, row in pairs) / len(pairs)

    def line(self, name: str, ranking: Ranking) -> str:
        cells = [
            f"{self.recall(ranking, 1, each):.2f}/{self.recall(ranking, 3, each):.2f}"
            for each in (*LANGUAGES, None)
        ]
        return f"| {name} | " + " | ".join(cells) + " |"


def calibrate(bench: Bench, found: list[list[Candidate]]) -> list[str]:
    """Fit the chance that the first candidate answers; thresholds by ten-fold cross-validation."""
    first = [row[0] for row in found]
    features = np.array([[each.similarity] for each in first])
    groups, asked = bench.groups, bench.asked
    right = np.array([groups[c.id] == q.document for c, q in zip(first, asked, strict=True)])
    answerable = np.array([question.document is not None for question in asked])
    model = LogisticRegression(C=100.0)
    chance = cross_val_predict(model, features, right, cv=10, method="predict_proba")[:, 1]
    threshold = float(np.quantile(chance[~answerable], 1 - FALSE_ANSWERS, method="higher"))
    model.fit(features, right)
    slope, offset = model.coef_[0][0], model.intercept_[0]
    said = chance > threshold
    lines = [
        f"Calibration({slope:.1f}, {-offset / slope:.3f}, {threshold:.2f})",
        f"held out: answers {said[answerable].mean():.0%} of the answerable "
        f"({right[said & answerable].mean():.0%} of those rightly), "
        f"{said[~answerable].mean():.0%} of the others",
    ]
    by_language: dict[str, list[bool]] = defaultdict(list)
    for question, yes in zip(asked, said, strict=True):
        if question.document:
            by_language[question.language].append(bool(yes))
    lines.append(", ".join(f"{name} {np.mean(yes):.0%}" for name, yes in by_language.items()))
    return lines


def timed(run: Callable[[], object], times: int = 1) -> float:
    """Milliseconds for one of so many."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000 / times


def main() -> None:
    """Print the table."""
    documents = [each for each in read_folder(ROOT / "knowledge")[0] if each.audience == "public"]
    bench = Bench(documents, questions())
    wordings = Wordings.read(ROOT / "playbook" / "search" / "wordings.yaml")
    embedder, fallback = EmbeddedEmbedder(), EmbeddedEmbedder(with_e5=False)
    found = bench.candidates(embedder, wordings)
    print(
        f"{len(documents)} documents, {len(bench.texts)} passages, {len(bench.asked)} questions\n"
    )
    print(f"| Recall@1/@3 | {' | '.join(LANGUAGES)} | all |\n|---|{'---|' * 6}")
    print(bench.line("BM25", bench.by_words()))
    print(bench.line("raw e5", bench.by_raw_e5(embedder)))
    print(bench.line("recipe", bench.by_meaning(embedder)))
    print(bench.line("hybrid", bench.by_search(found)))
    spare = bench.candidates(fallback, wordings)
    print(bench.line("hybrid, USE alone", bench.by_search(spare)))
    for name, candidates in ((embedder.name, found), (fallback.name, spare)):
        print(f"\n{name}: " + "\n".join(calibrate(bench, candidates)))
    fresh = EmbeddedEmbedder(cache_size=0)
    texts = [each.text for each in bench.asked[:100]]
    speed = timed(lambda: [fresh.embed([text], "query") for text in texts], len(texts))
    print(f"\none question embedded in {speed:.1f} ms")


if __name__ == "__main__":
    main()
