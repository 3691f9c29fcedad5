"""Reads PowerPoint slides: a heading for each slide, its points, its tables and its speaker's notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pptx
from lxml.etree import LxmlError
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.shapes.placeholder import PlaceholderGraphicFrame

from retrieval.formats.content import Content, Note
from retrieval.formats.markdown import flat, heading, item, joined, table

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

SUFFIXES: tuple[str, ...] = (".pptx", ".pptm")
FAULTS: tuple[type[Exception], ...] = (PythonPptxError, LxmlError)

_BORING_TITLES = (
    "powerpoint presentation",
    "presentation",
    "powerpoint 簡報",
    "powerpoint 演示文稿",
)
# Dates, page numbers and footers stand on every slide and say nothing about it.
_FRAMING = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}
_LONGEST_TITLE = 60


def read(data: bytes, name: str) -> Content:  # noqa: ARG001 - every format is read by name
    """Read a presentation, slide by slide; hidden slides are left out."""
    show = pptx.Presentation(io.BytesIO(data))
    hidden: list[str] = []
    blocks: list[str] = []
    for number, slide in enumerate(show.slides, 1):
        if slide.element.get("show") == "0":
            hidden.append(str(number))
        else:
            blocks.extend(_blocks(slide))
    title = flat(show.core_properties.title or "")
    if title.lower() in _BORING_TITLES:
        title = ""
    notes = (Note("note.hidden_slides", {"slides": ", ".join(hidden)}),) if hidden else ()
    return Content(joined(blocks), title, notes=notes)


def _blocks(slide: Slide) -> Iterator[str]:
    title = slide.shapes.title
    words = flat(title.text_frame.text) if title is not None else ""
    texts = list(
        _texts(_in_reading_order(slide.shapes), title.shape_id if title is not None else -1)
    )
    if not words and texts and len(texts[0]) <= _LONGEST_TITLE:
        words = texts.pop(0).lstrip("- ")  # its first words say what an untitled slide is about
    yield heading(2, words)
    yield from texts
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield slide.notes_slide.notes_text_frame.text.strip()


def _texts(shapes: Iterable[BaseShape], title: int) -> Iterator[str]:
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _texts(_in_reading_order(shape.shapes), title)
        elif isinstance(shape, GraphicFrame | PlaceholderGraphicFrame):
            if shape.has_table:
                yield table(
                    [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
                )
        elif shape.has_text_frame and shape.shape_id != title and not _frames(shape):
            yield from _points(shape.text_frame, shape.is_placeholder)  # type: ignore[attr-defined]


def _points(frame: TextFrame, listed: bool) -> Iterator[str]:
    paragraphs = [(flat(each.text), each.level) for each in frame.paragraphs]
    paragraphs = [(words, level) for words, level in paragraphs if words]
    listed = listed and len(paragraphs) > 1
    for words, level in paragraphs:
        yield item(words, level) if listed or level else words


def _frames(shape: BaseShape) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type in _FRAMING


def _in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    # A placeholder that keeps its layout's place has no place of its own; it comes where it is stored.
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))
