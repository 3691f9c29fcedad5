"""Guessing passwords gets nobody in, and keeps the others out for no longer than it must."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
from fastapi import FastAPI
from structlog.testing import capture_logs

from desk.knowledge import HOME
from storage.database import Database
from storage.staff_accounts import SqlStaffAccounts
from tests.unit.desk.conftest import (
    PASSWORD,
    Office,
    SmallDesk,
    app_of,
    client_of,
    log_in,
)


async def logged_in(client: httpx.AsyncClient) -> bool:
    return (await client.get(HOME)).status_code == 200


async def guess(client: httpx.AsyncClient, count: int, staff_id: str = "Ada") -> httpx.Response:
    for number in range(count):
        response = await log_in(client, staff_id, f"wrong number {number}")
        assert response.status_code == 401
    return await log_in(client, staff_id)


async def test_after_five_wrong_tries_the_right_password_has_to_wait(
    office: Office, stranger: httpx.AsyncClient
) -> None:
    response = await guess(stranger, 5)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "900"
    assert "Try again in 15 min" in response.text
    assert not await logged_in(stranger)
    assert (await log_in(stranger, "bo")).status_code == 303  # others are not kept out
    stranger.cookies.clear()
    office.clock.moment += timedelta(minutes=14)
    waiting = await log_in(stranger, "Ada")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "60")
    office.clock.moment += timedelta(minutes=1, seconds=1)
    assert (await log_in(stranger, "ADA")).status_code == 303


async def test_an_id_that_nobody_has_is_throttled_just_so(stranger: httpx.AsyncClient) -> None:
    assert (await guess(stranger, 5, "nobody")).status_code == 429


async def test_a_right_password_lets_an_account_begin_anew(stranger: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await guess(stranger, 4)).status_code == 303
        stranger.cookies.clear()


async def test_an_address_that_tries_many_ids_has_to_wait(
    desk: SmallDesk, office: Office, stranger: httpx.AsyncClient
) -> None:
    for number in range(20):
        assert (await log_in(stranger, f"nobody-{number}", "x")).status_code == 401
    assert (await log_in(stranger, "Ada")).status_code == 429
    app = app_of(desk, office.entrance(local=False))
    async with client_of(app, "https://desk.example", "203.0.113.9") as elsewhere:
        assert (await log_in(elsewhere, "Ada")).status_code == 303


async def test_a_network_of_new_addresses_is_one_address(desk: SmallDesk, office: Office) -> None:
    app = app_of(desk, office.entrance(local=False))
    for number in range(20):
        async with client_of(app, "https://desk.example", f"2001:db8:7:1::{number:x}") as client:
            assert (await log_in(client, f"nobody-{number}", "x")).status_code == 401
    for asks, status in (("2001:db8:7:1:ffff::1", 429), ("2001:db8:7:2::1", 303)):
        async with client_of(app, "https://desk.example", asks) as client:
            assert (await log_in(client, "Ada")).status_code == status


async def test_those_who_log_in_well_do_not_use_up_their_address(
    stranger: httpx.AsyncClient,
) -> None:
    for _ in range(25):
        assert (await log_in(stranger, "Ada")).status_code == 303
        stranger.cookies.clear()


async def test_many_tries_at_once_are_no_more_than_may_be(app: FastAPI) -> None:
    clients = [client_of(app) for _ in range(12)]
    answers = await asyncio.gather(*(log_in(each, "Ada", "wrong") for each in clients))
    assert sorted(each.status_code for each in answers) == [401] * 5 + [429] * 7
    for each in clients:
        await each.aclose()


async def test_a_restart_forgets_no_wrong_try_and_no_session(
    desk: SmallDesk, office: Office, client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await guess(stranger, 5, "bo")
    again = await Database.open(office.folder)
    restarted = Office(SqlStaffAccounts(again, office.clock), office.clock, office.folder)
    async with client_of(app_of(desk, restarted.entrance())) as after:
        assert (await log_in(after, "bo")).status_code == 429
        after.cookies = client.cookies
        assert await logged_in(after)
    await again.close()


async def test_nothing_that_is_logged_holds_a_password(stranger: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        await log_in(stranger, "Ada", "secret in its field")
        await log_in(stranger, "secret in the wrong field", "x")
        await guess(stranger, 4)
        await log_in(stranger, "bo")
    events = [each["event"] for each in logs]
    assert {"staff_login_refused", "staff_login_throttled", "staff_logged_in"} <= set(events)
    assert "secret" not in str(logs)
    assert PASSWORD not in str(logs)
