from __future__ import annotations

import os
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InputError
from retrieval.folder import KnowledgeFolder, look_through


@pytest.fixture
def folder(tmp_path: Path) -> KnowledgeFolder:
    (tmp_path / "knowledge").mkdir()
    return KnowledgeFolder(tmp_path / "knowledge")


def lay(folder: KnowledgeFolder, name: str, text: str = "words") -> Path:
    path = folder.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: KnowledgeFolder) -> dict[str, str]:
    return {name: each.seen.fault for name, each in look_through(folder.root).items()}


def test_what_lies_in_the_folder_is_found_by_its_path(folder: KnowledgeFolder) -> None:
    for name in ("a.md", "faq/退貨.pdf", "faq/deep/b.docx", "picture.png"):
        lay(folder, name)
    assert faults(folder) == dict.fromkeys(
        ("a.md", "faq/退貨.pdf", "faq/deep/b.docx", "picture.png"), ""
    )


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "REPORT.md",
        ".hidden.md",
        ".git/a.md",
        "~$prices.docx",
        "Thumbs.db",
        "faq/desktop.ini",
        "a.md.tmp",
        "b.pdf.part",
        "c.pdf.crdownload",
        ".a.md.swp",
        "d.md~",
        ".~lock.e.xlsx#",
        "faq/.DS_Store",
    ],
)
def test_what_programs_leave_behind_is_no_document(folder: KnowledgeFolder, name: str) -> None:
    lay(folder, name)
    assert faults(folder) == {}


def test_only_the_two_pages_of_the_folder_itself_are_ours(folder: KnowledgeFolder) -> None:
    lay(folder, "guides/README.md")
    assert list(faults(folder)) == ["guides/README.md"]


def test_a_link_is_named_and_never_followed(folder: KnowledgeFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("token", encoding="utf-8")
    (folder.root / "a.md").symlink_to(secret)
    (folder.root / "gone.md").symlink_to(tmp_path / "nothing")
    lay(folder, "b.pdf")
    (folder.root / "b.pdf.about.txt").symlink_to(secret)
    (folder.root / "outside").symlink_to(tmp_path, target_is_directory=True)
    assert faults(folder) == dict.fromkeys(("a.md", "gone.md", "b.pdf"), "folder.link")


def test_a_file_that_describes_another_belongs_to_it(folder: KnowledgeFolder) -> None:
    lay(folder, "a.pdf")
    before = look_through(folder.root)["a.pdf"].seen
    lay(folder, "a.pdf.about.txt", "title: 價目")
    found = look_through(folder.root)
    assert list(found) == ["a.pdf"]
    assert found["a.pdf"].about == folder.root / "a.pdf.about.txt"
    assert not found["a.pdf"].seen.unchanged(before)


def test_a_file_that_describes_nothing_is_named(folder: KnowledgeFolder) -> None:
    lay(folder, "a.pdf.about.txt", "title: 價目")
    (found,) = look_through(folder.root).values()
    assert (found.seen.fault, found.seen.values) == ("folder.lonely", {"file": "a.pdf"})


def test_names_that_are_no_text_or_endless_are_named(folder: KnowledgeFolder) -> None:
    Path(os.fsdecode(os.fsencode(folder.root) + b"/\xff\xfe.md")).write_text("x")
    lay(folder, "a\nb.md")
    lay(folder, "/".join(["long" * 20] * 4) + ".md")
    assert set(faults(folder).values()) == {"folder.name"}
    assert len(faults(folder)) == 3
    assert [name for name in faults(folder) if not name.isascii() and not name.encode()] == []


def test_a_folder_that_is_not_there_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look_through(tmp_path / "unplugged")


def test_a_file_is_laid_down_whole_and_can_be_replaced(folder: KnowledgeFolder) -> None:
    assert folder.put("faq/退貨.md", b"one") == "faq/退貨.md"
    assert folder.put("faq\\退貨.md", b"two") == "faq/退貨.md"
    assert folder.read("faq/退貨.md") == b"two"
    assert [path.name for path in folder.root.rglob("*")] == ["faq", "退貨.md"]


def test_a_name_is_put_in_one_form_of_unicode(folder: KnowledgeFolder) -> None:
    folder.put(unicodedata.normalize("NFD", "café.md"), b"one")
    folder.put(unicodedata.normalize("NFC", "café.md"), b"two")
    assert list(faults(folder)) == [unicodedata.normalize("NFC", "café.md")]


def test_a_file_that_another_program_named_can_be_read_renamed_and_deleted(
    folder: KnowledgeFolder,
) -> None:
    name = unicodedata.normalize("NFD", "café.md")
    lay(folder, name, "one")
    assert folder.read(name) == b"one"
    assert folder.rename(name, "b.md") == "b.md"
    lay(folder, name, "two")
    folder.delete(name)
    assert list(faults(folder)) == ["b.md"]


def test_a_renamed_file_takes_its_description_along(folder: KnowledgeFolder) -> None:
    lay(folder, "old/a.pdf", "bytes")
    lay(folder, "old/a.pdf.about.txt", "audience: staff")
    folder.rename("old/a.pdf", "new/b.pdf")
    found = look_through(folder.root)
    assert list(found) == ["new/b.pdf"]
    assert folder.read("new/b.pdf.about.txt") == b"audience: staff"
    assert not (folder.root / "old").exists()


def test_a_deleted_file_takes_its_description_along(folder: KnowledgeFolder) -> None:
    lay(folder, "faq/a.pdf")
    lay(folder, "faq/a.pdf.about.txt")
    folder.delete("faq/a.pdf")
    assert list(folder.root.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.md", "b.md"),  # taken
        ("a.md", "a.pdf"),  # another kind
        ("gone.md", "c.md"),
        ("a.md", "../c.md"),
        ("a.md", "b.md/c.md"),  # within a file
        ("linked.md", "c.md"),
    ],
)
def test_a_rename_that_cannot_be_is_refused_and_changes_nothing(
    folder: KnowledgeFolder, old: str, new: str
) -> None:
    lay(folder, "a.md", "one")
    lay(folder, "b.md", "two")
    (folder.root / "linked.md").symlink_to(folder.root / "a.md")
    with pytest.raises(InputError):
        folder.rename(old, new)
    assert (folder.read("a.md"), folder.read("b.md")) == (b"one", b"two")


def test_a_name_as_long_as_no_disk_allows_is_refused(folder: KnowledgeFolder) -> None:
    with pytest.raises(InputError):
        folder.put("退" * 90 + ".md", b"x")


def test_a_folder_is_not_replaced_by_a_file(folder: KnowledgeFolder) -> None:
    lay(folder, "faq/a.md")
    for name in ("faq", "faq/a.md/b.md"):
        with pytest.raises(InputError):
            folder.put(name, b"x")
    assert folder.read("faq/a.md") == b"words"


HOSTILE = [
    "../a.md",
    "faq/../../a.md",
    "/etc/passwd",
    "//etc/passwd",
    "..\\a.md",
    "C:\\a.md",
    "a.md\x00.png",
    "",
    ".",
    "..",
    "faq/.hidden.md",
    "REPORT.md",
    "README.md",
    "./README.md",
    "\ud800.md",
    "outside/a.md",
    "a.md.tmp",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_name_leads_out_of_the_folder_or_to_our_own_pages(
    folder: KnowledgeFolder, tmp_path: Path, name: str
) -> None:
    (folder.root / "outside").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a.md").write_text("safe", encoding="utf-8")
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    try:
        path = folder.root / folder.put(name, b"x")
    except InputError:
        assert {path for path in tmp_path.rglob("*") if path.is_file()} == before
    else:
        assert path.resolve().is_relative_to(folder.root)
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "safe"
    for act in (folder.read, folder.delete):
        if name not in faults(folder) and name != "C:\\a.md":
            with pytest.raises(InputError):
                act(name)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from(["..", ".", "", "/", "\\", "faq", "a.md"])),
        max_size=5,
    ),
    st.sampled_from(["/", "\\", "//"]),
)
def test_no_name_leads_out_of_the_folder(
    folder: KnowledgeFolder, parts: list[str], between: str
) -> None:
    around = folder.root.parent
    before = sorted(path for path in around.iterdir() if path != folder.root)
    try:
        name = folder.put(between.join(parts), b"x")
    except InputError:
        return
    path = folder.root / name
    assert path.is_file()
    assert path.resolve().is_relative_to(folder.root.resolve())
    assert name in look_through(folder.root)
    folder.delete(name)
    assert not path.exists()
    assert sorted(path for path in around.iterdir() if path != folder.root) == before


def test_ten_thousand_files_are_looked_through_quickly(folder: KnowledgeFolder) -> None:
    for number in range(10_000):
        (folder.root / f"d{number}.md").touch()
    began = time.monotonic()
    assert len(look_through(folder.root)) == 10_000
    assert time.monotonic() - began < 5
