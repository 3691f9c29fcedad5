"""HTTP mode: the weaker door, held against everything that was seen to knock."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from prometheus_client import REGISTRY
from pydantic import SecretStr

from channels.dingtalk.messages import Bot
from channels.dingtalk.signatures import signed
from channels.dingtalk.trust import Trust
from channels.dingtalk.webhook import LARGEST_BODY, Callback, create_app
from domain.errors import StorageError
from tests.unit.channels.dingtalk.world import NOW, ROBOT, Desk, HandClock, payload

SECRET = "test-app-secret"
STAMP = str(int(NOW.timestamp() * 1000))


def headers(timestamp: str = STAMP, sign: str | None = None) -> dict[str, str]:
    return {"timestamp": timestamp, "sign": signed(timestamp, SECRET) if sign is None else sign}


def app_over(desk: Desk, clock: HandClock | None = None, body_within: float = 5.0) -> FastAPI:
    return create_app(
        Callback(
            bot=Bot(ROBOT),
            trust=Trust(),
            secret=SecretStr(SECRET),
            accept=desk.accept,
            clock=clock or HandClock(),
            body_within=body_within,
        )
    )


@asynccontextmanager
async def door(desk: Desk, clock: HandClock | None = None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_over(desk, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


async def post(client: httpx.AsyncClient, body: Any, **more: str | None) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/messages", content=content, headers=headers(**more))  # type: ignore[arg-type]


def test_the_signature_is_the_one_of_the_protocol() -> None:
    assert signed("1767225600000", SECRET) == "RlItCIkiRw20IEntQoGgWiT6BNEUzoQxVy+BSL126t8="


async def test_a_signed_message_is_kept_before_it_is_answered() -> None:
    desk = Desk()
    async with door(desk) as client:
        answer = await post(client, payload())
    assert (answer.status_code, answer.json()) == (200, {"kept": True})
    assert list(desk.kept) == ["msgA1b2C3d4E5f6=="]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign": "RlItCIkiRw20IEntQoGgWiT6BNEUzoQxVy+BSL126t8="},
        {"sign": ""},
        {"sign": "é"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": str(int(STAMP) - 3_600_001)},
        {"timestamp": str(int(STAMP) + 3_600_001)},
        {"timestamp": "9" * 400},
    ],
)
async def test_forged_signatures_and_other_clocks_are_refused(wrong: dict[str, str]) -> None:
    desk = Desk()
    async with door(desk) as client:
        sent = [(n.encode(), value.encode("latin-1")) for n, value in headers(**wrong).items()]
        content = json.dumps(payload()).encode()
        answer = await client.post("/messages", content=content, headers=sent)
    assert answer.status_code == 401
    assert desk.deliveries == 0


async def test_clocks_that_differ_by_less_than_an_hour_are_no_fault() -> None:
    desk = Desk()
    async with door(desk) as client:
        for skew in (-3_599_000, 3_599_000):
            body = payload(msgId=f"msg{skew}")
            answer = await post(client, body, timestamp=str(int(STAMP) + skew))
            assert answer.status_code == 200
    assert len(desk.kept) == 2


async def test_a_replayed_request_is_refused() -> None:
    desk = Desk()
    async with door(desk) as client:
        assert (await post(client, payload())).status_code == 200
        answer = await post(client, payload())
    assert (answer.status_code, desk.deliveries) == (401, 1)
    assert "before" in answer.json()["detail"]


async def test_a_body_that_was_changed_under_its_signature_is_refused() -> None:
    desk = Desk()
    async with door(desk) as client:
        await post(client, payload())
        changed = await post(client, payload(text={"content": "退晒所有錢俾我"}))
    assert (changed.status_code, desk.deliveries) == (401, 1)
    assert "changed" in changed.json()["detail"]


async def test_a_signature_serves_for_other_messages_only_as_long_as_they_may_be_of_its_time() -> (
    None
):
    desk, clock = Desk(), HandClock()
    async with door(desk, clock) as client:
        await post(client, payload())
        clock.move(seconds=2)
        assert (await post(client, payload(msgId="msg2=="))).status_code == 200
        clock.move(seconds=10)
        assert (await post(client, payload(msgId="msg3=="))).status_code == 401
        clock.move(hours=3)
        assert (await post(client, payload(msgId="msg4=="))).status_code == 401
    assert len(desk.kept) == 2


async def test_a_message_delivered_again_with_a_new_signature_is_kept_once() -> None:
    desk = Desk()
    async with door(desk) as client:
        await post(client, payload())
        answer = await post(client, payload(), timestamp=str(int(STAMP) + 1))
    assert (answer.status_code, answer.json()) == (200, {"kept": False})
    assert len(desk.kept) == 1


async def test_what_was_not_kept_may_come_again() -> None:
    desk = Desk()
    desk.error = StorageError("the disk at /dev/sda is full")
    async with door(desk) as client:
        answer = await post(client, payload())
        assert answer.status_code == 503
        assert "sda" not in answer.text
        desk.error = None
        assert (await post(client, payload())).status_code == 200
    assert len(desk.kept) == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (json.dumps(payload()).encode()[:120], "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "object"),
        (b"{}", "NOT A MESSAGE"),
        (json.dumps(payload(msgId=None)).encode(), "msgId"),
        (json.dumps(payload(robotCode="other")).encode(), "robotCode"),
    ],
)
async def test_a_body_that_cannot_be_used_is_refused_with_its_cause(
    body: bytes, named: str
) -> None:
    desk = Desk()
    async with door(desk) as client:
        answer = await post(client, body)
    expected = 403 if named == "NOT A MESSAGE" else 400  # nobody's organisation is not ours
    assert answer.status_code == expected
    assert named in answer.json()["detail"] or expected == 403
    assert desk.deliveries == 0


async def test_a_message_of_another_organisation_is_refused() -> None:
    desk = Desk()
    async with door(desk) as client:
        answer = await post(client, payload(senderCorpId="dingother"))
    assert (answer.status_code, desk.deliveries) == (403, 0)
    assert "EXTERNAL" in answer.json()["detail"]


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The app on a real socket: what is refused early can only be seen there."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listening.close()


def counted(result: str) -> float:
    """How many callbacks ended so. A client that is cut off may lose the answer; this one is not lost."""
    return REGISTRY.get_sample_value("nightdesk_dingtalk_callbacks_total", {"result": result}) or 0


async def raw_post(port: int, head: list[str], chunks: AsyncIterator[bytes]) -> int:
    """Send a body until the server has had enough; returns how much it took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["POST /messages HTTP/1.1", "Host: x", *head]
    lines += [f"{name}: {value}" for name, value in headers().items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    sent = 0
    try:
        async for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            sent += len(chunk)
            if reader.at_eof():
                break
        async with asyncio.timeout(10):
            await reader.read(4096)
    except ConnectionError:
        pass
    finally:
        writer.close()
    return sent


async def flood(times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"
        await asyncio.sleep(0)


async def drip() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"{"
        await asyncio.sleep(0.05)


async def test_a_body_of_300_megabytes_is_refused_by_its_length_and_by_its_weight() -> None:
    desk, before = Desk(), counted("too_large")
    async with served(app_over(desk)) as port:
        await raw_post(port, [f"Content-Length: {300 * 1024**2}"], flood(1))
        assert counted("too_large") == before + 1
        sent = await raw_post(port, ["Transfer-Encoding: chunked"], flood(4800))
        assert counted("too_large") == before + 2
    assert LARGEST_BODY < sent < 30 * LARGEST_BODY
    assert desk.deliveries == 0


async def test_a_body_that_drips_is_not_waited_for() -> None:
    desk, before = Desk(), counted("too_slow")
    async with served(app_over(desk, body_within=0.3)) as port:
        assert await raw_post(port, ["Content-Length: 1000"], drip()) < 100
        assert counted("too_slow") == before + 1
        content = json.dumps(payload()).encode()
        async with httpx.AsyncClient() as client:
            url = f"http://127.0.0.1:{port}/messages"
            served_on = await client.post(url, content=content, headers=headers())
    assert served_on.status_code == 200


async def test_who_cannot_sign_is_not_read_at_all() -> None:
    async with door(Desk()) as client:

        async def endless() -> AsyncIterator[bytes]:
            raise AssertionError("the body was read")
            yield b""

        answer = await client.post(
            "/messages", content=b"x" * 2_000_000, headers=headers(sign="no")
        )
        assert answer.status_code == 401
