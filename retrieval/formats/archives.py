"""Looks into a packed office file before any library opens it, and refuses what could do harm."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from retrieval.formats.content import LARGEST_UNPACKED, Note, Unusable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how old Office files and encrypted new ones start
ZIP = b"PK\x03\x04"
NEWER = {".doc": ".docx", ".xls": ".xlsx", ".ppt": ".pptx"}
_FOLDERS = {"word/": "Word", "xl/": "Excel", "ppt/": "PowerPoint"}
_PROGRAMS = {
    ".docx": "Word",
    ".docm": "Word",
    ".xlsx": "Excel",
    ".xlsm": "Excel",
    ".pptx": "PowerPoint",
    ".pptm": "PowerPoint",
}
_MOST_MEMBERS = 10_000
_STEEPEST = 200  # times smaller than unpacked; honest office files stay below 50
_SMALL = 10 * 1024 * 1024  # a small file may be as steep as it likes
_CHUNK = 1024 * 1024
# An office program never writes a document type; it is how XML bombs and stolen files get in.
_DECLARED = re.compile(
    b"<!(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C\0T\0Y\0P\0E|E\0N\0T\0I\0T\0Y)|\0<\0!\0(?:D\0O\0C|E\0N\0T)"
)


def inspect(data: bytes, name: str) -> tuple[Note, ...]:
    """Check a packed office file, and tell what its author should know about it.

    Raises:
        Unusable: when it is old, encrypted, broken, a bomb, or not what its name says.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if data.startswith(OLE):
        raise _old_or_encrypted(data, suffix)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_sizes(members)
            _check_kind(archive, suffix)
            _check_declarations(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as fault:
        raise Unusable("file.broken") from fault
    macros = any(PurePosixPath(each.filename).name.lower() == "vbaproject.bin" for each in members)
    return (Note("note.macros"),) if macros or suffix.endswith("m") else ()


def program_of(data: bytes) -> str:
    """Which office program a packed file belongs to, or nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return ""
    found = (kind for folder, kind in _FOLDERS.items() for each in names if each.startswith(folder))
    return next(found, "")


def without_macros(data: bytes) -> bytes:
    """The same file without its macros, under the plain type that libraries open."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as target,
    ):
        for member in source.infolist():
            if PurePosixPath(member.filename).name.lower().startswith("vba"):
                continue
            target.writestr(member.filename, _plainly_typed(member.filename, source.read(member)))
    return made.getvalue()


def _plainly_typed(name: str, part: bytes) -> bytes:
    if name == "[Content_Types].xml":
        return part.replace(
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        )
    if name.endswith(".rels"):
        return re.sub(rb"<Relationship\b[^>]*vba[^>]*?/>", b"", part)
    return part


def _old_or_encrypted(data: bytes, suffix: str) -> Unusable:
    encrypted = "EncryptedPackage".encode("utf-16-le") in data
    if encrypted:
        return Unusable("file.encrypted")
    better = NEWER.get(suffix[:4], ".docx")
    return Unusable("file.old_office", better=better)


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if any(each.flag_bits & 1 for each in members):
        raise Unusable("file.encrypted")
    unpacked = sum(each.file_size for each in members)
    packed = sum(each.compress_size for each in members)
    steep = unpacked > _SMALL and unpacked > packed * _STEEPEST
    if len(members) > _MOST_MEMBERS or unpacked > LARGEST_UNPACKED or steep:
        raise Unusable("file.bomb")


def _check_kind(archive: zipfile.ZipFile, suffix: str) -> None:
    names = archive.namelist()
    wanted = _PROGRAMS.get(suffix, "")
    found = [kind for folder, kind in _FOLDERS.items() if any(n.startswith(folder) for n in names)]
    if "[Content_Types].xml" not in names or wanted not in found:
        raise Unusable("file.not_what_it_says", suffix=suffix, kind=found[0] if found else "ZIP")


def _check_declarations(archive: zipfile.ZipFile) -> None:
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(member) as part:
                if any(_DECLARED.search(window) for window in _windows(part)):
                    raise Unusable("file.unsafe")


def _windows(part: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a part, each stretch with the end of the one before it."""
    tail = b""
    while chunk := part.read(_CHUNK):
        yield tail + chunk
        tail = chunk[-32:]
