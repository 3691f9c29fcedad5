"""Which golden conversations rest on which documents, and which of those go wrong now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, RootModel, ValidationError

from domain.settings import Settings
from evals.matching import fold
from evals.report import Report, Result
from evals.run import GoldenFile, golden_folder, read_goldens, run_goldens
from evals.scenario import Golden
from house import House
from retrieval.findings import Finding

CITED = "cited.json"  # in the data folder
_NOT_NAMES = {"yes", "no", "either"}
_LONGEST = 160  # characters of a problem


class Known(BaseModel):
    """What the latest run of a golden showed.

    `documents` are those that it cited the last time it went well, and since; `named` are asked for by name.
    """

    digest: str
    documents: list[str] = []
    named: list[str] = []
    problem: str = ""
    """Why it failed, if it did."""


class Cited(RootModel[dict[str, Known]]):
    """What is known of every golden, by its path in the folder of goldens."""

    @classmethod
    def read(cls, data: Path) -> Cited:
        """What was learnt before; nothing, where nothing was or the file is not ours."""
        try:
            return cls.model_validate_json((data / CITED).read_bytes())
        except (OSError, ValidationError):
            return cls({})

    def write(self, data: Path) -> None:
        """Keep it, whole."""
        data.mkdir(parents=True, exist_ok=True)
        beside = data / f".{CITED}.tmp"
        beside.write_text(self.model_dump_json(indent=1), encoding="utf-8")
        beside.replace(data / CITED)


async def goldens_failing(
    settings: Settings, changed: frozenset[str] = frozenset()
) -> list[Finding]:
    """Play the goldens that rest on these documents, or on any if none are named; say which go wrong now.

    A golden of which nothing is known yet, or that went wrong the last time, is played with every change.

    Raises:
        ConfigurationError: a golden file or a setting is wrong.
    """
    folder = golden_folder(settings)
    files = {
        one.path.relative_to(folder).as_posix(): one
        for one in read_goldens([folder])
        if cites_documents(one.golden)
    }
    known = Cited.read(settings.data).root
    affected = [
        one.path
        for name, one in files.items()
        if not changed or rests_on(one, known.get(name), changed)
    ]
    report = await _play(settings, affected) if affected else Report(())
    results = {one.path: one for one in report.results}
    learnt = {
        name: learnt_from(one, results[one.path], known.get(name))
        if one.path in results
        else known[name]
        for name, one in files.items()
    }
    book = Cited(learnt)
    book.write(settings.data)
    return list(failing(book, changed))


def known_failing(settings: Settings) -> list[Finding]:
    """The goldens that went wrong when they were last played."""
    folder, book = golden_folder(settings), Cited.read(settings.data)
    return list(
        failing(Cited({name: one for name, one in book.root.items() if (folder / name).exists()}))
    )


def failing(book: Cited, changed: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """A finding for each golden that goes wrong, with the changed documents that it rests on, or else all."""
    for name, one in book.root.items():
        if one.problem:
            near = [each for each in one.documents if each in changed] or one.documents
            named = near or one.named or sorted(changed) or ["knowledge/"]
            values = {"golden": name, "problem": one.problem, "documents": ", ".join(named)}
            yield Finding("golden.fails", values, path=near[0] if near else "")


def cites_documents(golden: Golden) -> bool:
    """Whether it asks for a source anywhere."""
    asked = (step.agent.cites for step in golden.conversation if step.agent and step.agent.cites)
    return any(cites != ["no"] for cites in asked)


def documents_named(golden: Golden) -> list[str]:
    """The documents that it asks for by name."""
    asked = (step.agent.cites for step in golden.conversation if step.agent and step.agent.cites)
    return [name for cites in asked for name in cites if name not in _NOT_NAMES]


def rests_on(file: GoldenFile, known: Known | None, changed: frozenset[str]) -> bool:
    """Whether one of these documents matters to it, as far as that is known."""
    if known is None or known.problem or known.digest != _digest(file.path):
        return True
    named = [fold(name) for name in documents_named(file.golden)]
    return not changed.isdisjoint(known.documents) or any(
        name in fold(path) for name in named for path in changed
    )


def learnt_from(file: GoldenFile, result: Result, before: Known | None) -> Known:
    """What is known of a golden once it was played."""
    cited, problem = set(result.cited), ""
    if not result.passed:
        cited |= set(before.documents) if before else set()
        problem = " ".join(result.failures[0].problem.text.split())[:_LONGEST]
    return Known(
        digest=_digest(file.path),
        documents=sorted(cited),
        named=documents_named(file.golden),
        problem=problem,
    )


async def _play(settings: Settings, paths: Sequence[Path]) -> Report:
    """Offline and in a data folder of their own: what the desk keeps is left alone, and no model is paid."""
    with TemporaryDirectory(prefix="nightdesk-check-") as folder:
        apart: dict[str, object] = {
            "data": Path(folder),
            "database_url": None,
            "chroma_url": None,
            "worker": "check",
            "model": None,
            "models": {},
            "experts": {},
        }
        house = await House.open(settings.model_copy(update=apart))
        try:
            return await run_goldens(house, paths, jobs=1)
        finally:
            await house.close()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
