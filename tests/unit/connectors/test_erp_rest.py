from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from connectors.erp_rest import TRIES, RestCompany
from domain.errors import (
    ConfigurationError,
    InputError,
    RateLimited,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from domain.settings import Settings
from simulators import erp
from simulators.erp import Fault, Faults

WORLD = read_world(Settings().world)


@pytest.fixture
def shop() -> DemoShop:
    return DemoShop(WORLD, FixedClock(WORLD.default_now))


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def company(shop: DemoShop, faults: Faults) -> AsyncIterator[RestCompany]:
    async with erp.running(shop, faults=faults) as url:
        made = RestCompany(url, seconds=0.5)
        yield made
        await made.close()


@pytest.mark.parametrize("kind", ["error_before", "error_after", "reset_after"])
async def test_a_call_that_broke_is_made_once_more_and_done_once(
    company: RestCompany, shop: DemoShop, faults: Faults, kind: erp.FaultKind
) -> None:
    faults.add(Fault(kind=kind))
    await company.create_return("C-118", "HB-202871", key="k")
    assert len(shop.effects()) == 1


@pytest.mark.parametrize("kind", ["error_before", "error_after", "reset_after"])
async def test_a_system_that_stays_broken_is_unavailable(
    company: RestCompany, faults: Faults, kind: erp.FaultKind
) -> None:
    faults.add(Fault(kind=kind, times=TRIES))
    with pytest.raises(UpstreamUnavailable):
        await company.create_return("C-118", "HB-202871", key="k")


@pytest.mark.parametrize("kind", ["delay", "half_dead"])
async def test_a_system_that_does_not_answer_in_time_is_not_asked_again(
    company: RestCompany, shop: DemoShop, faults: Faults, kind: erp.FaultKind
) -> None:
    faults.add(Fault(kind=kind, method="orders", seconds=1))
    with pytest.raises(UpstreamTimeout):
        await company.orders("C-118")
    assert await company.orders("C-118") == await shop.orders("C-118")


async def test_nobody_there_is_unavailable(shop: DemoShop) -> None:
    async with erp.running(shop) as url:
        pass
    company = RestCompany(url)
    with pytest.raises(UpstreamUnavailable):
        await company.orders("C-118")
    await company.close()


@asynccontextmanager
async def answering(status: int, body: bytes) -> AsyncIterator[RestCompany]:
    """A company whose system says the same to everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    company = RestCompany(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server:
        yield company
        await company.close()


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (409, b'{"error": "input", "message": "no"}', InputError),
        (422, b"<html>no</html>", InputError),
        (429, b"{}", RateLimited),
        (401, b"{}", UpstreamUnavailable),
        (404, b"{}", UpstreamUnavailable),
        (503, b"[]", UpstreamUnavailable),
        (302, b"", UpstreamUnavailable),
        (200, b"<html>welcome</html>", UpstreamUnavailable),
        (200, b'{"id": "HB-1"}', UpstreamUnavailable),
        (200, b'[{"id": "HB-1", "customer": "C-118"', UpstreamUnavailable),
    ],
)
async def test_what_the_system_answers_is_an_outcome_or_a_fault_of_ours(
    status: int, body: bytes, fault: type[Exception]
) -> None:
    async with answering(status, body) as company:
        with pytest.raises(fault):
            await company.orders("C-118")


async def test_a_record_that_is_not_understood_is_not_quoted() -> None:
    async with answering(200, b'[{"id": "HB-1", "address": "1 Secret Street"}]') as company:
        with pytest.raises(UpstreamError) as caught:
            await company.orders("C-118")
    assert "Secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_address_that_is_none_is_named_at_the_start() -> None:
    with pytest.raises(ConfigurationError, match="NIGHTDESK_ERP_URL"):
        RestCompany("erp.example:8125")
