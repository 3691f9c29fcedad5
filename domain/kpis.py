"""The figures of the service: what is counted, over which days, and what a figure is made of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal, Protocol

Unit = Literal["share", "seconds", "score", "count", "hours"]
WaitKind = Literal["first", "acknowledged", "accepted"]
WAITS: tuple[WaitKind, ...] = ("first", "acknowledged", "accepted")
SMALL_TALK = (
    "talk"  # the category of a ticket on which nothing was asked: no work was done, or saved
)
AGAIN_WITHIN = timedelta(
    hours=72
)  # who comes back so soon with the same was not helped the first time
NIGHT_WITHIN = timedelta(seconds=60)
AGES = (1, 4, 24, 72)  # hours; the backlog is told apart by them


@dataclass(frozen=True)
class KpiFilter:
    """The days in Hong Kong, the last one too, and what is looked at; empty fields do not narrow."""

    since: date
    until: date
    channel: str = ""
    language: str = ""
    team: str = ""

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def before(self) -> KpiFilter:
        """As many days, right before these."""
        last = self.since - timedelta(days=1)
        first = last - timedelta(days=self.days - 1)
        return KpiFilter(first, last, self.channel, self.language, self.team)


@dataclass(frozen=True)
class Counts:
    """Raw counts of tickets that were opened on one day, or on several. Every figure is worked out from them.

    `settled` are tickets on which something was asked, that ended, and whose 72 hours have passed; each of them is
    in one of the seven counts below it. `kept_n` and `scored_n` are those with n stars; `kept_0` were given none.
    """

    tickets: int = 0
    messages: int = 0  # of customers
    answered: int = 0
    night: int = 0  # opened while nobody was there
    night_taken: int = 0
    ended: int = 0  # solved, or given up, and something had been asked
    contained: int = 0
    settled: int = 0
    left: int = 0  # the customer never came back with what was asked
    reopened: int = 0
    again: int = 0  # the customer came back with the same
    kept_0: int = 0
    kept_1: int = 0
    kept_2: int = 0
    kept_3: int = 0
    kept_4: int = 0
    kept_5: int = 0
    asked: int = 0  # for stars
    scored_1: int = 0
    scored_2: int = 0
    scored_3: int = 0
    scored_4: int = 0
    scored_5: int = 0
    raised: int = 0  # a person was brought in
    respond_due: int = 0
    respond_kept: int = 0
    resolve_due: int = 0
    resolve_kept: int = 0
    red_alerts: int = 0
    false_alarms: int = 0
    rated: int = 0  # messages whose mood was read
    negative: float = 0.0  # the sum of what was read
    moody: int = 0  # tickets with such messages
    angry: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, one) + getattr(other, one) for one in COUNTED))

    def kept(self, stars: int) -> int:
        """Settled at the first contact, and given so many stars."""
        return int(getattr(self, f"kept_{stars}"))

    def scored(self, stars: int) -> int:
        """Given so many stars."""
        return int(getattr(self, f"scored_{stars}"))


COUNTED: tuple[str, ...] = tuple(one.name for one in fields(Counts))


@dataclass(frozen=True)
class Histogram:
    """How often something took how many whole seconds, begun ones counted whole; sorted by the seconds."""

    bins: Sequence[tuple[int, int]] = ()

    @property
    def total(self) -> int:
        return sum(number for _, number in self.bins)

    def within(self, seconds: int) -> int:
        """How often it took no longer."""
        return sum(number for took, number in self.bins if took <= seconds)

    def at(self, share: float) -> int | None:
        """The seconds within which this share of them was done: the nearest rank, no value in between."""
        rank, passed = max(1, ceil(share * self.total - 1e-9)), 0
        for took, number in self.bins:
            passed += number
            if passed >= rank:
                return took
        return None


@dataclass(frozen=True)
class Backlog:
    """Tickets that somebody has to look at now, by the hours since they were opened; the last bin has no end."""

    status: str
    bins: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.bins)


@dataclass(frozen=True)
class Measured:
    """Everything that was counted for a range of days."""

    days: Mapping[date, Counts] = field(default_factory=dict)
    waits: Mapping[WaitKind, Histogram] = field(default_factory=dict)
    first: Mapping[date, Histogram] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        return sum(self.days.values(), Counts())


@dataclass(frozen=True)
class Kpi:
    """One figure and the raw counts behind it. No `value`: there is no data, which is not nought."""

    name: str
    unit: Unit
    value: float | None
    numerator: float
    denominator: float
    parts: Mapping[str, float] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Choices:
    """What the tickets can be narrowed to."""

    channels: Sequence[str] = ()
    languages: Sequence[str] = ()
    teams: Sequence[str] = ()


@dataclass(frozen=True)
class TicketLine:
    """A ticket as a row of figures: nobody's words. The last ones are for who may read tickets."""

    number: str
    opened: datetime
    channel: str
    language: str
    team: str
    category: str
    priority: str
    status: str
    staffed: bool
    first_reply_seconds: float | None
    raised: datetime | None
    reason: str
    acknowledged_seconds: float | None
    accepted_seconds: float | None
    solved: datetime | None
    solved_by: str
    abandoned: bool
    reopened: int
    messages: int
    replies: int
    staff_replies: int
    red_alert: bool
    false_alarm: bool
    csat: int | None
    negative: float | None
    anger: float | None
    customer: str
    order_number: str


MoodKind = Literal["overall", "topic", "product", "customer"]
Measure = Literal["negative", "red_alert"]


@dataclass(frozen=True)
class MoodGroup:
    """How often one customer, product or topic sounded negative (or alarmed) lately, and in the weeks before."""

    kind: MoodKind
    name: str
    measure: Measure
    recent: int
    recent_of: int
    before: int
    before_of: int
    people: int = 0  # customers behind the recent ones


@dataclass(frozen=True)
class MoodWeek:
    """How a customer sounded in a week, which begins on `monday`: the mean from 0 to 1, over `messages`."""

    monday: date
    negative: float
    messages: int


class KpiStore(Protocol):
    """Counts in the database; numbers only."""

    async def measured(self, wanted: KpiFilter, now: datetime) -> Measured: ...
    async def backlog(self, wanted: KpiFilter, now: datetime) -> list[Backlog]:
        """What is waiting and open now, whatever the days."""
        ...

    async def choices(self) -> Choices: ...
    def lines(self, wanted: KpiFilter) -> AsyncIterator[TicketLine]:
        """The tickets themselves, oldest first."""
        ...


class MoodStore(Protocol):
    """Moods in the database, put together."""

    async def groups(self, split: datetime, since: datetime, until: datetime) -> list[MoodGroup]:
        """Every group, with what came after `split` and what came before it."""
        ...

    async def conversations(self, group: MoodGroup, since: datetime, most: int) -> list[str]:
        """The conversations of a group that sounded worst since then."""
        ...

    async def weeks(self, customer_id: str, since: datetime) -> list[MoodWeek]:
        """A customer week by week; weeks without a word are left out."""
        ...
