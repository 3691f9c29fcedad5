from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retrieval.documents import Document, from_json, guess_language, to_json
from retrieval.formats.content import Unusable
from retrieval.reading import read_document, read_folder

FRONT = (
    "---\ntitle: 退貨\nlanguage: zh-Hant\naudience: staff\nvalid_until: 2026-12-31\ntwin: r\n---\n"
)


def read(text: str, name: str = "r.md", about: str = "") -> Document:
    return read_document(text.encode(), about.encode(), name)


def test_front_matter_describes_the_document() -> None:
    found = read(f"{FRONT}## 期限\n十四天。", "policies/returns.md")
    assert (found.id, found.title, found.language, found.audience, found.twin) == (
        "policies/returns.md",
        "退貨",
        "zh-Hant",
        "staff",
        "r",
    )
    assert found.valid_until == date(2026, 12, 31)


def test_a_file_without_front_matter_is_read_all_the_same() -> None:
    found = read("# Returns\nFourteen days.", "returns.txt")
    assert (found.title, found.language, found.audience, found.twin) == (
        "Returns",
        "en",
        "public",
        "returns.txt",
    )


def test_a_file_beside_it_describes_the_document_instead() -> None:
    found = read("# Prices\nTen dollars.", "p.md", "---\ntitle: 價目\n對象: 同事\n---\n")
    assert (found.title, found.audience) == ("價目", "staff")


def test_the_language_in_a_name_makes_twins() -> None:
    names = ("faq/delivery.en.md", "faq/delivery.zh-Hant.pdf", "faq/delivery.v2.md")
    found = [read("words", name.replace(".pdf", ".md")) for name in names]
    assert [each.twin for each in found] == ["faq/delivery", "faq/delivery", "faq/delivery.v2.md"]
    assert [each.language for each in found] == ["en", "zh-Hant", "en"]


def test_two_files_of_one_name_and_two_kinds_are_two_documents() -> None:
    assert read("words", "r.md").id != read("words", "r.txt").id


def test_a_document_answers_until_the_end_of_its_last_day() -> None:
    found = read(f"{FRONT}十四天。")
    assert [found.valid_on(date(2026, 12, 31)), found.valid_on(date(2027, 1, 1))] == [True, False]


def test_a_document_answers_from_its_first_day() -> None:
    found = read("---\nvalid_from: 2026-12-01\n---\nwords")
    assert [found.valid_on(date(2026, 11, 30)), found.valid_on(date(2026, 12, 1))] == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "big5hkscs", "gb18030", "utf-16"])
def test_old_encodings_are_read(encoding: str) -> None:
    text = "退貨期限是十四天,唔該同我哋講聲。"
    assert read_document(text.encode(encoding), b"", "r.txt").passages[0].text == text


def test_the_id_of_a_passage_changes_with_its_words_only() -> None:
    front = "---\ntitle: t\n---\n"
    old = read(f"{front}# A\nsame\n# B\nold").passages
    new = read(f"{front}# Z\nfirst\n# A\nsame\n# B\nnew").passages
    assert old[0].id == new[1].id
    assert old[1].id != new[2].id


def test_other_phrasings_lead_to_a_passage_and_are_not_its_words() -> None:
    sheet = "question,answer,other phrasings\nHow long is the warranty?,A year.,broken kettle\n"
    (passage,) = read(sheet, "faq.csv").passages
    assert (passage.section, passage.text) == ("How long is the warranty?", "A year.")
    assert "broken kettle" in passage.searchable


def test_what_is_kept_of_a_document_is_the_document() -> None:
    found = read(f"{FRONT}## 期限\n十四天。\n## 運費\n自付。", "policies/returns.md")
    assert from_json(to_json(found)) == found


@pytest.mark.parametrize(
    ("content", "name", "key", "said"),
    [
        ("---\ntitle: x\n\nno end", "a.md", "front.no_end", ""),
        ("---\ntitle: [x\n---\ntext", "a.md", "front.line", "2"),
        ("---\n- x\n---\ntext", "a.md", "front.line", "2"),
        ("---\ncolour: red\n---\ntext", "a.md", "front.unknown", "colour"),
        ("---\nlanguage: klingon\n---\ntext", "a.md", "front.language", "klingon"),
        ("---\naudience: publik\n---\ntext", "a.md", "front.audience", "publik"),
        ("---\nvalid_until: soon\n---\ntext", "a.md", "front.date", "soon"),
        ("---\ntitle: x\n---\n\n  \n", "a.md", "file.empty", ""),
        ("", "a.md", "file.empty", ""),
        ("text", "a.xyz", "file.kind", ""),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: str, name: str, key: str, said: str) -> None:
    with pytest.raises(Unusable) as refused:
        read(content, name)
    assert refused.value.key == key
    assert said in " ".join(refused.value.values.values())


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"\xff\xff\xff\xff"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(Unusable, match=r"file\."):
        read_document(data, b"", "a.txt")


def test_points_within_points_without_end_harm_nothing() -> None:
    nested = "\n".join(f"{' ' * depth}- 第{depth}點" for depth in range(600))
    assert "第599點" in read(nested).passages[-1].text


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Good\nwords", encoding="utf-8")
    (tmp_path / "bad.md").write_text("", encoding="utf-8")
    (tmp_path / "README.md").write_text("for people", encoding="utf-8")
    (tmp_path / ".hidden.md").write_text("hidden", encoding="utf-8")
    documents, refused = read_folder(tmp_path)
    assert [each.id for each in documents] == ["good.md"]
    assert [(each.path, each.fault) for each in refused] == [("bad.md", "file.empty")]


@pytest.mark.parametrize(
    ("text", "expected"), [("How long?", "en"), ("这个发票", "zh-Hans"), ("這個發票", "zh-Hant")]
)
def test_the_language_is_guessed_from_the_script(text: str, expected: str) -> None:
    assert guess_language(text) == expected


def test_a_title_is_not_said_again_before_every_section() -> None:
    found = read_document(b"# Curtains\n## Measuring\nHK$150.\n## Making\nDays.", b"", "c.md")
    assert [(one.title, one.section) for one in found.passages] == [
        ("Curtains", "Measuring"),
        ("Curtains", "Making"),
    ]
