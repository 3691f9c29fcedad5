from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.settings import Settings
from simulators import erp

WORLD = read_world(Settings().world)
CANCEL = {"customer": "C-118", "order": "HB-203115"}
RETURN = {"customer": "C-118", "order": "HB-202871"}
BOOK = {"customer": "C-118", "room": "solo_single", "checkin": "2026-03-18", "nights": 2}


def company() -> DemoShop:
    return DemoShop(WORLD, FixedClock(WORLD.default_now))


@pytest.fixture
def shop() -> DemoShop:
    return company()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.fixture
async def caller(shop: DemoShop, journal: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with erp.running(shop, journal) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


def kept(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_text("utf-8").splitlines()]


async def write(
    caller: httpx.AsyncClient, method: str, arguments: dict[str, Any], key: str = "k"
) -> httpx.Response:
    return await caller.post(f"/v1/{method}", json=arguments, headers={"Idempotency-Key": key})


async def fail(caller: httpx.AsyncClient, **fault: object) -> None:
    (await caller.post("/simulator/faults", json=fault)).raise_for_status()


async def test_an_effect_stands_in_the_journal_with_its_key(
    caller: httpx.AsyncClient, journal: Path
) -> None:
    assert (await write(caller, "cancel_order", CANCEL, "key-1")).json() is None
    (entry,) = kept(journal)
    assert entry["key"] == "key-1"
    assert entry["effects"] == [{"kind": "order.cancel", **CANCEL}]


async def test_the_same_key_again_is_one_line_of_the_journal(
    caller: httpx.AsyncClient, journal: Path
) -> None:
    for _ in range(3):
        await write(caller, "create_return", RETURN)
    assert len(kept(journal)) == 1


async def test_a_new_process_goes_on_where_the_journal_ends(journal: Path) -> None:
    async with erp.running(company(), journal) as url, httpx.AsyncClient(base_url=url) as before:
        booked = (await write(before, "create_booking", BOOK, "stay")).json()
        await write(before, "create_return", RETURN, "back")
    shop = company()
    async with erp.running(shop, journal) as url, httpx.AsyncClient(base_url=url) as after:
        assert (await write(after, "create_booking", BOOK, "stay")).json() == booked
        await write(after, "create_return", RETURN, "back")
        known = (await after.get("/simulator/effects")).json()
    assert [one["kind"] for one in shop.effects()] == ["booking.create", "return.create"]
    assert known == kept(journal)


async def test_half_a_line_was_never_answered_and_is_cut_off(journal: Path) -> None:
    async with erp.running(company(), journal) as url, httpx.AsyncClient(base_url=url) as before:
        await write(before, "cancel_order", CANCEL, "one")
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-')
    shop = company()
    async with erp.running(shop, journal) as url, httpx.AsyncClient(base_url=url) as after:
        await write(after, "create_return", RETURN, "two")
    assert [entry["key"] for entry in kept(journal)] == ["one", "two"]


async def test_a_refusal_is_a_conflict_and_no_effect(
    caller: httpx.AsyncClient, shop: DemoShop
) -> None:
    answered = await write(caller, "cancel_order", {"customer": "C-317", "order": "HB-203115"})
    assert (answered.status_code, answered.json()["error"]) == (409, "input")
    assert shop.effects() == []
    assert (await caller.get("/simulator/effects")).json() == []


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("cancel_order", "{", 422),
        ("cancel_order", "[]", 422),
        ("cancel_order", '{"customer": "C-118"}', 422),
        ("cancel_order", '{"customer": "C-118", "order": "HB-203115", "force": true}', 422),
        ("create_refund", '{"customer": "C-118", "order": "HB-202871", "amount": "much"}', 422),
        ("effects", "{}", 404),
    ],
)
async def test_a_call_that_is_wrong_changes_nothing(
    caller: httpx.AsyncClient, shop: DemoShop, method: str, body: str, status: int
) -> None:
    answered = await caller.post(f"/v1/{method}", content=body, headers={"Idempotency-Key": "k"})
    assert answered.status_code == status
    assert shop.effects() == []


async def test_a_write_without_a_key_is_refused(caller: httpx.AsyncClient, shop: DemoShop) -> None:
    assert (await caller.post("/v1/cancel_order", json=CANCEL)).status_code == 422
    assert shop.effects() == []


async def test_a_failure_before_the_effect_leaves_none(
    caller: httpx.AsyncClient, shop: DemoShop
) -> None:
    await fail(caller, kind="error_before", method="create_return")
    assert (await write(caller, "create_return", RETURN)).status_code == 500
    assert shop.effects() == []
    assert (await write(caller, "create_return", RETURN)).status_code == 200


async def test_a_failure_after_the_effect_leaves_it_in_the_journal(
    caller: httpx.AsyncClient, journal: Path
) -> None:
    await fail(caller, kind="error_after")
    assert (await write(caller, "create_return", RETURN)).status_code == 500
    assert [entry["method"] for entry in kept(journal)] == ["create_return"]


async def test_a_reset_after_the_effect_is_a_broken_connection(
    caller: httpx.AsyncClient, journal: Path
) -> None:
    await fail(caller, kind="reset_after")
    with pytest.raises(httpx.ReadError):
        await write(caller, "create_return", RETURN)
    assert [entry["method"] for entry in kept(journal)] == ["create_return"]


async def test_a_delay_answers_in_the_end(caller: httpx.AsyncClient) -> None:
    await fail(caller, kind="delay", seconds=0.01, times=2)
    assert (await caller.post("/v1/orders", json={"customer": "nobody"})).json() == []


async def test_a_half_dead_company_takes_calls_and_never_answers(
    caller: httpx.AsyncClient, shop: DemoShop
) -> None:
    await fail(caller, kind="half_dead", times=None)
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            await caller.post(
                "/v1/cancel_order", json=CANCEL, headers={"Idempotency-Key": "k"}, timeout=0.1
            )
    await caller.delete("/simulator/faults")
    assert (await write(caller, "cancel_order", CANCEL)).status_code == 200
    assert len(shop.effects()) == 1
