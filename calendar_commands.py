"""`nightdesk calendar …`: the public holidays that deadlines and promises respect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import holidays
import typer
import yaml
from rich.console import Console
from rich.table import Table

from connectors.clocks import SystemClock
from domain.errors import ConfigurationError, InputError
from domain.settings import Settings
from support.calendar import HONG_KONG, Holiday, holidays_in

HEADING = """\
# Hong Kong's public (general) holidays; nobody is promised a person on these days. Sundays are not listed:
# they are in the company's hours. Years that the Government has not gazetted yet are computed: update once a year.
# `nightdesk calendar update` writes this file again; it keeps every line with `kept: true`, and no comments.
# A day of your own is a line such as
#   - {day: 2026-12-24, zh: 公司週年日, en: Company day, kept: true}
"""
_YEARS = re.compile(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?")
_LONGEST = 30  # years at once; more is a slip of the finger

calendar = typer.Typer(no_args_is_help=True, help="The public holidays of Hong Kong.")
console = Console()


@dataclass(frozen=True)
class Change:
    """What an update found: days that are new, that are no more, and that have another name."""

    added: tuple[Holiday, ...] = ()
    removed: tuple[Holiday, ...] = ()
    renamed: tuple[Holiday, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed)


@calendar.command()
def update(
    years: Annotated[
        str | None,
        typer.Option(
            help="First and last year, as 2025-2028; without it, from last year to two years ahead."
        ),
    ] = None,
) -> None:
    """Write the public holidays of some years; other years, and days that were marked as kept, stay."""
    this = SystemClock().now().astimezone(HONG_KONG).year
    chosen = range(this - 1, this + 3) if years is None else read_years(years)
    path = _file()
    change = renew(path, chosen)
    for what in ("added", "removed", "renamed"):
        for one in getattr(change, what):
            console.print(f"{what}: {_told(one)}", highlight=False, markup=False, soft_wrap=True)
    if change:
        console.print(f"Written to {path.name}; restart the desk to work by it.", highlight=False)
    else:
        span = "-".join(str(year) for year in sorted({chosen[0], chosen[-1]}))
        console.print(f"{path.name} is as it should be for {span}.", highlight=False)


@calendar.command()
def show(
    years: Annotated[
        str | None, typer.Option(help="First and last year, as 2025-2028; without it, all.")
    ] = None,
) -> None:
    """Show the public holidays that are known."""
    path = _file()
    chosen = None if years is None else read_years(years)
    table = Table("day", "", "中文", "English", "kept", title=path.name)
    for one in holidays_in(path):
        if chosen is None or one.day.year in chosen:
            kept = "by a person" if one.kept else ""
            table.add_row(one.day.isoformat(), f"{one.day:%a}", one.zh, one.en, kept)
    console.print(table)


def renew(path: Path, years: Sequence[int]) -> Change:
    """Bring a file up to date for some years, and say what changed. Nothing is written if nothing did.

    Raises:
        InputError: a year of which the library knows nothing.
        ConfigurationError: the file is there and cannot be read.
    """
    known = holidays_in(path) if path.exists() else []
    kept = {one.day for one in known if one.kept}
    ours = {one.day: one for one in known if not one.kept and one.day.year in years}
    theirs = {one.day: one for one in published(years) if one.day not in kept}
    change = Change(
        added=tuple(theirs[day] for day in sorted(theirs.keys() - ours.keys())),
        removed=tuple(ours[day] for day in sorted(ours.keys() - theirs.keys())),
        renamed=tuple(
            theirs[day] for day in sorted(theirs.keys() & ours.keys()) if theirs[day] != ours[day]
        ),
    )
    if change:
        others = [one for one in known if one.day not in ours]
        _write(path, sorted([*others, *theirs.values()], key=lambda one: one.day))
    return change


def published(years: Sequence[int]) -> list[Holiday]:
    """The general holidays of Hong Kong by the `holidays` library, in order.

    Raises:
        InputError: a year of which the library knows nothing.
    """
    found: list[Holiday] = []
    for year in years:
        # To the library, "public" are the fewer days of the Employment Ordinance, "optional" the general holidays.
        zh, en = (
            holidays.country_holidays("HK", years=year, language=language, categories="optional")
            for language in ("zh_HK", "en_HK")
        )
        if not zh:
            raise InputError(f"nothing is known of {year}; choose years nearer to now")
        found += [Holiday(day=day, zh=zh[day], en=en[day]) for day in sorted(zh)]
    return found


def read_years(words: str) -> range:
    """`2025-2028` or `2026`.

    Raises:
        InputError: it is neither.
    """
    match = _YEARS.fullmatch(words.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not first <= last < first + _LONGEST:
        raise InputError(f"--years {words!r} is no span of years; write 2025-2028 or 2026")
    return range(first, last + 1)


def _write(path: Path, days: Sequence[Holiday]) -> None:
    lines = [HEADING, "holidays:\n"]
    year: int | None = None
    for one in days:
        if one.day.year != year:
            lines.append("" if year is None else "\n")
            year = one.day.year
        lines.append(f"- {_line(one)}\n")
    beside = path.with_suffix(".new")
    try:
        beside.write_text("".join(lines), encoding="utf-8")
        beside.replace(path)  # whole or not at all
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error}") from error


def _line(one: Holiday) -> str:
    shown = one.model_dump(exclude_defaults=True)
    written: str = yaml.safe_dump(
        shown, allow_unicode=True, sort_keys=False, default_flow_style=True, width=1000
    )
    return written.strip()


def _told(one: Holiday) -> str:
    return f"{one.day.isoformat()} {one.day:%a} · {one.zh} · {one.en}"


def _file() -> Path:
    return Settings().playbook / "rules" / "holidays.yaml"
