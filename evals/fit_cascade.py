"""How sure the offline reader has to be before no model is asked: learnt from the golden conversations.

`python -m evals.fit_cascade` plays them offline, prints what every threshold would cost, and names the lowest one
that keeps the share of wrong turns among those read without a call within the budget.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

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


def wrong_share(read: list[Read], threshold: float) -> tuple[float, float]:
    """Which share of the turns is read without a call, and which share of those went wrong."""
    kept = [one for one in read if one.sure >= threshold]
    wrong = sum(not one.right for one in kept)
    return len(kept) / len(read), wrong / len(kept) if kept else 0.0


async def _play() -> list[Read]:
    with TemporaryDirectory() as folder:
        house = await House.open(Settings(data=Path(folder)))
        watched = Watched(**vars(house))
        report = await run_goldens(watched, jobs=1)
        await house.close()
    pairs = zip(report.results, watched.seen, strict=True)
    return [turn for result, watching in pairs for turn in turns(result, watching)]


def main(
    *, budget: Annotated[float, typer.Option(help="Share of wrong turns without a call.")] = BUDGET
) -> None:
    """Print what every threshold would cost."""
    read = asyncio.run(_play())
    shown = Table(
        "threshold", "turns without a call", "wrong among them", title=f"{len(read)} turns"
    )
    fitting = None
    for threshold in THRESHOLDS:
        share, wrong = wrong_share(read, threshold)
        fitting = threshold if fitting is None and wrong <= budget else fitting
        shown.add_row(f"{threshold:.2f}", f"{share:.1%}", f"{wrong:.1%}")
    console = Console()
    console.print(shown)
    console.print(f"lowest within {budget:.0%}: {fitting}  (playbook/rules/cascade.yaml)")


if __name__ == "__main__":
    typer.run(main)
