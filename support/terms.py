"""The terms of a company's rules in the customer's words (`playbook/glossary/terms.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from domain.company import Record
from domain.errors import ConfigurationError
from domain.script import simplify
from support.replies import spoken

PHRASES = "phrases"
_ASCII_WORD = re.compile(r"[\x20-\x7e]+")


class _Term(Record):
    zh: str
    en: str
    words: list[str] = Field(default_factory=list)
    includes: list[str] = Field(default_factory=list)


_SECTIONS = TypeAdapter(dict[str, dict[str, _Term]])


@dataclass(frozen=True)
class Words:
    """One thing in Chinese and in English."""

    zh: str
    en: str

    @classmethod
    def verbatim(cls, text: str) -> Words:
        return cls(text, text)

    def named(self, name: str) -> dict[str, Any]:
        """The pair of values that a sentence's `{name}` is filled from."""
        return {f"{name}_zh": self.zh, f"{name}_en": self.en}


def listed(many: Iterable[Words], zh: str = "、", en: str = ", ") -> Words:
    """Several things in one line."""
    found = list(many)
    return Words(zh.join(one.zh for one in found), en.join(one.en for one in found))


def fold(text: str) -> str:
    """Text as it is compared: one script, small letters, single spaces."""
    return " ".join(simplify(text).casefold().replace("_", " ").split())


@dataclass(frozen=True)
class Terms:
    """The tables, by section."""

    sections: Mapping[str, Mapping[str, _Term]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Terms:
        """Read the tables.

        Raises:
            ConfigurationError: names the file and what is wrong with it.
        """
        try:
            return cls(_SECTIONS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error

    def key(self, section: str, spelt: str) -> str | None:
        """The term that the rules' own spelling is."""
        wanted = fold(spelt)
        for key, term in self.sections.get(section, {}).items():
            if wanted in (fold(word) for word in (key, term.zh, term.en, *term.words)):
                return key
        return None

    def name(self, section: str, spelt: str) -> Words:
        """A term in words; one that is not listed as it is spelt."""
        key = self.key(section, spelt)
        if key is None:
            return Words.verbatim(spelt)
        term = self.sections[section][key]
        return Words(term.zh, term.en)

    def names(self, section: str, spelt: Sequence[str]) -> Words:
        return listed(self.name(section, one) for one in spelt)

    def asked(self, section: str, text: str) -> list[str]:
        """The terms that a customer names; the longest wins (cash on delivery is no cash)."""
        spoken_words = [
            (fold(word), key)
            for key, term in self.sections.get(section, {}).items()
            for word in (key, term.zh, term.en, *term.words)
        ]
        left, found = fold(text), []
        for word, key in sorted(spoken_words, key=lambda pair: -len(pair[0])):
            match = _pattern(word).search(left)
            if match:
                left = _pattern(word).sub(lambda part: " " * len(part[0]), left)
                found.append((match.start(), key))
        return list(dict.fromkeys(key for _, key in sorted(found)))

    def includes(self, section: str, key: str) -> list[str]:
        """What a general term stands for: a credit card is any of its brands."""
        term = self.sections.get(section, {}).get(key)
        return term.includes if term else []

    def phrase(self, key: str, **fields: Words | Any) -> Words:
        """A figure in words."""
        term = self.sections[PHRASES][key]
        filled = {name: _words(one) for name, one in fields.items()}
        zh = {name: one.zh for name, one in filled.items()}
        en = {name: one.en for name, one in filled.items()}
        return Words(term.zh.format(**zh), term.en.format(**en))

    def counted(self, key: str, count: int | str) -> Words:
        """A number with its noun; English tells one from many."""
        return self.phrase(f"{key}_one" if str(count) == "1" else key, count=count)

    def both(self, many: Sequence[Words]) -> Words:
        """`A, B and C`."""
        if not many:
            return Words("", "")
        front = listed(many[:-1])
        return self.phrase("both", first=front, last=many[-1]) if len(many) > 1 else many[0]


def _words(value: Any) -> Words:
    if isinstance(value, Words):
        return value
    return Words(spoken(value, "zh-Hant"), spoken(value, "en"))


def _pattern(word: str) -> re.Pattern[str]:
    """Chinese words stand anywhere; others are whole words, so that a scod is no COD."""
    if _ASCII_WORD.fullmatch(word):
        return re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")
    return re.compile(re.escape(word))
