"""Measures whether alarms, anger and wishes for a person are heard by meaning: `python -m evals.bench_alarms`.

Prints, for the half of the labelled set that nothing was learnt from, how many were heard and how often one was
heard that was not there, by the product's own path and by a list of words, in one run. A conversation is heard
turn by turn, each turn standing on those before it, and counts by what was raised until its end.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from agent.nodes.screen import ANGRY, triggers
from domain.conversation import Standing
from domain.reading import Screener
from domain.settings import Settings
from evals.alarms.labelled import MEANINGS, TONGUES, Half, Labelled, Meaning, read_half
from evals.alarms.words import heard_by_words
from evals.strangers import opened
from support.escalation import Escalation

# These call a person for another reason, and have columns of their own.
_TOLD_APART = frozenset({"ask_person", "anger_once", "anger_repeated"})
_CERTAINTY = 1.96  # of the intervals: 95 %
Hearing = Callable[[Sequence[str]], frozenset[Meaning]]


@dataclass(frozen=True)
class Case:
    """A message or a conversation: what it says, what it means, and what each way heard in it."""

    language: str
    texts: tuple[str, ...]
    means: frozenset[Meaning]
    heard: dict[str, frozenset[Meaning]]

    @property
    def alone(self) -> bool:
        return len(self.texts) == 1


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval: where the true share lies, at 95 %."""
        if not self.of:
            return 0.0, 1.0
        square, share = _CERTAINTY**2, self.hits / self.of
        middle = share + square / (2 * self.of)
        reach = _CERTAINTY * math.sqrt(
            share * (1 - share) / self.of + square / (4 * self.of * self.of)
        )
        whole = 1 + square / self.of
        return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)

    def __str__(self) -> str:
        low, high = self.interval
        share = self.hits / self.of if self.of else 0.0
        return f"{share:.3f} [{low:.2f}, {high:.2f}] {self.hits}/{self.of}"


def by_product(screener: Screener, escalation: Escalation) -> Hearing:
    """What the product raises over the turns of a conversation, as its graph does."""

    def hear(texts: Sequence[str]) -> frozenset[Meaning]:
        standing, found = Standing(), set[Meaning]()
        for text in texts:
            screening = screener.screen(text)
            if screening.blocked:
                continue
            called = triggers(screening, standing, None)
            standing = replace(
                standing, angry_messages=standing.angry_messages + (screening.anger >= ANGRY)
            )
            verdicts = [escalation.decide({one}) for one in called - _TOLD_APART]
            if any(verdict.red_alert or verdict.handover for verdict in verdicts):
                found.add("alarm")
            if called & {"anger_once", "anger_repeated"}:
                found.add("anger")
            if "ask_person" in called:
                found.add("person")
        return frozenset(found)

    return hear


def by_words(texts: Sequence[str]) -> frozenset[Meaning]:
    """What a list of words raises."""
    return frozenset().union(*map(heard_by_words, texts))


def hear_all(labelled: Labelled, ways: dict[str, Hearing]) -> list[Case]:
    """Every message and conversation, heard in every way."""
    written: list[tuple[str, tuple[str, ...], frozenset[Meaning]]] = [
        (one.language, (one.text,), one.means) for one in labelled.utterances
    ]
    written += [
        (talk.language, tuple(turn.text for turn in talk.turns), talk.means)
        for talk in labelled.conversations
    ]
    return [
        Case(language, texts, means, {name: hear(texts) for name, hear in ways.items()})
        for language, texts, means in written
    ]


def recall(cases: Sequence[Case], way: str, meaning: Meaning) -> Share:
    """How many of those that mean it were heard."""
    meant = [case for case in cases if meaning in case.means]
    return Share(sum(meaning in case.heard[way] for case in meant), len(meant))


def false_alarms(cases: Sequence[Case], way: str, meaning: Meaning) -> Share:
    """In how many of those that do not mean it, it was heard."""
    others = [case for case in cases if meaning not in case.means]
    return Share(sum(meaning in case.heard[way] for case in others), len(others))


def table(cases: Sequence[Case], ways: Sequence[str], title: str) -> Table:
    """A row for each meaning and language, and the ways side by side."""
    heads = [f"{way}: {what}" for way in ways for what in ("recall", "false alarms")]
    shown = Table("meaning", "language", *heads, title=title)
    for meaning in MEANINGS:
        for language in (*TONGUES, "all"):
            chosen = [case for case in cases if language in ("all", case.language)]
            cells = [
                str(measure(chosen, way, meaning))
                for way in ways
                for measure in (recall, false_alarms)
            ]
            shown.add_row(meaning, language, *cells, end_section=language == "all")
    return shown


async def _run(console: Console, half: Half, *, mistakes: bool) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with TemporaryDirectory() as folder:
        async with opened(Settings(data=Path(folder))) as (_, turns):
            product = by_product(turns.context.screener, turns.context.escalation)
            ways: dict[str, Hearing] = {"product": product, "words": by_words}
            cases = hear_all(read_half(half), ways)
    alone = [case for case in cases if case.alone]
    talks = [case for case in cases if not case.alone]
    console.print(table(alone, list(ways), f"{half}: {len(alone)} single messages"))
    console.print(table(talks, list(ways), f"{half}: {len(talks)} conversations"))
    console.print(table(cases, list(ways), f"{half}: both, {len(cases)}"))
    for case in cases if mistakes and half == "train" else ():
        if case.heard["product"] != case.means:
            heard, means = sorted(case.heard["product"]), sorted(case.means)
            console.print(f"{' / '.join(case.texts)}\n  means {means}, heard {heard}")


def main(
    *,
    train: Annotated[
        bool, typer.Option(help="Measure the half that was learnt from instead.")
    ] = False,
    mistakes: Annotated[
        bool, typer.Option(help="Show what was heard wrongly, of that half alone.")
    ] = False,
) -> None:
    """Print recall and false alarms, by the product and by a list of words."""
    half: Half = "train" if train else "held"
    asyncio.run(_run(Console(width=160), half, mistakes=mistakes))


if __name__ == "__main__":
    typer.run(main)
