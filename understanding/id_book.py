"""The identifiers of one company: their shapes, and where a text has one of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from understanding.id_words import DASH, PREFIX_KIND, SEPARATORS
from understanding.normalise import fold

Known = tuple[str, str]  # kind, identifier
Span = tuple[int, int]
_ALIKE = str.maketrans("oil", "011")
_GAP = 3
_AMOUNT_BEFORE = re.compile(r"(?:[$¥€£]|hkd?\$?|usd|rmb)\s?$", re.ASCII)


def squeezed(identifier: str) -> str:
    """An identifier as it is compared: letters and digits only."""
    return "".join(char for char in fold(identifier) if char.isalnum())


class IdBook:
    """Every identifier of a company by its letters and digits."""

    def __init__(self, ids: Mapping[str, Iterable[str]]) -> None:
        self._by_key: dict[str, list[Known]] = defaultdict(list)
        self._by_alike: dict[str, list[Known]] = defaultdict(list)
        self._by_digits: dict[str, list[Known]] = defaultdict(list)
        self.prefixes: dict[str, Counter[str]] = defaultdict(Counter)
        self.separators: dict[str, str] = {}
        self.digit_counts: dict[str, set[int]] = defaultdict(set)
        self.plain_counts: dict[int, Counter[str]] = defaultdict(Counter)
        for kind, each in ids.items():
            for identifier in each:
                self._add(kind, identifier)
        self._lengths = sorted({len(key) for key in self._by_key}, reverse=True)

    def _add(self, kind: str, identifier: str) -> None:
        key = squeezed(identifier)
        if not key or (kind, identifier) in self._by_key[key]:
            return
        self._by_key[key].append((kind, identifier))
        self._by_alike[key.translate(_ALIKE)].append((kind, identifier))
        shape = re.match(r"([^\W\d_]*)([^\w]*)(\d+)", fold(identifier))
        digits = "".join(re.findall(r"\d+", key))
        if kind not in ("sku", "tracking"):
            self._by_digits[digits].append((kind, identifier))
        if not shape:
            return
        self.digit_counts[kind].add(len(digits))
        if shape[1]:
            self.prefixes[shape[1]][kind] += 1
            self.separators[shape[1]] = shape[2]
        else:
            self.plain_counts[len(key)][kind] += 1

    @property
    def empty(self) -> bool:
        return not self._by_key

    def by_digits(self, digits: str) -> list[Known]:
        """The identifiers whose digits are exactly these."""
        return self._by_digits.get(digits, [])

    def ending(self, digits: str) -> list[Known]:
        """The identifiers that end in these digits."""
        return [
            one for key, known in self._by_digits.items() if key.endswith(digits) for one in known
        ]

    def kinds_of_prefix(self, letters: str) -> list[str]:
        found = [kind for kind, _ in self.prefixes.get(letters, Counter()).most_common()]
        return found or ([PREFIX_KIND[letters]] if letters in PREFIX_KIND else [])

    def find(self, text: str) -> list[tuple[Span, list[Known]]]:
        """Where a view has identifiers of the company, written in any way."""
        text = DASH.sub(lambda match: "-" * len(match[0]), text)
        chars = [at for at, char in enumerate(text) if char.isalnum()]
        found: list[tuple[Span, list[Known]]] = []
        step = 0
        while step < len(chars):
            length, known = self._at(text, chars, step)
            if known:
                found.append(((chars[step], chars[step + length - 1] + 1), known))
            step += length or 1
        return found

    def _at(self, text: str, chars: list[int], step: int) -> tuple[int, list[Known]]:
        if step and _joined(text, chars[step - 1], chars[step]):
            return 0, []
        for length in self._lengths:
            places = chars[step : step + length]
            if len(places) < length or not _ends_there(text, places[-1]):
                continue
            key = "".join(text[at] for at in places)
            known = self._by_key.get(key) or self._misread(key)
            if known and _written(text, places, key):
                return length, known
        return 0, []

    def _misread(self, key: str) -> list[Known]:
        """HB-7OO12: letters for digits, where that leaves one identifier."""
        if sum(char.isdigit() for char in key) < 2 or len(key) < 5:
            return []
        known = self._by_alike.get(key.translate(_ALIKE), [])
        return known if len({identifier for _, identifier in known}) == 1 else []


def _joined(text: str, before: int, at: int) -> bool:
    """Is the character before part of the same word? In 單70012 it is not, in X70012 it is."""
    return before == at - 1 and text[before].isascii() and text[at].isascii()


def _ends_there(text: str, last: int) -> bool:
    following = text[last + 1 : last + 2]
    return not (following.isascii() and following.isalnum())


def _written(text: str, places: list[int], key: str) -> bool:
    gaps = [text[a + 1 : b] for a, b in pairwise(places) if b > a + 1]
    plain = key.isdigit()
    limit = 1 if plain else _GAP
    for gap in gaps:
        if (
            set(gap) - SEPARATORS
            or len(gap.replace("-", "")) > limit
            or (plain and set(gap) - {" ", "-"})
        ):
            return False
    if not any(char.isdigit() for char in key):
        # A code of letters alone must be written as one: MUG-BLUE, not "mug blue".
        return any("-" in gap or "_" in gap for gap in gaps)
    return not (plain and (len(key) < 6 or _AMOUNT_BEFORE.search(text[: places[0]])))
