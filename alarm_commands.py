"""`nightdesk alarms`: what colleagues called false alarms, and how it becomes something to learn from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from domain.errors import ConfigurationError
from domain.office import Label
from domain.settings import Settings
from storage.database import Database
from storage.office import SqlOffice
from understanding.examples import FROM_THE_DESK

_HEAD = (
    "# What colleagues called false alarms on the desk; masked. Look over every line before it is learnt:\n"
    "# `nightdesk prepare` learns it, `nightdesk evals` shows whether anything got worse.\n"
)
alarms = typer.Typer(no_args_is_help=True, help="What colleagues said of alarms.")
console = Console()


@alarms.command(name="list")
def _list() -> None:
    """Show what was called a false alarm, the latest first."""
    table = Table("when", "by", "language", "what was written (masked)")
    for one in asyncio.run(_labels(Settings())):
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", one.by, one.language, one.text)
    console.print(table)


@alarms.command(name="teach")
def _teach() -> None:
    """Put it with the examples that the reader learns from; nothing is learnt before `nightdesk prepare`."""
    settings = Settings()
    path = settings.playbook / "examples" / "heard" / "from_the_desk.yaml"
    added = teach(path, asyncio.run(_labels(settings)))
    console.print(
        f"{added} new in {path.relative_to(settings.playbook)}."
        + (" Look them over, then: nightdesk prepare, nightdesk evals" if added else ""),
        highlight=False,
        soft_wrap=True,
    )


def teach(path: Path, labels: Sequence[Label]) -> int:
    """Add what is not there yet to the file of examples; returns how many.

    Raises:
        ConfigurationError: the file is not what this command wrote.
    """
    kept = _kept(path)
    added = 0
    for one in labels:
        known = kept.setdefault(one.language, [])
        if one.text not in known:
            known.append(one.text)
            added += 1
    if added:
        body = yaml.safe_dump(
            {"label": FROM_THE_DESK, **kept}, allow_unicode=True, sort_keys=False, width=1000
        )
        path.write_text(_HEAD + body, encoding="utf-8")
    return added


def _kept(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, Mapping) or content.get("label") != FROM_THE_DESK:
        raise ConfigurationError(f"{path.name} must begin with `label: {FROM_THE_DESK}`")
    return {name: list(texts) for name, texts in content.items() if name != "label"}


async def _labels(settings: Settings) -> list[Label]:
    database = await Database.open(settings.data, settings.database_url)
    try:
        return await SqlOffice(database).labels()
    finally:
        await database.close()
