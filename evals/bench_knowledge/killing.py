"""Kills a process while it indexes, thirty times, and looks whether a document was lost or stood there half.

`python -m evals.bench_knowledge.killing --kills 30`. Documents are changed, added and deleted all the while. After
each kill a fresh process tells what it answers from, before it looked at the folder and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.bench_knowledge.questions import ROOT

_FEWEST, _MOST = 8, 24  # documents in the folder
_PARTS = 6
_PATIENCE = 120.0  # seconds until a process that says nothing counts as stuck
_SAYINGS = (
    "The lamp in the hall is lit from six until the last guest is in.",
    "Parcels for the third floor wait behind the green door.",
    "The kitchen closes when the soup is finished.",
    "Bicycles may stay in the yard for two nights.",
    "Whoever borrows the ladder signs the book beside it.",
    "The roof garden opens after the gardener has been.",
)


class Folder:
    """The knowledge folder, and what stands in it: the edition of every document."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        self._place, self._chance = place, chance
        self._edition = 0
        self._written = time.time() - 100_000.0
        self.now: dict[str, int] = {}
        self.ever: dict[str, set[int]] = {}
        self.touched: set[str] = set()  # since a process was last in step

    def change(self) -> None:
        """Add, change or delete one document, whole."""
        may_add, may_delete = len(self.now) < _MOST, len(self.now) > _FEWEST
        what = self._chance.choice(["change", *["add"] * may_add, *["delete"] * may_delete])
        if what == "delete":
            path = self._chance.choice(sorted(self.now))
            (self._place / path).unlink()
            del self.now[path]
        else:
            path = f"{self._chance.choice('abc')}/{self._chance.randrange(2 * _MOST)}.md"
            path = path if what == "add" or not self.now else self._chance.choice(sorted(self.now))
            self._write(path)
        self.touched.add(path)

    def _write(self, path: str) -> None:
        self._edition += 1
        parts = self._chance.randint(2, _PARTS)
        text = [f"# House rules {path.removesuffix('.md')}"]
        for part in range(1, parts + 1):
            said = self._chance.choice(_SAYINGS)
            text.append(f"## Rule {part}\nEdition {self._edition}, part {part} of {parts}. {said}")
        file = self._place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".tmp").write_text("\n\n".join(text), encoding="utf-8")
        # Written long ago and never at the same moment: nobody waits until the file is quiet.
        self._written += 1.0
        os.utime(file.with_suffix(".tmp"), (self._written, self._written))
        file.with_suffix(".tmp").replace(file)
        self.now[path] = self._edition
        self.ever.setdefault(path, set()).add(self._edition)


@dataclass
class Tally:
    """What thirty kills came to."""

    kills: int = 0
    while_starting: int = 0
    while_indexing: int = 0
    looks: int = 0
    documents: int = 0
    faults: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            "| killed while indexing | of them starting | looks by fresh processes | documents looked at"
            " | half-visible or lost |",
            "|---|---|---|---|---|",
            f"| {self.kills} | {self.while_starting} | {self.looks} | {self.documents} | {len(self.faults)} |",
            f"at {self.while_indexing} of the other kills the process was behind the folder",
            *self.faults,
        ]


class Killer:
    """Starts the process, kills it, and judges what the next one tells."""

    def __init__(self, place: Path, seed: int) -> None:
        self._place, self._chance = place, random.Random(seed)  # noqa: S311 chance, no secret
        self.folder = Folder(place / "knowledge", self._chance)
        self.tally = Tally()
        self._start = 5.0  # seconds that a start takes here, as it turns out
        self._stable: dict[str, int] = {}

    async def run(self, kills: int) -> Tally:
        """Kill so often; at the end everything must equal the folder."""
        for _ in range(_FEWEST * 2):
            self.folder.change()
        while self.tally.kills < kills:
            await self._round(kill_early=self.tally.kills % 3 == 2)
        process = await self._begin()
        await self._settled(process)
        await _kill(process)
        return self.tally

    async def _round(self, *, kill_early: bool) -> None:
        process = await self._begin()
        if kill_early:
            await asyncio.sleep(self._chance.uniform(0.4, 1.3) * self._start)
            self.tally.while_starting += 1
        else:
            await self._settled(process)
            until = time.monotonic() + self._chance.uniform(0.1, 4.0)
            while time.monotonic() < until:
                self.folder.change()
                await asyncio.sleep(self._chance.uniform(0.01, 0.4))
            self.tally.while_indexing += bool(self.folder.touched)
        await _kill(process)
        self.tally.kills += 1
        for _ in range(self._chance.randrange(3)):  # the folder does not wait for us
            self.folder.change()

    async def _begin(self) -> Process:
        self._began = time.monotonic()
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "evals.bench_knowledge.killed_desk",
            str(self._place),
            cwd=ROOT,
            stdout=PIPE,
            stderr=DEVNULL,
        )

    async def _settled(self, process: Process) -> None:
        """Judge what a fresh process answers from, before and after it got in step."""
        opened = await _told(process, "opened")
        self._start = time.monotonic() - self._began
        self._judge(opened)
        editions = {path: found[0] for path, found in opened["editions"].items() if found}
        self._note(
            f"{path} was lost"
            for path, edition in self._stable.items()
            if path not in self.folder.touched and editions.get(path) != edition
        )
        settled = await _told(process, "settled")
        self._judge(settled)
        there = {path: found[0] for path, found in settled["editions"].items() if found}
        if there != self.folder.now:
            wrong = {path for path, _ in there.items() ^ self.folder.now.items()}
            self._note(f"{path} is not as in the folder" for path in sorted(wrong))
        self._stable = dict(self.folder.now)
        self.folder.touched.clear()

    def _judge(self, told: dict[str, Any]) -> None:
        self.tally.looks += 1
        self.tally.documents += len(told["editions"])
        self._note(told["faults"])
        self._note(
            f"{path} is at an edition that was never written: {editions}"
            for path, editions in told["editions"].items()
            if not set(editions) <= self.folder.ever.get(path, set())
        )

    def _note(self, faults: Any) -> None:
        self.tally.faults += [f"after kill {self.tally.kills}: {each}" for each in faults]


async def _told(process: Process, what: str) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(_PATIENCE):
        while line := await process.stdout.readline():
            if line.startswith(b'{"what"'):
                told: dict[str, Any] = json.loads(line)
                assert told["what"] == what
                return told
    raise RuntimeError(
        f"the process ended before it was {what}; it ended with {process.returncode}"
    )


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


def kill(kills: int, seed: int = 0) -> Tally:
    """Kill a process so often in a folder of its own."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        (Path(name) / "knowledge").mkdir()
        return asyncio.run(Killer(Path(name), seed).run(kills))


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, print the count, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    tally = kill(asked.kills, asked.seed)
    for line in tally.lines():
        print(line)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
