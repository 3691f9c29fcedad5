"""Plays the customers of a crash campaign: `python -m evals.crash.feeder`, a process that keeps its own file.

A customer talks through the DingTalk simulator and reads the answers in its journal, as on a telephone. Whatever
happens to the desk, every wait ends.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from math import inf
from pathlib import Path
from typing import IO, Annotated

import httpx
import typer
from rich.console import Console

from connectors.demo_shop import read_world
from domain.company import World
from evals.crash.plan import Dialogue, Line, Round, dialogues
from evals.crash.records import Said, Send, owns
from evals.crash.simulated import Journal
from evals.crash.world import ADDRESSES, users

LOOK_SECONDS = 0.05
AGAIN_SECONDS = 0.3  # until a message that the simulator could not hand over is tried again
REDELIVER_SECONDS = 2.0  # until one that was handed over and not acknowledged comes again
ASKS_TO_CONFIRM = ("cancel", "return")


@dataclass(frozen=True)
class Course:
    """How long customers begin dialogues, wait for an answer, and pause, in seconds.

    They also begin no more once the file `until` is there. `only` names the one kind of dialogue they have.
    """

    seconds: float = inf
    until: Path | None = None
    patience: float = 60.0
    pause: float = 0.5
    only: str = ""

    def over(self, since: float) -> bool:
        stopped = self.until is not None and self.until.exists()
        return stopped or time.monotonic() - since > self.seconds


class Telephone:
    """Sends messages to the bot, and shows what came back."""

    def __init__(self, client: httpx.AsyncClient, journal: Journal, out: IO[str]) -> None:
        self._client = client
        self._journal = journal
        self._out = out
        self._shown: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._news = asyncio.Condition()

    async def watch(self) -> None:
        """Read what the simulator adds to its journal, until cancelled."""
        while True:
            sends = self._journal.news()
            if sends:
                self._show(sends)
                async with self._news:
                    self._news.notify_all()
            await asyncio.sleep(LOOK_SECONDS)

    async def push(self, said: Said) -> bool:
        """Send a message; it is in the file before it can reach anybody. False when it was not taken."""
        self._out.write(said.line())
        self._out.flush()
        body = {"user": said.user, "text": said.text, "msg_id": said.msg_id}
        try:
            answer = await self._client.post("/simulator/messages", json=body)
        except httpx.RequestError:
            return False
        return answer.is_success

    def acknowledged(self, said: Said) -> bool:
        return said.msg_id in self._journal.acknowledged

    async def told(self, user: str, order: str, since: float) -> None:
        """Return when a customer was told something about an order."""
        async with self._news:
            await self._news.wait_for(
                lambda: any(at >= since for at in self._shown[user, order][-20:])
            )

    def _show(self, sends: list[Send]) -> None:
        for send in sends:
            for order in send.orders():
                self._shown[send.user, order].append(send.at)


class Person:
    """One customer with dialogues of their own."""

    def __init__(self, user: str, telephone: Telephone, course: Course, seed: int) -> None:
        self._user = user
        self._telephone = telephone
        self._course = course
        self._rng = random.Random(f"{seed} {user}")  # noqa: S311 - must be repeatable, not secret
        self._ids = f"crash-{seed}-{user}"
        self._sent = 0
        self._asks = True
        self.finished = 0
        self.in_vain = 0

    async def talk(self, world: World, customer: str, seed: int) -> None:
        """Talk until the time is over, or every order was spoken of."""
        language = next(one.lang for one in world.customers if one.id == customer)
        began = time.monotonic()
        for dialogue in dialogues(world, customer, language, seed, self._course.only):
            if self._course.over(began):
                return
            # A question that may still stand would be answered by the next yes, too.
            if self._asks or dialogue.kind not in ASKS_TO_CONFIRM:
                await self._play(dialogue)
                await asyncio.sleep(self._rng.uniform(0, 2 * self._course.pause))

    async def _play(self, dialogue: Dialogue) -> None:
        for one in dialogue.rounds:
            try:
                async with asyncio.timeout(self._course.patience):
                    await self._round(one)
            except TimeoutError:
                self.in_vain += 1
                self._asks = self._asks and dialogue.kind not in ASKS_TO_CONFIRM
                return
        self.finished += 1

    async def _round(self, one: Round) -> None:
        """Say everything at once, in this order, then wait for every answer."""
        since = time.time()
        everything = [self._said(line) for line in one.lines]
        for said in everything:
            for _ in range(one.times):
                await self._push(said)
        while True:
            try:
                async with asyncio.timeout(REDELIVER_SECONDS):
                    for line in one.lines:
                        await self._telephone.told(self._user, line.order, since)
                    return
            except TimeoutError:  # what died with a desk is delivered again, as the platform does
                for said in everything:
                    if not self._telephone.acknowledged(said):
                        await self._push(said)

    async def _push(self, said: Said) -> None:
        for pause in repeat(AGAIN_SECONDS):
            if await self._telephone.push(said):
                return
            await asyncio.sleep(pause)

    def _said(self, line: Line) -> Said:
        self._sent += 1
        msg_id = f"{self._ids}-{self._sent}"
        return Said(msg_id, self._user, line.text, line.order, line.agrees, time.time())


async def feed(
    *,
    simulator: str,
    world: World,
    known: Mapping[str, str],
    journal: Path,
    out: Path,
    course: Course,
    seed: int,
) -> str:
    """Let every customer talk at the same time; says in the end how it went."""
    with out.open("a", encoding="utf-8") as kept:
        for customer, user in known.items():
            mine = [one.id for one in world.orders if one.customer == customer]
            mine += [one.id for one in world.invoices if one.customer == customer]
            kept.write(owns(user, mine))
        async with httpx.AsyncClient(base_url=simulator, timeout=5) as client:
            telephone = Telephone(client, Journal(journal), kept)
            watching = asyncio.create_task(telephone.watch())
            persons = {one: Person(user, telephone, course, seed) for one, user in known.items()}
            await asyncio.gather(*(one.talk(world, who, seed) for who, one in persons.items()))
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    finished = sum(one.finished for one in persons.values())
    in_vain = sum(one.in_vain for one in persons.values())
    return (
        f"{finished} dialogues of {len(persons)} customers; {in_vain} times somebody waited in vain"
    )


def main(
    *,
    simulator: Annotated[str, typer.Option(help="Address of the DingTalk simulator.")],
    world: Annotated[Path, typer.Option(help="The company of the campaign.")],
    out: Annotated[Path, typer.Option(help="File to keep what is said in.")],
    seconds: Annotated[float, typer.Option(help="How long dialogues are begun.")] = inf,
    until: Annotated[
        Path | None, typer.Option(help="No more are begun once this file is there.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="The simulator's; dingtalk.jsonl beside ours if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed says the same.")] = 1,
    patience: Annotated[float, typer.Option(help="How long an answer is waited for.")] = 60.0,
    pause: Annotated[float, typer.Option(help="Mean pause between two dialogues.")] = 0.5,
    only: Annotated[str, typer.Option(help="The one kind of dialogue, such as burst.")] = "",
    addresses: Annotated[Path, typer.Option(help="Which user is which customer.")] = ADDRESSES,
) -> None:
    """Play every customer of a world for a while."""
    company = read_world(world)
    went = feed(
        simulator=simulator,
        world=company,
        known=users(company, addresses),
        journal=journal or out.with_name("dingtalk.jsonl"),
        out=out,
        course=Course(seconds, until, patience, pause, only),
        seed=seed,
    )
    Console().print(asyncio.run(went))


if __name__ == "__main__":
    typer.run(main)
