"""How soon a ticket gets its first answer and is solved, by priority, team and tier of the customer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from domain.casework import PRIORITIES, Priority
from domain.errors import ConfigurationError
from support.calendar import HONG_KONG, StaffCalendar

_LENGTH = re.compile(
    r"(?:(?P<days>\d{1,3}) ?d(?:ays?)?)? ?"
    r"(?:(?P<hours>\d{1,4}) ?h(?:ours?)?)? ?"
    r"(?:(?P<minutes>\d{1,5}) ?m(?:in(?:ute)?s?)?)?"
)
_TARGET = "write it like {within: 4 hours, business: true}"
_REMEDIES = {
    "missing": _TARGET,
    "model_type": _TARGET,
    "bool_type": "write true for staffed time, false for the clock on the wall",
    "extra_forbidden": "remove it, or mend its spelling (the priorities are urgent, high, normal and low)",
    "dict_type": "write what differs below it, or remove it",
}


class Target(BaseModel):
    """A promise: within how much time, and whether only staffed time counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    business: bool = Field(strict=True)
    within: timedelta

    @field_validator("within", mode="before")
    @classmethod
    def _length(cls, words: object, info: ValidationInfo) -> timedelta:
        match = _LENGTH.fullmatch(words.strip().lower()) if isinstance(words, str) else None
        units = {unit: int(n) for unit, n in match.groupdict().items() if n} if match else {}
        if not any(units.values()):
            raise ValueError(f"{words!r} is no length of time; write '30 minutes' or '4 hours'")
        if "days" in units and info.data.get("business"):
            raise ValueError(
                f"{words!r} of staffed time is unclear; write its hours, or 'business: false'"
            )
        return timedelta(**units)

    def due(self, since: datetime, calendar: StaffCalendar) -> datetime | None:
        """When it has to be kept; None if it needs staff and the company has no staffed hours."""
        if self.business:
            return calendar.add(since, self.within)
        return since.astimezone(HONG_KONG) + self.within


class _Override(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    first_response: Target | None = None
    resolution: Target | None = None


class _Promise(_Override):
    first_response: Target
    resolution: Target

    def but(self, other: _Override) -> _Promise:
        """The same, with what another line says otherwise."""
        return _Promise(
            first_response=other.first_response or self.first_response,
            resolution=other.resolution or self.resolution,
        )

    def backwards(self) -> bool:
        """Would it be solved before anybody answers? Only like can be compared with like."""
        first, last = self.first_response, self.resolution
        return first.business == last.business and last.within < first.within


class _Promises(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    urgent: _Promise
    high: _Promise
    normal: _Promise
    low: _Promise

    def of(self, priority: Priority) -> _Promise:
        """What everybody is promised at a priority."""
        found: _Promise = getattr(self, priority)
        return found


class _Overrides(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    urgent: _Override = _Override()
    high: _Override = _Override()
    normal: _Override = _Override()
    low: _Override = _Override()

    def of(self, priority: Priority) -> _Override:
        """What differs for a priority."""
        found: _Override = getattr(self, priority)
        return found


class _Team(_Overrides):
    vip: _Overrides | None = None


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    targets: _Promises
    teams: dict[str, _Team] = Field(default_factory=dict)
    vip: _Overrides = _Overrides()


@dataclass(frozen=True)
class Due:
    """By when; None where nobody is ever there to do it. `business`: the resolution counts staffed time."""

    first_response_by: datetime | None
    resolve_by: datetime | None
    business: bool = True


class Sla:
    """The targets of `playbook/rules/sla.yaml`."""

    def __init__(self, table: _Table) -> None:
        self._table = table

    @classmethod
    def read(cls, path: Path) -> Sla:
        """Read the targets.

        Raises:
            ConfigurationError: names the file, the key and the remedy.
        """
        try:
            content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
            table = _Table.model_validate({} if content is None else content)
        except ValidationError as error:
            problems = "; ".join(_problem(dict(one)) for one in error.errors()[:5])
            raise ConfigurationError(f"{path.name}: {problems}") from error
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        _check(table, path.name)
        return cls(table)

    @property
    def teams(self) -> frozenset[str]:
        """The teams that have targets of their own."""
        return frozenset(self._table.teams)

    def due(
        self,
        priority: Priority,
        team: str,
        vip: str | None,
        opened_at: datetime,
        calendar: StaffCalendar,
    ) -> Due:
        """When a ticket has to be answered and solved.

        A team's target stands in place of the general one. For a customer with a tier (`vip`), the sooner
        of that and the tier's counts.
        """
        table = self._table
        one = table.teams.get(team, _Team())
        usual = table.targets.of(priority).but(one.of(priority))
        tier = table.vip if one.vip is None else one.vip
        own = usual.but(tier.of(priority)) if vip else usual
        first, _ = _sooner(usual.first_response, own.first_response, opened_at, calendar)
        last, target = _sooner(usual.resolution, own.resolution, opened_at, calendar)
        return Due(first, last, target.business)


def resume(
    due_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    calendar: StaffCalendar,
    *,
    business: bool = True,
) -> datetime:
    """When a ticket has to be solved whose clock stood for a while: what was left then is left now.

    Args:
        due_at: What it was before the pause; if that had passed, it is as late after the pause as before.
        paused_at: When the ticket became pending or on_hold.
        resumed_at: When it was open again; a moment before the pause changes nothing.
        calendar: Whose staffed time counts.
        business: Whether the target counts staffed time, as `Due.business` says.
    """
    if not business:
        return due_at + max(resumed_at - paused_at, timedelta())
    stood = calendar.between(paused_at, resumed_at)
    shifted = calendar.add(due_at, stood) if stood > timedelta() else None
    return due_at if shifted is None else shifted


def _sooner(
    usual: Target, own: Target, since: datetime, calendar: StaffCalendar
) -> tuple[datetime | None, Target]:
    """Staffed time and the clock on the wall can only be compared on a given day."""
    dated = [(target.due(since, calendar), target) for target in (own, usual)]
    kept = [(due, target) for due, target in dated if due is not None]
    return min(kept, key=lambda one: one[0]) if kept else dated[0]


def _check(table: _Table, name: str) -> None:
    lines = {f"targets.{priority}": table.targets.of(priority) for priority in PRIORITIES}
    lines |= {
        f"teams.{team}.{priority}": table.targets.of(priority).but(own.of(priority))
        for team, own in table.teams.items()
        for priority in PRIORITIES
    }
    for key, promise in lines.items():
        if promise.backwards():
            raise ConfigurationError(
                f"{name}: {key} is to be solved sooner than it is answered;"
                " give its resolution more time than its first_response"
            )


def _problem(error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "the file"
    remedy = _REMEDIES.get(error["type"])
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}; {remedy}" if remedy else f"{where}: {said}"
