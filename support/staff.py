"""Who works here and who is there now: the people of `staff.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.errors import ConfigurationError
from domain.office import Colleague
from support.calendar import HONG_KONG, StaffCalendar, spans, weekdays

_PEOPLE: TypeAdapter[list[Colleague]] = TypeAdapter(list[Colleague])


class Staff:
    """The colleagues, by their ids and by the platforms' ids."""

    def __init__(self, people: Iterable[Colleague]) -> None:
        self._people = {one.id: one for one in people}

    @classmethod
    def read(cls, path: Path) -> Staff:
        """Read the file; a company without one has nobody who can log in.

        Raises:
            ConfigurationError: names the person and what is wrong.
        """
        if not path.exists():
            return cls(())
        try:
            content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or []
            people = _PEOPLE.validate_python(content)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]
            )
            raise ConfigurationError(f"{path.name}: {problems}") from error
        _check(people, path.name)
        return cls(people)

    @property
    def everybody(self) -> Sequence[Colleague]:
        return tuple(self._people.values())

    def find(self, staff_id: str) -> Colleague | None:
        return self._people.get(staff_id)

    def name(self, staff_id: str) -> str:
        """What somebody is called; of one who has left, the id."""
        known = self._people.get(staff_id)
        return known.name if known else staff_id

    def reached(self, channel: str, user: str) -> Colleague | None:
        """Whose account on a platform this is."""
        if not user:
            return None
        return next(
            (
                one
                for one in self._people.values()
                if one.reach and (one.reach.channel, one.reach.user) == (channel, user)
            ),
            None,
        )

    def on_duty(self, now: datetime, calendar: StaffCalendar) -> list[Colleague]:
        """Who works now: by their shift, or without one in the company's staffed hours."""
        return [one for one in self._people.values() if _works(one, now, calendar)]


def _works(one: Colleague, now: datetime, calendar: StaffCalendar) -> bool:
    if not one.shift:
        return calendar.is_open(now)
    local = now.astimezone(HONG_KONG)
    return any(
        start <= local.time() < end
        for days, times in one.shift.items()
        if local.weekday() in weekdays(days)
        for start, end in spans(times)
    )


def _check(people: Sequence[Colleague], name: str) -> None:
    ids = [one.id for one in people]
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise ConfigurationError(f"{name}: {', '.join(sorted(twice))} stands there twice; keep one")
    for one in people:
        for days, times in one.shift.items():
            if not weekdays(days) or not spans(times):
                raise ConfigurationError(
                    f"{name}: {one.id}: the shift {days}: {times!r} has no times;"
                    " write {mon-fri: '09:00-18:00'}"
                )
