"""A scripted day of the demo company: who writes what and when, and what colleagues do; data, read and checked.

The day stands in `playbook/demo/evening.yaml`, one story after another, in words that need no programmer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from domain.errors import ConfigurationError
from domain.language import Language

Deed = Literal[
    "says",
    "acknowledges",
    "takes over",
    "replies",
    "notes",
    "hands back",
    "solves",
    "approves",
    "refuses",
]
Spoken = Literal["yue", "zh-Hant", "zh-Hans", "en", "mix"]
CHANNELS = ("web", "dingtalk", "whatsapp")
WORDED = ("says", "replies", "notes")
_CLOCK = re.compile(r"(\d\d):([0-5]\d)")
_PAUSE = 1  # minutes from one line of a story to the next, unless it says otherwise


class Line(BaseModel):
    """One thing that somebody does in a story: the customer (`by` is empty) or a colleague."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    does: Deed
    by: str = ""
    text: str = ""
    wait: int = Field(default=_PAUSE, ge=0)

    @model_validator(mode="after")
    def _sensible(self) -> Line:
        if (self.does == "says") != (self.by == ""):
            raise ValueError("customers say things, and colleagues do the rest")
        if (self.does in WORDED) != bool(self.text.strip()):
            raise ValueError(
                f"`{self.does}` {'needs' if self.does in WORDED else 'takes no'} words"
            )
        return self


def _lines(value: object) -> object:
    """The lines of a story as they are written: `- says: …`, `- wait: 5`, `- ST-07: {replies: …}`."""
    if not isinstance(value, list):
        return value
    lines: list[dict[str, Any]] = []
    wait = _PAUSE
    for one in value:
        if not isinstance(one, dict) or len(one) != 1:
            raise ValueError(f"a line of a story has one word before the colon: {one!r}")
        (who, what), *_ = one.items()
        if who == "wait":
            wait = what
            continue
        lines.append({**_line(str(who), what), "wait": wait})
        wait = _PAUSE
    return lines


def _line(who: str, what: object) -> dict[str, Any]:
    if who == "says":
        return {"does": "says", "text": what}
    if isinstance(what, dict) and len(what) == 1:
        (does, text), *_ = what.items()
        return {"does": does, "by": who, "text": text}
    return {"does": what, "by": who}


class Talk(BaseModel):
    """One conversation. `who` is a customer's id or, of somebody unknown, a name; `score` answers the survey.

    `at` is the time of the first message; the hours after midnight are written 24:15, 25:40.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    who: str = Field(min_length=1)
    channel: str
    language: Spoken
    at: str
    story: Annotated[tuple[Line, ...], BeforeValidator(_lines)] = Field(min_length=1)
    score: str = ""
    score_after: int = Field(default=12, ge=0)  # minutes after the survey was asked

    @model_validator(mode="after")
    def _sensible(self) -> Talk:
        if self.channel not in CHANNELS:
            raise ValueError(f"{self.id}: there is no channel {self.channel!r}")
        if _CLOCK.fullmatch(self.at) is None:
            raise ValueError(f"{self.id}: `at` is a time such as 09:05 or 24:30")
        if self.story[0].does != "says":
            raise ValueError(f"{self.id}: a story begins with what the customer says")
        return self

    @property
    def minutes(self) -> int:
        """When it begins, in minutes since midnight."""
        hours, minutes = self.at.split(":")
        return int(hours) * 60 + int(minutes)


class Matter(BaseModel):
    """What customers of earlier weeks wrote about; `cross`: how often unkindly, before and in the last week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str
    product: str = ""
    team: str
    cross: tuple[float, float]
    words: Mapping[Language, tuple[str, str]]  # said in peace, and said in anger


class Day(BaseModel):
    """The whole day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: str
    ends: str
    talks: tuple[Talk, ...] = Field(min_length=1)
    earlier: tuple[Matter, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Day:
        """Read a day.

        Raises:
            ConfigurationError: names the file, the story and the remedy.
        """
        try:
            day = cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]
            )
            raise ConfigurationError(f"{path.name}: {problems}") from error
        names = [one.id for one in day.talks]
        if twice := sorted({one for one in names if names.count(one) > 1}):
            raise ConfigurationError(f"{path.name}: two stories are called {', '.join(twice)}")
        return day

    def only(self, ids: Sequence[str]) -> Day:
        """The same day with a few of its stories."""
        return self.model_copy(update={"talks": tuple(one for one in self.talks if one.id in ids)})


@dataclass(frozen=True)
class Beat:
    """A line of a story, and when it is due."""

    at: datetime
    talk: Talk
    line: Line
    number: int


def moment(day: datetime, clock: str) -> datetime:
    """A time of the day as a moment; 25:30 is half past one of the next."""
    hours, minutes = clock.split(":")
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def beats(day: Day, date: datetime) -> list[Beat]:
    """Everything that happens, in the order of the day."""
    found = [beat for talk in day.talks for beat in _of(talk, date)]
    return sorted(found, key=lambda beat: beat.at)


def _of(talk: Talk, date: datetime) -> Iterator[Beat]:
    at = moment(date, talk.at)
    for number, line in enumerate(talk.story):
        at += timedelta(minutes=line.wait if number else 0)
        yield Beat(at, talk, line, number)
