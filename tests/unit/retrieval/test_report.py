from __future__ import annotations

from datetime import date
from pathlib import Path

from retrieval.documents import Rejected, read_document
from retrieval.report import report, write_report

DAY = date(2026, 11, 20)


def test_the_report_names_what_was_left_out_and_why() -> None:
    text = report([], [Rejected("faq/a.md", "is empty")], DAY)
    assert "0 documents answer questions, with 0 passages. 1 files were left out." in text
    assert "- `faq/a.md`: is empty." in text


def test_the_report_says_what_needs_a_look() -> None:
    old = read_document(b"---\nvalid_until: 2026-11-19\nowner: x\n---\nold words", "old.md")
    soon = read_document(b"---\nvalid_until: 2026-12-01\nowner: x\n---\nsoon", "soon.md")
    copy = read_document(b"old words", "copy.md")
    text = report([old, soon, copy], [], DAY)
    assert "`old.md` ended on 2026-11-19 and no longer answers." in text
    assert "`soon.md` ends on 2026-12-01." in text
    assert "`copy.md` has no owner." in text
    assert "`copy.md` repeats a passage of `old.md` word for word." in text
    assert "*copy* has no Chinese twin." in text


def test_twins_that_differ_are_named() -> None:
    zh = read_document("---\ntwin: t\naudience: staff\n---\n# 一\n甲\n# 二\n乙".encode(), "zh.md")
    en = read_document(b"---\ntwin: t\n---\n# One\na", "en.md")
    text = report([zh, en], [], DAY)
    assert "*t*: its languages have different numbers of sections." in text
    assert "*t*: some languages are public and some are for staff." in text


def test_the_report_is_written_only_when_it_says_something_new(tmp_path: Path) -> None:
    write_report(tmp_path, [], [], DAY)
    before = (tmp_path / "REPORT.md").stat().st_mtime_ns
    write_report(tmp_path, [], [], DAY)
    assert (tmp_path / "REPORT.md").stat().st_mtime_ns == before
