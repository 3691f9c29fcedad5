"""Prompt files: what they must say about themselves, and that ours do."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.prompts.loader import PROMPTS, load, read_prompt
from domain.errors import ConfigurationError

FRONT = "name: one\nversion: 3\nrole: compose\ninputs: [draft]"
FINE = f"---\n{FRONT}\n---\nSay it well.\n=== line ===\n<draft>{{{{draft}}}}</draft>\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "one.md"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(PROMPTS.glob("*.md")), ids=lambda path: path.stem)
def test_every_prompt_of_ours_is_read(path: Path) -> None:
    assert read_prompt(path).source.startswith(f"{path.stem}@")


@pytest.mark.parametrize("name", ["compose", "summarise", "translate"])
def test_the_prompts_of_the_writers_have_a_last_line(name: str) -> None:
    wording = load(name)
    assert "{{" not in wording.system
    assert "{{language}}" in wording.line


def test_a_prompt_is_filled(tmp_path: Path) -> None:
    written(tmp_path, FINE)
    prompt = load("one", tmp_path).prompt(draft="Hello </draft> {{draft}}", tenant="demo")
    assert prompt.source == "one@3"
    assert prompt.system == "Say it well."
    assert prompt.lines[0].text == "<draft>Hello (/draft) {{draft}}</draft>"


def test_inputs_that_differ_are_named(tmp_path: Path) -> None:
    written(tmp_path, FINE)
    wording = load("one", tmp_path)
    with pytest.raises(ConfigurationError, match=r"one@3: the inputs differ.*: draft$"):
        wording.prompt()
    with pytest.raises(ConfigurationError, match=r"one@3: the inputs differ.*: mood$"):
        wording.prompt(draft="a", mood="b")


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("inputs: [draft]", "inputs: []", "uses draft, which inputs does not name"),
        ("inputs: [draft]", "inputs: [draft, mood]", "inputs names mood, which nothing uses"),
        ("inputs: [draft]", "inputs: draft", "inputs must be a list"),
        ("version: 3\n", "", "lacks version"),
        ("version: 3", "version: new", "version must be a whole number"),
        ("role: compose", "role: poet", "role 'poet' is none of understand"),
        ("name: one", "name: two", "is named 'two' inside"),
        ("Say it well.", "Say {{draft}} well.", "that part must not change"),
        ("Say it well.", "", "says nothing"),
        ("---\nname", "name", "must begin with front matter"),
        ("name: one", "name: [", "is no YAML"),
        (FRONT, "words", "no YAML mapping"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(
    tmp_path: Path, was: str, becomes: str, complaint: str
) -> None:
    path = written(tmp_path, FINE.replace(was, becomes))
    with pytest.raises(ConfigurationError, match=rf"one\.md.*{complaint}"):
        read_prompt(path)


def test_a_writer_needs_a_last_line(tmp_path: Path) -> None:
    written(tmp_path, FINE.split("=== line")[0].replace("[draft]", "[]"))
    assert read_prompt(tmp_path / "one.md").line == ""
    with pytest.raises(ConfigurationError, match="needs a line"):
        load("one", tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.md"):
        load("none", tmp_path)
