"""Plays the golden conversations and says how each went: `nightdesk evals`."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.clocks import FixedClock
from domain.errors import ConfigurationError
from domain.settings import ROOT, Settings
from evals.company import Company
from evals.expectations import Agent
from evals.graders import Problem, grade, unsatisfied
from evals.judging import Judge
from evals.player import Line, Player, Scene
from evals.report import Failure, Report, Result
from evals.scenario import Golden, read_golden
from house import House
from reading_room import ReadingRoom
from retrieval.search import Librarian

GOLDEN = Path(__file__).parent / "golden"
TENANT = "demo"  # the documents are read once for the demo company and for its goldens
_LANGUAGES = {"mix": ("yue",)}  # Cantonese with English words in it is answered in Cantonese


@dataclass(frozen=True)
class GoldenFile:
    """A golden file, and the journey whose folder it stands in."""

    path: Path
    golden: Golden

    @property
    def journey(self) -> str:
        return self.path.parent.name


@dataclass(frozen=True)
class _Stage:
    """What all goldens of a run share."""

    house: House
    library: Librarian
    company: Company
    judge: Judge | None


@dataclass
class _Played:
    """What gathers while a golden is played; it is there even if the golden crashes."""

    transcript: list[Line] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    judged: int = 0
    cited: set[str] = field(default_factory=set)


async def run_goldens(
    house: House,
    paths: Sequence[Path] = (),
    only: str | None = None,
    jobs: int = 2,
    judge: Judge | None = None,
) -> Report:
    """Play every golden under these files and folders, or those whose path holds `only`.

    Without a judge, the statements that goldens make about replies are counted and not decided.

    Raises:
        ConfigurationError: a golden file is wrong; names every file and line.
    """
    files = read_goldens(paths or [golden_folder(house.settings)], only)
    company = Company(house.settings.world)
    clock = FixedClock(company.usual.default_now)
    room = await ReadingRoom.open(house, clock, TENANT)
    await room.keeper.sync("evals")  # a start does not wait for long documents
    await room.follower.follow()  # those whose vectors had to be computed, too
    await asyncio.to_thread(room.inspector.look)
    stage = _Stage(house, room.librarian, company, judge)
    gate = asyncio.Semaphore(max(1, jobs))

    async def one(file: GoldenFile) -> Result:
        async with gate:
            return await _result(stage, file)

    try:
        return Report(tuple(await asyncio.gather(*(one(file) for file in files))))
    finally:
        await room.close()


def golden_folder(settings: Settings) -> Path:
    """The golden conversations of the company that the settings name: the demo company's are ours."""
    return GOLDEN if settings.home.resolve() == ROOT else settings.home / "golden"


def read_goldens(paths: Sequence[Path], only: str | None = None) -> list[GoldenFile]:
    """Every golden file, read and checked.

    Raises:
        ConfigurationError: names every file that is wrong, with line and remedy.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise ConfigurationError(f"there are no golden conversations at {path}")
        found |= dict.fromkeys(sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    chosen = [path for path in found if not only or only in path.as_posix()]
    files, problems = [], []
    for path in chosen:
        try:
            files.append(GoldenFile(path, read_golden(path)))
        except ConfigurationError as error:
            problems.append(str(error))
    if problems:
        raise ConfigurationError("\n".join(problems))
    return files


async def _result(stage: _Stage, file: GoldenFile) -> Result:
    started = time.perf_counter()
    golden, played = file.golden, _Played()
    # A golden that crashes is one that fails; the others are still worth playing.
    (fault,) = await asyncio.gather(_play(stage, golden, played), return_exceptions=True)
    if isinstance(fault, BaseException):
        last = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        crash = f"{type(fault).__name__}: {fault} ({where})"
        played.failures = [Failure(len(played.transcript), Problem("crash", crash))]
    statements = sum(len(step.agent.judge) for step in golden.conversation if step.agent)
    return Result(
        path=file.path,
        journey=file.journey,
        title=golden.title,
        language=golden.language,
        failures=tuple(played.failures),
        transcript=tuple(played.transcript),
        seconds=time.perf_counter() - started,
        judged=played.judged,
        not_judged=statements - played.judged,
        cited=frozenset(played.cited),
    )


async def _play(stage: _Stage, golden: Golden, played: _Played) -> None:
    player = await Player.open(stage.house, stage.library, stage.company, golden)
    player.transcript = played.transcript
    tongues: Sequence[str] = _LANGUAGES.get(golden.language, (golden.language,))
    try:
        for step in golden.conversation:
            if step.customer is not None:
                await player.say(step.customer)
            elif step.wait is not None:
                await player.wait(step.wait)
            elif step.colleague is not None:
                await player.does(step.colleague)
            elif step.agent is not None:
                tongues = step.agent.speaks or tongues
                scene = await player.look(mood=step.agent.mood is not None)
                played.cited |= {one.document for one in scene.citations}
                problems = grade(step.agent, scene, tongues)
                if stage.judge is not None:
                    problems += await _judged(stage.judge, step.agent, scene, played)
                played.failures += [Failure(len(played.transcript), one) for one in problems]
    finally:
        await player.close()


async def _judged(judge: Judge, wanted: Agent, scene: Scene, played: _Played) -> list[Problem]:
    """What a model finds wrong, after everything that code can find."""
    if not wanted.judge:
        return []
    verdicts = await judge.verdicts(
        wanted.judge,
        said=scene.heard,
        reply="\n".join(scene.replies),
        known=(*scene.customer.private(), scene.customer.name),
        tenant=TENANT,
    )
    played.judged += sum(one.holds is not None for one in verdicts)
    return unsatisfied(verdicts)
