"""Hong Kong wording put into plain written Chinese, so that Cantonese, code-mix and Mandarin read alike."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from opencc import OpenCC

from domain.errors import ConfigurationError

_HAN = re.compile(r"[\u3400-\u9fff]")
_simplified = OpenCC("t2s")


class Lexicon:
    """`playbook/glossary/hong_kong.yaml`, applied longest wording first."""

    def __init__(self, meanings: dict[str, str]) -> None:
        self._meanings = meanings
        ways = sorted(meanings, key=len, reverse=True)
        alternatives = [_bounded(way) for way in ways]
        self._pattern = re.compile("|".join(alternatives)) if alternatives else None

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """Read the glossary.

        Raises:
            ConfigurationError: a line without `says` or `means`.
        """
        meanings: dict[str, str] = {}
        for number, line in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")) or [], 1):
            if not isinstance(line, dict) or not line.get("says") or line.get("means") is None:
                raise ConfigurationError(
                    f"{path.name}: entry {number} needs `says` (a list) and `means`"
                )
            for way in line["says"]:
                meanings[_simplified.convert(str(way)).lower()] = str(line["means"])
        return cls(meanings)

    def plain(self, text: str) -> str:
        """The text in plain written Chinese, Simplified and lower case; English sentences stay English."""
        folded = str(_simplified.convert(text)).lower()
        if self._pattern is None or not self._chinese(folded):
            return folded
        return self._pattern.sub(lambda match: self._meanings.get(match[0], match[0]), folded)

    @staticmethod
    def _chinese(text: str) -> bool:
        """Is it a Chinese sentence, or romanised Cantonese? English words in it are then code-mix."""
        return bool(_HAN.search(text)) or bool(
            re.search(r"\b(?:ngo|soeng|m goi|mgoi|nei|bong|teoi|gei)\b", text)
        )


def _bounded(way: str) -> str:
    escaped = re.escape(way)
    return rf"(?<![a-z]){escaped}(?![a-z])" if way.isascii() else escaped
