"""When a handover comes to its next stage: the table of `playbook/rules/takeover.yaml`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.casework import Handover, Priority
from domain.errors import ConfigurationError
from support.calendar import StaffCalendar
from support.lengths import length

Length = Annotated[timedelta, BeforeValidator(length)]


class When(BaseModel):
    """What a line is for; what it does not name fits everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    red_alert: bool | None = None
    vip: bool | None = None
    priority: Priority | None = None
    team: str | None = None

    def fits(self, handover: Handover) -> bool:
        return (
            self.red_alert in (None, handover.red_alert)
            and self.vip in (None, bool(handover.vip))
            and self.priority in (None, handover.priority)
            and self.team in (None, handover.team)
        )


class Pace(BaseModel):
    """How long each stage waits, and how many colleagues are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: When
    remind_after: Length
    transfer_after: Length
    accept_within: Length
    after_acknowledged: Length
    colleagues: int = Field(ge=1, le=50)


class TakeoverRules(BaseModel):
    """The stages of a takeover, for every kind of handover."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stages: tuple[Pace, ...] = Field(min_length=1)
    outside_hours: tuple[Literal["red_alert", "vip"], ...] = ("red_alert", "vip")
    supervisors: tuple[str, ...] = ("supervisor", "duty_manager")

    @classmethod
    def read(cls, path: Path) -> TakeoverRules:
        """Read the table.

        Raises:
            ConfigurationError: names the file, the line and the remedy.
        """
        try:
            content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            rules = cls.model_validate(content)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]
            )
            raise ConfigurationError(f"{path.name}: {problems}") from error
        if rules.stages[-1].when != When():
            raise ConfigurationError(
                f"{path.name}: the last line of stages must fit everything; write 'when: {{}}'"
            )
        return rules

    def pace(self, handover: Handover) -> Pace:
        """The first line that fits."""
        return next(one for one in self.stages if one.when.fits(handover))

    def at_night(self, handover: Handover) -> bool:
        """Is somebody called even while nobody is there?"""
        grave = {"red_alert": handover.red_alert, "vip": bool(handover.vip)}
        return any(grave[one] for one in self.outside_hours)

    def first_deadline(self, handover: Handover, calendar: StaffCalendar) -> datetime | None:
        """When the supervisors are reminded; None if nobody is ever there and it is not grave."""
        wait = self.pace(handover).remind_after
        if self.at_night(handover):
            return handover.raised_at + wait
        opening = calendar.next_open(handover.raised_at)
        if opening is None:
            return None
        return max(opening, handover.raised_at) + wait

    def later(
        self, handover: Handover, now: datetime, wait: timedelta, calendar: StaffCalendar
    ) -> datetime:
        """So much later; where nobody is there by then, so much after the next opening."""
        then = now + wait
        if self.at_night(handover) or calendar.is_open(then):
            return then
        opening = calendar.next_open(then)
        return then if opening is None else opening + wait
