"""What the database keeps of the staff: passwords, sessions, wrong tries."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from connectors.clocks import FixedClock
from storage.database import Database
from storage.staff_accounts import (
    IDLE,
    LONGEST,
    WINDOW,
    WRONG_PER_ACCOUNT,
    WRONG_PER_ADDRESS,
    SqlStaffAccounts,
)
from tests.unit.storage.conftest import NOW, on_disk


def accounts_of(database: Database) -> tuple[SqlStaffAccounts, FixedClock]:
    clock = FixedClock(NOW)
    return SqlStaffAccounts(database, clock), clock


async def opened(accounts: SqlStaffAccounts, staff_id: str = "ada") -> str:
    found = await accounts.open(staff_id, None)
    assert found is not None
    return found.token


async def test_a_password_is_kept_and_changed(database: Database) -> None:
    accounts, _ = accounts_of(database)
    assert await accounts.password("ada") is None
    await accounts.set_password("ada", "hash-1")
    await accounts.set_password("bo", "hash-2")
    await accounts.set_password("ada", "hash-3")
    assert await accounts.password("ada") == "hash-3"
    assert await accounts.password("bo") == "hash-2"


async def test_a_changed_password_logs_out_its_owner_and_nobody_else(database: Database) -> None:
    accounts, _ = accounts_of(database)
    hers, his = await opened(accounts), await opened(accounts, "bo")
    await accounts.set_password("ada", "hash")
    assert await accounts.find(hers) is None
    assert await accounts.find(his) is not None


async def test_another_hash_of_the_same_password_logs_nobody_out(database: Database) -> None:
    accounts, _ = accounts_of(database)
    await accounts.set_password("ada", "cheap")
    token = await opened(accounts)
    await accounts.strengthen("ada", "other", "never")
    assert await accounts.password("ada") == "cheap"
    await accounts.strengthen("ada", "cheap", "dear")
    assert await accounts.password("ada") == "dear"
    assert await accounts.find(token) is not None


async def test_a_password_that_was_changed_meanwhile_opens_nothing(database: Database) -> None:
    accounts, _ = accounts_of(database)
    await accounts.set_password("ada", "new")
    assert await accounts.open("ada", "old") is None
    assert await accounts.open("nobody", "old") is None
    assert await accounts.open("ada", "new") is not None


async def test_every_session_has_its_own_token_and_its_own_mark(database: Database) -> None:
    accounts, _ = accounts_of(database)
    first, second = await accounts.open("ada", None), await accounts.open("ada", None)
    assert first is not None
    assert second is not None
    secrets = {first.token, second.token, first.session.csrf, second.session.csrf}
    assert len(secrets) == 4
    assert min(map(len, secrets)) == 43
    found = await accounts.find(first.token)
    assert found is not None
    assert (found.staff_id, found.csrf) == ("ada", first.session.csrf)
    assert not any(secret in repr((first, found)) for secret in secrets)


async def test_who_reads_the_database_learns_no_token(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    accounts, _ = accounts_of(database)
    token = await opened(accounts)
    await accounts.attempt("a password in the wrong field", "203.0.113.9")
    await database.close()
    kept = on_disk(tmp_path)
    assert b"ada" in kept
    assert token.encode() not in kept
    assert b"wrong field" not in kept


async def test_a_session_lives_while_its_owner_is_at_work_and_a_week_at_most(
    database: Database,
) -> None:
    accounts, clock = accounts_of(database)
    token, idle = await opened(accounts), await opened(accounts)
    while clock.now() < NOW + LONGEST - IDLE:
        clock.moment += IDLE - timedelta(minutes=1)
        assert await accounts.find(token) is not None
    assert await accounts.find(idle) is None
    clock.moment = NOW + LONGEST
    assert await accounts.find(token) is None


async def test_a_look_that_nobody_makes_keeps_no_session_alive(database: Database) -> None:
    accounts, clock = accounts_of(database)
    token = await opened(accounts)
    clock.moment += IDLE - timedelta(minutes=1)
    assert await accounts.find(token, touch=False) is not None
    clock.moment += timedelta(minutes=2)
    assert await accounts.find(token) is None


async def test_sessions_are_ended_one_by_one_or_all_at_once(database: Database) -> None:
    accounts, _ = accounts_of(database)
    first, second, third = [await opened(accounts) for _ in range(3)]
    his = await opened(accounts, "bo")
    await accounts.end(first)
    await accounts.end("never was one")
    assert await accounts.find(first) is None
    assert await accounts.find(second) is not None
    assert await accounts.end_all("ada") == 2
    assert await accounts.end_all("ada") == 0
    assert await accounts.find(third) is None
    assert await accounts.find(his) is not None


async def test_it_is_known_who_has_a_password_and_who_is_logged_in(database: Database) -> None:
    accounts, clock = accounts_of(database)
    await accounts.set_password("ada", "hash")
    await accounts.set_password("cy", "hash")
    for each in ("ada", "ada", "bo"):
        await opened(accounts, each)
    assert await accounts.standing() == {"ada": (True, 2), "bo": (False, 1), "cy": (True, 0)}
    clock.moment += IDLE
    assert await accounts.standing() == {"ada": (True, 0), "cy": (True, 0)}


async def test_an_account_waits_from_its_fifth_wrong_try_on(database: Database) -> None:
    accounts, clock = accounts_of(database)
    for number in range(WRONG_PER_ACCOUNT):
        counted = await accounts.attempt("ada", f"203.0.113.{number}")
        assert counted.number > 0
        assert not counted.wait
        clock.moment += timedelta(minutes=1)
    waiting = await accounts.attempt("ada", "203.0.113.99")
    assert waiting.number == 0
    assert waiting.wait == (WINDOW - timedelta(minutes=5)).total_seconds()
    assert not (await accounts.attempt("bo", "203.0.113.99")).wait
    clock.moment = NOW + WINDOW
    assert not (await accounts.attempt("ada", "203.0.113.99")).wait
    assert (await accounts.attempt("ada", "203.0.113.99")).wait == 60


async def test_a_try_that_was_refused_makes_nobody_wait_longer(database: Database) -> None:
    accounts, clock = accounts_of(database)
    for _ in range(WRONG_PER_ACCOUNT + 10):
        await accounts.attempt("ada", "203.0.113.9")
    clock.moment += WINDOW
    assert not (await accounts.attempt("ada", "203.0.113.9")).wait


async def test_an_address_waits_from_its_twentieth_wrong_try_on(database: Database) -> None:
    accounts, _ = accounts_of(database)
    for number in range(WRONG_PER_ADDRESS):
        assert not (await accounts.attempt(f"id-{number}", "203.0.113.9")).wait
    assert (await accounts.attempt("another", "203.0.113.9")).wait
    assert not (await accounts.attempt("another", "203.0.113.8")).wait


async def test_a_right_password_clears_the_account_but_not_the_address(database: Database) -> None:
    accounts, _ = accounts_of(database)
    for number in range(WRONG_PER_ADDRESS - 1):
        if number % (WRONG_PER_ACCOUNT - 1) == 0:
            await _succeed(accounts)
        await accounts.attempt("ada", "203.0.113.9")
    await _succeed(accounts)
    assert not (await accounts.attempt("ada", "203.0.113.9")).wait
    assert (await accounts.attempt("bo", "203.0.113.9")).wait


async def _succeed(accounts: SqlStaffAccounts) -> None:
    counted = await accounts.attempt("ada", "203.0.113.9")
    assert counted.number
    await accounts.succeeded(counted.number, "ada")


async def test_many_tries_at_once_are_counted_one_by_one(database: Database) -> None:
    accounts, _ = accounts_of(database)
    counted = await asyncio.gather(*(accounts.attempt("ada", "203.0.113.9") for _ in range(30)))
    assert sum(not each.wait for each in counted) == WRONG_PER_ACCOUNT


async def test_a_restart_forgets_neither_tries_nor_sessions(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    accounts, _ = accounts_of(database)
    token = await opened(accounts)
    for _ in range(WRONG_PER_ACCOUNT):
        await accounts.attempt("ada", "203.0.113.9")
    await database.close()
    again = await Database.open(tmp_path)
    restarted, _ = accounts_of(again)
    assert (await restarted.attempt("ada", "203.0.113.9")).wait
    assert await restarted.find(token) is not None
    await again.close()
