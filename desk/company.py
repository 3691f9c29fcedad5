"""What the desk needs of the running house: the documents, the office, and who may come in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.casework import Citation
from domain.conversation import Message
from domain.errors import ConfigurationError
from domain.knowledge import AnswerBook, Edition
from domain.language import Language
from domain.office_ports import DeskStore
from domain.ports import Company
from domain.records import Casebook, ConversationStore
from domain.transcripts import Transcript
from retrieval.documents import Document
from retrieval.findings import Findings
from retrieval.folder import KnowledgeFolder
from retrieval.following import Progress
from retrieval.search import ANYBODY, Hit
from retrieval.sentences import Sentences
from retrieval.unanswered import Wanted
from security.passwords import Passwords
from security.permissions import Permissions
from support.calendar import StaffCalendar
from support.kpis import Kpis
from support.office import Office
from support.presses import Deciding
from support.replies import Replies
from support.staff import Staff
from support.warnings import Warnings
from support.writing.translation import Translator

Suggest = Callable[[str], Awaitable[list[str]]]
"""Replies that a colleague could give in a conversation, by its id."""


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


class DeskLists(DeskStore, Protocol):
    """What the pages of the office read."""

    async def version(self, conversation_id: str = "") -> str:
        """Changes whenever something of the office does, or of one conversation; cheap to ask for."""
        ...

    async def whole(self, conversation_id: str) -> Transcript | None:
        """Everything that the page of a conversation tells, read at once; None: there is no such conversation."""
        ...

    async def transcript(self, conversation_id: str) -> list[Message]:
        """The latest messages, oldest first; those that were withheld from the customer, too."""
        ...

    async def undelivered(self, conversation_id: str) -> Mapping[str, str]:
        """Messages that have not reached the customer's platform, by id: `pending`, `sending` or `dead`."""
        ...

    async def cited(self, conversation_id: str) -> Mapping[str, list[Citation]]:
        """What the assistant's replies were founded on, by the ids of the replies."""
        ...


class OfficeDesk(Protocol):
    """The conversations of one company, as colleagues see and lead them."""

    @property
    def office(self) -> Office: ...

    @property
    def store(self) -> DeskLists: ...

    @property
    def conversations(self) -> ConversationStore: ...

    @property
    def casebook(self) -> Casebook: ...

    @property
    def staff(self) -> Staff: ...

    @property
    def systems(self) -> Company: ...

    @property
    def translator(self) -> Translator | None: ...

    @property
    def suggest(self) -> Suggest: ...

    @property
    def calendar(self) -> StaffCalendar: ...

    @property
    def replies(self) -> Replies: ...

    @property
    def approvals(self) -> Deciding: ...

    def now(self) -> datetime:
        """The company's time."""
        ...


class DashboardDesk(Protocol):
    """The figures of one company."""

    @property
    def kpis(self) -> Kpis: ...

    @property
    def warnings(self) -> Warnings: ...

    async def wanted(self) -> Sequence[Wanted]:
        """What customers asked and nothing answered; may take long."""
        ...

    def now(self) -> datetime:
        """The company's time."""
        ...


class Session(Protocol):
    """Somebody who is logged in; `csrf` is what their forms have to bring."""

    @property
    def staff_id(self) -> str: ...

    @property
    def csrf(self) -> str: ...


class Opened(Protocol):
    """A session that begins, and its token, which only the browser keeps."""

    @property
    def token(self) -> str: ...

    @property
    def session(self) -> Session: ...


class Try(Protocol):
    """A try to log in: counted under its number, or told to `wait` so many seconds."""

    @property
    def number(self) -> int: ...

    @property
    def wait(self) -> float: ...


class Accounts(Protocol):
    """Passwords, sessions and wrong tries of the staff; storage keeps them."""

    async def password(self, staff_id: str) -> str | None: ...

    async def strengthen(self, staff_id: str, old: str, new: str) -> None: ...

    async def open(self, staff_id: str, verified: str | None) -> Opened | None:
        """Begin a session with a new token; None if the password changed since it was `verified`."""
        ...

    async def find(self, token: str, *, touch: bool = True) -> Session | None:
        """Who is logged in; with `touch` they are at work now, and stay so."""
        ...

    async def end(self, token: str) -> None: ...

    async def attempt(self, account: str, address: str) -> Try:
        """Count a try, before the password is looked at."""
        ...

    async def succeeded(self, number: int, account: str) -> None: ...


@dataclass(frozen=True)
class Entrance:
    """Who may come in to the desk, and how that is known.

    `local`: it is served to this machine only. `demo`: visitors of the demo company may be any of its colleagues,
    without a password.
    """

    staff: Staff
    accounts: Accounts
    permissions: Permissions
    passwords: Passwords
    local: bool
    demo: bool = False

    def __post_init__(self) -> None:
        if self.demo and not self.local:
            raise ConfigurationError(
                "colleagues of the demo have no passwords: serve it on loopback (NIGHTDESK_HOST)"
            )
