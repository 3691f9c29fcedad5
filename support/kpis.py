"""The formulas behind the dashboard: what each figure is made of. The desk publishes them at /desk/formulas.

Every function takes raw counts and gives a figure with its numerator and denominator. Where the denominator is
nought there is no figure: "no data", never 0 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import sqrt

from domain.kpis import (
    WAITS,
    Backlog,
    Choices,
    Counts,
    Histogram,
    Kpi,
    KpiFilter,
    KpiStore,
    Measured,
    Unit,
)
from support.calendar import HONG_KONG
from support.kpi_rules import KpiRules

PRESETS = {"today": 1, "7": 7, "30": 30, "90": 90}
USUAL = "30"
MOST_DAYS = 3660  # ten years
DAILY = 31  # up to so many days the trend is drawn day by day, beyond week by week
_SURE = 1.959964  # of 95 %
STARS = (1, 2, 3, 4, 5)


def ratio(
    name: str, numerator: float, denominator: float, parts: Mapping[str, float] | None = None
) -> Kpi:
    """A share of a whole."""
    value = numerator / denominator if denominator else None
    return Kpi(name, "share", value, numerator, denominator, parts or {})


def _wait(name: str, waits: Histogram, share: float) -> Kpi:
    took = waits.at(share)
    return Kpi(name, "seconds", took, took or 0, waits.total)


def wilson(successes: float, total: float) -> tuple[float, float] | None:
    """The interval in which a share lies with 95 % certainty, also for small numbers.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22, 209-212.
    """
    if not total:
        return None
    share, squared = successes / total, _SURE * _SURE
    middle = share + squared / (2 * total)
    reach = _SURE * sqrt(share * (1 - share) / total + squared / (4 * total * total))
    scale = 1 + squared / total
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def first_contact(counts: Counts, rules: KpiRules) -> Kpi:
    """Settled at once: solved, 72 hours passed, not taken up again, not asked again, and no low score given."""
    low = sum(counts.kept(stars) for stars in STARS if stars <= rules.low_score)
    kept = sum(counts.kept(stars) for stars in (0, *STARS)) - low
    parts = {"left": counts.left, "reopened": counts.reopened, "again": counts.again, "low": low}
    return ratio("first_contact", kept, counts.settled, parts)


def satisfaction(counts: Counts, rules: KpiRules) -> list[Kpi]:
    """The share of satisfied customers with its interval, the mean, and how many answered at all."""
    stars = {one: counts.scored(one) for one in STARS}
    answered = sum(stars.values())
    good = sum(number for one, number in stars.items() if one >= rules.good_score)
    interval = wilson(good, answered)
    share = ratio("csat", good, answered, {f"stars_{one}": number for one, number in stars.items()})
    if interval is not None:
        share = replace(share, low=interval[0], high=interval[1])
    points = sum(one * number for one, number in stars.items())
    mean = points / answered if answered else None
    return [
        share,
        Kpi("csat_mean", "score", mean, points, answered),
        ratio("csat_rate", answered, counts.asked),
    ]


def hours_saved(counts: Counts, rules: KpiRules) -> Kpi:
    """Colleagues' hours that were not needed, by the assumption in the rules."""
    hours = counts.contained * rules.minutes_per_ticket / 60 if counts.tickets else None
    minutes = {"minutes": rules.minutes_per_ticket}
    return Kpi("hours_saved", "hours", hours, counts.contained, counts.ended, minutes)


def _number(name: str, number: float, counts: Counts) -> Kpi:
    return Kpi(name, "count", number if counts.tickets else None, number, counts.tickets)


def figures(measured: Measured, rules: KpiRules) -> dict[str, Kpi]:
    """Every figure of a range of days, by its name."""
    counts = measured.total
    first, acknowledged, accepted = (measured.waits.get(kind, Histogram()) for kind in WAITS)
    found = [
        _number("tickets", counts.tickets, counts),
        _number("messages", counts.messages, counts),
        _wait("first_median", first, 0.5),
        _wait("first_p90", first, 0.9),
        ratio("first_at_once", first.within(rules.at_once_seconds), first.total),
        ratio("answered", counts.answered, counts.tickets),
        first_contact(counts, rules),
        ratio("containment", counts.contained, counts.ended),
        ratio("night", counts.night_taken, counts.night),
        *satisfaction(counts, rules),
        ratio("raised", counts.raised, counts.tickets),
        _wait("acknowledge_median", acknowledged, 0.5),
        _wait("acknowledge_p90", acknowledged, 0.9),
        _wait("accept_median", accepted, 0.5),
        _wait("accept_p90", accepted, 0.9),
        ratio("sla_respond", counts.respond_kept, counts.respond_due),
        ratio("sla_resolve", counts.resolve_kept, counts.resolve_due),
        hours_saved(counts, rules),
        ratio("negative", counts.negative, counts.rated),
        ratio("angry", counts.angry, counts.moody),
        _number("red_alerts", counts.red_alerts, counts),
        _number("false_alarms", counts.false_alarms, counts),
    ]
    return {one.name: one for one in found}


@dataclass(frozen=True)
class Point:
    """One day or one week of the trend, from `since` to `until`."""

    since: date
    until: date
    kpis: Mapping[str, Kpi]


@dataclass(frozen=True)
class Report:
    """What the dashboard shows: the figures, those of as many days before, and how they went."""

    wanted: KpiFilter
    kpis: Mapping[str, Kpi]
    before: Mapping[str, Kpi]
    weekly: bool
    trend: Sequence[Point]
    moods: Sequence[Point]
    reasons: Sequence[tuple[str, int]]
    backlog: Sequence[Backlog]
    choices: Choices


def trend(measured: Measured, wanted: KpiFilter, rules: KpiRules, *, weekly: bool) -> list[Point]:
    """The figures day by day, or by weeks that begin on Monday; days without a ticket are there, without data."""
    points: list[Point] = []
    since = wanted.since
    while since <= wanted.until:
        until = since + timedelta(days=6 - since.weekday() if weekly else 0)
        until = min(until, wanted.until)
        days = [since + timedelta(days=step) for step in range((until - since).days + 1)]
        part = Measured(
            days={day: measured.days[day] for day in days if day in measured.days},
            waits={"first": _joined(measured.first[day] for day in days if day in measured.first)},
        )
        points.append(Point(since, until, figures(part, rules)))
        since = until + timedelta(days=1)
    return points


def _joined(waits: Iterable[Histogram]) -> Histogram:
    bins: dict[int, int] = {}
    for one in waits:
        for took, number in one.bins:
            bins[took] = bins.get(took, 0) + number
    return Histogram(sorted(bins.items()))


def range_of(preset: str, since: str, until: str, now: datetime) -> tuple[date, date]:
    """The days that are looked at: a preset, or from a day to another; what makes no sense is the usual.

    Two days in the wrong order are turned around; the future has no tickets yet.
    """
    today = now.astimezone(HONG_KONG).date()
    first, last = _day(since), _day(until)
    if preset in PRESETS or (first is None and last is None):
        days = PRESETS.get(preset, PRESETS[USUAL])
        return today - timedelta(days=days - 1), today
    last = today if last is None else last
    first = last - timedelta(days=PRESETS[USUAL] - 1) if first is None else first
    first, last = min(first, last), min(max(first, last), today)
    first = min(first, last)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def _day(words: str) -> date | None:
    try:
        found = date.fromisoformat(words.strip())
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2200, 1, 1) else None


class Kpis:
    """The dashboard's figures of one company."""

    def __init__(self, store: KpiStore, rules: KpiRules) -> None:
        self.store, self.rules = store, rules

    async def report(self, wanted: KpiFilter, now: datetime) -> Report:
        """Everything that the dashboard shows."""
        measured = await self.store.measured(wanted, now)
        before = await self.store.measured(wanted.before(), now)
        weekly = wanted.days > DAILY
        points = trend(measured, wanted, self.rules, weekly=weekly)
        weeks = points if weekly else trend(measured, wanted, self.rules, weekly=True)
        return Report(
            wanted,
            figures(measured, self.rules),
            figures(before, self.rules),
            weekly,
            points,
            weeks,
            sorted(measured.reasons.items(), key=lambda one: (-one[1], one[0])),
            await self.store.backlog(wanted, now),
            await self.store.choices(),
        )


def unit_change(unit: Unit, now: float, before: float) -> float:
    """How much a figure changed, in what it is spoken of: points for shares, and else its own unit."""
    return (now - before) * (100 if unit == "share" else 1)
