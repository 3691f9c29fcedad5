"""What the desk's pages need of the running house; the reading room of a company offers it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from domain.knowledge import AnswerBook, Edition
from domain.language import Language
from retrieval.documents import Document
from retrieval.findings import Findings
from retrieval.folder import KnowledgeFolder
from retrieval.following import Progress
from retrieval.search import ANYBODY, Hit
from retrieval.sentences import Sentences
from retrieval.unanswered import Wanted


class Searching(Protocol):
    """The librarian, who answers the assistant and the command too."""

    @property
    def documents(self) -> Mapping[str, Document]: ...

    def search(
        self,
        question: str,
        language: Language,
        k: int = 5,
        readers: Collection[str] = ANYBODY,
    ) -> list[Hit]: ...

    def confident(self, hits: Sequence[Hit]) -> bool: ...

    def sure(self, hits: Sequence[Hit]) -> bool: ...


class Keeping(Protocol):
    """Who keeps the folder."""

    @property
    def folder(self) -> KnowledgeFolder: ...


class Following(Protocol):
    """Who brings what is searched in step with the folder."""

    @property
    def progress(self) -> Progress: ...


class Inspecting(Protocol):
    """Who looks over what customers asked."""

    async def wanted(self) -> list[Wanted]: ...


class KnowledgeDesk(Protocol):
    """The documents of one company, as the desk sees and changes them."""

    @property
    def librarian(self) -> Searching: ...

    @property
    def keeper(self) -> Keeping: ...

    @property
    def follower(self) -> Following: ...

    @property
    def inspector(self) -> Inspecting: ...

    @property
    def answers(self) -> AnswerBook: ...

    @property
    def sentences(self) -> Sentences: ...

    @property
    def findings(self) -> Findings: ...

    def wake(self, by: str) -> None:
        """Look at the folder now."""
        ...

    async def editions(self) -> list[Edition]:
        """The latest states of the folder, newest first."""
        ...

    async def roll_back(self, number: int) -> list[str]:
        """Bring the folder back to an edition; the changed files are named. Raises InputError: no such edition."""
        ...
