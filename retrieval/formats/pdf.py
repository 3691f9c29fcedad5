"""Reads PDF files: lines joined into paragraphs again, without what is repeated on every page."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import pypdfium2
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject

from retrieval.formats.content import LONGEST_TEXT, Content, Note, Unusable
from retrieval.formats.lines import (
    HEADING_IS_LARGER,
    Line,
    body_size,
    in_one_script,
    letters,
    paragraphs,
    rubbish,
    tidy,
    without_edges,
)
from retrieval.formats.markdown import flat, heading, joined

SUFFIXES: tuple[str, ...] = (".pdf",)
FAULTS: tuple[type[Exception], ...] = (PyPdfError, pypdfium2.PdfiumError)

_LONGEST_HEADING = 60
_HEADING_LEVELS = 3
_FEW_HAN = (
    0.2  # of all letters; Chinese that a reader cannot decode comes out as little or as nonsense
)
_FEW_LETTERS = 50  # a page
_SCAN_LETTERS = 15  # a page; a scanner's stamp is no text
_MOST_RUBBISH = 0.02
_BORING_TITLES = ("untitled", "microsoft word", "about:blank")

Pages = list[list[Line]]


@dataclass
class _Collector:
    """Gathers the lines of one page with the size that they are printed in."""

    lines: list[Line]
    open: str = ""
    size: float = 0.0

    def take(  # the five things that the library tells about a stretch of text
        self, text: str, _cm: list[float], tm: list[float], _font: object, size: float
    ) -> None:
        for at, part in enumerate(text.split("\n")):
            if at:
                self.close()
            if part.strip() and not self.open.strip():
                scale = (abs(tm[2]) ** 2 + abs(tm[3]) ** 2) ** 0.5 or 1.0
                self.size = round(abs(size) * scale * 2) / 2
            self.open += part

    def close(self) -> None:
        self.lines.append(Line(tidy(self.open), self.size))
        self.open = ""


def read(data: bytes, name: str) -> Content:  # noqa: ARG001 - every format is read by name
    """Read a PDF that holds text; a scan is refused.

    Raises:
        Unusable: when the file needs a password or is made of pictures only.
    """
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unusable("file.encrypted")
    pages = better_of(_pages(reader), data)
    empty = [at for at, lines in enumerate(pages, 1) if not letters(lines)]
    kept = without_edges(pages)
    if sum(map(letters, kept)) < _SCAN_LETTERS * min(3, len(pages)) and _pictured(
        reader, len(pages)
    ):
        raise Unusable("file.scanned_pdf")
    if not any(map(letters, kept)):
        raise Unusable("file.scanned_pdf")
    unread = [at for at in empty if _has_picture(reader, at - 1)]
    notes: tuple[Note, ...] = ()
    if unread:
        notes = (Note("note.pages_without_text", {"pages": ", ".join(map(str, unread[:20]))}),)
    return Content(_markdown(kept), _title(reader), notes=notes)


def _pages(reader: PdfReader) -> Pages:
    pages: Pages = []
    taken = 0
    for page in reader.pages:
        collector = _Collector([])
        if taken <= LONGEST_TEXT:
            taken += len(page.extract_text(visitor_text=collector.take))
            collector.close()
        pages.append(collector.lines)
    return pages


def better_of(pages: Pages, data: bytes) -> Pages:
    """The pages as read first, or a second library's reading where the first looks poor and that one better."""
    lines = [line for page in pages for line in page]
    found = letters(lines)
    han = sum("\u3400" <= char <= "\u9fff" for line in lines for char in line.text)
    poor = han < found * _FEW_HAN or found < _FEW_LETTERS * len(pages)
    if not poor and rubbish(lines) <= _MOST_RUBBISH:
        return pages
    second = _second_opinion(data)
    others = [line for page in second for line in page]
    cleaner = rubbish(lines) > _MOST_RUBBISH and rubbish(others) < rubbish(lines) / 2
    return second if cleaner or letters(others) > found * 1.2 + 10 else pages


def _second_opinion(data: bytes) -> Pages:
    pages: Pages = []
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            text = page.get_textpage()
            # Without sizes: this library tells them for single signs only.
            pages.append([Line(tidy(line)) for line in text.get_text_range().splitlines()])
            text.close()
            page.close()
    finally:
        document.close()
    return pages


def _pictured(reader: PdfReader, pages: int) -> bool:
    return all(_has_picture(reader, at) for at in range(min(pages, 3)))


def _has_picture(reader: PdfReader, at: int) -> bool:
    resources = reader.pages[at].get("/Resources")
    drawn = resources.get_object().get("/XObject") if resources is not None else None
    drawn = drawn.get_object() if drawn is not None else None
    if not isinstance(drawn, DictionaryObject):
        return False
    kinds = (each.get_object() for each in drawn.values())
    return any(
        isinstance(each, DictionaryObject) and each.get("/Subtype") == "/Image" for each in kinds
    )


def _title(reader: PdfReader) -> str:
    title = flat((reader.metadata.title if reader.metadata else "") or "")
    boring = title.lower().startswith(_BORING_TITLES) or title.lower().endswith((".doc", ".docx"))
    return "" if boring else title


def _markdown(pages: Pages) -> str:
    lines = [line for page in pages for line in (*page, Line(""))]
    levels = _levels(lines)
    headed = [
        replace(line, level=levels.get(line.size, 0)) if _may_head(line) else line for line in lines
    ]
    blocks = [heading(level, text) if level else text for level, text in paragraphs(headed)]
    return in_one_script(joined(blocks))


def _levels(lines: list[Line]) -> dict[float, int]:
    """Which sizes of print are headings, the largest first."""
    body = body_size(lines)
    sizes = {
        line.size for line in lines if _may_head(line) and line.size > body * HEADING_IS_LARGER
    }
    ranked = sorted(sizes, reverse=True)
    return {size: min(at, _HEADING_LEVELS) for at, size in enumerate(ranked, 1)} if body else {}


def _may_head(line: Line) -> bool:
    words = line.text.strip()
    return 0 < len(words) <= _LONGEST_HEADING and not words.endswith(tuple("。，；,;"))
