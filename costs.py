"""What the language models cost: a table by day, job and provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from math import ceil
from zoneinfo import ZoneInfo

from rich.table import Table

from domain.model_usage import ModelCall, UsageStore, day_of

FAILED = ("unavailable", "refused", "invalid")
CENT = Decimal("0.01")
LEAST = Decimal("0.0001")


@dataclass(frozen=True)
class Sum:
    """What one job used at one provider in a day; `cost` is None where a price is unknown."""

    day: date
    role: str
    provider: str
    calls: int
    failed: int
    cancelled: int
    read: int
    cached: int
    written: int
    cost: Decimal | None
    median: float
    slowest: float  # nineteen of twenty are faster


async def costs(store: UsageStore, now: datetime, zone: ZoneInfo, days: int = 7) -> Table:
    """The table of the last days, today among them."""
    today, until = day_of(now, zone)
    since, _ = day_of(today - timedelta(days=days - 1), zone)
    return drawn(sums(await store.calls(since, until), zone))


def sums(calls: Sequence[ModelCall], zone: ZoneInfo) -> list[Sum]:
    """Calls by the company's day, job and provider."""

    def key(call: ModelCall) -> tuple[date, str, str]:
        return call.at.astimezone(zone).date(), call.role, call.provider

    ordered = sorted(calls, key=key)
    return [_sum(*names, list(group)) for names, group in groupby(ordered, key)]


def drawn(found: Sequence[Sum]) -> Table:
    """The table, with a line for everything at the end."""
    table = Table(title="Model calls")
    for name in ("day", "job", "provider"):
        table.add_column(name)
    for name in ("calls", "failed", "cancelled", "tokens read", "cached", "tokens written"):
        table.add_column(name, justify="right")
    for name in ("HK$", "p50 s", "p95 s"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(
            f"{one.day:%Y-%m-%d}",
            one.role,
            one.provider,
            str(one.calls),
            str(one.failed),
            str(one.cancelled),
            f"{one.read:,}",
            _share(one.cached, one.read),
            f"{one.written:,}",
            _money(one.cost),
            f"{one.median:.2f}",
            f"{one.slowest:.2f}",
        )
    if found:
        table.add_section()
        table.add_row(*_total(found))
    return table


def _sum(day: date, role: str, provider: str, calls: list[ModelCall]) -> Sum:
    ended = sorted(one.seconds for one in calls if one.result != "under way")
    priced = [one.cost for one in calls if one.cost is not None]
    return Sum(
        day=day,
        role=role,
        provider=provider,
        calls=len(calls),
        failed=sum(one.result in FAILED for one in calls),
        cancelled=sum(one.result == "cancelled" for one in calls),
        read=sum(one.usage.read for one in calls),
        cached=sum(one.usage.cached for one in calls),
        written=sum(one.usage.written for one in calls),
        cost=sum(priced, Decimal(0)) if len(priced) == len(calls) else None,
        median=_rank(ended, 0.5),
        slowest=_rank(ended, 0.95),
    )


def _total(found: Sequence[Sum]) -> list[str]:
    read = sum(one.read for one in found)
    known = sum((one.cost for one in found if one.cost is not None), Decimal(0))
    unknown = any(one.cost is None for one in found)
    return [
        "all",
        "",
        "",
        str(sum(one.calls for one in found)),
        str(sum(one.failed for one in found)),
        str(sum(one.cancelled for one in found)),
        f"{read:,}",
        _share(sum(one.cached for one in found), read),
        f"{sum(one.written for one in found):,}",
        _money(known) + (" and what has no price" if unknown else ""),
        "",
        "",
    ]


def _rank(ordered: list[float], share: float) -> float:
    """The nearest rank: a time that a call really took."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _money(cost: Decimal | None) -> str:
    if cost is None:
        return "price unknown"
    # A call costs a fraction of a cent; a day of few calls must not look free.
    return str(cost.quantize(LEAST if 0 < cost < 1 else CENT))
