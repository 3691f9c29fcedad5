"""The documents as they are kept: every version of every file, and which of them answer now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.casework import Citation


@dataclass(frozen=True)
class SeenFile:
    """A file of the folder as it was last looked at.

    `size` in bytes and `modified` in nanoseconds tell whether it must be read again; `digest` stands for what is
    in it. `fault` names the sentence that says why it cannot be used; it is empty for a file that is used.
    """

    path: str
    size: int
    modified: int
    digest: str
    fault: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def unchanged(self, other: SeenFile) -> bool:
        return (self.size, self.modified) == (other.size, other.modified)


@dataclass(frozen=True)
class Version:
    """One version of a document; `content` is what was read from the file, as JSON."""

    path: str
    number: int
    digest: str
    at: datetime
    content: str


@dataclass(frozen=True)
class NewVersion:
    """A version that is to be kept, with the file's own bytes, so that it can be brought back."""

    seen: SeenFile
    content: str
    original: bytes
    about: bytes = (
        b""  # the file beside it that says its title, language and so on, if there is one
    )


@dataclass(frozen=True)
class Edition:
    """A state of the whole knowledge: what one change added, changed and removed."""

    number: int
    at: datetime
    by: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class KnowledgeStore(Protocol):
    """What is kept of one company's documents. An edition is written whole or not at all."""

    async def edition(self) -> int:
        """The number of the latest edition; 0 before the first."""
        ...

    async def numbers(self, edition: int | None = None) -> dict[str, int]:
        """The documents of an edition, the latest if none is named: path and number of the version."""
        ...

    async def read(self, paths: Sequence[str], edition: int | None = None) -> list[Version]:
        """What these documents say in an edition."""
        ...

    async def original(self, path: str, number: int) -> tuple[bytes, bytes]:
        """The bytes of a version and of the file that described it.

        Raises:
            KeyError: there is no such version.
        """
        ...

    async def editions(self, latest: int = 50) -> list[Edition]:
        """The latest editions, newest first."""
        ...

    async def seen(self) -> dict[str, SeenFile]:
        """The files of the folder as they were last looked at, by path."""
        ...

    async def look(self, files: Sequence[SeenFile]) -> None:
        """Keep what these files looked like, without a new edition."""
        ...

    async def commit(
        self, new: Sequence[NewVersion], removed: Sequence[str], *, by: str
    ) -> Edition | None:
        """Keep new versions and let go of removed documents in one step; None when nothing changes."""
        ...


@dataclass(frozen=True)
class AskedQuestion:
    """A question that was put to the documents, masked, and whether they answered it."""

    message_id: str
    conversation_id: str
    at: datetime
    language: str
    text: str
    answered: bool


@dataclass(frozen=True)
class FoundedAnswer:
    """What one answer was founded on."""

    message_id: str
    conversation_id: str
    at: datetime
    citations: tuple[Citation, ...]


class AnswerBook(Protocol):
    """What was answered from the documents, and what could not be."""

    async def unanswered(self, since: datetime) -> list[AskedQuestion]:
        """The questions that nothing answered, oldest first."""
        ...

    async def used(self, since: datetime) -> dict[str, int]:
        """How often each passage, by id, was answered from."""
        ...

    async def why(self, message_id: str) -> FoundedAnswer | None:
        """What a reply, or the reply to a customer's message, was founded on."""
        ...

    async def latest(self, count: int = 10) -> list[FoundedAnswer]:
        """The last answers that were founded on something, newest first."""
        ...
