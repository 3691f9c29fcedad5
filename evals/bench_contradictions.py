"""Measures how well contradicting passages are told from those that agree: `python -m evals.bench_contradictions`.

Prints precision and recall by split, kind and language over pairs written for it, the pairs that were judged
wrongly, and every contradiction that is reported in the documents of `knowledge/` and of the packs.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import yaml

from connectors.embeddings_embedded import EmbeddedEmbedder
from domain.ports import Embedder
from retrieval.contradictions import Contradiction, find_contradictions
from retrieval.documents import DocumentLanguage, Passage
from retrieval.reading import read_folder

ROOT = Path(__file__).parent.parent
PAIRS = Path(__file__).parent / "knowledge_contradictions.yaml"
NEIGHBOURS = 8


@dataclass(frozen=True)
class Pair:
    """Two passages, and what there is to find: number, date, time, yes_no or none."""

    split: str
    language: str
    kind: str
    why: str
    words: tuple[str, ...]
    one: Passage
    other: Passage


@dataclass(frozen=True)
class Judged:
    """A pair and what was found in it."""

    pair: Pair
    found: Contradiction | None

    @property
    def outcome(self) -> tuple[bool, bool]:
        """Whether there is a contradiction, and whether one was found."""
        return self.pair.kind != "none", self.found is not None


def pairs() -> Iterator[Pair]:
    """The labelled pairs."""
    for split, rows in yaml.safe_load(PAIRS.read_text(encoding="utf-8")).items():
        for number, row in enumerate(rows):
            languages = row.get("languages", [row["language"]] * 2)
            sides = [
                _passage(f"{split}{number}.{side}", row[side], language)
                for side, language in zip(("one", "other"), languages, strict=True)
            ]
            words = tuple(row.get("words", ()))
            yield Pair(split, row["language"], row["kind"], row.get("why", ""), words, *sides)


def _passage(name: str, written: Sequence[str], language: str) -> Passage:
    title, section, text = written
    return Passage(name, name, title, section, cast(DocumentLanguage, language), text, "1", 1)


def judge(labelled: Sequence[Pair], embedder: Embedder) -> list[Judged]:
    """Look for a contradiction in each pair alone."""
    texts = [text for each in labelled for text in (each.one.searchable, each.other.searchable)]
    vectors = embedder.embed(texts, "passage")
    judged: list[Judged] = []
    for at, pair in enumerate(labelled):
        cosine = float(vectors[2 * at] @ vectors[2 * at + 1])
        twins = pair.language == "twins"
        found = find_contradictions(
            [pair.one, pair.other],
            {pair.one.id: [] if twins else [(pair.other.id, cosine)]},
            {pair.one.id: "pair", pair.other.id: "pair"} if twins else {},
        )
        judged.append(Judged(pair, found[0] if found else None))
    return judged


def table(judged: Sequence[Judged], split: str) -> list[str]:
    """Precision and recall of one split: overall, by language; recall by kind, false alarms by reason."""
    rows = [each for each in judged if each.pair.split == split]
    lines = [f"{split}: {len(rows)} pairs", _line("all", rows)]
    lines += [_line(name, group) for name, group in _by(rows, lambda each: each.pair.language)]
    wrong = [each for each in rows if each.pair.kind != "none"]
    for name, group in _by(wrong, lambda each: each.pair.kind):
        hits = [each.found for each in group if each.found]
        named = sum(each.kind == name for each in hits)
        lines.append(f"  {name:9} found {len(hits):2} of {len(group):2}, kind right {named:2}")
    right = [each for each in rows if each.pair.kind == "none"]
    for name, group in _by(right, lambda each: each.pair.why):
        alarms = sum(each.found is not None for each in group)
        lines.append(f"  {name:15} {alarms} false alarms in {len(group):2}")
    return lines


def _by(rows: Sequence[Judged], key: Callable[[Judged], str]) -> Iterator[tuple[str, list[Judged]]]:
    for name in sorted({key(each) for each in rows}):
        yield name, [each for each in rows if key(each) == name]


def _line(name: str, rows: Sequence[Judged]) -> str:
    count = Counter(each.outcome for each in rows)
    hits, alarms, missed = count[True, True], count[False, True], count[True, False]
    precision = hits / (hits + alarms) if hits + alarms else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    return (
        f"  {name:9} precision {precision:.3f} ({hits}/{hits + alarms})"
        f"  recall {recall:.3f} ({hits}/{hits + missed})"
    )


def mistakes(judged: Sequence[Judged], split: str) -> Iterator[str]:
    """The pairs of a split that were judged wrongly."""
    for each in judged:
        there, seen = each.outcome
        if each.pair.split == split and there != seen:
            what = "missed" if there else "false alarm"
            yield f"  {what} ({each.pair.kind}): {each.pair.one.text} | {each.pair.other.text}"


def in_knowledge(embedder: Embedder, folder: Path) -> list[str]:
    """What is reported in documents that people wrote with care: each line should be real."""
    known = read_folder(folder)[0]
    passages = [passage for each in known for passage in each.passages]
    vectors = embedder.embed([each.searchable for each in passages], "passage")
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1.0)
    near = {
        each.id: [(passages[at].id, float(row[at])) for at in np.argsort(-row)[:NEIGHBOURS]]
        for each, row in zip(passages, likeness, strict=True)
    }
    begun = time.perf_counter()
    found = find_contradictions(passages, near, {each.id: each.twin for each in known})
    took = time.perf_counter() - begun
    name = folder.relative_to(ROOT).as_posix()
    lines = [f"{name}/: {len(passages)} passages, {len(found)} contradictions, {took:.2f} s"]
    return lines + [
        f"  {each.kind} {each.words} {each.certainty}: {each.one.document}: {each.sentences[0]} | "
        f"{each.other.document}: {each.sentences[1]}"
        for each in found
    ]


def main() -> None:
    """Print everything. The mistakes of the test half stay hidden, so that nobody fits rules to them."""
    embedder = EmbeddedEmbedder()
    judged = judge(list(pairs()), embedder)
    for split in ("tuning", "test"):
        print("\n".join(table(judged, split)))
    print("mistakes of the tuning half:", *mistakes(judged, "tuning"), sep="\n")
    if "--test-mistakes" in sys.argv:
        print("mistakes of the test half:", *mistakes(judged, "test"), sep="\n")
    for folder in (ROOT / "knowledge", *sorted((ROOT / "packs").glob("*/knowledge"))):
        print("\n".join(in_knowledge(embedder, folder)))


if __name__ == "__main__":
    main()
