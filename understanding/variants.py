"""Products that are one thing in other colours or sizes, and which of them a few words mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from domain.company import Product
from understanding.glossary import Kinds
from understanding.normalise import fold

_BIGGER = re.compile(
    r"大(?:啲|一?[個个]?碼|一?号|一點|一点|個碼)|bigger|larger|size up|one size (?:up|larger)", re.I
)
_SMALLER = re.compile(
    r"細(?:啲|一?[個个]?碼)|小(?:一?号|一點|一点|一?[個个]?碼|啲)|smaller|size down|one size (?:down|smaller)",
    re.I,
)
_UNITS = frozenset({"cm", "mm", "ml", "kg", "g", "l", "inch", "in", "m"})
_WORD = re.compile(r"[a-z][a-z'&-]*|\d+(?:\.\d+)?", re.ASCII)
_ASIDE = re.compile(r"[（(【\[]([^）)】\]]+)[）)】\]]")
_NUMBER = re.compile(r"(?<![A-Za-z0-9-])\d+(?:\.\d+)?(?![\d-])")


class Variants:
    """The families of a company's products."""

    def __init__(self, products: Iterable[Product], kinds: Kinds) -> None:
        self._kinds = kinds
        self._products = {one.sku: one for one in products}

    def meant(self, sku: str, text: str) -> str | None:
        """Another of the same family that the words name by colour or size; None without a single one."""
        source = self._products.get(sku)
        if source is None:
            return None
        family = [one for one in self._products.values() if self._core(one) == self._core(source)]
        others = [one for one in family if one.sku != sku]
        named = [one for one in others if self._named(one, source, text)]
        if len(named) == 1:
            return named[0].sku
        return None if named else self._a_size_away(source, family, text)

    def _core(self, product: Product) -> frozenset[str]:
        """What the product is, without its colour, its size and what stands aside."""
        head = re.split(r"[,(]", product.name_en.lower())[0]
        words = [word for word in _WORD.findall(head) if not word[0].isdigit()]
        core = [
            one for one in words if one not in _UNITS and fold(one) not in self._kinds.modifiers
        ]
        return frozenset(core or words)

    def _named(self, one: Product, source: Product, text: str) -> bool:
        seen = fold(text)
        numbers = {float(number) for number in _NUMBER.findall(text)}
        if size(one) and size(one) != size(source):
            return size(one) in numbers
        return any(_says(alias, seen) for mark in self._marks(one, source) for alias in mark)

    def _marks(self, one: Product, source: Product) -> list[set[str]]:
        """Every way to say each property by which it differs from the source."""
        english = set(_WORD.findall(one.name_en.lower())) - set(
            _WORD.findall(source.name_en.lower())
        )
        chinese = {fold(part) for part in _ASIDE.findall(one.name_zh)}
        chinese -= {fold(part) for part in _ASIDE.findall(source.name_zh)}
        return [self._aliases(word) for word in (*english, *chinese) if word not in _UNITS]

    def _aliases(self, word: str) -> set[str]:
        same = self._kinds.same
        plain = word.removesuffix("色")
        root = same.get(word) or same.get(plain)
        return {word, plain} | {one for one, first in same.items() if root and first == root}

    @staticmethod
    def _a_size_away(source: Product, family: Collection[Product], text: str) -> str | None:
        sizes = sorted({(size(one), one.sku) for one in family})
        step = 1 if _BIGGER.search(text) else -1 if _SMALLER.search(text) else 0
        at = sizes.index((size(source), source.sku))
        if not step or not 0 <= at + step < len(sizes) or sizes[at + step][0] == size(source):
            return None
        return sizes[at + step][1]


def size(product: Product) -> float:
    """The first number in a product's name; 0 without one."""
    found = re.search(r"\d+(?:\.\d+)?", product.name_en)
    return float(found[0]) if found else 0.0


def _says(word: str, seen: str) -> bool:
    if word.isascii():
        return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", seen) is not None
    return bool(word) and word in seen
