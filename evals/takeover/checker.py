"""Compares what the takeover campaign saw from outside with the history of the tickets, and times every stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from connectors.clocks import SystemClock
from domain.casework import Handover, Ticket
from domain.office import StaffLanguage, TicketEvent, staff_talk
from domain.settings import ROOT
from evals.takeover.diary import Diary, Sent
from retrieval.sentences import Sentences
from storage.database import Database
from storage.desk_lists import SqlDesk
from storage.inbox import SqlInbox
from storage.outbox import SqlOutbox
from support.staff import Staff

STAGES = ("supervisor_alerted", "transferred", "nobody_left")
PACE = timedelta(seconds=2)  # of every stage, in the rules of the campaign
ACKNOWLEDGED = timedelta(seconds=3)
CLOCKS = 0.005  # seconds by which a timer and a clock may differ


@dataclass(frozen=True)
class Stage:
    """A stage of a handover: when it was due, when it came, and when the first push of it had arrived."""

    handover: str
    kind: str
    due: float
    came: float
    pushed: float | None


@dataclass
class Verdict:
    """What was found; every list of faults should be empty."""

    handovers: int = 0
    stages: list[Stage] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    spoken_over: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    replies_lost: list[str] = field(default_factory=list)
    replies_doubled: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    in_vain: list[str] = field(default_factory=list)
    resent: int = 0
    """Sends that the platform got again under the same id, for the desk died between sending and noting it."""

    @property
    def clean(self) -> bool:
        return not any(
            (
                self.early, self.doubled, self.missed, self.spoken_over,
                self.lost, self.replies_lost, self.replies_doubled, self.unfinished, self.in_vain,
            )
        )  # fmt: skip


class Checker:
    """Reads what a campaign left."""

    def __init__(
        self,
        database: Database,
        diary: Diary,
        sent: Sequence[Sent],
        *,
        start: datetime,
        began: float,
    ) -> None:
        self._desk = SqlDesk(database)
        self._inbox = SqlInbox(database, SystemClock())
        self._outbox = SqlOutbox(database)
        self._diary = diary
        self._sent = sent
        self._start = start
        self._began = began
        self._staff = Staff.read(ROOT / "playbook" / "demo" / "staff.yaml")
        self._say = Sentences.read(ROOT / "playbook" / "reports").say
        self.verdict = Verdict()

    async def check(self) -> Verdict:
        stages: dict[str, list[TicketEvent]] = {one: [] for one in self._raised()}
        self.verdict.handovers = len(stages)
        for conversation_id in self._diary.heard:
            await self._words(conversation_id)
            for one in await self._desk.history(conversation_id):
                if one.kind in STAGES:
                    stages.setdefault(str(one.detail["handover"]), []).append(one)
        for handover_id, some in stages.items():
            await self._handover(handover_id, some)
        self._silence()
        self._replies()
        again = Counter(one.id for one in self._sent)
        self.verdict.in_vain = self._diary.in_vain
        self.verdict.resent = sum(count - 1 for count in again.values())
        self.verdict.unfinished += [f"unsent {one}" for one in await self._outbox.conversations()]
        self.verdict.unfinished += [
            f"unanswered {one.conversation_id}" for one in await self._inbox.waiting()
        ]
        return self.verdict

    def _raised(self) -> set[str]:
        """Every handover that staff were ever told of."""
        pressed = (value for one in self._sent for value in one.buttons)
        return {value.partition(":")[2] for value in pressed if value.startswith("ack:")}

    async def _words(self, conversation_id: str) -> None:
        """What customers wrote stands in the conversation."""
        said, seq = "", 0
        while lines := await self._outbox.since(conversation_id, seq):
            said += "\n".join(one.text for one in lines if one.author == "customer") + "\n"
            seq = lines[-1].seq
        mine = self._diary.heard[conversation_id]
        self.verdict.lost += [f"{conversation_id} {mark}" for mark in mine if mark not in said]

    async def _handover(self, handover_id: str, stages: Sequence[TicketEvent]) -> None:
        handover = await self._desk.handover(handover_id)
        ticket = None if handover is None else await self._desk.ticket(handover.ticket_id)
        if handover is None or ticket is None:
            self.verdict.missed.append(f"{handover_id}: no handover or ticket of this id")
            return
        for kind in STAGES:
            self._once(handover, [one for one in stages if one.kind == kind])
        previous = handover.raised_at
        for one in stages:
            like = [other for other in stages if other.kind == one.kind]
            pushed = self._pushes(one, ticket, like)
            self._stage(one, _ought(handover, previous, one.at), pushed)
            previous = one.at
        if handover.waiting and handover.deadline is not None:
            self.verdict.missed.append(f"{handover_id} still waits as {handover.stage}")
        ended = handover.accepted_at
        if ended is not None and not any(one.kind == "nobody_left" for one in stages):
            due = _ought(handover, previous, ended)
            if due < ended:  # a stage that was due and had not come: at least so late
                self._time(handover_id, "overtaken", due, ended, None)

    def _once(self, handover: Handover, like: Sequence[TicketEvent]) -> None:
        """A stage happens once to everybody; who acknowledges when all were told has them told once more."""
        told = [(one.kind, *_to(one)) for one in like]
        noted = handover.acknowledged_at
        again = bool(like) and like[0].kind == "nobody_left" and noted is not None
        allowed = 2 if again and noted and like[0].at <= noted <= like[-1].at else 1
        over = [key for key, times in Counter(told).items() if times > allowed]
        self.verdict.doubled += [f"{handover.id} {key}" for key in over]

    def _stage(self, one: TicketEvent, ought: datetime, pushed: float | None) -> None:
        handover_id, due = str(one.detail["handover"]), datetime.fromisoformat(one.detail["due"])
        early = (min(due, ought) - one.at).total_seconds() > CLOCKS
        if early or abs((due - ought).total_seconds()) > CLOCKS:
            self.verdict.early.append(f"{handover_id} {one.kind} {one.at} {due} {ought}")
        self._time(handover_id, one.kind, due, one.at, pushed)

    def _time(
        self, handover_id: str, kind: str, due: datetime, came: datetime, pushed: float | None
    ) -> None:
        self.verdict.stages.append(
            Stage(handover_id, kind, self._wall(due), self._wall(came), pushed)
        )

    def _pushes(
        self, event: TicketEvent, ticket: Ticket, like: Sequence[TicketEvent]
    ) -> float | None:
        """When the first push of a stage was there; each of those who were to be told has one."""
        arrived: list[float] = []
        for staff_id in _to(event):
            came = self._came(event, ticket, staff_id)
            wanted = sum(staff_id in _to(one) for one in like)
            what = f"push {event.kind} of {event.detail['handover']} to {staff_id}"
            if came is None:
                continue
            if len(came) > wanted:
                self.verdict.doubled.append(what)
            elif len(came) < wanted:
                self.verdict.missed.append(what)
            arrived += [at for at in came if at >= self._wall(event.at)]
        return min(arrived, default=None)

    def _came(self, event: TicketEvent, ticket: Ticket, staff_id: str) -> list[float] | None:
        """When the pushes of a stage came to a colleague; None of one who cannot be reached."""
        one = self._staff.find(staff_id)
        if one is None or one.reach is None:
            return None
        button, talk = f"ack:{event.detail['handover']}", staff_talk(event.conversation_id)
        first = self._first_line(event.kind, one.reads, ticket.number)
        ids = {
            sent.id: sent.at
            for sent in reversed(self._sent)
            if sent.conversation == talk
            and sent.to == one.reach.user
            and button in sent.buttons
            and sent.text.partition("\n")[0] == first
        }
        return list(ids.values())

    def _first_line(self, kind: str, language: StaffLanguage, number: str) -> str:
        names = ("who", "reason", "brief", "deadline")
        said = self._say(f"push.{kind}", language, number=number, **dict.fromkeys(names, ""))
        return said.partition("\n")[0]

    def _silence(self) -> None:
        """Nothing of the assistant's may reach a customer while a colleague has the conversation."""
        theirs = self._diary.said | self._diary.unsure
        for held in self._diary.held:
            for one in self._sent:
                mine = one.kind == "reply" and one.conversation == held.conversation
                spoken = held.since <= one.at < held.until
                if mine and spoken and one.text.partition("\n")[2] not in theirs:
                    self.verdict.spoken_over.append(f"{held.conversation} {one.text[:40]!r}")

    def _replies(self) -> None:
        ids: dict[str, set[str]] = {}
        for one in self._sent:
            if one.kind == "reply":
                ids.setdefault(one.text.partition("\n")[2], set()).add(one.id)
        self.verdict.replies_lost += [one for one in self._diary.said if one not in ids]
        theirs = self._diary.said | self._diary.unsure
        self.verdict.replies_doubled += [one for one in theirs if len(ids.get(one, ())) > 1]

    def _wall(self, at: datetime) -> float:
        """A time of the company's clock on the clock of this machine."""
        return self._began + (at - self._start).total_seconds()


def _to(event: TicketEvent) -> Sequence[str]:
    told: Sequence[str] = event.detail["to"]
    return told


def _ought(handover: Handover, previous: datetime, came: datetime) -> datetime:
    """When a stage is due by the rules of the campaign, worked out anew from what happened before it."""
    due = previous + PACE
    noted = handover.acknowledged_at
    if noted is not None and previous <= noted <= came:
        due = max(due, noted + ACKNOWLEDGED)
    return due


async def check(
    data: Path, diary: Diary, sent: Sequence[Sent], *, start: datetime, began: float
) -> Verdict:
    """The verdict over a data folder that nobody works on any more."""
    database = await Database.open(data)
    try:
        return await Checker(database, diary, sent, start=start, began=began).check()
    finally:
        await database.close()


def quantiles(values: Sequence[float]) -> Mapping[str, float]:
    """The middle, the 95th and the 99th of a hundred, and the largest."""
    ordered = sorted(values)
    if not ordered:
        return dict.fromkeys(("p50", "p95", "p99", "max"), 0.0)
    last = len(ordered) - 1
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: ordered[min(last, round(share * last))] for name, share in at.items()}
