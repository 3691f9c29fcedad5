"""Texts that are written on the desk: drafts that a question starts, and documents that are edited in place."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from desk.guard import Refused
from domain.errors import InputError
from retrieval.folder import KnowledgeFolder
from retrieval.formats.plain import decode

EDITABLE = (".md", ".markdown", ".txt", ".csv", ".tsv")
LARGEST_TEXT = 200 * 1024  # bytes
LONGEST_QUESTION = 500
_LONGEST_SLUG = 40
_OF_NO_NAME = re.compile(r"[\W_]+")
_MOST_DRAFTS = 100  # of one name
_BOM = b"\xef\xbb\xbf"  # by which Excel knows a CSV to be UTF-8


@dataclass(frozen=True)
class Text:
    """A document as it is edited; `stamp` stands for what it was when it was opened."""

    path: str
    text: str
    stamp: str


def editable(path: str) -> bool:
    """Whether a kind of file can be edited as text."""
    return PurePosixPath(path).suffix.lower() in EDITABLE


def open_text(folder: KnowledgeFolder, path: str) -> Text:
    """A document to edit.

    Raises:
        Refused: there is none, or it is not one that can be edited here.
    """
    data = read(folder, path)
    if not editable(path):
        raise Refused("desk.fault.not_text", known=" ".join(EDITABLE))
    if len(data) > LARGEST_TEXT:
        raise Refused("desk.fault.large_text", limit=str(LARGEST_TEXT // 1024))
    return Text(path, decode(data.removeprefix(_BOM)), _stamp(data))


def save_text(folder: KnowledgeFolder, edited: Text) -> None:
    """Put an edited document back.

    Raises:
        Refused: it is too long, or somebody else changed it meanwhile.
    """
    before = read(folder, edited.path)
    if not editable(edited.path):
        raise Refused("desk.fault.not_text", known=" ".join(EDITABLE))
    if _stamp(before) != edited.stamp:
        raise Refused("desk.fault.changed_meanwhile", 409)
    text = edited.text.replace("\r\n", "\n")
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    data = (_BOM if before.startswith(_BOM) else b"") + text.encode("utf-8", "replace")
    if len(data) > LARGEST_TEXT:
        raise Refused("desk.fault.large_text", limit=str(LARGEST_TEXT // 1024))
    folder.put(edited.path, data)


def start_draft(folder: KnowledgeFolder, question: str) -> str:
    """Lay down a draft that is headed by a question, or find the one there is; its path is returned.

    Raises:
        Refused: there is no question.
    """
    heading = " ".join(question.split())[:LONGEST_QUESTION]
    if not heading:
        raise Refused("desk.fault.no_question")
    text = f"---\ndraft: yes\n---\n\n# {heading}\n\n"
    slug = _slug(heading)
    for number in range(1, _MOST_DRAFTS):
        path = f"drafts/{slug}.md" if number == 1 else f"drafts/{slug}-{number}.md"
        if not (folder.root / path).exists():
            return folder.put(path, text.encode("utf-8", "replace"))
        if f"\n# {heading}\n" in decode(read(folder, path)):
            return path
    raise Refused("desk.fault.many_drafts")


def read(folder: KnowledgeFolder, path: str) -> bytes:
    """The bytes of a document.

    Raises:
        Refused: there is no such document.
    """
    try:
        return folder.read(path)
    except InputError as fault:
        raise Refused("desk.fault.no_document", 404, what=path[:200]) from fault


def lies_in(folder: KnowledgeFolder, path: str) -> bool:
    """Whether a file lies in the folder, wherever a path leads."""
    try:
        folder.read(path)
    except (InputError, OSError):
        return False
    return True


def _slug(question: str) -> str:
    """A name that every disk takes, in the question's own script."""
    plain = unicodedata.normalize("NFKC", question).casefold()
    return _OF_NO_NAME.sub("-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "draft"


def _stamp(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
