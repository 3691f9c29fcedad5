"""A golden conversation: who writes, what they say, and what a good desk does and does not do."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from domain.errors import ConfigurationError
from evals.expectations import Agent, AlertWanted, Strict, TicketWanted, suggestion
from evals.text_yaml import Path as Place
from evals.text_yaml import TextDocument, UnreadableYaml, read_text_yaml

_SPAN = re.compile(r"(\d+) (minute|hour|day)s?")


def _span(value: object) -> object:
    match = _SPAN.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("write a number and minutes, hours or days: `24 hours`")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _said(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Said(Strict):
    """A message that is more than its text."""

    text: str = ""
    by: str | None = None  # somebody else in the group
    repeated: int = Field(default=1, ge=1)
    message_id: str | None = Field(default=None, alias="message id")

    @property
    def whole(self) -> str:
        return self.text * self.repeated


class ColleagueDeed(Strict):
    """What a colleague does; several deeds are done in this order."""

    who: str = Field(alias="as")
    takes_over: Literal["yes", "no"] = Field(default="no", alias="takes over")
    replies: str = ""
    hands_back: Literal["yes", "no"] = Field(default="no", alias="hands back")
    solves: Literal["yes", "no"] = "no"


class Step(Strict):
    """One of the four: the customer speaks, the desk is looked at, a colleague acts, time passes."""

    customer: Annotated[Said, BeforeValidator(_said)] | None = None
    colleague: ColleagueDeed | None = None
    agent: Agent | None = None
    wait: Annotated[timedelta, BeforeValidator(_span)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Step:
        if len(self.model_fields_set) != 1:
            raise ValueError("a step is one of `customer`, `agent`, `colleague` and `wait`")
        return self


class Given(Strict):
    """Who writes, when and where, and how the demo company differs from its usual self."""

    customer: str
    now: datetime | None = None
    channel: Literal["dingtalk", "voice"] = "dingtalk"
    verified: bool = False
    group: bool = False
    customers: list[dict[str, Any]] = Field(default_factory=list)
    products: list[dict[str, Any]] = Field(default_factory=list)
    orders: list[dict[str, Any]] = Field(default_factory=list)
    invoices: list[dict[str, Any]] = Field(default_factory=list)
    refunds: list[dict[str, Any]] = Field(default_factory=list)
    accounts: list[dict[str, Any]] = Field(default_factory=list)
    bookings: list[dict[str, Any]] = Field(default_factory=list)
    history: list[dict[str, Any]] = Field(default_factory=list)
    availability: dict[str, dict[str, str]] = Field(default_factory=dict)
    policies: dict[str, Any] = Field(default_factory=dict)


class Golden(Strict):
    """One conversation that must keep going well."""

    title: str
    why: str
    language: Literal["yue", "zh-Hant", "zh-Hans", "en", "mix"]
    owner: str
    given: Given
    conversation: list[Step] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_looked_at(self) -> Golden:
        if self.conversation[0].agent is not None or self.conversation[-1].agent is None:
            raise ValueError("a conversation begins with the customer and ends with `agent`")
        return self


def read_golden(path: Path) -> Golden:
    """Read one file.

    Raises:
        ConfigurationError: names the file, the line, what is wrong and the nearest right word.
    """
    try:
        document = read_text_yaml(path.read_text(encoding="utf-8"))
    except UnreadableYaml as error:
        raise ConfigurationError(f"{path.name}:{error.line}: {error.problem}") from error
    try:
        return Golden.model_validate(document.data)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_problems(path, document, error))) from error


def schema() -> dict[str, Any]:
    """The JSON schema of a golden file, for editors."""
    return Golden.model_json_schema(by_alias=True)


_MODELS: dict[str, type[BaseModel]] = {
    "given": Given,
    "agent": Agent,
    "customer": Said,
    "colleague": ColleagueDeed,
    "opens ticket": TicketWanted,
    "alerts": AlertWanted,
}


def _problems(path: Path, document: TextDocument, error: ValidationError) -> list[str]:
    found: list[tuple[int, str]] = []
    for one in error.errors():
        place = tuple(one["loc"])
        message = str(one["msg"]).removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            word = str(place[-1])
            message = f"unknown word `{word}`{suggestion(word, _words_at(place[:-1]))}"
        elif one["type"] == "missing":
            message = f"`{place[-1]}` is missing"
        found.append((document.line(place), message))
    return [f"{path.name}:{line}: {message}" for line, message in sorted(set(found))]


def _words_at(place: Place) -> list[str]:
    """The words that may stand in a mapping; `given: customer` is a name, no mapping."""
    named = [part for part in place if part in _MODELS]
    outside: type[BaseModel] = Step if place else Golden
    model = _MODELS[str(named[-1])] if named else outside
    return [field.alias or name for name, field in model.model_fields.items()]
