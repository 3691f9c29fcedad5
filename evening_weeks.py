"""Made-up earlier weeks of the demo company, so that its trends and early warnings have something to compare with.

Numbers from a seeded generator, and sentences of nobody from `playbook/demo/evening.yaml`: how many wrote, how
they sounded, how many were content. What goes wrong in the last of these weeks the early warnings should tell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from domain.conversation import Conversation, Message
from domain.language import Language
from evals.bench_dashboard import made_up_tickets
from evening_script import Matter
from storage.database import Database
from storage.made_up import SqlMadeUp

MADE_UP = "made-up"  # what the ids of all of it begin with
_SEED = 12
WEEK = timedelta(days=7)
_A_DAY = 70
_STRANGERS = 600  # who write again and again, each in one conversation
_SUNDAY = 0.4  # of a day's customers write on a Sunday
_KNOWN = ("C-118", "C-204", "C-326", "C-501", "C-602", "C-733", "C-799")
_TIMES = (
    "opened",
    "updated",
    "customer_at",
    "first_reply",
    "first_person",
    "respond_by",
    "resolve_by",
)
_LATER = ("raised", "acknowledged", "accepted", "solved", "surveyed")
_OPEN, _CLOSE = 9, 18
_CHANNELS = ("whatsapp", "web", "whatsapp", "dingtalk", "whatsapp")


_LANGUAGES: tuple[Language, ...] = ("yue", "yue", "yue", "zh-Hans", "zh-Hant", "en")


async def add_weeks(
    database: Database, tenant: str, until: datetime, weeks: int, matters: Sequence[Matter]
) -> int:
    """Write the weeks before `until`; returns how many tickets they hold. All of it is made up, and says so."""
    chance = random.Random(_SEED)  # noqa: S311 - made-up figures are no secret
    days = [until - timedelta(days=number) for number in range(weeks * 7, 0, -1)]
    opened = [at for day in days for at in _moments(chance, day)]
    bases = islice(made_up_tickets(len(opened)), len(opened))
    made = [
        _made_up(chance, base, at, chance.choice(matters), last_week=until - at < WEEK)
        for base, at in zip(bases, opened, strict=True)
    ]
    talks = {one.talk.id: one.talk for one in reversed(made)}
    await SqlMadeUp(database).write(
        [replace(one, tenant=tenant) for one in talks.values()],
        [one.message for one in made],
        of_tickets=[{**one.ticket, "tenant": tenant} for one in made],
        words=[one.words for one in made],
        sounded=[{**mood, "tenant": tenant} for one in made for mood in one.moods],
        asked=[one.survey for one in made if one.survey],
    )
    return len(made)


@dataclass(frozen=True)
class MadeUp:
    """A ticket of former days, with what belongs to it."""

    ticket: dict[str, Any]
    said: str
    at: datetime
    moods: list[dict[str, Any]]
    survey: dict[str, Any] | None

    @property
    def talk(self) -> Conversation:
        """The conversation that it belongs to, of no company yet."""
        ticket = self.ticket
        return Conversation(
            id=ticket["conversation_id"],
            tenant="",
            customer_id=ticket["customer_id"],
            channel=ticket["channel"],
            opened_at=self.at,
            language=ticket["language"],
        )

    @property
    def message(self) -> Message:
        """The customer's one sentence about it."""
        ticket = self.ticket
        said, talk = f"{ticket['id']}-0", ticket["conversation_id"]
        return Message(said, talk, "customer", self.at, self.said, ticket["language"])

    @property
    def words(self) -> dict[str, Any]:
        """Its subject, which search finds."""
        keys = {"ticket_id": self.ticket["id"], "conversation_id": self.ticket["conversation_id"]}
        return {**keys, "subject": self.said, "summary": "made up for the demo's figures"}


def _moments(chance: random.Random, day: datetime) -> Iterator[datetime]:
    """When customers wrote on a day: most of them after work, fewer at weekends."""
    busy = _SUNDAY if day.weekday() == 6 else 1.0
    for _ in range(round(_A_DAY * busy * chance.uniform(0.8, 1.2))):
        hour = chance.choice((chance.uniform(9, 18), chance.uniform(18, 23), chance.uniform(7, 25)))
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        yield midnight + timedelta(hours=hour)


def _made_up(
    chance: random.Random, base: dict[str, Any], at: datetime, matter: Matter, *, last_week: bool
) -> MadeUp:
    cross = chance.random() < matter.cross[last_week]
    known = chance.random() < 0.05
    number = chance.randrange(_STRANGERS)
    talk = base["id"][-6:] if known else str(number)
    shift = at.timestamp() - base["opened"]
    ticket = {
        **base,
        **{name: base[name] + shift for name in (*_TIMES, *_LATER) if base[name] is not None},
        "id": f"{MADE_UP}-{base['id'][-6:]}",
        "conversation_id": f"{MADE_UP}-talk-{talk}",
        "customer_id": chance.choice(_KNOWN) if known else f"{MADE_UP}-{number}",
        "category": matter.category,
        "team": matter.team,
        "channel": _CHANNELS[number % len(_CHANNELS)],
        "language": _LANGUAGES[number % len(_LANGUAGES)],
        "staffed": at.weekday() < 5 and _OPEN <= at.hour < _CLOSE,
        "status": "closed",
    }
    ticket["solved"] = ticket["solved"] or ticket["opened"] + 7200.0
    ticket["solved_by"] = ticket["solved_by"] or "assistant"
    ticket["closed"] = ticket["updated"] = ticket["solved"]
    _rate(chance, ticket, cross=cross, asked=not known)
    said = matter.words[ticket["language"]][cross]
    sounded = _moods(chance, ticket, matter, cross=cross)
    ticket["anger"] = sum(one["anger"] for one in sounded)
    ticket["negative"] = sum(one["negative"] for one in sounded)
    ticket["moods"] = ticket["messages"] = len(sounded)
    return MadeUp(ticket, said, at, sounded, _survey(ticket))


def _rate(chance: random.Random, ticket: dict[str, Any], *, cross: bool, asked: bool) -> None:
    """Who was asked how it was, and what they said; real customers of the demo are left to be asked today."""
    asked = asked and chance.random() < 0.8
    answered = asked and chance.random() < 0.35
    scores = (1, 1, 2, 2, 3, 4) if cross else (3, 4, 4, 5, 5, 5, 5)
    ticket["surveyed"] = ticket["solved"] + 1800.0 if asked else None
    ticket["csat"] = chance.choice(scores) if answered else None
    ticket["red_alert"] = cross and chance.random() < 0.15


def _moods(
    chance: random.Random, ticket: dict[str, Any], matter: Matter, *, cross: bool
) -> list[dict[str, Any]]:
    low = 0.55 if cross else 0.02
    return [
        {
            "message_id": f"{ticket['id']}-{number}",
            "conversation_id": ticket["conversation_id"],
            "customer_id": ticket["customer_id"],
            "at": ticket["opened"] + 60.0 * number,
            "anger": round(low * chance.uniform(0.5, 1.2), 3),
            "negative": round(low + chance.uniform(0.0, 0.3), 3),
            "topic": matter.category,
            "product": matter.product,
        }
        for number in range(chance.choice((1, 2, 2, 3)))
    ]


def _survey(ticket: dict[str, Any]) -> dict[str, Any] | None:
    if ticket["surveyed"] is None:
        return None
    names = ("conversation_id", "customer_id", "language")
    answered = ticket["surveyed"] + 600.0 if ticket["csat"] is not None else None
    return {
        **{name: ticket[name] for name in names},
        "id": f"{ticket['id']}-survey",
        "ticket_id": ticket["id"],
        "sent": ticket["surveyed"],
        "reminded": ticket["surveyed"] + 72_000.0 if answered is None else None,
        "score": ticket["csat"],
        "answered": answered,
    }
