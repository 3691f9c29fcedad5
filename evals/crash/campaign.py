"""The crash campaign: customers write through the DingTalk simulator while the desk is killed again and again.

The simulator, the company's systems and the customers are processes of their own that keep files of their own. The
checker compares those files; nobody reads the desk's database. Run it with `make crash`.
"""

from __future__ import annotations

import random
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer
import yaml
from rich.console import Console
from rich.table import Table

from domain.settings import Settings
from evals.crash.checker import Verdict, check_files
from evals.crash.checker import table as faults_table
from evals.crash.target import POINTS, Sabotage, Target, run
from evals.crash.world import make_document
from simulators import postgres

CUSTOMERS = 12
ORDERS = 100
LONGEST_LIFE = (
    6.0  # seconds a desk may live after a labelled point was set; then it is killed where it is
)
SETTLE_SECONDS = 45.0
PATIENCE = 30.0  # seconds a customer waits for an answer before saying something else
_COLUMNS = (
    "campaign",
    "kills",
    "accepted",
    "lost",
    "undone",
    "doubled",
    "unagreed",
    "out of order",
    "wrong person",
    "sent twice",
    "seconds",
)
console = Console(width=150)


@dataclass
class Kills:
    """How desks died."""

    labelled: dict[str, int] = field(default_factory=dict)
    random: int = 0

    @property
    def all(self) -> int:
        return sum(self.labelled.values()) + self.random


@dataclass(frozen=True)
class Result:
    """What a campaign found."""

    kills: Kills
    verdict: Verdict
    seconds: float


@dataclass(frozen=True)
class Plan:
    """What to do to the desk. Processes beyond the first are workers, and need Postgres."""

    kills: int
    processes: int = 1
    on_postgres: bool = False
    sabotage: Sabotage = ""
    points: tuple[tuple[str, int], ...] = tuple((p, v) for v in (1, 2) for p in POINTS)
    seed: int = 1
    settle: float = SETTLE_SECONDS
    only: str = ""  # the one kind of dialogue customers have


def campaign(plan: Plan, folder: Path) -> Result:
    """Kill, restart, let everything settle, and check."""
    started = time.monotonic()
    with _around(folder, plan) as target:
        kills = _kill(plan, target)
        with _desk(replace(target, sabotage=plan.sabotage), plan.processes):
            _finish_feeding(folder)
            _settle(folder, plan.settle)
    verdict = check_files(folder / "dingtalk.jsonl", folder / "erp.jsonl", folder / "feed.jsonl")
    return Result(kills, verdict, time.monotonic() - started)


@contextmanager
def _around(folder: Path, plan: Plan) -> Iterator[Target]:
    """Everything outside the desk, and how the desk is started."""
    world = folder / "world.yaml"
    demo = Settings().world
    document = make_document(demo, CUSTOMERS, ORDERS, plan.seed)
    world.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    dingtalk, erp = _port(), _port()
    simulate = [sys.executable, "-m", "cli", "simulate"]
    files = {name: str(folder / f"{name}.jsonl") for name in ("dingtalk", "erp", "feed")}
    shown = ["--world", str(world), "--journal"]
    simulator = f"http://127.0.0.1:{dingtalk}"
    commands = [
        [
            *(*simulate, "dingtalk", "--port", str(dingtalk)),
            *("--redeliver-after", "1.0", "--deliveries", "60"),
            *(*shown, files["dingtalk"]),
        ],
        [*simulate, "erp", "--port", str(erp), *shown, files["erp"]],
    ]
    with _processes(commands), _database(folder, plan) as url:
        _until_up(f"{simulator}/health", f"http://127.0.0.1:{erp}/health")
        feeder = [sys.executable, "-m", "evals.crash.feeder", "--simulator", simulator]
        feeder += ["--world", str(world), "--out", files["feed"], "--seed", str(plan.seed)]
        feeder += ["--patience", str(PATIENCE), "--only", plan.only]
        with _processes([[*feeder, "--until", str(folder / "stop")]]):
            data = folder / "data"
            data.mkdir()
            yield Target(
                data=data,
                world=world,
                dingtalk=simulator,
                erp=f"http://127.0.0.1:{erp}",
                port=_port(),
                database_url=url,
                sabotage=plan.sabotage,
            )


@contextmanager
def _database(folder: Path, plan: Plan) -> Iterator[str | None]:
    if not plan.on_postgres:
        yield None
        return
    with postgres.running(folder / "pg") as url:
        yield url


def _kill(plan: Plan, target: Target) -> Kills:
    """Start and kill desks until enough have died, at every labelled point first."""
    chance = random.Random(plan.seed)  # noqa: S311 - a campaign must be repeatable
    kills = Kills()
    points = list(plan.points)
    while kills.all < plan.kills:
        dies_at = points.pop(0) if points else None
        with _desk(replace(target, dies_at=dies_at), plan.processes) as desks:
            died = _wait(desks, LONGEST_LIFE if dies_at else chance.uniform(0.2, 3.0), target)
        if dies_at is not None and died:
            label = f"{dies_at[0]} {dies_at[1]}"
            kills.labelled[label] = kills.labelled.get(label, 0) + 1
        else:
            kills.random += 1
    return kills


def _wait(desks: list[ForkServerProcess], seconds: float, target: Target) -> bool:
    """Wait until a desk kills itself, at most so long after it is up; was it so?"""
    _until_up(f"http://127.0.0.1:{target.port}/health", unless=desks)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(desk.exitcode == -signal.SIGKILL for desk in desks):
            return True
        time.sleep(0.02)
    return False


@contextmanager
def _desk(target: Target, processes: int) -> Iterator[list[ForkServerProcess]]:
    """The desk and its workers; killed without warning at the end."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["evals.crash.target"])
    targets = [target, *(replace(target, worker=f"worker-{n}") for n in range(1, processes))]
    desks = [context.Process(target=run, args=(one,), daemon=True) for one in targets]
    for desk in desks:
        desk.start()
    try:
        yield desks
    finally:
        for desk in desks:
            desk.kill()
        for desk in desks:
            desk.join()


@contextmanager
def _processes(commands: list[list[str]]) -> Iterator[None]:
    running = [Popen(command) for command in commands]  # noqa: S603 - our own commands
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def _finish_feeding(folder: Path) -> None:
    """Customers finish what they began, and begin nothing new."""
    (folder / "stop").touch()


def _settle(folder: Path, seconds: float) -> None:
    """Wait until nobody has anything to say any more."""
    files = [folder / "dingtalk.jsonl", folder / "feed.jsonl"]
    deadline, quiet_since = time.monotonic() + seconds, time.monotonic()
    sizes = [0, 0]
    while time.monotonic() < deadline and time.monotonic() - quiet_since < 8:
        now = [file.stat().st_size for file in files]
        if now != sizes:
            sizes, quiet_since = now, time.monotonic()
        time.sleep(0.25)


def _until_up(*urls: str, unless: list[ForkServerProcess] | None = None) -> None:
    deadline = time.monotonic() + 60
    for url in urls:
        while time.monotonic() < deadline:
            if unless and any(process.exitcode is not None for process in unless):
                return
            try:
                if httpx.get(url, timeout=2).status_code < 500:
                    break
            except httpx.HTTPError:
                time.sleep(0.05)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def table(title: str, results: dict[str, Result]) -> Table:
    """The figures of campaigns side by side."""
    shown = Table(title=title)
    for column in _COLUMNS:
        shown.add_column(column)
    for name, result in results.items():
        found = result.verdict
        shown.add_row(
            name,
            f"{result.kills.all} ({len(result.kills.labelled)} points)",
            str(found.accepted),
            *(
                str(len(faults))
                for faults in (
                    found.lost,
                    found.undone,
                    found.doubled,
                    found.unagreed,
                    found.out_of_order,
                    found.wrong_person,
                )
            ),
            str(found.duplicate_sends),
            f"{result.seconds:.0f}",
        )
    return shown


def main(
    *,
    kills: Annotated[int, typer.Option(help="How often the desk is killed.")] = 50,
    processes: Annotated[int, typer.Option(help="The desk and its workers.")] = 1,
    on_postgres: Annotated[bool, typer.Option(help="Keep everything in a Postgres.")] = False,
    sabotage: Annotated[str, typer.Option(help="Take away: key, order or ack.")] = "",
    seed: int = 1,
    keep: Annotated[
        Path | None, typer.Option(help="New folder to leave every file in, to look at.")
    ] = None,
) -> None:
    """Run a campaign; exits 1 unless nothing was lost, doubled, out of order or told to somebody else."""
    plan = Plan(kills, processes, on_postgres or processes > 1, _named(sabotage), seed=seed)
    with TemporaryDirectory() as folder:
        if keep is not None:
            keep.mkdir(parents=True)
        result = campaign(plan, keep or Path(folder))
    name = f"{processes} process(es), {'Postgres' if plan.on_postgres else 'SQLite'} {sabotage}"
    console.print(table("crash campaign", {name: result}))
    console.print(faults_table(result.verdict))
    raise typer.Exit(0 if result.verdict.clean else 1)


def _named(sabotage: str) -> Sabotage:
    for known in ("", "key", "order", "ack"):
        if sabotage == known:
            return known
    raise typer.BadParameter("--sabotage takes key, order or ack")


if __name__ == "__main__":
    typer.run(main)
