"""Find which products or rooms of a company a message speaks of, however loosely."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from understanding.glossary import Kinds
from understanding.normalise import both_scripts, fold
from understanding.wordfinder import Hit, WordFinder

_HEAD, _PART, _WORD, _MORE_WORDS, _MODIFIER, _SIZE, _WRONG_SIZE = (
    0.6,
    0.25,
    0.45,
    0.2,
    0.08,
    0.15,
    0.3,
)
_LEAST, _TIE = 0.25, 0.02
_CLAUSE = re.compile(
    both_scripts(
        r"[,，。;；!！?？\n、/]|(?<!\d)\.|\.(?!\d)|同埋?|和(?!風)|及|與|跟(?!進)|定係|還是|或者?|"
        r"\b(?:and|or|plus|but|also)\b|\+"
    ),
    re.ASCII,
)
_SIZES = re.compile(r"(?<![\d.a-z#-])(\d+(?:\.\d+)?)(?![\d/:])", re.ASCII)
_MEASURED = re.compile(
    both_scripts(
        r"(\d+(?:\.\d+)?)\s?-?(?:吋|寸|吋|cm|厘米|公分|inch(?:es)?|in\b|\"|升|公升|l\b|"
        r"litres?|ml|kg|公斤|磅|尺|w\b|人|號|碼|級)"
    ),
    re.ASCII,
)
_LARGER = re.compile(
    both_scripts(
        r"(?<![好太幾咁很聲])大(?:啲|d|些|一點|點|嗰|款|碼|個|的那|那)|最大|\b(?:bigger|"
        r"larger|biggest|largest|big one|large one|the large|the big)\b"
    ),
    re.ASCII,
)
_SMALLER = re.compile(
    both_scripts(
        r"(?<![好太幾咁很聲])(?:細|小)(?:啲|d|些|一點|嗰|款|碼|個|的那|那)|最[細小]|"
        r"\b(?:smaller|smallest|small one|the small)\b"
    ),
    re.ASCII,
)
_ABOUT_ROOMS = re.compile(
    both_scripts(r"房|床|訂|晚|住|套|room|\bbeds?\b|\bstay|\bbook|check.?in|nights?\b|suite"),
    re.ASCII,
)
# A box of tea is asked for as tea.
_PACKAGES = frozenset({"hamper", "storage_box", "voucher"})
_EN_HEAD_END = re.compile(r" with | for |[(,/|]| - ", re.ASCII)
_LATIN = re.compile(r"[a-z][a-z'&]+[a-z]", re.ASCII)
_HAN = re.compile("[\u3400-\u9fff]{2,}")


@dataclass(frozen=True)
class Named:
    """What was named: one key, or several that fit equally; where, and how surely (0 to 1)."""

    keys: tuple[str, ...]
    start: int
    end: int
    score: float


@dataclass
class _Item:
    key: str
    names: tuple[str, ...]
    heads: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    modifiers: set[str] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)


class Catalogue:
    """The names of things for sale, or of rooms, by their key."""

    def __init__(self, names: Mapping[str, Sequence[str]], kinds: Kinds) -> None:
        self._kinds = kinds
        self._kinds_of: dict[str, set[str]] = defaultdict(set)
        for kind, words in kinds.nouns.items():
            for word in words:
                self._kinds_of[word].add(kind)
        self._nouns = WordFinder(self._kinds_of)
        self._modifiers = WordFinder(kinds.modifiers)
        self._either = WordFinder([*self._kinds_of, *kinds.modifiers])
        self._idioms = WordFinder(kinds.idioms)
        self._items = [
            self._item(key, tuple(fold(name).strip() for name in each if name.strip()))
            for key, each in names.items()
        ]
        self._forget_common_words()
        self._exact = WordFinder(name for item in self._items for name in item.names)
        self._words = WordFinder(word for item in self._items for word in item.words)

    def find(self, folded: str) -> list[Named]:
        """What a folded text names, in its order."""
        text = _blank(folded, self._idioms.find(folded, single=False))
        found: list[Named] = []
        nouns = self._nouns.find(text)
        for hit in self._exact.find(text):
            if any(noun.start < hit.end < noun.end for noun in nouns):
                continue  # the name of the toothbrush, in the middle of 電動牙刷頭
            keys = tuple(item.key for item in self._items if hit.word in item.names)
            found.append(Named(keys, hit.start, hit.end, 1.0))
            text = _blank(text, [hit])
        at = 0
        for cut in [*_CLAUSE.finditer(text), None]:
            end = cut.start() if cut else len(text)
            found += self._clause(text, at, end)
            at = cut.end() if cut else end
        return sorted(found, key=lambda one: one.start)

    def _item(self, key: str, names: tuple[str, ...]) -> _Item:
        item = _Item(key, names)
        for name in names:
            hits = self._either.find(name, single=False)
            nouns = [hit for hit in hits if hit.word in self._kinds_of]
            item.kinds |= {kind for hit in nouns for kind in self._kinds_of[hit.word]}
            limit = _EN_HEAD_END.search(name)
            heads = [hit for hit in nouns if not limit or hit.start < limit.start()] or nouns
            for hit in reversed(heads):
                item.heads |= self._kinds_of[hit.word]
                if not self._kinds_of[hit.word] <= _PACKAGES:
                    break
            item.sizes |= set(_SIZES.findall(name)) | set(_MEASURED.findall(name))
            item.modifiers |= {self._same(hit.word) for hit in hits}
            rest = _blank(name, hits)
            latin = _LATIN.findall(rest)
            item.words |= {
                word for word in latin if len(word) > 4 or (word == latin[-1] and not nouns)
            }
            item.words |= {part for run in _HAN.findall(rest) for part in _parts(run)}
        return item

    def _same(self, word: str) -> str:
        return self._kinds.same.get(word, word)

    def _forget_common_words(self) -> None:
        """A brand that most things carry tells none of them apart."""
        counts = Counter(word for item in self._items for word in item.words)
        common = {word for word, count in counts.items() if count > max(3, len(self._items) // 2)}
        for item in self._items:
            item.words -= common

    def _clause(self, text: str, start: int, end: int) -> list[Named]:
        piece = text[start:end]
        weak = (
            frozenset() if _ABOUT_ROOMS.search(text) or len(text.strip()) < 16 else self._kinds.weak
        )
        nouns = [
            hit
            for hit in self._either.find(piece)
            if hit.word not in weak
            and any(self._sold(kind) for kind in self._kinds_of.get(hit.word, ()))
        ]
        words = [] if weak else self._words.find(piece)
        anchors = nouns + [hit for hit in words if not any(_overlap(hit, one) for one in nouns)]
        found: list[Named] = []
        while anchors and len(found) < 6:
            best, explained, score = self._best(anchors, piece, text)
            if not best:
                break
            low, high = min(hit.start for hit in explained), max(hit.end for hit in explained)
            found.append(Named(best, start + low, start + high, round(score, 2)))
            anchors = [hit for hit in anchors if hit not in explained]
        return found

    def _sold(self, kind: str) -> bool:
        return any(kind in item.kinds for item in self._items)

    def _best(
        self, anchors: list[Hit], piece: str, text: str
    ) -> tuple[tuple[str, ...], list[Hit], float]:
        scored = [(self._score(item, anchors, piece), item) for item in self._items]
        top = max((score for score, _ in scored), default=0.0)
        if top < _LEAST:
            return (), [], 0.0
        tied = [item for score, item in scored if score >= top - _TIE]
        tied = self._told_apart(tied, text)
        explained = [hit for hit in anchors if any(self._explains(item, hit) for item in tied)]
        return tuple(item.key for item in tied), explained, min(top, 0.99)

    def _explains(self, item: _Item, hit: Hit) -> bool:
        return hit.word in item.words or bool(self._kinds_of.get(hit.word, set()) & item.kinds)

    def _score(self, item: _Item, anchors: list[Hit], piece: str) -> float:
        heads = parts = 0.0
        words = 0
        for hit in anchors:
            kinds = self._kinds_of.get(hit.word, set())
            heads = max(heads, _HEAD if kinds & item.heads else 0.0)
            parts += _PART if kinds & (item.kinds - item.heads) else 0.0
            words += hit.word in item.words
        if not (heads or words or self._kinds.weak):
            return 0.0  # a desk lamp is no desk; but a sea view names the room that has one
        score = heads + parts + (_WORD + _MORE_WORDS * (words - 1) if words else 0.0)
        return score + self._details(item, piece) if score else 0.0

    def _details(self, item: _Item, piece: str) -> float:
        said = {self._same(hit.word) for hit in self._modifiers.find(piece, single=False)}
        measured = {match[1] for match in _MEASURED.finditer(piece)}
        sizes = measured | {size for size in _SIZES.findall(piece) if size in item.sizes}
        score = _MODIFIER * len(said & item.modifiers)
        if sizes and item.sizes:
            score += _SIZE if sizes & item.sizes else (-_WRONG_SIZE if measured else 0.0)
        return score

    def _told_apart(self, tied: list[_Item], text: str) -> list[_Item]:
        """Several fit: the rest of the message may leave one (大啲嗰款, the black one)."""
        if len(tied) < 2:
            return tied
        details = [self._details(item, text) for item in tied]
        left = [item for item, detail in zip(tied, details, strict=True) if detail >= max(details)]
        larger, smaller = _LARGER.search(text), _SMALLER.search(text)
        sized = {item.key: max(map(float, item.sizes)) for item in left if item.sizes}
        if len(left) > 1 and len(sized) == len(left) and bool(larger) != bool(smaller):
            wanted = (max if larger else min)(sized.values())
            left = [item for item in left if sized[item.key] == wanted]
        return left


def _blank(text: str, hits: Sequence[Hit]) -> str:
    for hit in hits:
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    return text


def _parts(run: str) -> set[str]:
    """招財貓擺設 may be called 招財貓, 擺設 or the whole."""
    if len(run) < 4:
        return {run}
    return {run, run[-2:]} | {run[at : at + 3] for at in range(len(run) - 2)}


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end
