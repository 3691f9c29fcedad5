"""What an operator can do about who logs in to the desk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.clocks import SystemClock
from domain.errors import InputError
from security.passwords import Passwords, WeakPassword
from staff_commands import staff
from storage.database import Database
from storage.staff_accounts import SqlStaffAccounts

CHOSEN = "a tram in the rain"


def run(folder: Path, *words: str, typed: str = "") -> Result:
    result = CliRunner().invoke(staff, [*words, "--data", str(folder)], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kept(folder: Path, staff_id: str) -> str | None:
    async def look() -> str | None:
        database = await Database.open(folder)
        found = await SqlStaffAccounts(database, SystemClock()).password(staff_id)
        await database.close()
        return found

    return asyncio.run(look())


def log_in(folder: Path, staff_id: str) -> None:
    async def enter() -> None:
        database = await Database.open(folder)
        await SqlStaffAccounts(database, SystemClock()).open(staff_id, None)
        await database.close()

    asyncio.run(enter())


def test_a_password_is_asked_for_twice_and_never_shown(tmp_path: Path) -> None:
    result = run(tmp_path, "password", "ST-01", typed=f"{CHOSEN}\n{CHOSEN}\n")
    assert "鄭美珊 (ST-01) can log in now." in result.output
    assert CHOSEN not in result.output
    assert Passwords().verify(kept(tmp_path, "ST-01"), CHOSEN)


def test_two_passwords_that_differ_change_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "password", "ST-01", typed=f"{CHOSEN}\nanother one here\n")
    assert result.exit_code != 0
    assert kept(tmp_path, "ST-01") is None


def test_a_password_is_read_from_another_program(tmp_path: Path) -> None:
    run(tmp_path, "password", "ST-02", "--from-stdin", typed=f"{CHOSEN}\r\nsecond line\n")
    assert Passwords().verify(kept(tmp_path, "ST-02"), CHOSEN)


@pytest.mark.parametrize("weak", ["", "short", "st-01", "鄭美珊", "aaaaaaaaaaaaaa"])
def test_a_weak_password_is_refused(tmp_path: Path, weak: str) -> None:
    with pytest.raises(WeakPassword):
        run(tmp_path, "password", "ST-01", "--from-stdin", typed=f"{weak}\n")
    assert kept(tmp_path, "ST-01") is None


def test_who_does_not_work_here_gets_no_password(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nightdesk staff list"):
        run(tmp_path, "password", "ST-99", "--from-stdin", typed=f"{CHOSEN}\n")


def test_the_list_shows_who_can_log_in_and_who_is(tmp_path: Path) -> None:
    run(tmp_path, "password", "ST-01", "--from-stdin", typed=f"{CHOSEN}\n")
    for staff_id in ("ST-02", "ST-02", "left"):
        log_in(tmp_path, staff_id)
    rows = {line.split()[1]: line.split()[-3:] for line in lines(run(tmp_path, "list"))}
    assert rows["ST-01"][-3:] == ["yes", "│", "0"]
    assert rows["ST-02"][-3:] == ["no", "│", "2"]
    assert rows["left"][-3:] == ["no", "│", "1"]


def lines(result: Result) -> list[str]:
    return [one.rstrip(" │") for one in result.output.splitlines() if one.startswith("│ ")]


def test_somebody_is_logged_out_everywhere(tmp_path: Path) -> None:
    for _ in range(2):
        log_in(tmp_path, "ST-02")
    assert "ST-02: 2 logged out." in run(tmp_path, "end-sessions", "ST-02").output
    assert "ST-02: 0 logged out." in run(tmp_path, "end-sessions", "ST-02").output
