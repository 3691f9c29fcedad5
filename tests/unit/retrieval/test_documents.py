from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retrieval.documents import Rejected, Unusable, guess_language, read_document, read_folder

FRONT = (
    "---\ntitle: 退貨\nlanguage: zh-Hant\naudience: staff\nvalid_until: 2026-12-31\ntwin: r\n---\n"
)


def test_front_matter_describes_the_document() -> None:
    found = read_document(f"{FRONT}## 期限\n十四天。".encode(), "policies/returns.md")
    assert (found.id, found.title, found.language, found.audience, found.twin) == (
        "policies/returns",
        "退貨",
        "zh-Hant",
        "staff",
        "r",
    )
    assert found.valid_until == date(2026, 12, 31)


def test_a_file_without_front_matter_is_read_all_the_same() -> None:
    found = read_document(b"# Returns\nFourteen days.", "returns.txt")
    assert (found.title, found.language, found.audience, found.twin) == (
        "Returns",
        "en",
        "public",
        "returns",
    )


def test_a_document_answers_until_the_end_of_its_last_day() -> None:
    found = read_document(f"{FRONT}十四天。".encode(), "r.md")
    assert [found.valid_on(date(2026, 12, 31)), found.valid_on(date(2027, 1, 1))] == [True, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "big5hkscs", "gb18030", "utf-16"])
def test_old_encodings_are_read(encoding: str) -> None:
    text = "退貨期限是十四天,唔該同我哋講聲。"
    assert read_document(text.encode(encoding), "r.txt").passages[0].text == text


def test_the_id_of_a_passage_changes_with_its_words_only() -> None:
    front = "---\ntitle: t\n---\n"
    old = read_document(f"{front}# A\nsame\n# B\nold".encode(), "d.md").passages
    new = read_document(f"{front}# Z\nfirst\n# A\nsame\n# B\nnew".encode(), "d.md").passages
    assert old[0].id == new[1].id
    assert old[1].id != new[2].id


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("---\ntitle: x\n\nno end", "a.md", "closing"),
        ("---\ntitle: [x\n---\ntext", "a.md", "line"),
        ("---\n- x\n---\ntext", "a.md", "name: value"),
        ("---\ncolour: red\n---\ntext", "a.md", "`colour`"),
        ("---\nlanguage: klingon\n---\ntext", "a.md", "klingon"),
        ("---\naudience: everyone\n---\ntext", "a.md", "everyone"),
        ("---\nvalid_until: soon\n---\ntext", "a.md", "2027-12-31"),
        ("---\ntitle: x\n---\n\n  \n", "a.md", "empty"),
        ("", "a.md", "empty"),
        ("text", "a.docx", "kind of file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: str, name: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        read_document(content.encode(), name)


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"\xff\xff\xff\xff"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(Unusable, match="text"):
        read_document(data, "a.txt")


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Good\nwords", encoding="utf-8")
    (tmp_path / "bad.md").write_text("", encoding="utf-8")
    (tmp_path / "README.md").write_text("for people", encoding="utf-8")
    (tmp_path / ".hidden.md").write_text("hidden", encoding="utf-8")
    documents, rejected = read_folder(tmp_path)
    assert [each.id for each in documents] == ["good"]
    assert rejected == [Rejected("bad.md", "is empty: there is no text to answer with")]


@pytest.mark.parametrize(
    ("text", "expected"), [("How long?", "en"), ("这个发票", "zh-Hans"), ("這個發票", "zh-Hant")]
)
def test_the_language_is_guessed_from_the_script(text: str, expected: str) -> None:
    assert guess_language(text) == expected
