from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from costs import costs, sums
from domain.model_usage import Limits, ModelCall, Planned, Settled
from domain.models import Usage

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
CALL = ModelCall(
    "harbourside",
    "t1",
    "compose",
    "dashscope",
    "qwen-plus",
    Usage(100, 50, 10),
    Decimal("0.002"),
    NOW,
    0.5,
    "answered",
)


class Kept:
    """A `UsageStore` that only tells."""

    def __init__(self, *calls: ModelCall) -> None:
        self._calls = calls

    async def reserve(self, planned: Planned, limits: Limits) -> int:
        raise AssertionError(f"{planned} {limits}")

    async def settle(self, number: int, settled: Settled) -> None:
        raise AssertionError(f"{number} {settled}")

    async def calls(self, since: datetime, until: datetime) -> list[ModelCall]:
        return [one for one in self._calls if since <= one.at < until]


def shown(table: Table) -> str:
    console = Console(file=StringIO(), width=160)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_calls_are_summed_by_the_companys_day_the_job_and_the_provider() -> None:
    late = replace(CALL, at=datetime(2026, 3, 11, 15, 59, tzinfo=UTC))
    after_midnight = replace(CALL, at=datetime(2026, 3, 11, 16, 0, tzinfo=UTC))
    other = replace(CALL, provider="ollama")
    found = sums([CALL, late, after_midnight, other], HONG_KONG)
    assert [(f"{one.day}", one.provider, one.calls) for one in found] == [
        ("2026-03-11", "dashscope", 1),
        ("2026-03-12", "dashscope", 2),
        ("2026-03-12", "ollama", 1),
    ]


def test_times_are_times_that_calls_took_and_failures_are_counted() -> None:
    calls = [replace(CALL, seconds=float(n)) for n in range(1, 101)]
    calls[0] = replace(calls[0], result="unavailable")
    calls[1] = replace(calls[1], result="invalid")
    calls[2] = replace(calls[2], result="cancelled")
    (one,) = sums(calls, HONG_KONG)
    assert (one.median, one.slowest) == (50.0, 95.0)
    assert (one.failed, one.cancelled) == (2, 1)


def test_one_call_without_a_price_makes_the_sum_unknown() -> None:
    known = sums([CALL, CALL], HONG_KONG)
    unknown = sums([CALL, replace(CALL, cost=None)], HONG_KONG)
    assert [one.cost for one in (*known, *unknown)] == [Decimal("0.004"), None]


async def test_the_table_says_what_a_price_would_be_needed_for() -> None:
    kept = Kept(CALL, replace(CALL, provider="openai", cost=None))
    text = shown(await costs(kept, NOW, HONG_KONG))
    assert "price unknown" in text
    assert "0.0020 and what has no price" in text
    assert "50%" in text


async def test_the_table_ends_before_the_days_that_were_not_asked_for() -> None:
    kept = Kept(CALL, replace(CALL, at=NOW - timedelta(days=1)))
    assert "2026-03-11" not in shown(await costs(kept, NOW, HONG_KONG, days=1))
    assert "2026-03-11" in shown(await costs(kept, NOW, HONG_KONG, days=2))


async def test_no_calls_are_an_empty_table() -> None:
    assert (await costs(Kept(), NOW, HONG_KONG)).row_count == 0
