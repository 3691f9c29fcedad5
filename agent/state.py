"""What a turn carries from node to node, and what every node is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from agent.memory import Window
from agent.runner import Runner
from agent.turnstile import Turnstile
from domain.casework import Citation, Verdict
from domain.company import CompanyNames, Customer
from domain.conversation import Conversation, Message, Task
from domain.office import Survey
from domain.policies import Policies
from domain.ports import Catalogue, Clock
from domain.reading import CustomerRecords, Reader, Screener, Screening
from retrieval.search import Librarian
from support.calendar import StaffCalendar
from support.cases import Case, CaseDesk
from support.escalation import Escalation
from support.policy_answers import PolicyAnswers
from support.replies import Replies
from support.surveys import SurveyRules
from support.tickets import Tickets
from support.writing.translation import Translator
from support.writing.writer import Writer


def merge(left: tuple[Task, ...], right: tuple[Task, ...]) -> tuple[Task, ...]:
    """Tasks by id, the later version winning, in the order they were asked."""
    by_id = {task.id: task for task in (*left, *right)}
    return tuple(sorted(by_id.values(), key=lambda task: task.position))


def join(left: tuple[Citation, ...], right: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Sources from branches that ran side by side."""
    return (*left, *right)


@dataclass(frozen=True)
class TurnOutcome:
    """What the turn says, what it asks for, the case if a person was brought in, and a survey's answer."""

    reply: str = ""
    awaiting: tuple[str, ...] = ()
    case: Case | None = None
    survey: Survey | None = None


@dataclass
class ConversationState:
    """One turn. Everything that outlives it is in storage."""

    conversation: Conversation
    customer: Customer
    message: Message
    window: Window
    records: CustomerRecords
    tasks: Annotated[tuple[Task, ...], merge] = ()
    citations: Annotated[tuple[Citation, ...], join] = ()
    screening: Screening = field(default_factory=Screening)
    verdict: Verdict = field(default_factory=Verdict)
    outcome: TurnOutcome = field(default_factory=TurnOutcome)


class Update(TypedDict, total=False):
    """What a node may change."""

    conversation: Conversation
    tasks: tuple[Task, ...]
    citations: tuple[Citation, ...]
    screening: Screening
    verdict: Verdict
    outcome: TurnOutcome


@dataclass(frozen=True)
class TaskStep:
    """One task on its way to `act` or `retrieve`, with what they need of the turn."""

    task: Task
    conversation: Conversation
    customer: Customer


def _no_topic(_: str) -> tuple[str, float]:
    return "", 1.0


@dataclass(frozen=True)
class AgentContext:
    """The company that is served, and the hands that serve it."""

    names: CompanyNames
    policies: Policies
    calendar: StaffCalendar
    escalation: Escalation
    answers: PolicyAnswers
    catalogue: Catalogue
    librarian: Librarian
    reader: Reader
    screener: Screener
    runner: Runner
    replies: Replies
    clock: Clock
    desk: CaseDesk
    tickets: Tickets
    surveys: SurveyRules
    topic_of: Callable[[str], tuple[str, float]] = _no_topic
    """Which of the topics that rules answer a text is about, and how surely."""
    not_offered: frozenset[str] = frozenset()
    """Kinds of tasks that there is nothing for in this company: one without rooms books none."""
    writer: Writer | None = None
    """Words the free sentences; without one every sentence is said as written."""
    translator: Translator | None = None
    """Puts a passage that stands in one language only into the customer's; without one it is told as it stands."""
    turnstile: Turnstile = field(default_factory=Turnstile)
    """Of this turn: up to where it may be stopped."""
    live: bool = False
    """Whether somebody watches this turn's reply being written."""
