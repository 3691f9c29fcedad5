"""How often each search finds the right section, by style of question, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.embeddings_embedded import EmbeddedEmbedder
from evals.bench_knowledge.haystack_rival import HERE, Haystack
from evals.bench_knowledge.measures import ndcg, recall
from evals.bench_knowledge.questions import (
    ROOT,
    STYLES,
    Question,
    passages,
    public_documents,
    questions,
    sections,
)
from evals.bench_knowledge.rivals import Ranking, Rivals
from retrieval.documents import Document
from retrieval.search import Librarian
from retrieval.wordings import Wordings

FIGURES = ("Recall@1", "Recall@3", "Recall@5", "nDCG@10")
OVERALL = "all"


class Noon:
    """A clock that stands still, so that the same documents are valid in every run."""

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """One search and what it found."""

    name: str
    ranking: Ranking


def librarian(documents: Sequence[Document], embedder: EmbeddedEmbedder) -> Librarian:
    """Ours as it is in production, with these documents."""
    wordings = Wordings.read(ROOT / "playbook" / "search" / "wordings.yaml")
    ours = Librarian(embedder, Noon(), wordings)
    ours.load(documents)
    return ours


def figures(line: Line, asked: Sequence[Question], style: str) -> tuple[float, ...]:
    """Recall at three depths and nDCG over the questions of a style, or of all."""
    rows = [
        (ranked, each.right)
        for ranked, each in zip(line.ranking, asked, strict=True)
        if style in (OVERALL, each.style)
    ]
    measured = [
        (*(recall(ranked, right, depth) for depth in (1, 3, 5)), ndcg(ranked, right))
        for ranked, right in rows
    ]
    return tuple(sum(column) / len(measured) for column in zip(*measured, strict=True))


def compare(
    documents: list[Document],
    asked: Sequence[Question],
    ours: Librarian,
    light: Librarian,
    embedder: EmbeddedEmbedder,
) -> list[Line]:
    """Every search over the same passages, asked the same questions."""
    texts = {each.id: each.searchable for each in passages(documents)}
    where = sections(documents)
    rivals = Rivals(texts, where)
    lines = [
        Line("BM25", rivals.by_words(asked)),
        Line("raw e5", rivals.by_raw_e5(embedder, asked)),
        Line("rank fusion (BM25, our embedding)", rivals.by_fusion(embedder, asked)),
    ]
    if HERE:
        haystack = Haystack(texts, where, embedder)
        lines.append(Line("Haystack, our embedding", haystack.by_meaning(asked)))
        lines.append(Line("Haystack hybrid, our embedding", haystack.hybrid(asked)))
    return [
        *lines,
        Line("Nightdesk, USE alone", rivals.by_ours(light, asked)),
        Line("**Nightdesk**", rivals.by_ours(ours, asked)),
    ]


def table(lines: Sequence[Line], asked: Sequence[Question]) -> Iterator[str]:
    """Recall@1/@3/@5 and nDCG@10 in every cell."""
    counts = {style: sum(each.style == style for each in asked) for style in STYLES}
    yield f"{'/'.join(FIGURES)} of {len(asked)} questions of the test split:"
    yield ""
    heads = [f"{style} ({count})" for style, count in counts.items()]
    yield f"| search | {' | '.join(heads)} | all |"
    yield f"|---|{'---|' * (len(STYLES) + 1)}"
    for line in lines:
        cells = [
            " / ".join(f"{each:.2f}" for each in figures(line, asked, style))
            for style in (*STYLES, OVERALL)
        ]
        yield f"| {line.name} | {' | '.join(cells)} |"


def verdict(lines: Sequence[Line], asked: Sequence[Question]) -> Iterator[str]:
    """Where ours, the last line, is not ahead of another search, figure by figure."""
    styles = [*(each for each in STYLES if any(one.style == each for one in asked)), OVERALL]
    behind = [
        f"{name} ({style}) {theirs:.3f} of {line.name} against {own:.3f}"
        for line in lines[:-1]
        for style in styles
        for name, own, theirs in zip(
            FIGURES, figures(lines[-1], asked, style), figures(line, asked, style), strict=True
        )
        if theirs > own
    ]
    yield "ahead of or level with every other in every cell" if not behind else "behind in: "
    yield from (f"- {each}" for each in behind)


def report() -> Iterator[str]:
    """The whole comparison on the test split."""
    documents = public_documents()
    asked = [each for each in questions("test") if each.right]
    embedder, light = EmbeddedEmbedder(), EmbeddedEmbedder(with_e5=False)
    ours, fallback = librarian(documents, embedder), librarian(documents, light)
    lines = compare(documents, asked, ours, fallback, embedder)
    yield f"{len(documents)} public documents, {len(passages(documents))} passages"
    if not HERE:
        yield "Haystack is not installed and left out: `pip install -e '.[bench]'`"
    yield ""
    yield from table(lines, asked)
    yield ""
    yield from verdict(lines, asked)
    exact = [each for each in questions() if each.kind == "verbatim"]
    found = Rivals({}, sections(documents)).by_ours(ours, exact)
    first = sum(recall(row, each.right, 1) for row, each in zip(found, exact, strict=True))
    yield f"\nverbatim phrases found first: {first:.0f} of {len(exact)}"
