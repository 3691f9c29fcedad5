"""Reads web pages: the words that a visitor sees, with headings, lists and tables kept."""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from retrieval.formats.content import Content
from retrieval.formats.markdown import flat, heading, item, joined, table
from retrieval.formats.plain import decode

SUFFIXES: tuple[str, ...] = (".html", ".htm")
FAULTS: tuple[type[Exception], ...] = ()

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_WIDER = {"big5": "big5hkscs", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}
_UNSEEN_NAMES = """
script style nav footer head template noscript svg math iframe object embed canvas audio video map button input
select textarea option datalist dialog
"""
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_BLOCK_NAMES = """
address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure form h1 h2 h3
h4 h5 h6 header hr html li main ol p pre section summary table tbody td tfoot th thead tr ul menu
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LANDMARKS = ("navigation", "contentinfo", "search", "menu", "menubar")
_SUMMARY_LEVEL = 4


def read(data: bytes, name: str) -> Content:  # noqa: ARG001 - every format is read by name
    """Read a saved web page."""
    with warnings.catch_warnings():
        # The parser guesses aloud that a page is a file name or XML; it is neither.
        warnings.simplefilter("ignore")
        page = BeautifulSoup(_decoded(data), "lxml")
    title = flat(page.title.get_text()) if page.title else ""
    return Content(joined(list(_blocks(page.body or page))), title)


def _decoded(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared is None or data.startswith(
        (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        return decode(data)
    try:
        found = codecs.lookup(declared[1].decode("ascii")).name
        return data.decode(_WIDER.get(found, found))
    except (LookupError, UnicodeDecodeError):
        return decode(data)  # the page does not say the truth about itself


def _blocks(parent: Tag) -> Iterator[str]:
    inline: list[str] = []
    for child in _seen(parent):
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(_BLOCKS)):
            yield _paragraph(inline)
            inline = []
            yield from _block(child)
        else:
            inline.append(_words(child))
    yield _paragraph(inline)


def _block(tag: Tag) -> Iterator[str]:
    if re.fullmatch("h[1-6]", tag.name):
        yield heading(int(tag.name[1]), _words(tag))
    elif tag.name == "summary":
        yield heading(_SUMMARY_LEVEL, _words(tag))
    elif tag.name in ("ul", "ol", "menu"):
        yield "\n".join(_items(tag, 0))
    elif tag.name == "dl":
        yield "\n".join(_definitions(tag))
    elif tag.name == "table":
        yield from _table(tag)
    elif tag.name == "pre":
        yield f"```\n{tag.get_text().strip()}\n```"
    else:
        yield from _blocks(tag)


def _seen(parent: Tag) -> Iterator[PageElement]:
    for child in parent.children:
        if isinstance(child, PreformattedString):  # comments, declarations
            continue
        if isinstance(child, Tag) and _unseen(child):
            continue
        yield child


def _unseen(tag: Tag) -> bool:
    return (
        tag.name in _UNSEEN
        or tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or tag.get("role") in _LANDMARKS
        or bool(_HIDDEN.search(str(tag.get("style") or "")))
    )


def _words(node: PageElement) -> str:
    if isinstance(node, NavigableString):
        return re.sub(r"\s+", " ", str(node))
    if not isinstance(node, Tag):
        return ""
    if node.name == "br":
        return "\n"
    words = "".join(map(_words, _seen(node)))
    return f" {words} " if node.name in _BLOCKS else words


def _paragraph(inline: list[str]) -> str:
    lines = (flat(line) for line in "".join(inline).split("\n"))
    return "\n".join(filter(None, lines))


def _items(tag: Tag, depth: int) -> Iterator[str]:
    number = 0
    for child in _seen(tag):
        if not isinstance(child, Tag):
            continue
        if child.name in (
            "ul",
            "ol",
            "menu",
        ):  # a list straight inside a list, as old editors write it
            yield from _items(child, depth + 1)
            continue
        nested = [each for each in child.find_all(["ul", "ol", "menu"]) if _closest(each, child)]
        for each in nested:
            each.extract()
        number += 1
        yield item(_words(child), depth, f"{number}." if tag.name == "ol" else "-")
        for each in nested:
            yield from _items(each, depth + 1)


def _closest(tag: Tag, item_tag: Tag) -> bool:
    return tag.find_parent("li") is item_tag and not _unseen(tag)


def _definitions(tag: Tag) -> Iterator[str]:
    terms: list[str] = []
    said: list[str] = []
    for child in tag.find_all(["dt", "dd"]):
        if said and child.name == "dt":
            yield item(f"{' / '.join(terms)}: {' '.join(said)}")
            terms, said = [], []
        (terms if child.name == "dt" else said).append(flat(_words(child)))
    if terms or said:
        yield item(": ".join(filter(None, (" / ".join(terms), " ".join(said)))))


def _table(tag: Tag) -> Iterator[str]:
    rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
    cells = [[cell for cell in row.find_all(["td", "th"], recursive=False)] for row in rows]
    if tag.find("table") or max(map(len, cells), default=0) < 2:  # it only arranges the page
        for each in _seen(tag):
            if isinstance(each, Tag):
                yield from _blocks(each)
        return
    caption = tag.find("caption")
    if caption is not None:
        yield flat(_words(caption))
    yield table(_grid(cells))


def _grid(rows: list[list[Tag]]) -> list[list[str]]:
    """The cells by row and column; one that spans several says its words in each."""
    placed: dict[tuple[int, int], str] = {}
    for down, row in enumerate(rows):
        across = 0
        for cell in row:
            while (down, across) in placed:
                across += 1
            words = "" if _unseen(cell) else flat(_words(cell))
            high, wide = _span(cell, "rowspan"), _span(cell, "colspan")
            for below in range(min(high, len(rows) - down)):
                for beside in range(wide):
                    placed[down + below, across + beside] = words
            across += wide
    width = max((across for _, across in placed), default=-1) + 1
    return [[placed.get((down, at), "") for at in range(width)] for down in range(len(rows))]


def _span(cell: Tag, name: str) -> int:
    found = re.match(r"\s*(\d{1,4})", str(cell.get(name) or ""))
    return max(1, min(200, int(found[1]))) if found else 1
