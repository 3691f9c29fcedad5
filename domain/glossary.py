"""Words for the same thing: topics of product help, and places where goods are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import Field

from domain.company import Record


class Place(Record):
    """A district or a storehouse: its name in each language, and what else people call it."""

    zh: str
    en: str
    words: list[str] = Field(default_factory=list)

    def spoken(self) -> list[str]:
        return [_plain(word) for word in (self.zh, self.en, *self.words)]


class Glossary(Record):
    """The wordings that tools need, read from `playbook/glossary`."""

    topics: dict[str, list[str]] = Field(default_factory=dict)
    places: list[Place] = Field(default_factory=list)

    def topic(self, said: str, keys: Sequence[str]) -> str | None:
        """The key that the words speak of, or None when they name none of them."""
        text = _plain(said)
        scores = {key: _longest(text, self._words_of(key)) for key in keys}
        best = max(keys, key=lambda key: scores[key], default=None)
        return best if best is not None and scores[best] else None

    def place(self, said: str, keys: Iterable[str]) -> str | None:
        """The key of the place that was named, in whichever language the key is."""
        text = _plain(said)
        for key in keys:
            words = [_plain(key), _plain(key.removesuffix("店")), *self._spoken(key)]
            if any(_says(text, word) for word in words):
                return key
        return None

    def place_names(self, key: str) -> tuple[str, str]:
        """A place in Chinese and in English."""
        for place in self.places:
            if _plain(key) in place.spoken():
                return place.zh, place.en
            if key.endswith("店") and _plain(key.removesuffix("店")) in place.spoken():
                return key, f"{place.en} store"
        return key, key

    def _words_of(self, key: str) -> list[str]:
        plain = _plain(key)
        words = [plain]
        for topic, said in self.topics.items():
            group = [_plain(word) for word in (topic, *said)]
            if any(_says(plain, word) for word in group):
                words += group
        return words

    def _spoken(self, key: str) -> list[str]:
        plain = _plain(key.removesuffix("店"))
        return [word for place in self.places if plain in place.spoken() for word in place.spoken()]


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _says(text: str, word: str) -> bool:
    """Chinese words stand anywhere; others must begin a word, so that `start` holds no `art`."""
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}", text) is not None
    return word in text


def _longest(text: str, words: Iterable[str]) -> int:
    return max((len(word) for word in words if word and _says(text, word)), default=0)
