"""Reads Word documents in the order of the page: headings, lists, tables, text boxes and footnotes."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import docx
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml.etree import LxmlError

from retrieval.formats.archives import without_macros
from retrieval.formats.content import Content
from retrieval.formats.markdown import flat, heading, item, joined, table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

SUFFIXES: tuple[str, ...] = (".docx", ".docm")
FAULTS: tuple[type[Exception], ...] = (PythonDocxError, OpcError, LxmlError)

_NAMED = re.compile(r"(?:heading|標題|标题)\s*([1-9一二三四五六])")
_LEVELLED = re.compile(r"([一二三四五六])[級级](?:標題|标题)")
_NUMERALS = "一二三四五六"
_TITLES = ("title", "標題", "标题", "文件標題", "文档标题", "大標題", "大标题")
_CONTENTS = re.compile(r"(?:toc\b|toc\s*\d|目錄|目录)")
_BULLETS = re.compile(r"list bullet|項目符號|项目符号")
_NUMBERS = re.compile(r"list number|清單號碼|列表编号|列表號碼")
_BORING_TITLES = ("word document", "document", "untitled")
_TEXT = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
# Deleted words, words moved elsewhere, and what is drawn twice for old programs.
_LEFT_OUT = {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:rPr"), qn("w:pPr")}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHOSEN = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


def read(data: bytes, name: str) -> Content:
    """Read a Word document; macros are taken out before anything opens it."""
    if PurePosixPath(name.lower()).suffix == ".docm":
        data = without_macros(data)
    document = docx.Document(io.BytesIO(data))
    title = flat(document.core_properties.title or "")
    if title.lower() in _BORING_TITLES:
        title = ""
    return Content(joined(list(_Pages(document).blocks(document.element.body))), title)


class _Pages:
    """One document, with what is needed to understand its paragraphs: styles, numberings and footnotes."""

    def __init__(self, document: Document) -> None:
        self._styles = {
            str(each.get(qn("w:styleId"))): each
            for each in document.styles.element.iter(qn("w:style"))
        }
        self._numberings = self._read_numberings(document)
        self._footnotes = self._read_footnotes(document)
        self._counted: Counter[tuple[str, int]] = Counter()

    def blocks(self, parent: BaseOxmlElement) -> Iterator[str]:
        """Paragraphs and tables in the order of the page, also those inside content controls."""
        for child in parent:
            if child.tag == qn("w:p"):
                yield self._paragraph(child)
                for box in _boxes(child):
                    yield from self.blocks(box)
            elif child.tag == qn("w:tbl"):
                yield table(self._rows(child))
            elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")):
                yield from self.blocks(child)

    def _paragraph(self, paragraph: BaseOxmlElement) -> str:
        words = self._words(paragraph)
        lines = "\n".join(filter(None, map(flat, words.split("\n"))))
        styles = list(self._style_chain(paragraph))
        names = [_name(each) for each in styles]
        if not lines or any(_CONTENTS.match(each) for each in names):
            return ""  # the table of contents repeats the headings
        level = _level(paragraph, styles)
        if level:
            return heading(level, lines)
        number, depth = self._numbering(paragraph, styles)
        if number is None and not any(
            _BULLETS.match(each) or _NUMBERS.match(each) for each in names
        ):
            return lines
        numbered = any(_NUMBERS.match(each) for each in names)
        if number in self._numberings:
            numbered = self._numberings[number].get(depth, "bullet") not in ("bullet", "none")
        return item(lines, depth, self._mark(number or "", depth, numbered))

    def _mark(self, number: str, depth: int, numbered: bool) -> str:
        if not numbered:
            return "-"
        for key in [key for key in self._counted if key[0] == number and key[1] > depth]:
            del self._counted[key]
        self._counted[number, depth] += 1
        return f"{self._counted[number, depth]}."

    def _words(self, node: BaseOxmlElement) -> str:
        found: list[str] = []
        for child in node:
            if child.tag == qn("w:t"):
                found.append(child.text or "")
            elif child.tag in _TEXT:
                found.append(_TEXT[child.tag])
            elif child.tag == qn("w:footnoteReference"):
                note = self._footnotes.get(str(child.get(qn("w:id"))), "")
                found.append(f" ({note})" if note else "")
            elif child.tag == qn("w:r") and _vanished(child):
                continue
            elif child.tag not in _LEFT_OUT and child.tag not in (qn("w:txbxContent"), _FALLBACK):
                found.append(self._words(child))
        return "".join(found)

    def _rows(self, grid: BaseOxmlElement) -> list[list[str]]:
        rows: list[list[str]] = []
        for line in _inside(grid, "w:tr"):
            row: list[str] = []
            for cell in _inside(line, "w:tc"):
                span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                wide = int(span.get(qn("w:val")) or 1) if span is not None else 1
                words = flat(" ".join(self.blocks(cell)).replace("|", " "))
                if merged is not None and merged.get(qn("w:val")) != "restart" and rows:
                    words = rows[-1][len(row)] if len(row) < len(rows[-1]) else ""
                row.extend([words] * min(wide, 64))
            rows.append(row)
        return rows

    def _style_chain(self, paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
        used = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        for _ in range(10):  # a damaged file may name a style as its own ancestor
            style = self._styles.get(str(used.get(qn("w:val")))) if used is not None else None
            if style is None:
                return
            yield style
            used = style.find(qn("w:basedOn"))

    def _numbering(
        self, paragraph: BaseOxmlElement, styles: list[BaseOxmlElement]
    ) -> tuple[str | None, int]:
        for each in (paragraph, *styles):
            found = each.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if found is None:
                continue
            number, depth = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
            named = str(number.get(qn("w:val"))) if number is not None else "0"
            at = int(depth.get(qn("w:val")) or 0) if depth is not None else 0
            return (None if named == "0" else named), min(at, 8)
        return None, 0

    @staticmethod
    def _read_numberings(document: Document) -> dict[str, dict[int, str]]:
        """For each numbering, how each of its levels is marked."""
        parts = [
            each for each in document.part.package.iter_parts() if "numbering" in each.partname
        ]
        if not parts:
            return {}
        root = parse_xml(parts[0].blob)
        formats: dict[str, dict[int, str]] = {}
        for each in root.iter(qn("w:abstractNum")):
            levels = {
                int(level.get(qn("w:ilvl")) or 0): level.find(qn("w:numFmt"))
                for level in each.iter(qn("w:lvl"))
            }
            formats[str(each.get(qn("w:abstractNumId")))] = {
                at: str(form.get(qn("w:val"))) for at, form in levels.items() if form is not None
            }
        pairs = {
            str(each.get(qn("w:numId"))): each.find(qn("w:abstractNumId"))
            for each in root.iter(qn("w:num"))
        }
        return {
            key: formats.get(str(of.get(qn("w:val"))), {})
            for key, of in pairs.items()
            if of is not None
        }

    @staticmethod
    def _read_footnotes(document: Document) -> dict[str, str]:
        for part in document.part.package.iter_parts():
            if part.partname.endswith("/footnotes.xml"):
                return {
                    str(each.get(qn("w:id"))): flat(
                        "".join(t.text or "" for t in each.iter(qn("w:t")))
                    )
                    for each in parse_xml(part.blob).iter(qn("w:footnote"))
                }
        return {}


def _name(style: BaseOxmlElement) -> str:
    found = style.find(qn("w:name"))
    return str(found.get(qn("w:val")) or "").strip().lower() if found is not None else ""


def _level(paragraph: BaseOxmlElement, styles: list[BaseOxmlElement]) -> int:
    """The level of a heading, by its style's name or outline level; nought for other paragraphs."""
    for style in styles:
        name = _name(style)
        if name in _TITLES:
            return 1
        found = _NAMED.match(name) or _LEVELLED.match(name)
        if found:
            return _NUMERALS.index(found[1]) + 1 if found[1] in _NUMERALS else int(found[1])
    for each in (paragraph, *styles):
        outline = each.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None:
            level = int(outline.get(qn("w:val")) or 9)
            return level + 1 if level < 9 else 0
    return 0


def _boxes(paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """The text boxes that hang on a paragraph, each once though it is stored for old and new programs."""
    for box in paragraph.iter(qn("w:txbxContent")):
        above = {each.tag for each in box.iterancestors()}
        if not (_FALLBACK in above and _CHOSEN in above):
            yield box


def _vanished(run: BaseOxmlElement) -> bool:
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val")) not in ("0", "false")


def _inside(parent: BaseOxmlElement, name: str) -> Iterator[BaseOxmlElement]:
    """The rows of a table or cells of a row, also those inside content controls, but not those of inner tables."""
    for child in parent:
        if child.tag == qn(name):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")):
            yield from _inside(child, name)
