"""Plays a scripted day on a running desk: customers write by the front doors, colleagues act, and time flies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol
from uuid import uuid4

from channels.web import Event
from connectors.clocks import PacedClock
from domain.channels import (
    Address,
    Arrival,
    Click,
    Part,
    Sender,
)
from domain.errors import InputError, NightdeskError
from domain.office import Colleague, Survey
from evening_script import Beat, Day, Line, Talk, beats, moment
from service import Service
from storage.inbox import SqlInbox
from storage.outbox import SqlOutbox
from storage.surveys import SqlSurveys
from support.surveys import PRESSED, asked_by

ACCOUNT = "evening"
LOOK = timedelta(minutes=5)  # of the day: how often quiet conversations are looked after
_AT_ONCE = 3  # stories that go on in the same minute
_POLL = 0.05
_LONGEST_TURN = 60.0
Tell = Callable[[str], None]


class FrontDoor(Protocol):
    """The web chat."""

    async def start(self, customer_id: str) -> str: ...

    def stream(
        self, session_id: str, text: str, message_id: str | None, *, click: Click | None = None
    ) -> AsyncIterator[Event]: ...


class EveningPlayer:
    """Brings the clock from line to line of the day. While somebody is answered, it goes like any other clock."""

    def __init__(
        self,
        day: Day,
        door: FrontDoor,
        service: Service,
        clock: PacedClock,
        *,
        users: dict[tuple[str, str], str],
        tell: Tell,
    ) -> None:
        self._day = day
        self._door = door
        self._service = service
        self._room = service.room
        self._clock = clock
        self._users = users
        self._tell = tell
        self._surveys = SqlSurveys(service.database)
        self._arrived = SqlInbox(service.database, clock)
        self._unsent = SqlOutbox(service.database)
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._scored: set[str] = set()
        self._hour = -1
        self._ends_real = 0.0
        self.conversations: dict[str, str] = {}
        self.problems: list[str] = []

    async def play(self, seconds: float) -> None:
        """Play the day within so many real seconds, or as quickly as this machine answers."""
        date = self._clock.now()
        self._ends = moment(date, self._day.ends)
        self._ends_real = time.monotonic() + seconds
        for at, together in groupby(beats(self._day, date), lambda beat: beat.at):
            await self._until(at)
            stories = groupby(list(together), lambda beat: beat.talk.id)
            await asyncio.gather(*(self._some([*lines]) for _, lines in stories))
        await self._until(self._ends)
        await self._room.takeovers.recover()
        self._clock.run(1.0)

    # Time -----------------------------------------------------------------------------------------------

    async def _until(self, at: datetime) -> None:
        """Let time pass until then; what the office does by itself happens at its moment."""
        while (now := self._clock.now()) < at:
            deadlines = [
                one.deadline for one in await self._room.store.waiting() if one.deadline is not None
            ]
            step = min([at, now + LOOK, *(one for one in deadlines if one > now)])
            await self._pass(now, step)
            if any(one <= step for one in deadlines):
                await self._room.takeovers.recover()
            await self._room.surveys.sweep()
            await self._scores()
            self._strike()

    async def _pass(self, now: datetime, step: datetime) -> None:
        left = self._ends_real - time.monotonic()
        share = (step - now) / max(self._ends - now, timedelta(seconds=1))
        if left > 0:
            wait = max(left * share, 0.001)
            self._clock.run((step - now).total_seconds() / wait, until=step)
            await asyncio.sleep(wait)
        self._clock.jump(step)

    def _strike(self) -> None:
        now = self._clock.now()
        if now.hour != self._hour:
            self._hour = now.hour
            self._tell(f"{now:%H:%M} · {len(self.conversations)} conversations so far")

    # What people do -------------------------------------------------------------------------------------

    async def _some(self, lines: Sequence[Beat]) -> None:
        async with self._at_once:
            for beat in lines:
                try:
                    if beat.line.by:
                        await self._colleague(beat.talk, beat.line)
                    else:
                        await self._customer(beat.talk, beat.line.text)
                except NightdeskError as error:
                    self.problems.append(f"{beat.talk.id}, line {beat.number + 1}: {error}")

    async def _customer(self, talk: Talk, text: str, click: Click | None = None) -> None:
        if talk.channel == "web":
            if talk.id not in self.conversations:
                self.conversations[talk.id] = await self._door.start(talk.who)
            session = self.conversations[talk.id]
            async for _ in self._door.stream(session, text, uuid4().hex, click=click):
                pass
            return
        user = self._users.get((talk.channel, talk.who), f"guest-{talk.who}")
        address = Address(talk.channel, ACCOUNT, f"chat-{user}", user)
        self.conversations[talk.id] = address.conversation_id
        parts = (Part("text", text),) if text else ()
        sender = Sender(user, talk.who)
        arrival = Arrival(uuid4().hex, address, sender, self._clock.now(), parts, click=click)
        await self._service.inbox.accept(arrival)
        await self._answered(address.conversation_id)

    async def _answered(self, conversation_id: str) -> None:
        """Wait until the desk has dealt with what arrived, and sent what it has to say."""
        for _ in range(int(_LONGEST_TURN / _POLL)):
            arrived = {one.conversation_id for one in await self._arrived.waiting()}
            if conversation_id not in arrived | set(await self._unsent.conversations()):
                return
            await asyncio.sleep(_POLL)
        self.problems.append(f"{conversation_id} was not answered in time")

    async def _colleague(self, talk: Talk, line: Line) -> None:
        me, conversation_id = self._person(line.by), self.conversations[talk.id]
        office = self._room.office
        match line.does:
            case "takes over":
                await office.take(conversation_id, me)
            case "replies":
                await office.reply(conversation_id, me, line.text)
            case "notes":
                await office.note(conversation_id, me, line.text)
            case "hands back":
                await office.give_back(conversation_id, me)
            case "solves":
                await office.solve(conversation_id, me)
            case "acknowledges":
                handover = await self._room.store.newest(conversation_id)
                if handover is None:
                    raise InputError("nothing to acknowledge: nobody was asked for")
                await office.acknowledge(handover.id, me)
            case _:
                await self._decide(conversation_id, me, yes=line.does == "approves")

    async def _decide(self, conversation_id: str, me: Colleague, *, yes: bool) -> None:
        waiting = await self._room.approvals.waiting()
        mine = [one for one in waiting if one.conversation_id == conversation_id]
        if not mine:
            raise InputError("nothing waits for an approval here")
        for one in mine:
            await self._room.approvals.decide(one.task_id, me, yes=yes)

    def _person(self, staff_id: str) -> Colleague:
        found = self._room.staff.find(staff_id)
        if found is None:
            raise InputError(f"nobody in staff.yaml is {staff_id}")
        return found

    # Surveys --------------------------------------------------------------------------------------------

    async def _scores(self) -> None:
        """Customers who have something to say about it answer the survey, some minutes after it came."""
        now = self._clock.now()
        asked = {one.conversation_id: one for one in await self._surveys.unanswered(now)}
        for talk in self._day.talks:
            survey = asked.get(self.conversations.get(talk.id, ""))
            if survey is None or not talk.score or talk.id in self._scored:
                continue
            if survey.sent_at + timedelta(minutes=talk.score_after) <= now:
                self._scored.add(talk.id)
                del asked[survey.conversation_id]
                await self._score(talk, survey)

    async def _score(self, talk: Talk, survey: Survey) -> None:
        score, _, comment = talk.score.partition(" ")
        pressed = None
        if not comment:
            pressed = Click(f"{PRESSED}:{survey.id}:{score}", asked_by(survey))
        try:
            await self._customer(talk, talk.score if comment else "", pressed)
        except NightdeskError as error:
            self.problems.append(f"{talk.id}, score: {error}")
