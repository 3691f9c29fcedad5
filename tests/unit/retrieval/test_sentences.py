from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from domain.errors import ConfigurationError
from retrieval.findings import SECTIONS
from retrieval.sentences import Sentences

ROOT = Path(__file__).parents[3]
REPORTS = ROOT / "playbook" / "reports"
SPOKEN = ("retrieval", "retrieval/formats")
# A key as it stands in the code: the first argument of what refuses, notes or finds.
_KEY = re.compile(
    r"""(?:Unusable|Note|Finding|_faulty|say|refuse)\(\s*(?:name, path, |printable, path, )?"([a-z_.]+)\""""
)
_OTHER = re.compile(
    r"""["']((?:file|note|front|folder|date|care|contradiction|refused|golden)\.[a-z_]+)["']"""
)


def keys_in_code() -> dict[str, str]:
    """Every key that the code names, and where."""
    found: dict[str, str] = {}
    for folder in SPOKEN:
        for path in (ROOT / folder).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            for match in (*_KEY.finditer(text), *_OTHER.finditer(text)):
                found[match[1]] = path.name
    for path in (ROOT / "knowledge_commands.py", ROOT / "reading_room.py"):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        found |= {match[1]: path.name for match in _OTHER.finditer(text)}
    return found


def sentences_in_files() -> set[str]:
    return {
        key
        for path in REPORTS.glob("*.yaml")
        for key in yaml.safe_load(path.read_text(encoding="utf-8"))
    }


def test_every_sentence_stands_in_every_language_with_the_same_words_in_braces() -> None:
    Sentences.read(REPORTS)  # refuses what differs
    said = [
        text
        for path in REPORTS.glob("*.yaml")
        for each in yaml.safe_load(path.read_text(encoding="utf-8")).values()
        for text in each.values()
    ]
    assert len(said) > 100
    assert [text for text in said if not text.strip()] == []


def test_every_key_in_the_code_has_its_sentence() -> None:
    written = sentences_in_files()
    named = {key: where for key, where in keys_in_code().items() if not key.endswith(".")}
    assert len(named) > 25
    assert {key: where for key, where in named.items() if key not in written} == {}
    assert {f"section.{name}" for name in SECTIONS} <= written


def test_no_key_is_written_twice() -> None:
    keys = [
        match[1]
        for path in REPORTS.glob("*.yaml")
        for match in re.finditer(r"^([a-z][a-z_.]*):", path.read_text(encoding="utf-8"), re.M)
    ]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("hello: {zh-Hant: 你好, en: Hello}", "hello"),
        ("hello: {zh-Hant: 你好, zh-Hans: 你好, en: Hello, fr: Salut}", "hello"),
        ("hello: {zh-Hant: '{name}你好', zh-Hans: 你好, en: Hello}", "braces"),
        ("hello: Hello", "hello"),
        ("hello: [", "YAML"),
    ],
)
def test_a_sentence_that_lacks_something_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=named):
        Sentences.read(tmp_path)


def test_a_sentence_may_have_any_words_in_braces(tmp_path: Path) -> None:
    text = "hello: {zh-Hant: '{key}{language}', zh-Hans: '{key}{language}', en: '{key} {language}'}"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert Sentences.read(tmp_path).say("hello", "en", key="a", language="b") == "a b"
