"""Makes paragraphs again of the printed lines of a page."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.script import script_balance

_EDGE = 2  # lines at the top and at the bottom of a page that may be a running head or foot
_REPEATED = 0.4  # of the pages
_FEWEST_PAGES = 3
HEADING_IS_LARGER = 1.15  # times the size of the running text
_NEARLY_FULL = 0.8  # of the width that lines of the page usually reach
_AROUND = 12  # lines before and after; a page in columns has narrower lines than others
_NARROWEST = 26  # columns; shorter lines are entries of a list or table, not wrapped sentences
_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?[-–—\s]*"
    r"|(?:https?|file)://\S+\s+\d{1,4}/\d{1,4}"  # what browsers print below a page
    r"|第\s*\d{1,4}\s*[頁页](?:\s*[,，/]?\s*[共/]\s*\d{1,4}\s*[頁页])?",
    re.IGNORECASE,
)
_STARTS_ANEW = re.compile(
    r"\s*(?:[-*•·●○■□◆▪‧–]|\(?\d{1,3}[.)、]|[（(]?[一二三四五六七八九十\d]{1,3}[)）、]|第[一二三四五六七八九十百\d]+[章節节條条款項项]"
    r"|[QA問答问][:：]|\|)"
)
_AT_AN_END = re.compile(r"^(?:第\s*)?(\d{1,4})|(\d{1,4})(?:\s*(?:/|of)\s*\d{1,4})?(?:\s*[頁页])?$")
_BULLET = re.compile(r"^\s*[•·●○■□◆▪‧]\s*")
_ENDS = tuple("。！？!?：:；;")
_CLAUSE = re.compile("[，。；、！？]")
_WRAPPED_WORD = re.compile(r"(\w+)[-\u00ad\u2010]$")
_PREFIXES = "non self co pre re ex e all well multi post part full half one two three cross"
_KEEP_HYPHEN = frozenset(_PREFIXES.split())
# Radicals that some programs write in place of the character; Unicode itself maps only some of them back.
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⻑⻐⺮⺫⺼",
    "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟長長竹罒月",
)
_KANGXI = re.compile("[\u2e80-\u2fdf]")
_LIGATURES = re.compile("[\ufb00-\ufb06]")


@dataclass(frozen=True)
class Line:
    """A printed line, the size of its print where known, and its level if it is a heading."""

    text: str
    size: float = 0.0
    level: int = 0


def tidy(text: str) -> str:
    """The line with real characters in place of look-alikes that only printing needs."""
    text = _KANGXI.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = (
        text.translate(_RADICALS).replace("\u00a0", " ").replace("\x02", "-").replace("\ufffe", "-")
    )
    return _spaced(re.sub(r"[ \t]+", " ", text)).strip()


def in_one_script(text: str) -> str:
    """A look-alike of two scripts, 戶 or 户, as the rest of the text writes."""
    return text.replace("戶", "户") if "戶" in text and script_balance(text) < 0 else text


def letters(lines: Iterable[Line]) -> int:
    """How many letters, Han characters and digits the lines hold."""
    return sum(char.isalnum() for line in lines for char in line.text)


def rubbish(lines: Iterable[Line]) -> float:
    """The share of signs that no person writes: what is left of fonts that cannot be decoded."""
    text = "".join(line.text for line in lines)
    odd = sum(unicodedata.category(char) in ("Co", "Cn", "Cc") or char == "\ufffd" for char in text)
    odd += 5 * len(re.findall(r"/(?:g|G|cid|uni)[0-9A-Fa-f]{2,5}|\(cid:\d+\)", text))
    return odd / max(1, len(text))


def body_size(lines: Iterable[Line]) -> float:
    """The size of the running text: the one that most letters are printed in."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[line.size] += len(line.text)
    return max(weights, key=lambda size: weights[size], default=0.0)


def without_edges(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without running heads, feet and page numbers."""
    pages = [[line for line in page if line.text] for page in pages]
    body = body_size(line for page in pages for line in page)
    counts: Counter[tuple[str, int | None]] = Counter()
    for at, page in enumerate(pages):
        for key in {key for line in _edges(page) for key in _keys(line, at, body)}:
            counts[key] += 1
    enough = max(_FEWEST_PAGES, len(pages) * _REPEATED)
    return [
        _trimmed(page, {line for line in _edges(page) if _repeats(line, at, body, counts, enough)})
        for at, page in enumerate(pages)
    ]


def paragraphs(lines: list[Line]) -> Iterator[tuple[int, str]]:
    """The level (nought for running text) and the text of each paragraph or list."""
    lines = [line for line in lines if line.text]  # pages end in the middle of sentences
    level, text, last = 0, "", Line("")
    for at, line in enumerate(lines):
        if text and _goes_on(last, line, _usual_width(lines[max(0, at - _AROUND) : at + _AROUND])):
            text = _join(text, line.text)
        else:
            if text:
                yield level, _listed(text)
            level, text = line.level, line.text
        last = line
    if text:
        yield level, _listed(text)


def _spaced(text: str) -> str:
    """Without the spaces that justified Chinese lines get between characters."""
    if len(re.findall(r"[\u3400-\u9fff] (?=[\u3400-\u9fff])", text)) * 2 > len(
        re.findall(r"[\u3400-\u9fff]", text)
    ):
        return re.sub(
            r"(?<=[\u3400-\u9fff，。、；：！？]) (?=[\u3400-\u9fff，。、；：！？])", "", text
        )
    return text


def _edges(page: list[Line]) -> list[Line]:
    return page if len(page) <= 2 * _EDGE else [*page[:_EDGE], *page[-_EDGE:]]


def _keys(line: Line, page: int, body: float) -> Iterator[tuple[str, int | None]]:
    """What a line has in common with those of other pages: its words, or its words beside the page's number."""
    yield line.text, None
    if (
        line.size <= body * HEADING_IS_LARGER
    ):  # `Step 3` in large print on the third page is no page number
        for found in _AT_AN_END.finditer(line.text):
            rest = f"{line.text[: found.start()]}#{line.text[found.end() :]}"
            yield rest, int(found[1] or found[2]) - page


def _repeats(
    line: Line, page: int, body: float, counts: Counter[tuple[str, int | None]], enough: float
) -> bool:
    numbered = _PAGE_NUMBER.fullmatch(line.text) is not None
    return numbered or any(counts[key] >= enough for key in _keys(line, page, body))


def _trimmed(page: list[Line], repeated: set[Line]) -> list[Line]:
    top = next((at for at, line in enumerate(page[:_EDGE]) if line not in repeated), _EDGE)
    page = page[top:]
    while page and page[-1] in repeated:
        page = page[:-1]
    return page


def _usual_width(lines: list[Line]) -> float:
    """The width that the longer lines reach; print wraps there."""
    widths = sorted(_width(line.text) for line in lines if not line.level)
    return widths[int(len(widths) * 0.85)] if widths else 0.0


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _goes_on(before: Line, line: Line, usual: float) -> bool:
    if before.level != line.level or _STARTS_ANEW.match(line.text):
        return False
    if _WRAPPED_WORD.search(before.text) and line.text[:1].islower():
        return True
    full = usual >= _NARROWEST and _fills(before.text, usual)
    if before.level:
        return full
    if before.text.endswith(_ENDS) or (before.text.endswith(".") and line.text[:1] > "\u2e80"):
        return False
    # A sentence of English that goes on in small letters was wrapped, whatever the width.
    return full or (
        before.text[-1:].isalpha() and before.text[-1:].isascii() and line.text[:1].islower()
    )


def _fills(text: str, usual: float) -> bool:
    """Whether a line reaches the edge where print wraps: Chinese within three characters, English by words."""
    chinese = sum("\u3400" <= char <= "\u9fff" for char in text) * 4 > len(text)
    if chinese and text.count(" ") > 2 and not _CLAUSE.search(text):
        return False  # cells of a table
    return _width(text) >= (
        max(usual - 6, usual * _NEARLY_FULL) if chinese else usual * _NEARLY_FULL
    )


def _join(text: str, more: str) -> str:
    broken = _WRAPPED_WORD.search(text)
    if broken and more[:1].islower():
        kept = text if broken[1].lower() in _KEEP_HYPHEN else text[: broken.end(1)]
        return kept + more
    apart = text[-1:].isascii() and more[:1].isascii()
    return f"{text} {more}" if apart else text + more


def _listed(text: str) -> str:
    """A printed bullet becomes the bullet of a list."""
    return _BULLET.sub("- ", text)
