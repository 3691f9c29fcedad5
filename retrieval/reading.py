"""Reads one file of knowledge into a document, or a whole folder where nothing needs to be kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from domain.knowledge import SeenFile
from retrieval.documents import Document, make_document
from retrieval.folder import Found, look_through
from retrieval.formats.content import LARGEST_FILE, Content, Unusable
from retrieval.formats.plain import decode
from retrieval.formats.reading import read_content
from retrieval.front_matter import About, read_about


def read_folder(root: Path) -> tuple[list[Document], list[SeenFile]]:
    """Every document under the folder, and the files that had to be left out."""
    documents: list[Document] = []
    refused: list[SeenFile] = []
    for found in look_through(root).values():
        try:
            documents.append(read_document(*bytes_of(found), found.seen.path))
        except Unusable as fault:
            refused.append(replace(found.seen, fault=fault.key, values=fault.values))
    return documents, refused


def read_document(data: bytes, about: bytes, name: str) -> Document:
    """Read one file; `name` is its path below the knowledge folder, `about` what lies beside it and describes it.

    Raises:
        Unusable: says why it cannot be used.
    """
    return document_of(read_content(data, name), about, name)


def document_of(content: Content, about: bytes, name: str) -> Document:
    """The document of a file that was read.

    Raises:
        Unusable: there is nothing to answer with, or what describes it is wrong.
    """
    return make_document(content, name, _described(about) if about.strip() else None)


def bytes_of(found: Found) -> tuple[bytes, bytes]:
    """A file and what describes it.

    Raises:
        Unusable: it can never be read, or not now, or is too large.
    """
    if found.seen.fault:
        raise Unusable(found.seen.fault, **found.seen.values)
    if found.seen.size > LARGEST_FILE + LARGEST_FILE // 50:
        raise Unusable("file.too_large", limit=str(LARGEST_FILE // 2**20))
    try:
        return found.path.read_bytes(), found.about.read_bytes() if found.about else b""
    except OSError as fault:
        cause = fault.strerror or type(fault).__name__
        raise Unusable("folder.unreadable", cause=cause) from fault


def _described(about: bytes) -> About:
    lines = [line for line in decode(about).splitlines() if line.strip() != "---"]
    return read_about("\n".join(lines))
