from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from domain.knowledge import SeenFile
from retrieval import findings as found
from retrieval.documents import Document
from retrieval.findings import Finding, Findings
from retrieval.formats.content import Note
from retrieval.reading import read_document
from retrieval.report import report, summary, tell, write_report
from retrieval.sentences import STAFF_LANGUAGES, Sentences

DAY = date(2026, 11, 20)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def sentences() -> Sentences:
    return Sentences.read(ROOT / "playbook" / "reports")


def made(name: str, text: str) -> Document:
    return read_document(text.encode(), b"", name)


def one(section: str, *said: Finding, documents: Sequence[Document] = ()) -> Findings:
    return Findings(DAY, documents, 0, {section: said})


def test_the_report_names_what_was_left_out_and_why(sentences: Sentences) -> None:
    seen = SeenFile("faq/a.md", 0, 0, "", "file.empty")
    said = list(found.refusals([seen], {}))
    text = report(Findings(DAY, (), 1, {"refused": said}), sentences)
    assert "0 documents answer questions, with 0 passages. 1 files were left out." in text
    told = tell(said[0], sentences, "en")
    assert "empty" in told
    assert f"- {told}" in text
    assert text.count("faq/a.md") == 3  # once in each language


def test_an_earlier_version_that_goes_on_answering_is_named(sentences: Sentences) -> None:
    seen = SeenFile("a.md", 0, 0, "", "front.line", {"line": "3"})
    (finding,) = found.refusals([seen, SeenFile("b.md", 1, 1, "x")], {"a.md": made("a.md", "one")})
    assert (finding.key, finding.path) == ("refused.earlier", "a.md")
    for language in STAFF_LANGUAGES:
        assert "3" in tell(finding, sentences, language)


def test_the_report_is_written_in_three_languages_and_lists_the_documents_once(
    sentences: Sentences,
) -> None:
    answering = made("a.md", '---\ntitle: 退|貨\nowner: "陳|經理"\n---\n十四天。')
    ended = made("old.md", "---\nvalid_until: 2026-11-19\n---\n七天。")
    text = report(Findings(DAY, [answering, ended]), sentences)
    heads = [line for line in text.splitlines() if line.startswith("# ")]
    assert [head.rsplit(" ", 1)[-1] for head in heads] == ["繁體中文", "简体中文", "English"]
    (row,) = [line for line in text.splitlines() if "`a.md`" in line]
    assert row.count("|") == 7
    assert "old.md" not in text


def test_a_clean_page_has_no_headings_of_findings(sentences: Sentences) -> None:
    assert report(Findings(DAY), sentences).count("## ") == 1


def test_of_many_findings_the_first_are_named_and_the_rest_counted(sentences: Sentences) -> None:
    many = [Finding("care.owner", {"path": f"p{number}.md"}) for number in range(100)]
    text = report(one("care", *many), sentences)
    assert "p29.md" in text
    assert "p30.md" not in text
    assert sentences.say("more", "en", count=70) in text


def test_a_finding_may_hold_a_sentence_of_its_own(sentences: Sentences) -> None:
    finding = Finding("care.note", {"path": "a.docx"}, Note("note.macros"), "a.docx")
    assert sentences.say("note.macros", "zh-Hans") in tell(finding, sentences, "zh-Hans")


def test_words_of_customers_in_braces_stay_words(sentences: Sentences) -> None:
    finding = Finding("unanswered.cluster", {"count": "2", "example": "{path} {0}", "others": ""})
    assert "{path} {0}" in tell(finding, sentences, "en")


def test_the_summary_counts_what_answers_today(sentences: Sentences) -> None:
    documents = [
        made("a.md", "# A\none\n# B\ntwo"),
        made("n.md", "---\nvalid_from: 2027-01-01\n---\nx"),
    ]
    assert summary(Findings(DAY, documents), sentences, "en").startswith("1 documents answer")


def test_the_report_is_written_only_when_it_says_something_new(
    tmp_path: Path, sentences: Sentences
) -> None:
    write_report(tmp_path, Findings(DAY), sentences)
    before = (tmp_path / "REPORT.md").stat().st_mtime_ns
    write_report(tmp_path, Findings(DAY), sentences)
    assert (tmp_path / "REPORT.md").stat().st_mtime_ns == before
    write_report(tmp_path, one("care", Finding("care.owner", {"path": "a.md"})), sentences)
    assert "a.md" in (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["REPORT.md"]
