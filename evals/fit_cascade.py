"""How sure the offline reader has to be before no model is asked: learnt from the golden conversations.

`python -m evals.fit_cascade` plays them offline and prints what every threshold would cost. The lowest one that
keeps the share of wrong turns among those read without a call within the budget is learnt on one half of the
goldens; what it is worth is told by the other half, which it has never seen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from domain.company import World
from domain.reading import Reader, Reading, ReadingContext
from domain.settings import Settings
from evals.report import Result
from evals.run import run_goldens
from house import House

THRESHOLDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)
BUDGET = 0.12


@dataclass
class Watching:
    """A reader that remembers how sure it was of each message."""

    inner: Reader
    sure: dict[str, float] = field(default_factory=dict)

    async def read(self, text: str, context: ReadingContext) -> Reading:
        reading = await self.inner.read(text, context)
        self.sure.setdefault(text.strip(), reading.confidence)
        return reading


@dataclass(frozen=True)
class Watched(House):
    """A house whose readers, one for each golden, can be looked at afterwards."""

    seen: list[Watching] = field(default_factory=list)

    def reader(self, world: World) -> Reader:
        self.seen.append(Watching(self.embedded_reader(world)))
        return self.seen[-1]


@dataclass(frozen=True)
class Read:
    """One turn of a golden: how sure it was read, and whether everything after it was as it should be."""

    sure: float
    right: bool


@dataclass(frozen=True)
class Halves:
    """The turns of the goldens, parted by golden, so that no conversation stands on both sides."""

    learning: tuple[Read, ...]
    held_out: tuple[Read, ...]


def learns(name: str) -> bool:
    """Whether a golden is one to learn from; the same on every machine, whatever other goldens there are."""
    return sha256(name.encode()).digest()[0] % 2 == 0


def halves(played: Iterable[tuple[str, Sequence[Read]]]) -> Halves:
    """Part the turns by the names of their goldens."""
    sides: dict[bool, list[Read]] = {True: [], False: []}
    for name, read in played:
        sides[learns(name)] += read
    return Halves(tuple(sides[True]), tuple(sides[False]))


def turns(result: Result, watching: Watching) -> list[Read]:
    """The turns of a golden that were read."""
    found: list[Read] = []
    for at, line in enumerate(result.transcript):
        if line.who != "customer" or line.text.strip() not in watching.sure:
            continue
        later = [n for n, one in enumerate(result.transcript) if one.who == "customer" and n > at]
        end = later[0] if later else len(result.transcript)
        wrong = any(at < failure.line <= end for failure in result.failures)
        found.append(Read(watching.sure[line.text.strip()], not wrong))
    return found


def wrong_share(read: Sequence[Read], threshold: float) -> tuple[float, float]:
    """Which share of the turns is read without a call, and which share of those went wrong."""
    kept = [one for one in read if one.sure >= threshold]
    wrong = sum(not one.right for one in kept)
    return len(kept) / len(read) if read else 0.0, wrong / len(kept) if kept else 0.0


def lowest(read: Sequence[Read], budget: float) -> float | None:
    """The lowest threshold that keeps these turns within the budget; None when none does."""
    fitting = (one for one in THRESHOLDS if wrong_share(read, one)[1] <= budget)
    return next(fitting, None) if read else None


def table(parted: Halves) -> Table:
    """What every threshold would cost, on each half and on both."""
    sides = (*_named(parted), ("all", (*parted.learning, *parted.held_out)))
    shown = Table("threshold", title="Turns without a call, and how many of those went wrong")
    for name, read in sides:
        shown.add_column(f"{name} ({len(read)} turns)", justify="right")
    for threshold in THRESHOLDS:
        shown.add_row(f"{threshold:.2f}", *(_shares(read, threshold) for _, read in sides))
    return shown


def told(parted: Halves, budget: float) -> list[str]:
    """What was learnt, and what it is worth on each half."""
    threshold = lowest(parted.learning, budget)
    if threshold is None:
        return [f"no threshold keeps the learning half within {budget:.0%}; ask the model always"]
    worth = [
        f"  {name}: {_shares(read, threshold)} of {len(read)} turns"
        for name, read in _named(parted)
    ]
    both = lowest((*parted.learning, *parted.held_out), budget)
    return [
        f"learnt on the learning half, lowest within {budget:.0%}: {threshold:.2f}",
        *worth,
        f"lowest within {budget:.0%} on all turns: {both}  (playbook/rules/cascade.yaml)",
    ]


def _named(parted: Halves) -> tuple[tuple[str, Sequence[Read]], ...]:
    return ("learning half", parted.learning), ("held-out half", parted.held_out)


def _shares(read: Sequence[Read], threshold: float) -> str:
    share, wrong = wrong_share(read, threshold)
    return f"{share:.1%}, {wrong:.1%} wrong"


async def _play() -> Halves:
    with TemporaryDirectory() as folder:
        house = await House.open(Settings(data=Path(folder), database_url=None))
        # Offline, whatever the settings name: a model that words replies would be paid for, and change them.
        watched = Watched(**{**vars(house), "model": None})
        report = await run_goldens(watched, jobs=1)
        await house.close()
    pairs = zip(report.results, watched.seen, strict=True)
    return halves((result.name, turns(result, watching)) for result, watching in pairs)


def main(
    *, budget: Annotated[float, typer.Option(help="Share of wrong turns without a call.")] = BUDGET
) -> None:
    """Print what every threshold would cost, and which one is learnt."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parted = asyncio.run(_play())
    console = Console()
    console.print(table(parted))
    console.print("\n".join(told(parted, budget)), highlight=False)


if __name__ == "__main__":
    typer.run(main)
