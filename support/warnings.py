"""Early warning: tells when a customer, a product, a topic or the whole house sounds worse than it used to.

The last seven days are set beside the 28 days before them. Whether more of what customers say is negative than
before is asked by Fisher's exact test, one-sided, which holds for small numbers too (Fisher, R. A., "The Design of
Experiments", 1935). Hundreds of customers, products and topics are asked at once, and one in twenty of them would
seem to have turned by chance; so the p-values are adjusted by the step-up procedure of Benjamini and Hochberg
(1995, Journal of the Royal Statistical Society B 57, 289-300), which bounds the share of false ones among all
warnings, here at 1 %; it also holds for groups that overlap, as topics and products do (Benjamini and Yekutieli,
2001, Annals of Statistics 29, 1165-1188). Who is asked depends on how much was said alone, not on how.

A warning also needs a rise that matters, and, for a topic or a product, more than one or two unhappy customers: a
product is counted conversation by conversation, so that one angry customer with thirty messages is one. What is
new has no weeks before it and so cannot turn; red alerts and the dashboard tell of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy.stats import false_discovery_control, hypergeom

from domain.kpis import MoodGroup, MoodStore, MoodWeek
from support.kpi_rules import WarningRules

RECENT, BEFORE = timedelta(days=7), timedelta(days=28)
_CONVERSATIONS = 5  # that a warning leads to
_WEEKS = timedelta(weeks=12)


@dataclass(frozen=True)
class EarlyWarning:
    """A group that has turned; `chance` is its adjusted p-value."""

    group: MoodGroup
    share: float
    share_before: float
    chance: float
    conversations: tuple[str, ...] = ()


def chances(groups: Sequence[MoodGroup]) -> list[float]:
    """How likely each group's rise, or a greater one, would be if nothing had changed: Fisher, one-sided."""
    if not groups:
        return []
    bad = [one.recent + one.before for one in groups]
    everything = [one.recent_of + one.before_of for one in groups]
    drawn = [one.recent_of for one in groups]
    tail = hypergeom.sf([one.recent - 1 for one in groups], everything, bad, drawn)
    return [min(1.0, max(0.0, float(each))) for each in tail]


def warnings_of(groups: Sequence[MoodGroup], rules: WarningRules) -> list[EarlyWarning]:
    """The groups that have turned, the surest first."""
    asked = [
        one
        for one in groups
        if one.recent_of >= rules.enough_recent and one.before_of >= rules.enough_before
    ]
    if not asked:
        return []
    adjusted = false_discovery_control(chances(asked), method="bh")
    found = [
        EarlyWarning(one, one.recent / one.recent_of, one.before / one.before_of, float(chance))
        for one, chance in zip(asked, adjusted, strict=True)
        if chance <= rules.false_discovery_rate and _matters(one, rules)
    ]
    found.sort(key=lambda one: (one.chance, one.share_before - one.share, one.group.name))
    return found[: rules.most]


def _matters(group: MoodGroup, rules: WarningRules) -> bool:
    if group.measure == "red_alert":  # rare, and grave: a few more of them are a rise that matters
        return group.recent >= rules.red_alerts and group.people > 1
    rise = group.recent / group.recent_of - group.before / group.before_of
    several = group.kind == "customer" or group.people >= rules.customers
    return several and rise >= rules.rise


class Warnings:
    """Asks the moods of one company."""

    def __init__(self, store: MoodStore, rules: WarningRules) -> None:
        self._store, self.rules = store, rules

    async def look(self, now: datetime) -> list[EarlyWarning]:
        """The warnings of now, each with the conversations that sounded worst."""
        split = now - RECENT
        groups = await self._store.groups(split, split - BEFORE, now)
        return [
            EarlyWarning(
                one.group,
                one.share,
                one.share_before,
                one.chance,
                tuple(await self._store.conversations(one.group, split, _CONVERSATIONS)),
            )
            for one in warnings_of(groups, self.rules)
        ]

    async def weeks(self, customer_id: str, now: datetime) -> list[MoodWeek]:
        """How a customer sounded over the last twelve weeks, for their card."""
        return await self._store.weeks(customer_id, now - _WEEKS)
