"""How well the search knows that our documents say nothing: what it keeps, what it turns away, and why.

The threshold is chosen on the tuning split; the test split is only measured. The line printed last is
what the best fit over tuning would write into `retrieval/library.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from connectors.embeddings_embedded import EmbeddedEmbedder
from evals.bench_knowledge.quality import librarian
from evals.bench_knowledge.questions import (
    ROOT,
    STYLES,
    Question,
    older_questions,
    public_documents,
    questions,
)
from retrieval.library import Library, Stacks, arrange
from retrieval.search import Librarian
from retrieval.wordings import Wordings

KEPT = (0.97, 0.95, 0.90, 0.85)  # shares of the answerable tuning questions that stay


@dataclass(frozen=True)
class Judged:
    """A question, the score of the best hit, and whether it would be answered in production."""

    question: Question
    score: float
    confident: bool

    @property
    def answerable(self) -> bool:
        return bool(self.question.right)


def judge(ours: Librarian, asked: Sequence[Question]) -> list[Judged]:
    """Ask as the assistant does."""
    found: list[Judged] = []
    for each in asked:
        hits = ours.search(each.text, each.language)
        best = max((hit.score for hit in hits), default=0.0)
        found.append(Judged(each, best, ours.confident(hits)))
    return found


def threshold(judged: Sequence[Judged], kept: float) -> float:
    """The score that so many of the answerable questions reach."""
    scores = [each.score for each in judged if each.answerable]
    return float(np.quantile(scores, 1 - kept, method="lower"))


def turned_away(judged: Sequence[Judged], least: float, style: str | None = None) -> float:
    """The share of the questions nothing answers whose best score is too low."""
    scores = [
        each.score
        for each in judged
        if not each.answerable and style in (None, each.question.style)
    ]
    return float(np.mean([score < least for score in scores]))


def still_answered(judged: Sequence[Judged], least: float) -> float:
    """The share of the answerable questions whose best score is high enough."""
    return float(np.mean([each.score >= least for each in judged if each.answerable]))


def table(tuning: Sequence[Judged], test: Sequence[Judged]) -> Iterator[str]:
    """Every threshold that tuning suggests, measured on the test split."""
    yield f"| kept on tuning | kept on test | rejected on test | {' | '.join(STYLES)} |"
    yield f"|---|---|---|{'---|' * len(STYLES)}"
    for share in KEPT:
        least = threshold(tuning, share)
        cells = [f"{turned_away(test, least, style):.0%}" for style in STYLES]
        yield (
            f"| {share:.0%} | {still_answered(test, least):.1%} | {turned_away(test, least):.1%}"
            f" | {' | '.join(cells)} |"
        )


def in_production(test: Sequence[Judged]) -> str:
    """What `Librarian.confident` decides on the test split."""
    said = np.mean([each.confident for each in test if each.answerable])
    silent = np.mean([not each.confident for each in test if not each.answerable])
    return f"as it is set now: {said:.1%} of the answerable answered, {silent:.1%} of the others rejected"


def fit(library: Library, asked: Sequence[Question]) -> str:
    """The line of `CALIBRATIONS` that fits these questions best, without its threshold."""
    found = library.shelf.find([each.text for each in asked])
    features = np.array([[row[0].similarity] for row in found])
    model = LogisticRegression(C=100.0).fit(features, [bool(each.right) for each in asked])
    slope, offset = float(model.coef_[0][0]), float(model.intercept_[0])
    return f'"{library.stacks.embedder.name}": Calibration({slope:.1f}, {-offset / slope:.3f}, …)'


def report() -> Iterator[str]:
    """Both embedders: what they turn away, and the line that would fit."""
    documents, wordings = (
        public_documents(),
        Wordings.read(ROOT / "playbook" / "search" / "wordings.yaml"),
    )
    for embedder in (EmbeddedEmbedder(), EmbeddedEmbedder(with_e5=False)):
        ours = librarian(documents, embedder)
        tuning, test = judge(ours, questions("tuning")), judge(ours, questions("test"))
        yield f"\n{embedder.name}:\n"
        yield from table(tuning, test)
        yield f"\n{in_production(test)}"
        yield f"six in seven of tuning reach {threshold(tuning, 0.85):.2f}"
        stacks = Stacks(embedder, "fitting")
        stacks.add([each for one in documents for each in one.passages])
        library = arrange(documents, stacks, wordings)
        yield f"fitted on tuning and the older set: `{fit(library, [*questions('tuning'), *older_questions()])}`"
        stacks.index.drop()
