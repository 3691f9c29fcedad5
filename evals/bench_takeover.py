"""Handovers on time and a silent assistant, whatever is killed: `python -m evals.bench_takeover`.

A desk with short rules (two seconds a stage) runs as a process of its own and is killed without warning again and
again, while customers raise alarms and colleagues acknowledge, take over, reply and hand back. Afterwards what the
platform was given is compared with the history of the tickets, and every stage with the time when it was due.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import httpx
import yaml

from connectors.demo_shop import read_world
from domain.settings import ROOT
from evals.takeover.checker import Verdict, check, quantiles
from evals.takeover.diary import Diary, Journal
from evals.takeover.people import People
from evals.takeover.sabotage import Sabotage
from evals.takeover.target import Target, run

PACE = {
    "remind_after": "2 seconds",
    "transfer_after": "2 seconds",
    "accept_within": "2 seconds",
    "after_acknowledged": "3 seconds",
    "colleagues": 3,
}
QUIET_SECONDS = 6.0  # nothing was sent for so long: everything has settled
UP_SECONDS = 90.0


@dataclass(frozen=True)
class Plan:
    """How much is to happen; customers begin nothing new once everything has."""

    kills: int = 12
    handovers: int = 60
    shortest: float = 3.0  # seconds that a desk lives
    longest: float = 10.0
    at_once: int = 10  # conversations
    rounds: int = 2  # handovers of a conversation
    seed: int = 1
    sabotage: Sabotage = ""


@dataclass(frozen=True)
class Result:
    """What a campaign found."""

    diary: Diary
    verdict: Verdict
    seconds: float


class Campaign:
    """One desk, whoever kills it, and everybody around it."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._rng = random.Random(plan.seed)  # noqa: S311 - repeatable, not secret
        self._diary = Diary()
        self._journal = Journal(folder / "sent.jsonl")
        data = folder / "data"
        data.mkdir()
        self._target = Target(
            data=data,
            playbook=_playbook(folder),
            sink=folder / "sent.jsonl",
            port=_port(),
            began=time.time(),
            sabotage=plan.sabotage,
        )
        self._url = f"http://127.0.0.1:{self._target.port}"
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["evals.takeover.target"])
        self._begun = 0
        self._killed_enough = False

    async def run(self) -> Result:
        """Play, kill, let everything settle, and check."""
        started = time.monotonic()
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=self._url, timeout=30, limits=limits) as client:
            desk = await self._start(client)
            people = People(client, self._journal, self._diary, self._plan.seed)
            numbers = count(1)
            playing = [
                asyncio.create_task(self._play(people, numbers)) for _ in range(self._plan.at_once)
            ]
            try:
                desk = await self._kill(client, desk)
                await asyncio.gather(*playing)
                await self._settled()
            finally:
                for task in playing:
                    task.cancel()
                desk.kill()
                desk.join()
        start = read_world(self._target.settings().world).default_now
        sent = self._journal.everything()
        verdict = await check(
            self._target.data, self._diary, sent, start=start, began=self._target.began
        )
        return Result(self._diary, verdict, time.monotonic() - started)

    async def _kill(self, client: httpx.AsyncClient, desk: ForkServerProcess) -> ForkServerProcess:
        """Kill the desk at a moment that nobody chose, and start another, until enough have died."""
        for _ in range(self._plan.kills):
            await asyncio.sleep(self._rng.uniform(self._plan.shortest, self._plan.longest))
            desk.kill()
            killed = time.time()
            desk.join()
            desk = await self._start(client)
            self._diary.down.append((killed, time.time()))
            self._diary.kills += 1
        self._killed_enough = True
        return desk

    async def _start(self, client: httpx.AsyncClient) -> ForkServerProcess:
        desk = self._context.Process(target=run, args=(self._target,), daemon=True)
        desk.start()
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            if desk.exitcode is not None:
                raise RuntimeError("the desk does not start; look at its log")
            with suppress(httpx.HTTPError):
                if (await client.get("/health", timeout=1)).is_success:
                    return desk
            await asyncio.sleep(0.02)
        raise TimeoutError("the desk does not come up")

    async def _play(self, people: People, numbers: count[int]) -> None:
        while not self._killed_enough or self._begun < self._plan.handovers:
            self._begun += self._plan.rounds
            await people.play(next(numbers), self._plan.rounds)

    async def _settled(self) -> None:
        known, since = 0, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            if len(self._journal.everything()) != known:
                known, since = len(self._journal.everything()), time.monotonic()
            await asyncio.sleep(0.2)


def _playbook(folder: Path) -> Path:
    """The playbook with short rules."""
    playbook = folder / "playbook"
    shutil.copytree(ROOT / "playbook", playbook)
    rules = playbook / "rules" / "takeover.yaml"
    document = yaml.safe_load(rules.read_text(encoding="utf-8"))
    document["stages"] = [{"when": {}, **PACE}]
    rules.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return playbook


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def report(result: Result) -> list[str]:
    """The figures, a line each."""
    found, diary = result.verdict, result.diary
    away = [up - killed for killed, up in diary.down]
    lines = [
        f"kills {diary.kills} · without a desk {sum(away):.1f} s, longest {max(away, default=0.0):.1f} s",
        f"handovers {found.handovers} · stages fired {len(found.stages)} · taken over {len(diary.held)}",
        _lateness("late by the history, overall", [one.came - one.due for one in found.stages]),
        _lateness(
            "late by the history, while a desk was there",
            [diary.without(one.due, one.came) for one in found.stages],
        ),
        _lateness(
            "late by the first push, while a desk was there",
            [diary.without(one.due, one.pushed) for one in found.stages if one.pushed],
        ),
    ]
    faults = {
        "stages early": found.early,
        "effects doubled": found.doubled,
        "effects missed": found.missed,
        "assistant after acceptance": found.spoken_over,
        "customer messages lost": found.lost,
        "staff replies lost": found.replies_lost,
        "staff replies doubled": found.replies_doubled,
        "left unfinished": found.unfinished,
        "waited for in vain": found.in_vain,
    }
    for name, some in faults.items():
        lines += [f"{name}: {len(some)}", *(f"    {one}" for one in some[:5])]
    heard = sum(map(len, diary.heard.values()))
    lines += [
        f"customer messages {heard} · staff replies {len(diary.said)} (+{len(diary.unsure)} cut off by a kill)",
        f"sent again under the same id after a kill: {found.resent}",
        f"seconds {result.seconds:.0f}",
    ]
    return lines


def found(result: Result) -> str:
    """Every stage, and when there was no desk, for whoever wants to know which was late and why."""
    stages = [asdict(one) for one in sorted(result.verdict.stages, key=lambda one: one.due)]
    return json.dumps({"down": result.diary.down, "stages": stages}, indent=1)


def _lateness(name: str, seconds: list[float]) -> str:
    shown = " ".join(f"{key} {value:.2f}" for key, value in quantiles(seconds).items())
    return f"{name} (s): {shown}"


def campaign(plan: Plan, folder: Path) -> Result:
    """Run one campaign in an empty folder."""
    return asyncio.run(Campaign(plan, folder).run())


def main() -> None:
    """Run a campaign and print its figures; exits 1 when anything was early, doubled, missed or lost."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=Plan.kills)
    asked.add_argument("--handovers", type=int, default=Plan.handovers)
    asked.add_argument("--seed", type=int, default=Plan.seed)
    asked.add_argument(
        "--sabotage", choices=get_args(Sabotage), default="", help="take one safety away"
    )
    asked.add_argument("--keep", type=Path, help="new folder to leave every file in")
    given = asked.parse_args()
    plan = Plan(given.kills, given.handovers, seed=given.seed, sabotage=given.sabotage)
    with TemporaryDirectory() as folder:
        if given.keep is not None:
            given.keep.mkdir(parents=True)
        result = campaign(plan, given.keep or Path(folder))
        if given.keep is not None:
            (given.keep / "found.json").write_text(found(result), encoding="utf-8")
    print("\n".join(report(result)))
    raise SystemExit(0 if result.verdict.clean else 1)


if __name__ == "__main__":
    main()
