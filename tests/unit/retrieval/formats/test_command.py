from __future__ import annotations

import io
import time
from pathlib import Path

import docx
import pytest

from retrieval.formats.command import RISKY, from_json, read_apart, to_json
from retrieval.formats.content import Content, Entry, Note, Unusable


def test_what_was_read_survives_the_way_between_two_processes() -> None:
    entry = Entry("點樣退？", "到門市。", ("想退", "退貨"), "yue")
    content = Content("# 退貨\n\ud800", "題", (entry,), (Note("note.macros", {"a": "b"}),))
    assert from_json(to_json(content)) == content


def test_a_refusal_survives_the_way_between_two_processes() -> None:
    with pytest.raises(Unusable) as refused:
        from_json(to_json(Unusable("file.kind", suffix=".exe")))
    assert (refused.value.key, refused.value.values) == ("file.kind", {"suffix": ".exe"})


@pytest.mark.parametrize("said", ["", "{", "Segmentation fault"])
def test_a_process_that_died_without_a_word_means_a_broken_file(said: str) -> None:
    with pytest.raises(Unusable) as refused:
        from_json(said)
    assert refused.value.key == "file.broken"


def test_only_plain_text_is_read_in_the_main_process() -> None:
    assert {".docx", ".pdf", ".xlsx", ".html", ".pptx"} - set(RISKY) == set()
    assert {".md", ".txt", ".csv", ".tsv"} & set(RISKY) == set()


def document(folder: Path) -> Path:
    made = docx.Document()
    made.add_heading("退貨", 1)
    made.add_paragraph("十四天內。")
    data = io.BytesIO()
    made.save(data)
    path = folder / "a.docx"
    path.write_bytes(data.getvalue())
    return path


async def test_a_document_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    content = await read_apart(document(tmp_path), "a.docx")
    assert content.markdown == "# 退貨\n\n十四天內。"


async def test_a_refusal_comes_back_from_the_other_process(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"no pdf")
    with pytest.raises(Unusable) as refused:
        await read_apart(path, "a.pdf")
    assert refused.value.key == "file.not_what_it_says"


async def test_reading_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(Unusable) as refused:
        await read_apart(document(tmp_path), "a.docx", seconds=0.01)
    assert refused.value.key == "file.slow"
    assert time.monotonic() - started < 5


async def test_reading_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<p>" + b"word <b>word</b> " * 800_000)
    with pytest.raises(Unusable) as refused:
        await read_apart(path, "a.html", memory=256 * 1024 * 1024)
    assert refused.value.key == "file.broken"


async def test_a_file_beyond_the_limit_is_not_even_taken_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with path.open("wb") as made:
        made.truncate(8 * 1024**3)  # takes no room on the disk
    with pytest.raises(Unusable) as refused:
        await read_apart(path, "a.pdf")
    assert refused.value.key == "file.too_large"
