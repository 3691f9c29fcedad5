"""Opens a file of any known kind: finds its reader, checks that it is what its name says, explains refusals."""

from __future__ import annotations

import importlib
import pkgutil
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol, cast

from retrieval.formats import archives
from retrieval.formats.content import (
    LARGEST_FILE,
    LONGEST_TEXT,
    Content,
    Entry,
    Note,
    Unusable,
)

_NOT_READERS = {"command", "reading"}  # these two read nothing themselves
_PACKED = (".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm")
_PDF = b"%PDF-"
_PICTURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
# What the libraries' own code trips over in a damaged file, beside the errors that they name themselves.
_STUMBLES: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


class Reader(Protocol):
    """What a module of this folder offers: the suffixes it reads, its library's own errors, and the reading."""

    SUFFIXES: tuple[str, ...]
    FAULTS: tuple[type[Exception], ...]

    def read(self, data: bytes, name: str) -> Content: ...


def _find_readers() -> dict[str, Reader]:
    """Every module beside this one that names suffixes; a new kind of file is one new module."""
    folder = Path(__file__).parent
    found: dict[str, Reader] = {}
    for each in pkgutil.iter_modules([str(folder)]):
        if each.name in _NOT_READERS:
            continue
        module = importlib.import_module(f"{__package__}.{each.name}")
        for suffix in getattr(module, "SUFFIXES", ()):
            found[suffix] = cast(Reader, module)
    return found


_READERS = _find_readers()
KNOWN_SUFFIXES: tuple[str, ...] = tuple(sorted(_READERS))


def read_content(data: bytes, name: str) -> Content:
    """Read one file; `name` is needed for its suffix only.

    Raises:
        Unusable: whatever is wrong with the file. Nothing else comes out of here.
    """
    suffix = PurePosixPath(name.lower()).suffix
    reader = reader_of(suffix)
    if not data.strip(b"\0 \t\r\n"):
        raise Unusable("file.empty")
    if len(data) > LARGEST_FILE:
        raise too_large(len(data))
    _check_looks(data, suffix)
    try:
        notes = archives.inspect(data, name) if suffix in _PACKED else ()
        content = reader.read(data, name)
    except Unusable:
        raise
    except (*_STUMBLES, *reader.FAULTS) as fault:
        raise Unusable("file.broken") from fault
    return _tidied(replace(content, notes=(*notes, *content.notes)))


def reader_of(suffix: str) -> Reader:
    """The module that reads files with this suffix.

    Raises:
        Unusable: when there is none.
    """
    if suffix in archives.NEWER:
        raise Unusable("file.old_office", better=archives.NEWER[suffix])
    if suffix not in _READERS:
        raise Unusable("file.kind", suffix=suffix or "?", known=" ".join(KNOWN_SUFFIXES))
    return _READERS[suffix]


def too_large(size: int) -> Unusable:
    """The refusal of a file of that many bytes."""
    megabytes = 1024 * 1024
    return Unusable(
        "file.too_large", size=str(-(-size // megabytes)), limit=str(LARGEST_FILE // megabytes)
    )


def _check_looks(data: bytes, suffix: str) -> None:
    kind = _kind(data)
    fits = (
        kind == "PDF" or (not kind and _PDF in data[:1024])  # some printers write before the start
        if suffix == ".pdf"
        else kind in ("ZIP", "OLE")
        if suffix in _PACKED
        else kind in ("", "HTML")
    )
    if kind == "OLE" and not fits:
        raise Unusable("file.not_what_it_says", suffix=suffix, kind="Microsoft Office 97-2003")
    if not fits:
        shown = archives.program_of(data) if kind == "ZIP" else kind
        raise Unusable("file.not_what_it_says", suffix=suffix, kind=shown or kind or "TXT")


def _kind(data: bytes) -> str:
    if data.startswith(archives.OLE):
        return "OLE"
    if data.startswith(archives.ZIP):
        return "ZIP"
    if data[:64].lstrip().startswith(_PDF):
        return "PDF"
    if re.match(rb"\s*<(?:!doctype html|html)\b", data[:256], re.IGNORECASE):
        return "HTML"
    return next((kind for start, kind in _PICTURES.items() if data.startswith(start)), "")


def _tidied(content: Content) -> Content:
    markdown = _clean(content.markdown)
    notes = list(content.notes)
    if len(markdown) > LONGEST_TEXT:
        markdown = markdown[:LONGEST_TEXT]
        notes.append(Note("note.cut_short", {"limit": f"{LONGEST_TEXT:,}"}))
    entries = tuple(
        Entry(
            _clean(each.question),
            _clean(each.answer),
            tuple(filter(None, map(_clean, each.phrasings))),
            each.language,
        )
        for each in content.entries
    )
    if not markdown and not entries:
        raise Unusable("file.empty")
    return Content(markdown, _clean(content.title), entries, tuple(notes))


def _clean(text: str) -> str:
    """Without what is no character of any writing and makes databases and networks refuse a text."""
    return _UNPRINTABLE.sub("", text).strip()
