from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest

from evals.bench_knowledge.killed_desk import faults_of
from evals.bench_knowledge.killing import Folder
from evals.bench_knowledge.measures import fused, ndcg, quantile, recall
from evals.bench_knowledge.quality import Line, figures, verdict
from evals.bench_knowledge.questions import Question, public_documents, questions, sections
from evals.bench_knowledge.rejection import Judged, still_answered, threshold, turned_away
from retrieval.reading import read_folder


@pytest.mark.parametrize(("depth", "found"), [(1, 0.0), (2, 1.0), (5, 1.0)])
def test_recall_counts_what_stands_within_the_depth(depth: int, found: float) -> None:
    assert recall(["a", "b", "c"], {"b"}, depth) == found


def test_ndcg_is_whole_when_everything_right_comes_first() -> None:
    assert ndcg(["a", "b", "c"], {"b", "a"}) == 1.0


def test_ndcg_falls_with_the_rank() -> None:
    assert ndcg(["x", "a"], {"a"}) == pytest.approx(1 / math.log2(3))
    assert ndcg(["x", "y", "a"], {"a"}) == pytest.approx(0.5)


def test_ndcg_misses_a_second_right_one_that_is_not_found() -> None:
    assert ndcg(["a", "x"], {"a", "b"}) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_ndcg_looks_no_further_than_the_depth() -> None:
    assert ndcg([*"abcdefghij", "right"], {"right"}, depth=10) == 0.0


def test_ndcg_of_nothing_right_is_nothing() -> None:
    assert ndcg(["a"], set()) == 0.0


def test_fusion_prefers_what_both_rankings_know() -> None:
    assert fused([["a", "b", "c"], ["d", "b", "e"]])[0] == "b"


def test_fusion_adds_the_reciprocal_of_sixty_and_the_rank() -> None:
    # a: 1/61; b: 1/62 + 1/63 is more; c: 1/61 comes after a, which the first ranking knows.
    assert fused([["a", "b"], ["c", "x", "b"]]) == ["b", "a", "c", "x"]


def test_the_quantile_is_a_value_that_was_measured() -> None:
    assert quantile([5.0, 1.0, 4.0, 2.0, 3.0], 0.5) == 3.0
    assert quantile([5.0, 1.0, 4.0, 2.0, 3.0], 0.95) == 5.0


def test_every_answerable_question_names_a_section_that_is_there() -> None:
    there = set(sections(public_documents()).values())
    assert [each.text for each in questions() if not each.right <= there] == []


def test_the_splits_share_no_question() -> None:
    tuning, test = ({each.text for each in questions(split)} for split in ("tuning", "test"))
    assert tuning & test == set()


def _question(style: str, *right: str) -> Question:
    return Question("?", style, "question", "test", frozenset((each, 0) for each in right))


def test_a_search_that_is_behind_in_one_cell_is_named() -> None:
    asked = [_question("yue", "a"), _question("mix", "b")]
    other = Line("BM25", [[("a", 0)], [("b", 0)]])
    ours = Line("ours", [[("a", 0)], [("x", 0), ("b", 0)]])
    assert figures(ours, asked, "yue") == (1.0, 1.0, 1.0, 1.0)
    said = list(verdict([other, ours], asked))
    assert any("(mix)" in each for each in said)
    assert not any("(yue)" in each for each in said)


def test_the_threshold_keeps_the_share_that_was_asked_for() -> None:
    known = [Judged(_question("en", "a"), score / 10, confident=True) for score in range(1, 11)]
    other = [Judged(_question("en"), 0.15, confident=False)]
    least = threshold(known, 0.9)
    assert still_answered(known, least) >= 0.9
    assert turned_away(other, 0.2) == 1.0
    assert turned_away(other, 0.1) == 0.0


def test_a_document_that_mixes_two_editions_or_lacks_a_part_is_a_fault(tmp_path: Path) -> None:
    folder = Folder(tmp_path, random.Random(1))
    folder.change()
    (whole,), _ = read_folder(tmp_path)
    assert list(faults_of(whole)) == []
    assert "lacks a part" in next(faults_of(replace(whole, passages=whole.passages[:-1])))
    first = replace(
        whole.passages[0], text=whole.passages[0].text.replace("Edition 1", "Edition 9")
    )
    assert "mixes" in next(faults_of(replace(whole, passages=(first, *whole.passages[1:]))))
