"""Tests the judge itself on samples with known verdicts, so that an operator sees whether it can be trusted.

`python -m evals.judge` shows every sample of `judge_samples.yaml` to the model that the settings name for judging.
A false pass, a statement that is false and that the judge lets through, is the fault that matters.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import structlog
import typer
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from domain.errors import ConfigurationError, NightdeskError
from domain.settings import Settings
from evals.judging import Judge, Verdict
from evals.report import Tally
from house import House

SAMPLES = Path(__file__).parent / "judge_samples.yaml"


class Sample(BaseModel):
    """A reply, a statement about it, and whether it holds."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["yue", "zh-Hant", "zh-Hans", "en", "mix"]
    said: str
    reply: str
    statement: str
    verdict: Literal["true", "false"]

    @property
    def holds(self) -> bool:
        return self.verdict == "true"


@dataclass(frozen=True)
class Shown:
    """A sample, and what the judge said of it."""

    sample: Sample
    verdict: Verdict

    @property
    def right(self) -> bool:
        return self.verdict.holds == self.sample.holds


@dataclass(frozen=True)
class Agreement:
    """How far the judge agrees with people."""

    shown: tuple[Shown, ...]

    @property
    def right(self) -> Tally:
        """Of all samples; one that is not decided is not right."""
        return Tally(sum(one.right for one in self.shown), len(self.shown))

    @property
    def false_passes(self) -> Tally:
        """Of the statements that do not hold, those that the judge let through."""
        wrong = [one for one in self.shown if not one.sample.holds]
        return Tally(sum(one.verdict.holds is True for one in wrong), len(wrong))

    @property
    def false_alarms(self) -> Tally:
        """Of the statements that hold, those that the judge found false."""
        good = [one for one in self.shown if one.sample.holds]
        return Tally(sum(one.verdict.holds is False for one in good), len(good))

    @property
    def undecided(self) -> Tally:
        return Tally(sum(one.verdict.holds is None for one in self.shown), len(self.shown))

    def by_language(self) -> dict[str, Agreement]:
        names = sorted({one.sample.language for one in self.shown})
        return {
            name: Agreement(tuple(one for one in self.shown if one.sample.language == name))
            for name in names
        }


def read_samples(path: Path = SAMPLES) -> list[Sample]:
    """Every sample.

    Raises:
        ConfigurationError: the file is wrong; names the place.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(list[Sample]).validate_python(document["samples"])
    except ValidationError as error:
        places = "; ".join(
            f"samples.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
        )
        raise ConfigurationError(f"{path.name}: {places}") from error
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path.name}: needs `samples`, a list") from error


async def agreement(judge: Judge, samples: Sequence[Sample], jobs: int = 2) -> Agreement:
    """Show every sample to the judge, each in a call of its own."""
    gate = asyncio.Semaphore(max(1, jobs))

    async def one(sample: Sample) -> Shown:
        async with gate:
            (verdict,) = await judge.verdicts(
                [sample.statement], said=sample.said, reply=sample.reply, tenant="samples"
            )
            return Shown(sample, verdict)

    return Agreement(tuple(await asyncio.gather(*(one(each) for each in samples))))


def drawn(found: Agreement) -> Table:
    """Agreement by language, and on everything."""
    table = Table("language", "samples", title="How far the judge agrees with people")
    columns: dict[str, Callable[[Agreement], Tally]] = {
        "right": lambda one: one.right,
        "false passes": lambda one: one.false_passes,
        "false alarms": lambda one: one.false_alarms,
        "not judged": lambda one: one.undecided,
    }
    for name in columns:
        table.add_column(name, justify="right")
    for language, part in (*found.by_language().items(), ("all", found)):
        cells = (_cell(tally(part)) for tally in columns.values())
        table.add_row(language, str(len(part.shown)), *cells)
    return table


def mistakes(found: Agreement) -> list[str]:
    """Every sample that the judge got wrong, in words."""
    words = {True: "true", False: "false", None: "not judged"}
    return [
        f"{one.sample.language}: “{one.sample.reply}” — {one.sample.statement} "
        f"Is {one.sample.verdict}, judged {words[one.verdict.holds]}: {one.verdict.reason}"
        for one in found.shown
        if not one.right
    ]


def _cell(tally: Tally) -> str:
    return f"{tally.passed} of {tally.total} ({tally.rate:.0%})" if tally.total else "-"


async def _ask(jobs: int) -> Agreement:
    samples = read_samples()
    with TemporaryDirectory() as folder:
        settings = Settings().model_copy(update={"data": Path(folder), "database_url": None})
        house = await House.open(settings)
        try:
            return await agreement(Judge.open(house.model), samples, jobs)
        finally:
            await house.close()


def main(*, jobs: Annotated[int, typer.Option(min=1, help="Calls at once.")] = 2) -> None:
    """Print how far the judge agrees with people, and where it does not."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    console = Console()
    try:
        found = asyncio.run(_ask(jobs))
    except NightdeskError as error:
        console.print(f"{error.code}: {error}", markup=False, highlight=False)
        raise typer.Exit(2) from error
    console.print("\n".join(mistakes(found)), markup=False, highlight=False)
    console.print(drawn(found))
    low, high = found.right.interval
    console.print(f"right: {found.right.rate:.0%} ({low:.0%}–{high:.0%})", highlight=False)


if __name__ == "__main__":
    typer.run(main)
