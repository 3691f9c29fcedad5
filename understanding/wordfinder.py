"""Find known words in a text: longest first, without overlap, as words and not inside others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from understanding.normalise import both_scripts

# A Chinese word of one character is a noun only between characters such as these (個煲壞咗, 把遮).
_BEFORE = frozenset(
    both_scripts(
        "個把部隻只張盞條支樽對套件本枝頂雙塊台臺呢嗰那這買退換啲包盒新舊大細小箱瓶罐款的嘅粒碟吋寸色"
    )
)
_AFTER = frozenset(
    both_scripts(
        "唔壞爛幾有係未同和嘅的可想要退換得冇無咗了，好太都仲先呀啊啦開漏仔邊點不是裂破少多送呢嗎吗吧喎喇"
    )
)


@dataclass(frozen=True)
class Hit:
    """A word at a place."""

    word: str
    start: int
    end: int


class WordFinder:
    """Looks for any of many folded words in a folded text."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(words), key=lambda one: (-len(one), one)):
            if word.strip():
                self._by_first[word[0]].append(word)

    def find(self, text: str, *, single: bool = True) -> list[Hit]:
        """The words in the text; `single` says whether lone characters need company to count."""
        hits, at = [], 0
        while at < len(text):
            hit = self._at(text, at, single)
            hit = self._reaching_further(text, hit, single) if hit else None
            if hit:
                hits.append(hit)
            at = hit.end if hit else at + 1
        return hits

    def _reaching_further(self, text: str, hit: Hit, single: bool) -> Hit:
        """In 電動牙刷頭 the thing is 牙刷頭: what is named last is what it is."""
        if hit.word[0].isascii():
            return hit
        for at in range(hit.start + 1, hit.end):
            other = self._at(text, at, single)
            if other and other.end > hit.end and other.end - other.start > 1:
                return other
        return hit

    def _at(self, text: str, at: int, single: bool) -> Hit | None:
        for word in self._by_first.get(text[at], ()):
            if not text.startswith(word, at):
                continue
            end = at + len(word)
            if word[0].isascii():
                end = _plural(text, end) if word[-1].isalpha() else end
                if _inside_a_word(text, at, end):
                    continue
            elif single and len(word) == 1 and not _stands_alone(text, at):
                continue
            return Hit(word, at, end)
        return None


def _plural(text: str, end: int) -> int:
    for ending in ("es", "s", "'s"):
        after = end + len(ending)
        if text.startswith(ending, end) and not _letter(text, after):
            return after
    return end


def _letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and text[at].isalnum()


def _inside_a_word(text: str, start: int, end: int) -> bool:
    joined_before = start > 0 and _letter(text, start - 1) and _letter(text, start)
    return joined_before or (_letter(text, end) and _letter(text, end - 1))


def _stands_alone(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (not before or before in _BEFORE or not before.isalnum() or before.isascii()) and (
        not after or after in _AFTER or not after.isalnum() or after.isascii()
    )
