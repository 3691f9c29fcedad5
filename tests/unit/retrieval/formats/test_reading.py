from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.formats.archives import OLE
from retrieval.formats.content import LARGEST_FILE, LONGEST_TEXT, Note, Unusable
from retrieval.formats.reading import KNOWN_SUFFIXES, read_content

ROOT = Path(__file__).parents[4]
WORDS = "退貨期限是十四天。"


def word(words: str = WORDS) -> bytes:
    document = docx.Document()
    document.add_paragraph(words)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(("地區", "運費"))
    book.worksheets[0].append(("香港", 30))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def packed(members: dict[str, bytes], onto: bytes = b"") -> bytes:
    made = io.BytesIO(onto)
    with zipfile.ZipFile(made, "a" if onto else "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return made.getvalue()


def replaced(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = {each: source.read(each) for each in source.namelist()}
    members[name] = change(members[name])
    return packed(members)


def refusal(data: bytes, name: str) -> Unusable:
    with pytest.raises(Unusable) as refused:
        read_content(data, name)
    return refused.value


def outcome(data: bytes, name: str) -> str:
    """The words of a file, or the key of its refusal; anything else raised fails the test."""
    try:
        content = read_content(data, name)
    except Unusable as refused:
        return refused.key
    return content.markdown or str(content.entries)


def test_every_kind_that_the_handbook_names_is_known() -> None:
    wanted = {".md", ".txt", ".html", ".docx", ".docm", ".pdf", ".xlsx", ".xlsm", ".csv", ".pptx"}
    assert wanted - set(KNOWN_SUFFIXES) == set()


@pytest.mark.parametrize("suffix", KNOWN_SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"  \r\n", b"\x00\x00"])
def test_an_emptied_file_is_refused(suffix: str, data: bytes) -> None:
    assert refusal(data, f"a{suffix}").key == "file.empty"


def test_a_document_without_words_is_empty() -> None:
    assert refusal(word(""), "a.docx").key == "file.empty"


def test_an_unknown_kind_names_the_known_ones() -> None:
    refused = refusal(b"words", "a.rtf")
    assert (refused.key, refused.values["suffix"]) == ("file.kind", ".rtf")
    assert ".docx" in refused.values["known"]


@pytest.mark.parametrize(
    ("name", "better"), [("a.doc", ".docx"), ("a.XLS", ".xlsx"), ("a.ppt", ".pptx")]
)
def test_an_old_office_file_is_to_be_saved_anew(name: str, better: str) -> None:
    refused = refusal(OLE + b"\0" * 600, name)
    assert (refused.key, refused.values) == ("file.old_office", {"better": better})


def test_an_old_office_file_under_a_new_name_is_seen() -> None:
    assert refusal(OLE + b"\0" * 600, "a.xlsx").values == {"better": ".xlsx"}


def test_an_encrypted_document_is_refused() -> None:
    data = OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert refusal(data, "a.docx").key == "file.encrypted"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n...", "a.docx", "PDF"),
        (b"%PDF-1.7\n...", "a.txt", "PDF"),
        (b"plain words", "a.pdf", "TXT"),
        (b"plain,words", "a.xlsx", "TXT"),
        (b"<html><body>hi</body></html>", "a.xlsx", "HTML"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "PNG"),
        (b"\x89PNG\r\n\x1a\n", "a.md", "PNG"),
        (workbook(), "a.docx", "Excel"),
        (word(), "a.pptx", "Word"),
        (word(), "a.csv", "Word"),
        (packed({"mimetype": b"application/vnd.oasis"}), "a.docx", "ZIP"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    data: bytes, name: str, kind: str
) -> None:
    refused = refusal(data, name)
    assert (refused.key, refused.values["kind"]) == ("file.not_what_it_says", kind)


def test_words_about_a_kind_of_file_are_still_words() -> None:
    assert outcome(b"Each PDF begins with %PDF-1.7.", "a.md") == "Each PDF begins with %PDF-1.7."


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    assert (
        refusal(packed({"word/media/a.bin": bytes(20_000_000)}, word()), "a.docx").key
        == "file.bomb"
    )


def test_a_file_with_too_many_parts_is_refused() -> None:
    parts = {f"word/{number}": b"" for number in range(10_001)}
    assert refusal(packed(parts, word()), "a.docx").key == "file.bomb"


@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
def test_a_document_with_entities_of_its_own_is_refused(encoding: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'.encode(encoding)
    assert (
        refusal(replaced(word(), "word/document.xml", lambda _: bomb), "a.docx").key
        == "file.unsafe"
    )


def test_a_document_type_behind_much_space_is_found() -> None:
    late = b"<?xml version='1.0'?>" + b" " * (1024 * 1024 - 25) + b"<!DOCTYPE a []><a/>"
    assert (
        refusal(replaced(word(), "word/document.xml", lambda _: late), "a.docx").key
        == "file.unsafe"
    )


@pytest.mark.parametrize(("data", "name"), [(word(), "a.docx"), (workbook(), "a.xlsx")])
def test_half_a_file_is_broken(data: bytes, name: str) -> None:
    assert refusal(data[: len(data) // 2], name).key == "file.broken"


@pytest.mark.parametrize("part", [b"", b"<a", b"<a/>", b"\xff\xff"])
@pytest.mark.parametrize(
    ("data", "name", "member"),
    [
        (word(), "a.docx", "word/document.xml"),
        (word(), "a.docx", "[Content_Types].xml"),
        (workbook(), "a.xlsx", "xl/workbook.xml"),
        (workbook(), "a.xlsx", "xl/worksheets/sheet1.xml"),
    ],
)
def test_a_damaged_part_never_brings_the_reading_down(
    data: bytes, name: str, member: str, part: bytes
) -> None:
    damaged = replaced(data, member, lambda _: part)
    assert refusal(damaged, name).key in ("file.broken", "file.empty")


def test_macros_are_not_run_and_named() -> None:
    data = packed({"xl/vbaProject.bin": b"macro"}, workbook())
    assert read_content(data, "a.xlsm").notes == (Note("note.macros"),)


def test_a_broken_pdf_is_refused() -> None:
    assert refusal(b"%PDF-1.7\n" + b"nothing" * 50, "a.pdf").key == "file.broken"


def test_a_file_beyond_the_limit_is_refused() -> None:
    refused = refusal(b"a" * (LARGEST_FILE + 1), "a.txt")
    assert (refused.key, refused.values) == ("file.too_large", {"size": "51", "limit": "50"})


def test_a_text_beyond_the_limit_is_cut_and_the_author_told() -> None:
    found = read_content(b"word " * (LONGEST_TEXT // 4), "a.txt")
    assert len(found.markdown) == LONGEST_TEXT
    assert found.notes == (Note("note.cut_short", {"limit": "5,000,000"}),)


def test_a_page_of_endless_nesting_is_read_or_refused() -> None:
    data = b"<html><body>" + b"<div>" * 50_000 + b"words" + b"</div>" * 50_000
    assert outcome(data, "a.html") in ("words", "file.broken", "file.empty")


def test_signs_that_no_writing_has_are_taken_out() -> None:
    assert read_content("退\x01貨\ufeff期\x7f限".encode(), "a.md").markdown == "退貨期限"


def test_every_reason_has_its_sentence_in_three_languages() -> None:
    sentences = yaml.safe_load((ROOT / "playbook/reports/files.yaml").read_text("utf-8"))
    texts = [path.read_text("utf-8") for path in (ROOT / "retrieval/formats").glob("*.py")]
    used = set(re.findall(r'"((?:file|note)\.\w+)"', "\n".join(texts)))
    assert len(used) > 15
    assert used - set(sentences) == set()
    assert {
        key for key, told in sentences.items() if set(told) != {"zh-Hant", "zh-Hans", "en"}
    } == set()


STARTS = st.sampled_from(
    [b"", b"%PDF-1.7\n", b"PK\x03\x04", OLE, b"<html>", "問題,答案\n".encode()]
)


@settings(max_examples=200, deadline=None)
@given(STARTS, st.binary(max_size=400), st.sampled_from([*KNOWN_SUFFIXES, ".exe", ""]))
def test_nothing_but_a_reason_comes_out_of_random_bytes(
    start: bytes, rest: bytes, suffix: str
) -> None:
    assert outcome(start + rest, f"a{suffix}")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["docx", "xlsx", "pdf"]),
    st.integers(0, 60_000),
    st.binary(min_size=1, max_size=8),
)
def test_nothing_but_a_reason_comes_out_of_damaged_files(
    kind: str, at: int, rubbish: bytes
) -> None:
    sample = Path(__file__).parent / "samples" / "members.pdf"
    data = {"docx": WORD, "xlsx": WORKBOOK, "pdf": sample.read_bytes()}[kind]
    at %= len(data)
    assert outcome(data[:at] + rubbish + data[at + len(rubbish) :], f"a.{kind}")


WORD, WORKBOOK = word(), workbook()
