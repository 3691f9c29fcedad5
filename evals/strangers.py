"""First messages that were written without a look at the product: how a stranger's words are read.

`python -m evals.strangers` plays each as the first message of a conversation with the demo company and prints
how many were read exactly, F1 of the tasks, and the alarms that were raised. Nobody may tune to this set: a
message that somebody has worked on belongs into playbook/examples, and another one here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer
import yaml
from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from agent.routes import FOR_PEOPLE
from agent.turns import Turns
from agent.turnstile import Turnstile
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.conversation import Conversation, Message
from domain.settings import Settings
from house import House

STRANGERS = Path(__file__).parent / "strangers.yaml"
CUSTOMER = "C-118"


class Stranger(BaseModel):
    """A message, the tasks it asks for in their order, and the triggers that it has to raise, or must not."""

    model_config = ConfigDict(extra="forbid")

    text: str
    lang: str
    tasks: tuple[str, ...] = ()
    triggers: frozenset[str] = frozenset()
    no_triggers: bool = False


@dataclass(frozen=True)
class Heard:
    """What was read out of a message."""

    wanted: Stranger
    tasks: Counter[str]
    triggers: frozenset[str]

    @property
    def exact(self) -> bool:
        return self.tasks == Counter(self.wanted.tasks)


async def hear(turns: Turns, house: House, strangers: Sequence[Stranger]) -> list[Heard]:
    """Each message as the first of its own conversation."""
    found = []
    for number, one in enumerate(strangers):
        now, name = turns.context.clock.now(), f"stranger-{number}"
        await house.store.open(Conversation(name, "strangers", CUSTOMER, "web", now))
        history = await house.store.history(name)
        assert history is not None, "it was opened"
        message = Message(f"{name}-1", name, "customer", now, one.text)
        state = await turns.think(await turns.begin(history, message), Turnstile())
        tasks = Counter(task.kind for task in state.tasks if task.kind not in FOR_PEOPLE)
        found.append(Heard(one, tasks, frozenset(state.verdict.triggers)))
    return found


def table(heard: Sequence[Heard]) -> Table:
    """One row a language, and one for all."""
    shown = Table(
        "language", "messages", "read exactly", "F1 of tasks", "alarms raised", "false alarms"
    )
    for language in (*sorted({one.wanted.lang for one in heard}), ""):
        chosen = [one for one in heard if language in ("", one.wanted.lang)]
        asking = [one for one in chosen if one.wanted.tasks]
        raising = [one for one in chosen if one.wanted.triggers]
        quiet = [one for one in chosen if one.wanted.no_triggers]
        shown.add_row(
            language or "all",
            str(len(chosen)),
            f"{sum(one.exact for one in asking)} of {len(asking)}",
            f"{_f1(asking):.3f}",
            f"{sum(bool(one.triggers & one.wanted.triggers) for one in raising)} of {len(raising)}",
            f"{sum(bool(one.triggers) for one in quiet)} of {len(quiet)}",
        )
    return shown


def _f1(heard: Sequence[Heard]) -> float:
    right = sum(sum((one.tasks & Counter(one.wanted.tasks)).values()) for one in heard)
    named = sum(sum(one.tasks.values()) + len(one.wanted.tasks) for one in heard)
    return 2 * right / named if named else 0.0


def read_strangers() -> list[Stranger]:
    """The messages as they are committed."""
    document = yaml.safe_load(STRANGERS.read_text(encoding="utf-8"))
    return [Stranger.model_validate(one) for one in document]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[House, Turns]]:
    """The demo company on its day, without documents, in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        own = settings.model_copy(update={"data": Path(folder), "database_url": None})
        house = await House.open(own)
        try:
            world = read_world(house.settings.world)
            clock = FixedClock(world.default_now)
            library = house.librarian(clock, "strangers")
            turns = house.serve(world, DemoShop(world, clock), clock, library)
            yield house, turns
            await turns.settled()
        finally:
            await house.close()


async def _run(console: Console, *, mistakes: bool) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    async with opened(Settings()) as (house, turns):
        heard = await hear(turns, house, read_strangers())
    console.print(table(heard))
    for one in heard if mistakes else ():
        if one.wanted.tasks and not one.exact:
            read = ", ".join(one.tasks.elements()) or "nothing"
            console.print(f"{one.wanted.text}\n  {', '.join(one.wanted.tasks)} · read: {read}")


def main(
    *, mistakes: Annotated[bool, typer.Option(help="Show what was read wrongly.")] = False
) -> None:
    """Print how strangers' first messages are read."""
    asyncio.run(_run(Console(), mistakes=mistakes))


if __name__ == "__main__":
    typer.run(main)
