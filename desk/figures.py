"""Says a figure in words: its value, the counts behind it, and how it was in the days before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from domain.kpis import Kpi, Unit
from support.kpis import Point, unit_change

Say = Callable[..., str]
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# A card of the dashboard: its first figure is written large.
CARDS = (
    ("first_median", "first_p90", "first_at_once"),
    ("first_contact",),
    ("containment", "hours_saved"),
    ("night",),
    ("csat", "csat_mean", "csat_rate"),
    ("negative", "angry"),
    ("acknowledge_median", "acknowledge_p90", "accept_median", "accept_p90"),
    ("sla_respond", "sla_resolve"),
    ("tickets", "messages", "answered", "raised"),
    ("red_alerts", "false_alarms"),
)
# A chart of the trend: its unit, how it is drawn, and the figures that are drawn.
CHARTS: Sequence[tuple[str, Unit, str, Sequence[str]]] = (
    ("volume", "count", "bar", ("tickets", "raised")),
    ("settled", "share", "line", ("containment", "first_contact")),
    ("first", "seconds", "line", ("first_median", "first_p90")),
    ("csat", "share", "line", ("csat",)),
)
MOOD = ("mood", "share", "line", ("negative", "angry"))


class Figures:
    """Figures in the language of a page."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def value(self, kpi: Kpi) -> str:
        """The figure itself; "no data" where there is none."""
        if kpi.value is None:
            return self._say("dash.none")
        return self.amount(kpi.unit, kpi.value)

    def amount(self, unit: Unit, value: float) -> str:
        """A number in its unit."""
        if unit == "share":
            return f"{value * 100:.1f}\u00a0%"
        if unit == "seconds":
            return self.duration(value)
        if unit == "score":
            return self._say("dash.unit.score", value=f"{value:.2f}")
        if unit == "hours":
            return self._say("dash.unit.hours", value=f"{value:,.1f}")
        return f"{value:,.0f}"

    def duration(self, seconds: float) -> str:
        """Seconds as people say them."""
        whole = round(seconds)
        if whole < _MINUTE:
            return self._say("dash.unit.seconds", seconds=whole)
        if whole < _HOUR:
            minutes, left = divmod(whole, _MINUTE)
            return self._say("dash.unit.minutes", minutes=minutes, seconds=left)
        if whole < _DAY:
            hours, left = divmod(whole, _HOUR)
            return self._say("dash.unit.clock", hours=hours, minutes=left // _MINUTE)
        days, left = divmod(whole, _DAY)
        return self._say("dash.unit.days", days=days, hours=left // _HOUR)

    def behind(self, kpi: Kpi) -> str:
        """The raw counts that a figure was worked out from."""
        numbers = {"numerator": _count(kpi.numerator), "denominator": _count(kpi.denominator)}
        if kpi.unit == "hours":
            minutes = f"{kpi.parts.get('minutes', 0):g}"
            return self._say("dash.behind.hours", minutes=minutes, **numbers)
        if kpi.unit == "count":
            return ""
        kind = "summed" if kpi.name == "negative" else kpi.unit  # its numerator counts nothing
        said = self._say(f"dash.behind.{kind}", **numbers)
        if kpi.low is not None and kpi.high is not None:
            ends = {"low": f"{kpi.low * 100:.1f}", "high": f"{kpi.high * 100:.1f}"}
            said += self._say("dash.behind.interval", **ends)
        return said

    def before(self, kpi: Kpi, earlier: Kpi) -> str:
        """How the figure was in as many days before, and how it moved."""
        if earlier.value is None:
            return self._say("dash.before.none")
        was = self.amount(earlier.unit, earlier.value)
        if kpi.value is None:
            return self._say("dash.before.was", was=was)
        change = unit_change(kpi.unit, kpi.value, earlier.value)
        return self._say("dash.before.moved", was=was, change=self._change(kpi.unit, change))

    def _change(self, unit: Unit, change: float) -> str:
        if abs(change) < 0.05 and not (unit == "score" and abs(change) >= 0.005):
            return self._say("dash.change.same")
        direction = "up" if change > 0 else "down"
        size = abs(change)
        shown = f"{size:.1f}" if unit == "share" else self.amount(unit, size)
        key = f"dash.change.{direction}_points" if unit == "share" else f"dash.change.{direction}"
        return self._say(key, size=shown)

    def span(self, point: Point, *, weekly: bool) -> str:
        """A day, or a week by the day it begins on."""
        return self._say("dash.week", day=day(point.since)) if weekly else day(point.since)


def day(one: date) -> str:
    """A date as everybody in the house writes it."""
    return one.isoformat()


def plotted(kpi: Kpi) -> str:
    """What a chart draws: per cent for shares, nothing for no data."""
    if kpi.value is None:
        return ""
    return f"{kpi.value * 100:.2f}" if kpi.unit == "share" else f"{kpi.value:.2f}"


def counted(name: str, kpi: Kpi) -> Kpi:
    """What stands in a chart's table: a person brought in is drawn as a number there, not as a share."""
    return Kpi(name, "count", kpi.numerator, kpi.numerator, kpi.denominator)


def _count(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"
