"""The table of documents: what answers, what does not, and the part of it that is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from retrieval.documents import Document
from retrieval.findings import Findings

ON_A_PAGE = 100
State = Literal["answers", "ended", "later", "earlier", "refused"]
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One file of the knowledge folder. `version` is 0 for one that was never used."""

    path: str
    title: str
    state: State
    language: str = ""
    audience: str = ""
    passages: int = 0
    version: int = 0
    until: str = ""
    owner: str = ""

    @property
    def searchable(self) -> str:
        parts = (self.title, self.path, self.owner, self.language, self.audience)
        return " ".join(parts).casefold()


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """A hundred of many, and how many there are."""

    items: Sequence[T]
    number: int
    sheets: int
    total: int


def rows(documents: Mapping[str, Document], findings: Findings) -> list[Row]:
    """Every file that answers, or should, by its path."""
    refused = {one.path for one in findings.sections.get("refused", ()) if one.path}
    found = {path: _row(each, refused, findings.day) for path, each in documents.items()}
    for path in refused - found.keys():
        found[path] = Row(path, path.rsplit("/", 1)[-1], "refused")
    return [found[path] for path in sorted(found)]


def looked_for(table: Sequence[Row], words: str) -> list[Row]:
    """The rows that hold every one of the words."""
    wanted = words.casefold().split()
    return [row for row in table if all(word in row.searchable for word in wanted)]


def sheet(items: Sequence[T], number: int) -> Sheet[T]:
    """One sheet of a long list; a number beyond its ends means the nearest."""
    sheets = max(1, -(-len(items) // ON_A_PAGE))
    number = min(max(number, 1), sheets)
    start = (number - 1) * ON_A_PAGE
    return Sheet(items[start : start + ON_A_PAGE], number, sheets, len(items))


def folders(table: Sequence[Row]) -> list[str]:
    """The folders in which files lie."""
    found = {row.path.rsplit("/", 1)[0] for row in table if "/" in row.path}
    return sorted(found)


def _row(document: Document, refused: set[str], day: date) -> Row:
    state: State = "answers"
    if document.path in refused:
        state = "earlier"
    if not document.valid_on(day):
        begun = document.valid_from is None or document.valid_from <= day
        state = "ended" if begun else "later"
    return Row(
        document.path,
        document.title,
        state,
        document.language,
        document.audience,
        len(document.passages),
        document.number,
        document.valid_until.isoformat() if document.valid_until else "",
        document.owner,
    )
