"""Says a spoken Hong Kong question again in written words, as documents do."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from domain.errors import ConfigurationError
from domain.script import simplify

_HAN = re.compile(r"[\u3400-\u9fff]")


class Wordings:
    """A table of spoken words and what documents write for them."""

    def __init__(self, table: dict[str, str]) -> None:
        self._table = {simplify(spoken.lower()): simplify(said) for spoken, said in table.items()}
        longest_first = sorted(self._table, key=len, reverse=True)
        latin = [re.escape(each) for each in longest_first if not _HAN.search(each)]
        other = [re.escape(each) for each in longest_first if _HAN.search(each)]
        # Python counts Chinese characters as letters, so `\b` would miss a word inside Chinese.
        edges = r"(?<![a-z0-9])(?:" + "|".join(latin) + r")(?![a-z0-9])" if latin else ""
        self._pattern = re.compile("|".join(filter(None, (*other, edges))) or r"(?!)")

    @classmethod
    def read(cls, path: Path) -> Wordings:
        """Read the table from a file of `spoken: written` lines."""
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ConfigurationError(f"{path.name} must hold lines of `spoken: written`")
        return cls({str(spoken): str(said or "") for spoken, said in data.items()})

    def rewrite(self, text: str) -> str:
        """The text in written words; a text without Chinese comes back unchanged."""
        if not _HAN.search(text):
            return text
        return self._pattern.sub(lambda found: self._table[found[0]], simplify(text.lower()))
