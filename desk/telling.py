"""How the pages of the office tell times, people and fields, in the language of whoever looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request

from desk.rendering import Pages
from domain.office import ASSISTANT, TicketRow
from support.calendar import HONG_KONG
from support.staff import Staff

ANGRY, UPSET = 0.6, 0.35
_WAITING = ("flagged", "supervisor_alerted", "transferred")
_HEADINGS = {
    "said": "said",
    "long ago": "long_ago",
    "done": "done",
    "declined": "declined",
    "open": "open",
}
_ELSEWHERE = ("reason", "priority", "language", "customer")
_OF_TASKS = ("done", "declined", "open")
_KIND = re.compile(
    r"(?:^|(?<=; ))\w+(?=\(|;|$)"
)  # what a line says was to be done, before its values
_LONG = timedelta(hours=48)


@dataclass(frozen=True)
class Due:
    """When something has to be done, as text; `late` is for the eye only."""

    text: str
    late: bool
    at: datetime


@dataclass(frozen=True)
class Teller:
    """Tells things for one request."""

    pages: Pages
    request: Request
    staff: Staff
    now: datetime

    def say(self, key: str, **values: object) -> str:
        return self.pages.say(self.request, key, **values)

    def field(self, kind: str, value: str) -> str:
        """What a value is called; a company may have values of its own."""
        try:
            return self.say(f"{kind}.{value}")
        except KeyError:
            return value

    def who(self, staff_id: str) -> str:
        """Who did something."""
        if staff_id in (ASSISTANT, ""):
            return self.say("inbox.assistant")
        return self.staff.name(staff_id)

    def clock(self, moment: datetime) -> str:
        """A time in Hong Kong; the day, too, if it is not today."""
        local, today = moment.astimezone(HONG_KONG), self.now.astimezone(HONG_KONG).date()
        return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")

    def length(self, span: timedelta) -> str:
        """How long, roughly."""
        minutes = max(1, round(span.total_seconds() / 60))
        if minutes < 60:
            return self.say("inbox.minutes", n=minutes)
        if span < _LONG:
            return self.say("inbox.hours", n=minutes // 60, m=minutes % 60)
        return self.say("inbox.days", n=minutes // (24 * 60))

    def due(self, row: TicketRow) -> Due | None:
        """The promise that has to be kept next; nothing while the clock stands."""
        if row.status in ("pending", "on_hold", "solved", "closed"):
            return None
        answers = row.stage in _WAITING and row.respond_by is not None
        by = row.respond_by if answers else row.resolve_by
        if by is None:
            return None
        return self.by(by, "answer" if answers else "solve")

    def by(self, moment: datetime, what: str) -> Due:
        late = moment < self.now
        span = self.length(self.now - moment if late else moment - self.now)
        return Due(
            self.say(f"inbox.due.{what}.{'late' if late else 'in'}", span=span), late, moment
        )

    def mood(self, anger: float) -> tuple[str, str] | None:
        """A symbol and a word for how somebody sounds; None for most."""
        if anger >= ANGRY:
            return "😠", self.say("inbox.mood.angry")
        return ("😟", self.say("inbox.mood.upset")) if anger >= UPSET else None


def waits(row: TicketRow) -> bool:
    """Whether nobody has taken what a person is needed for."""
    return row.stage in _WAITING and row.status not in ("solved", "closed")


def brief_lines(brief: str, task: Callable[[str], str]) -> list[tuple[str, str]]:
    """A brief by its headings, without what the page says of the ticket anyway; `task` names a kind of task."""
    lines = []
    for line in brief.splitlines():
        key, colon, text = line.partition(": ")
        if not colon or key not in (*_HEADINGS, *_ELSEWHERE):
            lines.append(("", line))
        elif key in _OF_TASKS:
            named = _KIND.sub(lambda kind: task(kind[0]), text)
            lines.append((_HEADINGS[key], named))
        elif key in _HEADINGS:
            lines.append((_HEADINGS[key], text))
    return lines
