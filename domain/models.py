"""What is said to a language model and what comes back, and the port behind which every model stands.

A model proposes; nothing that it says is done, or told to a customer, before code has checked it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["understand", "compose", "summarise", "judge"]
ROLES: tuple[Role, ...] = ("understand", "compose", "summarise", "judge")


@dataclass(frozen=True)
class Line:
    """One message of a prompt."""

    speaker: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Function:
    """A tool as a model sees it; `schema` is the JSON schema of its arguments, every one nullable."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Prompt:
    """What a model is asked.

    `system` is the same for every turn, so that a provider may keep it; what changes stands in `lines`.
    `source` names the prompt file and its version; `tenant` and `turn` say who pays, and for what. `about` are the
    kinds of task that it is most likely about, the likeliest first; no model sees it.
    """

    role: Role
    system: str
    lines: tuple[Line, ...]
    functions: tuple[Function, ...] = ()
    source: str = ""
    tenant: str = ""
    turn: str = ""
    max_tokens: int = 600
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """A function that the model would call. Nothing about it is trusted yet."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Usage:
    """Tokens that were paid for; `cached` of the `read` ones were kept by the provider."""

    read: int = 0
    cached: int = 0
    written: int = 0


@dataclass(frozen=True)
class Completion:
    """What a model answered. `provider` and `model` say which one; `seconds` how long it took."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    usage: Usage = field(default_factory=Usage)
    provider: str = ""
    model: str = ""
    seconds: float = 0.0


class Model(Protocol):
    """A language model, or several of them behind one another."""

    async def complete(self, prompt: Prompt) -> Completion:
        """One answer.

        Raises:
            ModelUnavailable: nothing usable came in time; another model, or none, has to do.
            ModelRefused: the key, the model's name or the request is wrong; repeating does not help.
            BudgetSpent: the tenant's tokens or money for the day, or the turn's calls, are used up.
            InvalidModelOutput: something came that is no answer.
        """
        ...

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Completion]:
        """Pieces of text as they come, and the whole as the last item; raises as `complete` does."""
        ...
