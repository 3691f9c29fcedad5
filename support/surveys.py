"""Satisfaction: when an episode is over, the customer is asked how it was, and reminded once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import structlog
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.casework import Ticket, TicketStatus
from domain.channels import Address, Arrival, Button, Outgoing
from domain.conversation import Message
from domain.errors import ConfigurationError
from domain.language import Language
from domain.office import ASSISTANT, EventKind, Survey, TicketEvent
from domain.office_ports import Effects, OfficeStore, SurveyStore
from domain.ports import Clock
from support.lengths import length
from support.outbox import Outbox
from support.replies import LANGUAGES, Replies
from support.tickets import TALK

log = structlog.get_logger()
PRESSED = "csat"
SCORES = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 1_000
_WRITTEN = re.compile(
    r"\s*(?:([1-5])|([一二兩三四五]))\s*(?:/\s*5|分|星|out of (?:5|five)|stars?)?"
    r"(?:[\s,，。.:：;；!！]+(.*))?\s*",
    re.DOTALL | re.IGNORECASE,
)
# "3 個都要退" counts things, and an order number speaks of an order: neither is a score.
_COUNTS = re.compile(
    r"[個个件張张盒套間间晚位日天號号樣样款部對对]|(?:days?|items?|pcs|pieces?|nights?|rooms?|orders?|of|x)\b|.*\d{4}",
    re.IGNORECASE | re.DOTALL,
)
_CHINESE = {"一": 1, "二": 2, "兩": 2, "三": 3, "四": 4, "五": 5}
Length = Annotated[timedelta, BeforeValidator(length)]


class SurveyRules(BaseModel):
    """The table of `playbook/rules/surveys.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quiet_after: Length
    abandoned_after: Length
    closed_after: Length
    remind_after: Length
    not_again_within: Length
    low_score: int = Field(ge=1, le=4)
    never_after: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> SurveyRules:
        """Read the table.

        Raises:
            ConfigurationError: names the file, the key and the remedy.
        """
        try:
            content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            return cls.model_validate(content)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]
            )
            raise ConfigurationError(f"{path.name}: {problems}") from error


@dataclass(frozen=True)
class Score:
    """What a customer answered to a survey."""

    survey: Survey
    value: int
    comment: str = ""

    def answered(self, at: datetime) -> Survey:
        """The survey with its answer; a comment that was given before stays."""
        comment = self.comment or self.survey.comment
        return replace(self.survey, score=self.value, comment=comment, answered_at=at)


def score_of(survey: Survey | None, text: str, pressed: str, *, asked_last: bool) -> Score | None:
    """The score in a message; None when it is about something else.

    A button always counts. A number that somebody wrote counts where the survey is what was said last.
    """
    if survey is None:
        return None
    kind, _, rest = pressed.partition(":")
    if kind == PRESSED:
        about, _, value = rest.partition(":")
        if about != survey.id or value not in {str(one) for one in SCORES}:
            return None
        return Score(survey, int(value), text.strip()[:LONGEST_COMMENT])
    written = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text)) if asked_last else None
    if written is None or _COUNTS.match((written[3] or "").strip()):
        return None
    value = written[1] or str(_CHINESE[written[2]])
    return Score(survey, int(value), (written[3] or "").strip()[:LONGEST_COMMENT])


class Surveys:
    """Ends quiet episodes and asks how they were."""

    def __init__(
        self,
        *,
        rules: SurveyRules,
        store: SurveyStore,
        office: OfficeStore,
        outbox: Outbox,
        replies: Replies,
        clock: Clock,
    ) -> None:
        self.rules = rules
        self._store = store
        self._office = office
        self._outbox = outbox
        self._replies = replies
        self._clock = clock

    async def sweep(self, conversation_id: str = "") -> int:
        """End what is over, ask, and remind, in one conversation or in all; returns how much was moved."""
        now, rules = self._clock.now(), self.rules
        moved = 0
        ends: tuple[tuple[TicketStatus, TicketStatus, timedelta], ...] = (
            ("open", "solved", rules.quiet_after),
            ("pending", "closed", rules.abandoned_after),
            ("solved", "closed", rules.closed_after),
        )
        for status, end, wait in ends:
            for ticket in await self._store.quiet(now - wait, status):
                if conversation_id in ("", ticket.conversation_id):
                    moved += await self._end(ticket, now - wait, end)
        for survey in await self._store.unanswered(now - rules.remind_after):
            if conversation_id in ("", survey.conversation_id):
                moved += await self._remind(survey)
        return moved

    async def _end(self, ticket: Ticket, before: datetime, status: TicketStatus) -> int:
        now = self._clock.now()
        solved = ticket.status == "solved" or status == "solved"
        after = replace(
            ticket,
            status=status,
            solved_at=(ticket.solved_at or now) if solved else None,
            solved_by=(ticket.solved_by or ASSISTANT) if solved else "",
        )
        event = _event(ticket, now, "status", to=status)
        effects = Effects(events=[event], ticket_id=ticket.id, ticket=after)
        if not await self._store.finish(after, before, now, effects):
            return 0
        if status == "solved":
            await self.ask(after)
        return 1

    async def ask(self, ticket: Ticket) -> bool:
        """Ask about a solved ticket, if this is one that is asked about, and this customer may be."""
        now = self._clock.now()
        case = await self._office.newest(ticket.conversation_id)
        if ticket.category == TALK or (case is not None and case.reason in self.rules.never_after):
            return False
        since = now - self.rules.not_again_within
        if await self._store.surveyed_since(ticket.customer_id, since):
            return False
        arrival = await self._office.last_arrival(ticket.conversation_id)
        if arrival is not None and arrival.address.group:
            return False
        survey = Survey(
            id=uuid4().hex,
            ticket_id=ticket.id,
            conversation_id=ticket.conversation_id,
            customer_id=ticket.customer_id,
            language=_language(ticket.language),
            sent_at=now,
        )
        message, outgoing = self._said("survey.ask", survey, ticket, arrival)
        event = _event(ticket, now, "survey_sent")
        effects = Effects(events=[event], ticket_id=ticket.id)
        asked = await self._store.ask(survey, message, outgoing, effects)
        if asked and outgoing:
            await self._outbox.later(survey.conversation_id, 0.0)
        return asked

    async def _remind(self, survey: Survey) -> int:
        ticket = await self._office.ticket(survey.ticket_id)
        if ticket is None:
            return 0
        now = self._clock.now()
        arrival = await self._office.last_arrival(survey.conversation_id)
        reminded = replace(survey, reminded_at=now)
        message, outgoing = self._said("survey.remind", reminded, ticket, arrival)
        effects = Effects(events=[_event(ticket, now, "survey_reminded")], ticket_id=ticket.id)
        if not await self._store.remind(reminded, message, outgoing, effects):
            return 0
        if outgoing:
            await self._outbox.later(survey.conversation_id, 0.0)
        return 1

    def _said(
        self, key: str, survey: Survey, ticket: Ticket, arrival: Arrival | None
    ) -> tuple[Message, list[Outgoing]]:
        text = self._replies.say(key, survey.language)
        message_id = asked_by(survey)
        message = Message(
            id=message_id,
            conversation_id=survey.conversation_id,
            author="assistant",
            sent_at=self._clock.now(),
            text=text,
            language=survey.language,
        )
        return message, [
            Outgoing(
                id=message_id,
                conversation_id=survey.conversation_id,
                address=arrival.address if arrival else _here(ticket),
                text=text,
                language=survey.language,
                buttons=self.buttons(survey),
                route=arrival.route if arrival else {},
            )
        ]

    def buttons(self, survey: Survey) -> tuple[Button, ...]:
        """Five scores to press."""
        return tuple(
            Button(
                f"{PRESSED}:{survey.id}:{score}",
                self._replies.say(f"survey.label.{score}", survey.language),
            )
            for score in SCORES
        )


def asked_by(survey: Survey) -> str:
    """The id of the message that asks, or asked again."""
    return survey.id if survey.reminded_at is None else f"{survey.id}-again"


def _here(ticket: Ticket) -> Address:
    """Where a conversation takes place that came in over no inbox: on a page of ours."""
    return Address(ticket.channel, "", ticket.conversation_id)


def _language(tag: str) -> Language:
    return next((one for one in LANGUAGES if one == tag), "yue")


def _event(ticket: Ticket, at: datetime, kind: EventKind, **detail: str) -> TicketEvent:
    return TicketEvent(ticket.id, ticket.conversation_id, at, kind, ASSISTANT, detail)
