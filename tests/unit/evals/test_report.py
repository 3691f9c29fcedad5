"""The report counts, explains and gates."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as Xml

from rich.console import Console

from evals.graders import Problem
from evals.player import Line
from evals.report import Failure, Report, Result, Tally, Thresholds, explain, publish

NEEDED = Thresholds(pass_overall=0.95, language_gap_points=5)


def result(language: str, *, passed: bool, name: str = "a_thing_is_done") -> Result:
    failures = () if passed else (Failure(2, Problem("words", "does not say “退款”")),)
    talk = (Line("customer", "退\0款"), Line("agent", "好"))
    return Result(Path(f"{name}.yaml"), "refunds", "title", language, failures, talk, 0.1)


def test_the_interval_is_wilsons() -> None:
    low, high = Tally(9, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)


def test_nothing_played_is_no_pass() -> None:
    assert Report(()).exit_code(NEEDED) == 1


def test_everything_passed_is_a_release() -> None:
    report = Report((result("yue", passed=True), result("en", passed=True)))
    assert (report.unmet(NEEDED), report.exit_code(NEEDED)) == ([], 0)


def test_a_gap_between_languages_holds_a_release_back() -> None:
    good = tuple(result("yue", passed=True) for _ in range(30))
    report = Report((*good, result("en", passed=True), result("en", passed=False)))
    assert report.unmet(NEEDED) == ["50.0 points lie between the languages, 5 may"]


def test_a_failure_is_told_as_a_story_where_it_happened() -> None:
    assert explain(result("yue", passed=False)).splitlines() == [
        "✗ refunds/a_thing_is_done — title",
        "    customer: 退\0款",
        "    agent: 好",
        "  ▸ words: does not say “退款”",
    ]


def test_what_is_published_can_be_read_by_other_programs(tmp_path: Path) -> None:
    report = Report((result("yue", passed=True), result("en", passed=False)))
    code = publish(report, Console(quiet=True), tmp_path, NEEDED)
    document = json.loads((tmp_path / "goldens.json").read_text(encoding="utf-8"))
    suite = Xml.parse(tmp_path / "goldens.xml").getroot()
    counted = (document["passed"], document["total"], suite.get("failures"))
    assert (code, counted) == (1, (1, 2, "1"))


def test_what_was_not_judged_counts_neither_for_nor_against(tmp_path: Path) -> None:
    one = replace(result("yue", passed=True), judged=1, not_judged=2)
    console = Console(width=100, file=StringIO())
    with console.capture() as captured:
        code = publish(Report((one,)), console, tmp_path, NEEDED)
    document = json.loads((tmp_path / "goldens.json").read_text(encoding="utf-8"))
    assert (code, document["judged"], document["not_judged"]) == (0, 1, 2)
    assert "1 statements judged, 2 not judged" in captured.get()
