"""The same golden conversations read by several readers, side by side: what passes, and what it cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from connectors.clocks import SystemClock
from costs import FAILED, LEAST
from domain.model_usage import ModelCall, UsageStore
from evals.report import Report, Thresholds, publish

JUDGE = "judge"  # its calls are part of looking at the desk, not of the desk's work
AFTER = "-after"  # how agent/remembering.py marks the calls that a finished turn leaves
_ROWS = (
    "passed",
    "rate",
    "95 %",
    "turns",
    "model calls",
    "of these to read",
    "calls that failed",
    "turns without a call",
    "tokens read",
    "tokens written",
    "HK$",
    "seconds a golden, p50",
)


@dataclass(frozen=True)
class Use:
    """What one run asked of language models; `cost` is None where a price is unknown."""

    turns: int
    turns_with_call: int
    calls: int
    reading: int
    failed: int
    read: int
    written: int
    cost: Decimal | None

    @classmethod
    def of(cls, turns: int, calls: Sequence[ModelCall]) -> Use:
        """Add up the calls of a run, the judge's left out."""
        own = [one for one in calls if one.role != JUDGE]
        prices = [one.cost for one in own if one.cost is not None]
        # A call that names no turn cannot share one: it counts as a turn of its own.
        # What is summed up after a turn belongs to it.
        asked = {one.turn.removesuffix(AFTER) or f"call {number}" for number, one in enumerate(own)}
        return cls(
            turns=turns,
            turns_with_call=min(turns, len(asked)),
            calls=len(own),
            reading=sum(one.role == "understand" for one in own),
            failed=sum(one.result in FAILED for one in own),
            read=sum(one.usage.read for one in own),
            written=sum(one.usage.written for one in own),
            cost=sum(prices, Decimal(0)) if len(prices) == len(own) else None,
        )

    @property
    def without_call(self) -> float:
        """The share of turns that needed no model at all."""
        return 1 - self.turns_with_call / self.turns if self.turns else 0.0


@dataclass(frozen=True)
class Side:
    """One reader's run."""

    reader: str
    report: Report
    use: Use
    writer: str = "templates"  # who worded the replies

    @property
    def seconds(self) -> float:
        """Half of the goldens took no longer."""
        return median([one.seconds for one in self.report.results] or [0.0])

    @property
    def passed(self) -> set[str]:
        return {one.name for one in self.report.results if one.passed}

    def only_here(self, other: Side) -> list[str]:
        """Goldens that pass with this reader and not with the other."""
        return sorted(self.passed - other.passed)

    def numbers(self) -> dict[str, JsonValue]:
        """The run for other programs."""
        use, overall = self.use, self.report.overall
        low, high = overall.interval
        return {
            "reader": self.reader,
            "writer": self.writer,
            "passed": overall.passed,
            "total": overall.total,
            "rate": overall.rate,
            "interval": [low, high],
            "turns": use.turns,
            "model_calls": use.calls,
            "reading_calls": use.reading,
            "turns_without_call": use.without_call,
            "tokens_read": use.read,
            "tokens_written": use.written,
            "cost_hkd": None if use.cost is None else str(use.cost),
            "failed_calls": use.failed,
            "seconds_p50": round(self.seconds, 3),
        }


async def measured(reader: str, report: Report, store: UsageStore, writer: str) -> Side:
    """A run with every call that its own storage kept."""
    calls = await store.calls(
        datetime.fromtimestamp(0, UTC), SystemClock().now() + timedelta(days=1)
    )
    turns = sum(line.who == "agent" for one in report.results for line in one.transcript)
    return Side(reader, report, Use.of(turns, calls), writer)


def publish_all(
    sides: Sequence[Side],
    console: Console,
    out: Path,
    thresholds: Thresholds | None = None,
) -> int:
    """Print and leave every run's report, then the comparison; the exit code is that of the worst run."""
    needed = thresholds or Thresholds.read()
    several = len(sides) > 1
    codes = []
    for side in sides:
        if several:
            console.rule(f"reader: {side.reader}")
        folder = out / side.reader if several else out
        codes.append(publish(side.report, console, folder, needed, use=side.numbers()))
    if several:
        console.print(drawn(sides))
        console.print("\n".join(differences(sides)), markup=False, highlight=False)
        write_comparison(sides, out / "readers.json")
    return max(codes)


def drawn(sides: Sequence[Side]) -> Table:
    """A column for each reader."""
    table = Table(title=f"The same goldens, reader by reader (replies: {sides[0].writer})")
    table.add_column("reader")
    for side in sides:
        table.add_column(side.reader, justify="right")
    cells = [_cells(side) for side in sides]
    for number, name in enumerate(_ROWS):
        table.add_row(name, *(column[number] for column in cells))
    return table


def differences(sides: Sequence[Side]) -> list[str]:
    """Which goldens the first reader and each other one do not share, by name."""
    first, *others = sides
    found = []
    for other in others:
        for one, two in ((first, other), (other, first)):
            names = one.only_here(two)
            found.append(
                f"{len(names)} pass with {one.reader} and not with {two.reader}"
                + (f": {', '.join(names)}" if names else "")
            )
    return found


def write_comparison(sides: Sequence[Side], path: Path) -> None:
    """The same numbers for other programs."""
    first, *others = sides
    document = {
        "readers": [side.numbers() for side in sides],
        "differences": [
            {
                "first": first.reader,
                "other": other.reader,
                "only_first": first.only_here(other),
                "only_other": other.only_here(first),
            }
            for other in others
        ],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _cells(side: Side) -> list[str]:
    """One column, in the order of `_ROWS`."""
    use, overall = side.use, side.report.overall
    low, high = overall.interval
    return [
        f"{overall.passed} of {overall.total}",
        f"{overall.rate:.1%}",
        f"{low:.1%}–{high:.1%}",
        str(use.turns),
        str(use.calls),
        str(use.reading),
        str(use.failed),
        f"{use.without_call:.1%}",
        f"{use.read:,}",
        f"{use.written:,}",
        _money(use.cost),
        f"{side.seconds:.2f}",
    ]


def _money(cost: Decimal | None) -> str:
    return "no price" if cost is None else str(cost.quantize(LEAST))
