"""The words a tool file uses: its policy, what it may answer, and the mark that makes a function a tool.

A tool that changes something does not change it when it is called. It checks everything and returns a
`Proposal`: the values a customer should see and the act that would do it. The runner decides whether the act
may run, asks for a yes bound to those values, and runs it once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from domain.company import Customer

Effect = Literal["read", "write", "money"]
Confirm = Literal["always", "never"]
Assurance = Literal["identified", "verified"]
Values = Mapping[str, Any]
Act = Callable[[str], Awaitable[Values]]


@dataclass(frozen=True)
class ToolPolicy:
    """What a reviewer decides about a tool. Limits of the business stand in the company's rules instead.

    `assurance="verified"` needs a one-time code when the company's rules ask for one for this tool.
    """

    scope: str
    effect: Effect = "read"
    confirm: Confirm = "always"
    assurance: Assurance = "identified"
    timeout_seconds: float = 8.0
    approval: str | None = None
    """The scope of a colleague who may approve what the tool asks approval for."""


@dataclass(frozen=True)
class Caller:
    """On whose behalf a tool runs. Identity comes from the channel, never from words."""

    customer: Customer
    now: datetime
    verified: bool = False
    asked: frozenset[str] = frozenset()
    """Slots that the customer was asked for already: choose the likeliest now instead of asking again."""
    approved: bool = False
    """A colleague with the scope of the policy's `approval` has said yes to it."""


@dataclass(frozen=True)
class Done:
    """It was done, or here is the answer. `reply` names the sentence, `values` fill it."""

    reply: str
    values: Values = field(default_factory=dict)
    awaits_approval: bool = False
    hands_over: str | None = None
    """A trigger of the escalation table when a person should look at it."""


@dataclass(frozen=True)
class Declined:
    """The business says no; `reply` names the sentence that says why."""

    reply: str
    values: Values = field(default_factory=dict)
    hands_over: str | None = None
    """A trigger of the escalation table when a person should look at it."""


@dataclass(frozen=True)
class NeedsInput:
    """Slots that only the customer can give; `options` are what they may choose from."""

    slots: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class NeedsConfirmation:
    """Ready to run once the customer says yes to exactly these values."""

    reply: str
    values: Values
    shown: str


@dataclass(frozen=True)
class Failed:
    """A system did not answer. Nothing is known to have been changed unless the ledger says so."""

    fault: str
    retryable: bool = True


Outcome = Done | Declined | NeedsInput | NeedsConfirmation | Failed


@dataclass(frozen=True)
class Proposal:
    """What a tool would do: the values to show, and the act, which takes an idempotency key.

    `summary` and `done` name sentences (`<summary>` to ask with, `<done>` to report with).
    """

    summary: str
    done: str
    values: Values
    act: Act
    awaits_approval: bool = False
    hands_over: str | None = None

    def fingerprint(self) -> str:
        """A hash of what the customer would agree to; another value, another hash."""
        text = json.dumps(
            {"summary": self.summary, **self.values},
            sort_keys=True,
            default=str,
            ensure_ascii=False,
        )
        return hashlib.sha256(text.encode()).hexdigest()[:24]


ToolAnswer = Done | Declined | NeedsInput | Proposal
Function = TypeVar("Function", bound=Callable[..., Awaitable[ToolAnswer]])


@dataclass(frozen=True)
class Tool:
    """A tool as the toolbox found it: the function, its policy and the model of what it takes."""

    name: str
    policy: ToolPolicy
    request: type[BaseModel]
    function: Callable[..., Awaitable[ToolAnswer]]
    wants: Mapping[str, type[Any]]
    caller: str | None = None
    """The parameter that takes the caller, if the tool wants to know."""


def tool(policy: ToolPolicy) -> Callable[[Function], Function]:
    """Mark a function as the tool of its file."""

    def mark(function: Function) -> Function:
        function.__tool_policy__ = policy  # type: ignore[attr-defined]  # read by the toolbox
        return function

    return mark
