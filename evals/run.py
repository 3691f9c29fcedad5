"""Plays the golden conversations and says how each went: `nightdesk evals`."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.clocks import FixedClock
from domain.errors import ConfigurationError
from evals.company import Company
from evals.graders import Problem, grade
from evals.player import Line, Player
from evals.report import Failure, Report, Result
from evals.scenario import Golden, read_golden
from house import House
from retrieval.search import Librarian

GOLDEN = Path(__file__).parent / "golden"
TENANT = "demo"  # the documents are read once for the demo company and for its goldens
_LANGUAGES = {"mix": ("yue",)}  # Cantonese with English words in it is answered in Cantonese


@dataclass(frozen=True)
class _File:
    """A golden file, and the journey whose folder it stands in."""

    path: Path
    golden: Golden

    @property
    def journey(self) -> str:
        return self.path.parent.name


async def run_goldens(
    house: House,
    paths: Sequence[Path] = (),
    only: str | None = None,
    jobs: int = 2,
) -> Report:
    """Play every golden under these files and folders, or those whose path holds `only`.

    Raises:
        ConfigurationError: a golden file is wrong; names every file and line.
    """
    files = read_goldens(paths or [GOLDEN], only)
    company = Company(house.settings.playbook / "demo" / "world.yaml")
    clock = FixedClock(company.usual.default_now)
    library = await asyncio.to_thread(house.library, clock, TENANT)
    gate = asyncio.Semaphore(max(1, jobs))

    async def one(file: _File) -> Result:
        async with gate:
            return await _result(house, library, company, file)

    return Report(tuple(await asyncio.gather(*(one(file) for file in files))))


def read_goldens(paths: Sequence[Path], only: str | None = None) -> list[_File]:
    """Every golden file, read and checked.

    Raises:
        ConfigurationError: names every file that is wrong, with line and remedy.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found |= dict.fromkeys(sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    chosen = [path for path in found if not only or only in path.as_posix()]
    files, problems = [], []
    for path in chosen:
        try:
            files.append(_File(path, read_golden(path)))
        except ConfigurationError as error:
            problems.append(str(error))
    if problems:
        raise ConfigurationError("\n".join(problems))
    return files


async def _result(house: House, library: Librarian, company: Company, file: _File) -> Result:
    started = time.perf_counter()
    transcript: list[Line] = []
    # A golden that crashes is one that fails; the others are still worth playing.
    (outcome,) = await asyncio.gather(
        _play(house, library, company, file.golden, transcript), return_exceptions=True
    )
    if isinstance(outcome, BaseException):
        last = traceback.extract_tb(outcome.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        crash = f"{type(outcome).__name__}: {outcome} ({where})"
        outcome = [Failure(len(transcript), Problem("crash", crash))]
    golden = file.golden
    return Result(
        path=file.path,
        journey=file.journey,
        title=golden.title,
        language=golden.language,
        failures=tuple(outcome),
        transcript=tuple(transcript),
        seconds=time.perf_counter() - started,
    )


async def _play(
    house: House,
    library: Librarian,
    company: Company,
    golden: Golden,
    transcript: list[Line],
) -> list[Failure]:
    player = await Player.open(house, library, company, golden)
    player.transcript = transcript
    tongues: Sequence[str] = _LANGUAGES.get(golden.language, (golden.language,))
    failures: list[Failure] = []
    try:
        for step in golden.conversation:
            if step.customer is not None:
                await player.say(step.customer)
            elif step.wait is not None:
                player.wait(step.wait)
            elif step.agent is not None:
                tongues = step.agent.speaks or tongues
                scene = await player.look(mood=step.agent.mood is not None)
                problems = grade(step.agent, scene, tongues)
                failures += [Failure(len(transcript), problem) for problem in problems]
    finally:
        await player.close()
    return failures
