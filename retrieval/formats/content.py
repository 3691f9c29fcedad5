"""What a file says, whatever program wrote it, and why a file cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, field

LARGEST_FILE = 50 * 1024 * 1024  # bytes on disk
LARGEST_UNPACKED = 400 * 1024 * 1024  # bytes that a packed file (docx, xlsx, pptx) may unpack to
LONGEST_TEXT = 5_000_000  # characters that are taken from one file


@dataclass(frozen=True)
class Entry:
    """One line of an FAQ sheet. `language` is empty where the sheet does not say it."""

    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Note:
    """Something that the author should know about a file that is used; `key` names a sentence of the report."""

    key: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """The text of a file as Markdown (headings `#`, lists `-`, tables `| a | b |`), or its entries, or both."""

    markdown: str = ""
    title: str = ""
    entries: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()


class Unusable(ValueError):
    """Says why one file cannot be used; `key` names a sentence of the report, written in every language."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
