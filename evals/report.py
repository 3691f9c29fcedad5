"""How the golden conversations went: by journey and language, and in words for each that failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from xml.etree import ElementTree as Xml

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue
from rich.console import Console
from rich.table import Table

from evals.graders import Problem
from evals.player import Line

THRESHOLDS = Path(__file__).parent / "thresholds.yaml"
_SHOWN = 600  # characters of one line of a transcript
_Z = 1.96  # 95 %


@dataclass(frozen=True)
class Failure:
    """A problem, and after how many lines of the transcript it was seen."""

    line: int
    problem: Problem


@dataclass(frozen=True)
class Result:
    """How one conversation went."""

    path: Path
    journey: str
    title: str
    language: str
    failures: tuple[Failure, ...]
    transcript: tuple[Line, ...]
    seconds: float
    judged: int = 0  # statements that the judge found true or false
    not_judged: int = 0  # statements that nobody was asked about, or that the judge could not tell
    cited: frozenset[str] = frozenset()  # the documents that its answers were founded on

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def name(self) -> str:
        return f"{self.journey}/{self.path.stem}"


@dataclass(frozen=True)
class Tally:
    """So many of so many, and between which rates the truth lies (Wilson, 95 %)."""

    passed: int
    total: int

    @property
    def rate(self) -> float:
        return self.passed / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        n, p, z = self.total, self.rate, _Z
        middle = p + z * z / (2 * n)
        spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n)), min(
            1.0, (middle + spread) / (1 + z * z / n)
        )


class Thresholds(BaseModel):
    """What a release needs."""

    model_config = ConfigDict(extra="forbid")

    pass_overall: float
    language_gap_points: float

    @classmethod
    def read(cls, path: Path = THRESHOLDS) -> Thresholds:
        return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Report:
    """Every conversation that was played."""

    results: tuple[Result, ...]

    @property
    def overall(self) -> Tally:
        return _tally(self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        return tuple(one for one in self.results if not one.passed)

    def by(self, key: Callable[[Result], str]) -> dict[str, Tally]:
        """Tallies by journey, by language, by whatever else."""
        names = sorted({key(one) for one in self.results})
        return {name: _tally(one for one in self.results if key(one) == name) for name in names}

    @property
    def judged(self) -> int:
        """How many statements about replies the judge decided."""
        return sum(one.judged for one in self.results)

    @property
    def not_judged(self) -> int:
        """How many statements about replies stay undecided; they count neither for nor against."""
        return sum(one.not_judged for one in self.results)

    @property
    def language_gap(self) -> float:
        """Points between the language that goes best and the one that goes worst."""
        rates = [tally.rate for tally in self.by(lambda one: one.language).values()]
        return 100 * (max(rates) - min(rates)) if rates else 0.0

    def unmet(self, thresholds: Thresholds) -> list[str]:
        """Which thresholds are missed, in words."""
        found = []
        if self.overall.rate < thresholds.pass_overall:
            found.append(f"{self.overall.rate:.1%} pass, {thresholds.pass_overall:.1%} are needed")
        if self.language_gap > thresholds.language_gap_points:
            found.append(
                f"{self.language_gap:.1f} points lie between the languages, "
                f"{thresholds.language_gap_points:g} may"
            )
        return found

    def exit_code(self, thresholds: Thresholds) -> int:
        """0 when a release may go out."""
        return 1 if self.unmet(thresholds) or not self.results else 0


def publish(
    report: Report,
    console: Console,
    out: Path,
    thresholds: Thresholds | None = None,
    *,
    use: Mapping[str, JsonValue] | None = None,
) -> int:
    """Print everything, leave it in a folder as JSON and JUnit XML too, and say the exit code.

    `use` is what the run asked of language models, for the JSON report.
    """
    needed = thresholds or Thresholds.read()
    out.mkdir(parents=True, exist_ok=True)
    show(report, console, needed)
    write_json(report, out / "goldens.json", needed, use)
    write_junit(report, out / "goldens.xml")
    return report.exit_code(needed)


def show(report: Report, console: Console, thresholds: Thresholds) -> None:
    """Print the tables, then each failure with its transcript, then the verdict."""
    console.print(_table("journey", report.by(lambda one: one.journey)))
    console.print(_table("language", report.by(lambda one: one.language)))
    for result in report.failed:
        console.print(explain(result), markup=False, highlight=False)
    if report.judged or report.not_judged:
        console.print(
            f"{report.judged} statements judged, {report.not_judged} not judged"
            + ("" if report.judged else " (--judge asks a model)"),
            markup=False,
        )
    unmet = report.unmet(thresholds)
    verdict = "; ".join(unmet) if unmet else "every threshold is met"
    overall = report.overall
    console.print(f"{overall.passed} of {overall.total} pass: {verdict}", markup=False)


def explain(result: Result) -> str:
    """A failed conversation as a story: who said what, and where it went wrong."""
    lines = [f"✗ {result.name} — {result.title}"]
    problems = list(result.failures)
    for number, line in enumerate(result.transcript, 1):
        text = line.text if len(line.text) <= _SHOWN else f"{line.text[:_SHOWN]}…"
        lines.append(f"    {line.who}: {text}")
        lines += [f"  ▸ {_words(one)}" for one in problems if one.line == number]
    lines += [
        f"  ▸ {_words(one)}" for one in problems if not 0 < one.line <= len(result.transcript)
    ]
    return "\n".join(lines)


def write_json(
    report: Report,
    path: Path,
    thresholds: Thresholds,
    use: Mapping[str, JsonValue] | None = None,
) -> None:
    """Everything, for other programs."""
    overall = report.overall
    document = {
        "passed": overall.passed,
        "total": overall.total,
        "interval": overall.interval,
        "language_gap_points": report.language_gap,
        "unmet": report.unmet(thresholds),
        "judged": report.judged,
        "not_judged": report.not_judged,
        "use": dict(use) if use is not None else None,
        "journeys": {key: asdict(one) for key, one in report.by(lambda r: r.journey).items()},
        "languages": {key: asdict(one) for key, one in report.by(lambda r: r.language).items()},
        "conversations": [
            {
                "name": one.name,
                "title": one.title,
                "language": one.language,
                "seconds": round(one.seconds, 3),
                "failures": [f"{f.problem.grader}: {f.problem.text}" for f in one.failures],
                "transcript": [asdict(line) for line in one.transcript] if one.failures else [],
            }
            for one in report.results
        ],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def write_junit(report: Report, path: Path) -> None:
    """One test case a conversation, for continuous integration."""
    failed = len(report.failed)
    suite = Xml.Element(
        "testsuite", name="goldens", tests=str(len(report.results)), failures=str(failed)
    )
    for one in report.results:
        case = Xml.SubElement(
            suite, "testcase", classname=one.journey, name=one.path.stem, time=f"{one.seconds:.3f}"
        )
        if one.failures:
            message = "; ".join(each.problem.text for each in one.failures)
            Xml.SubElement(case, "failure", message=_printable(message)).text = _printable(
                explain(one)
            )
    Xml.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _printable(text: str) -> str:
    """XML holds no control characters, and a customer may send any."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def _tally(results: Iterable[Result]) -> Tally:
    played = list(results)
    return Tally(sum(one.passed for one in played), len(played))


def _table(title: str, tallies: dict[str, Tally]) -> Table:
    table = Table(title, "passed", "of", "rate", "95 %")
    for name, tally in tallies.items():
        low, high = tally.interval
        table.add_row(
            name, str(tally.passed), str(tally.total), f"{tally.rate:.0%}", f"{low:.0%}–{high:.0%}"
        )
    return table


def _words(failure: Failure) -> str:
    return f"{failure.problem.grader}: {failure.problem.text}"
