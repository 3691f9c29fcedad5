"""`nightdesk staff …`: who can log in to the desk, and with which password."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from connectors.clocks import SystemClock
from domain.errors import InputError
from domain.office import Colleague
from domain.settings import Settings
from security.passwords import LONGEST, Passwords, check_new
from storage.database import Database
from storage.staff_accounts import SqlStaffAccounts
from support.staff import Staff

staff = typer.Typer(no_args_is_help=True, help="Who can log in to the desk.")
console = Console()
Data = Annotated[Path | None, typer.Option(help="Folder that keeps all state.")]
Id = Annotated[str, typer.Argument(help="Id of a colleague, as `nightdesk staff list` shows it.")]


@staff.command(name="list")
def list_command(data: Data = None) -> None:
    """Show everybody who works here, who has a password, and who is logged in."""
    console.print(asyncio.run(_list(_settings(data))))


@staff.command()
def password(
    staff_id: Id,
    from_stdin: Annotated[
        bool, typer.Option("--from-stdin", help="Read the password from the first line of input.")
    ] = False,
    data: Data = None,
) -> None:
    """Set somebody's password; whoever is logged in with the old one is logged out."""
    settings = _settings(data)
    colleague = _colleague(settings, staff_id)
    chosen = _line() if from_stdin else _asked(colleague)
    check_new(chosen, colleague.id, colleague.name)
    asyncio.run(_set(settings, colleague, Passwords().hash(chosen)))
    console.print(f"{colleague.name} ({colleague.id}) can log in now.", markup=False)


@staff.command(name="end-sessions")
def end_sessions(staff_id: Id, data: Data = None) -> None:
    """Log somebody out everywhere, at once; works for those who have left, too."""
    count = asyncio.run(_end(_settings(data), staff_id))
    console.print(f"{staff_id}: {count} logged out.", markup=False)


def _settings(data: Path | None) -> Settings:
    return Settings.model_validate({} if data is None else {"data": data})


def _read(settings: Settings) -> Staff:
    return Staff.read(settings.playbook / "demo" / "staff.yaml")


def _colleague(settings: Settings, staff_id: str) -> Colleague:
    found = _read(settings).find(staff_id)
    if found is None:
        raise InputError(
            f"nobody has the id {staff_id!r}; `nightdesk staff list` shows everybody, and"
            " playbook/demo/staff.yaml is where a new colleague is added"
        )
    return found


def _line() -> str:
    return sys.stdin.readline(LONGEST + 2).rstrip("\r\n")


def _asked(colleague: Colleague) -> str:
    chosen: str = typer.prompt(
        f"New password of {colleague.name}", hide_input=True, confirmation_prompt="Once more"
    )
    return chosen


@asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[SqlStaffAccounts]:
    database = await Database.open(settings.data, settings.database_url)
    try:
        yield SqlStaffAccounts(database, SystemClock())
    finally:
        await database.close()


async def _set(settings: Settings, colleague: Colleague, hashed: str) -> None:
    async with _accounts(settings) as accounts:
        await accounts.set_password(colleague.id, hashed)


async def _end(settings: Settings, staff_id: str) -> int:
    async with _accounts(settings) as accounts:
        return await accounts.end_all(staff_id)


async def _list(settings: Settings) -> Table:
    async with _accounts(settings) as accounts:
        standing = await accounts.standing()
    table = Table("id", "name", "role", "teams", "password", "logged in")
    people = _read(settings)
    for one in people.everybody:
        known, logged_in = standing.pop(one.id, (False, 0))
        row = (one.id, one.name, one.role, ", ".join(one.teams))
        table.add_row(*map(escape, row), "yes" if known else "no", str(logged_in))
    for gone, (known, logged_in) in sorted(standing.items()):  # they cannot log in any more
        table.add_row(
            escape(gone), "(not in staff.yaml)", "", "", "yes" if known else "no", str(logged_in)
        )
    return table
