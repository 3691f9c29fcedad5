"""The sentences that staff read about the documents, in the three languages they read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Literal

import yaml

from domain.errors import ConfigurationError

StaffLanguage = Literal["zh-Hant", "zh-Hans", "en"]
STAFF_LANGUAGES: tuple[StaffLanguage, ...] = ("zh-Hant", "zh-Hans", "en")


class Sentences:
    """Sentences by key; every one stands in every language, with the same words in braces."""

    def __init__(self, table: Mapping[str, Mapping[StaffLanguage, str]]) -> None:
        self._table = table

    @classmethod
    def read(cls, folder: Path) -> Sentences:
        """Every file of a folder.

        Raises:
            ConfigurationError: a sentence lacks a language, or its braces differ; names file and key.
        """
        table: dict[str, Mapping[StaffLanguage, str]] = {}
        for path in sorted(folder.glob("*.yaml")):
            try:
                data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            except yaml.YAMLError as fault:
                raise ConfigurationError(f"{path.name} is not YAML: {fault}") from fault
            for key, said in data.items():
                _check(f"{path.name}: {key}", said)
                table[key] = {each: str(said[each]) for each in STAFF_LANGUAGES}
        return cls(table)

    def say(self, key: str, language: StaffLanguage, /, **values: object) -> str:
        """A sentence with its braces filled in.

        Raises:
            KeyError: there is no such sentence, or a value is missing.
        """
        return self._table[key][language].format_map(values)


def _check(where: str, said: object) -> None:
    if not isinstance(said, dict) or set(said) != set(STAFF_LANGUAGES):
        raise ConfigurationError(f"{where}: needs {', '.join(STAFF_LANGUAGES)}, and nothing else")
    fields = {language: _fields(str(text)) for language, text in said.items()}
    if len(set(fields.values())) > 1:
        raise ConfigurationError(f"{where}: the words in braces differ between its languages")


def _fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
