"""Which goldens a changed document concerns, and what is said of those that go wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.settings import Settings
from evals.citing import (
    CITED,
    Cited,
    Known,
    cites_documents,
    documents_named,
    failing,
    known_failing,
    learnt_from,
    rests_on,
)
from evals.graders import Problem
from evals.report import Failure, Result
from evals.run import GOLDEN, GoldenFile, golden_folder, read_goldens

REFUNDS = "policies/refunds.zh-Hant.md"
PAYMENT = "faq/payment.en.md"


def golden(folder: Path, cites: str, name: str = "asks") -> GoldenFile:
    path = folder / f"{name}.yaml"
    path.write_text(
        "title: t\nwhy: w\nlanguage: yue\nowner: o\ngiven: {customer: C-1}\nconversation:\n"
        f"  - customer: 幾耐先退到錢？\n  - agent:\n      {cites}\n",
        encoding="utf-8",
    )
    return read_goldens([path])[0]


def result(file: GoldenFile, *cited: str, problem: str = "") -> Result:
    failures = (Failure(2, Problem("words", problem)),) if problem else ()
    return Result(file.path, "faq", "t", "yue", failures, (), 0.1, cited=frozenset(cited))


def test_a_golden_rests_on_what_it_cited(tmp_path: Path) -> None:
    file = golden(tmp_path, "cites: yes")
    known = learnt_from(file, result(file, REFUNDS), None)
    assert known.documents == [REFUNDS]
    assert rests_on(file, known, frozenset({REFUNDS, PAYMENT}))
    assert not rests_on(file, known, frozenset({PAYMENT}))


def test_a_golden_rests_on_what_it_names_in_every_language(tmp_path: Path) -> None:
    file = golden(tmp_path, "cites: [payment]")
    known = learnt_from(file, result(file, "faq/payment.zh-Hant.md"), None)
    assert documents_named(file.golden) == ["payment"]
    assert rests_on(file, known, frozenset({PAYMENT}))


def test_a_golden_of_which_nothing_is_known_is_played_with_every_change(tmp_path: Path) -> None:
    file = golden(tmp_path, "cites: yes")
    assert rests_on(file, None, frozenset({PAYMENT}))


def test_a_golden_that_was_written_anew_is_played_with_every_change(tmp_path: Path) -> None:
    file = golden(tmp_path, "cites: yes")
    known = learnt_from(file, result(file, REFUNDS), None)
    again = golden(tmp_path, "cites: yes\n      says: 七日")
    assert rests_on(again, known, frozenset({PAYMENT}))


def test_a_golden_that_goes_wrong_keeps_its_documents_and_is_played_until_it_goes_well(
    tmp_path: Path,
) -> None:
    file = golden(tmp_path, "cites: yes")
    before = learnt_from(file, result(file, REFUNDS), None)
    wrong = learnt_from(file, result(file, PAYMENT, problem="does not say “7”\nat all"), before)
    assert (wrong.documents, wrong.problem) == ([PAYMENT, REFUNDS], "does not say “7” at all")
    assert rests_on(file, wrong, frozenset({"another.md"}))
    mended = learnt_from(file, result(file, REFUNDS), wrong)
    assert (mended.documents, mended.problem) == ([REFUNDS], "")


@pytest.mark.parametrize(
    ("cites", "rests"),
    [("cites: yes", True), ("cites: either", True), ("cites: no", False), ("does: nothing", False)],
)
def test_only_goldens_that_ask_for_a_source_rest_on_documents(
    tmp_path: Path, cites: str, rests: bool
) -> None:
    assert cites_documents(golden(tmp_path, cites).golden) == rests


def test_a_finding_names_the_changed_document_before_the_others() -> None:
    known = Known(digest="d", documents=[PAYMENT, REFUNDS], problem="does not say “7”")
    book = Cited({"faq/asks.yaml": known, "faq/fine.yaml": Known(digest="d", documents=[PAYMENT])})
    (of_all,) = failing(book)
    (of_one,) = failing(book, frozenset({REFUNDS}))
    assert of_all.values["documents"] == f"{PAYMENT}, {REFUNDS}"
    assert (of_one.key, of_one.values, of_one.path) == (
        "golden.fails",
        {"golden": "faq/asks.yaml", "problem": "does not say “7”", "documents": REFUNDS},
        REFUNDS,
    )


def test_what_goes_wrong_is_still_known_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (tmp_path / "golden").mkdir()
    golden(tmp_path / "golden", "cites: yes")
    problem = Known(digest="d", documents=[REFUNDS], problem="cites nothing")
    Cited({"asks.yaml": problem, "taken_away.yaml": problem}).write(settings.data)
    assert [one.values["golden"] for one in known_failing(settings)] == ["asks.yaml"]


def test_a_file_that_is_not_ours_is_as_if_nothing_was_known(tmp_path: Path) -> None:
    (tmp_path / CITED).write_text('{"asks.yaml": 3}')
    assert Cited.read(tmp_path) == Cited({})


def test_a_company_of_ones_own_has_its_own_goldens(tmp_path: Path) -> None:
    assert golden_folder(Settings()) == GOLDEN
    assert golden_folder(Settings(home=tmp_path)) == tmp_path / "golden"
