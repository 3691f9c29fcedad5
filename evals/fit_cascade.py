"""How sure the offline reader has to be before no model is asked: learnt from messages of strangers.

The goldens cannot tell: the reader was mended until they passed. `python -m evals.fit_cascade` reads the messages
of evals/strangers.yaml offline and prints what every threshold would cost. The lowest one that keeps the share of
wrong readings among those without a call within the budget is learnt on one half; the other tells its worth.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from connectors.demo_shop import read_world
from domain.reading import Reader, Reading, ReadingContext
from domain.settings import Settings
from evals.strangers import hear, opened, read_strangers

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
class Read:
    """One message: how sure it was read, and whether exactly what it asks for was found."""

    sure: float
    right: bool


@dataclass(frozen=True)
class Halves:
    """The messages, parted."""

    learning: tuple[Read, ...]
    held_out: tuple[Read, ...]


def learns(text: str) -> bool:
    """Whether a message is one to learn from; the same on every machine, whatever other messages there are."""
    return sha256(text.encode()).digest()[0] % 2 == 0


def halves(read: Iterable[tuple[str, Read]]) -> Halves:
    """Part the messages by their words."""
    sides: dict[bool, list[Read]] = {True: [], False: []}
    for text, one in read:
        sides[learns(text)].append(one)
    return Halves(tuple(sides[True]), tuple(sides[False]))


def wrong_share(read: Sequence[Read], threshold: float) -> tuple[float, float]:
    """Which share of the messages is read without a call, and which share of those went wrong."""
    kept = [one for one in read if one.sure >= threshold]
    wrong = sum(not one.right for one in kept)
    return len(kept) / len(read) if read else 0.0, wrong / len(kept) if kept else 0.0


def lowest(read: Sequence[Read], budget: float) -> float | None:
    """The lowest threshold that keeps these messages within the budget; None when none does."""
    fitting = (one for one in THRESHOLDS if wrong_share(read, one)[1] <= budget)
    return next(fitting, None) if read else None


def table(parted: Halves) -> Table:
    """What every threshold would cost, on each half and on both."""
    sides = (*_named(parted), ("all", (*parted.learning, *parted.held_out)))
    shown = Table(
        "threshold", title="Messages without a call, and how many of those were read wrongly"
    )
    for name, read in sides:
        shown.add_column(f"{name} ({len(read)} messages)", justify="right")
    for threshold in THRESHOLDS:
        shown.add_row(f"{threshold:.2f}", *(_shares(read, threshold) for _, read in sides))
    return shown


def told(parted: Halves, budget: float) -> list[str]:
    """What was learnt, and what it is worth on each half."""
    threshold = lowest(parted.learning, budget)
    if threshold is None:
        return [f"no threshold keeps the learning half within {budget:.0%}; ask the model always"]
    worth = [
        f"  {name}: {_shares(read, threshold)} of {len(read)} messages"
        for name, read in _named(parted)
    ]
    both = lowest((*parted.learning, *parted.held_out), budget)
    return [
        f"learnt on the learning half, lowest within {budget:.0%}: {threshold:.2f}",
        *worth,
        f"lowest within {budget:.0%} on all messages: {both}  (playbook/rules/cascade.yaml)",
    ]


def _named(parted: Halves) -> tuple[tuple[str, Sequence[Read]], ...]:
    return ("learning half", parted.learning), ("held-out half", parted.held_out)


def _shares(read: Sequence[Read], threshold: float) -> str:
    share, wrong = wrong_share(read, threshold)
    return f"{share:.1%}, {wrong:.1%} wrong"


async def _play() -> Halves:
    async with opened(Settings()) as (house, turns):
        # Offline, whatever the settings name.
        watching = Watching(house.embedded_reader(read_world(house.settings.world)))
        turns.context = replace(turns.context, reader=watching)
        heard = await hear(turns, house, [one for one in read_strangers() if one.tasks])
    # What screening stops is not read, and no model is asked about it either.
    texts = [(one, one.wanted.text) for one in heard if one.wanted.text.strip() in watching.sure]
    return halves((text, Read(watching.sure[text.strip()], one.exact)) for one, text in texts)


def main(
    *,
    budget: Annotated[float, typer.Option(help="Share of wrong readings without a call.")] = BUDGET,
) -> None:
    """Print what every threshold would cost, and which one is learnt."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parted = asyncio.run(_play())
    console = Console()
    console.print(table(parted))
    console.print("\n".join(told(parted, budget)), highlight=False)


if __name__ == "__main__":
    typer.run(main)
