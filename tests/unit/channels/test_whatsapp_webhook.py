from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from pydantic import SecretStr
from structlog.testing import capture_logs

from channels.whatsapp.receipts import Receipts
from channels.whatsapp.sending import Windows
from channels.whatsapp.webhook import LARGEST_BODY, Webhook, create_app
from domain.errors import InputError, StorageError
from tests.unit.channels.whatsapp_world import (
    RECORDED,
    SECTION,
    Desk,
    HandClock,
    made,
    recording,
)

HOOK = "/channels/whatsapp/webhook"
VECTOR = b'{"object":"whatsapp_business_account","entry":[]}'
VECTOR_SIGN = "sha256=c84a394cc475525991e78ff16e430b02e47f953877d2af0ade26956ce6f384dc"


class Door:
    """The webhook, as Meta sees it."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.channel = made()
        app = FastAPI()
        app.mount("/channels/whatsapp", self.channel.web(self.desk.accept))
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://desk.example"
        )

    async def post(self, body: bytes, sign: str | None = None) -> httpx.Response:
        key = SECTION["app_secret"].encode()
        given = (
            f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}" if sign is None else sign
        )
        headers = {b"X-Hub-Signature-256": given.encode("latin-1")}
        return await self.http.post(HOOK, content=body, headers=headers)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    found = Door()
    yield found
    await found.http.aclose()
    await found.channel.close()


def raw(name: str = "text") -> bytes:
    return json.dumps(recording(name)["payload"]).encode()


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"nightdesk_whatsapp_{name}_total", labels) or 0.0


async def verify(door: Door, **query: str) -> httpx.Response:
    return await door.http.get(
        HOOK, params={name.replace("_", ".", 1): v for name, v in query.items()}
    )


async def test_who_knows_the_word_gets_the_challenge_back(door: Door) -> None:
    known = {"hub_mode": "subscribe", "hub_challenge": "1158201444", "hub_verify_token": "the-word"}
    answer = await verify(door, **known)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {"hub_mode": "subscribe", "hub_verify_token": "a word"},
        {"hub_mode": "subscribe", "hub_verify_token": "字"},
        {"hub_mode": "subscribe"},
        {"hub_mode": "unsubscribe", "hub_verify_token": "the-word"},
        {},
    ],
)
async def test_nobody_else_does(door: Door, query: dict[str, str]) -> None:
    assert (await verify(door, hub_challenge="1", **query)).status_code == 403


async def test_the_signature_is_the_documented_one(door: Door) -> None:
    assert (await door.post(VECTOR, VECTOR_SIGN)).status_code == 200


@pytest.mark.parametrize(
    "sign", ["", "sha256=", VECTOR_SIGN[:-1] + "0", VECTOR_SIGN[7:], "sha1=00", "ñ"]
)
async def test_any_other_signature_is_refused(door: Door, sign: str) -> None:
    assert (await door.post(VECTOR, sign)).status_code == 401


async def test_a_body_that_changed_after_signing_is_refused(door: Door) -> None:
    escaped = raw()
    key = SECTION["app_secret"].encode()
    sign = f"sha256={hmac.new(key, escaped, hashlib.sha256).hexdigest()}"
    written_again = json.dumps(json.loads(escaped), ensure_ascii=False).encode()
    assert (await door.post(written_again, sign)).status_code == 401
    assert (await door.post(escaped, sign)).status_code == 200
    (arrival,) = door.desk.kept.values()
    assert arrival.text == "我張單幾時送到？"


@pytest.mark.parametrize("name", RECORDED)
async def test_every_recorded_payload_is_acknowledged(door: Door, name: str) -> None:
    assert (await door.post(raw(name))).status_code == 200
    assert len(door.desk.kept) == recording(name)["expected"]["arrivals"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (raw()[:-5], 400),
        (b"[" * 200_000, 400),
        (b"\xff\xfe", 400),
        (b"[]", 200),
        (b"null", 200),
        (b'{"object":"page"}', 200),
        (b'{"object":"whatsapp_business_account","entry":{"changes":3}}', 200),
    ],
)
async def test_a_signed_body_of_another_shape_breaks_nothing(
    door: Door, body: bytes, status: int
) -> None:
    assert (await door.post(body)).status_code == status
    assert (await door.post(raw())).status_code == 200


async def test_a_delivery_that_comes_again_is_acknowledged_again(door: Door) -> None:
    before = counted("messages", result="duplicate")
    answers = await asyncio.gather(*(door.post(raw()) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(door.desk.kept) == 1
    assert counted("messages", result="duplicate") == before + 7


async def test_what_was_not_kept_is_asked_for_again(door: Door) -> None:
    door.desk.error = StorageError("the disk is full")
    answer = await door.post(raw())
    assert (answer.status_code, "disk" in answer.text) == (500, False)
    door.desk.error = None
    assert (await door.post(raw())).status_code == 200
    assert len(door.desk.kept) == 1


async def test_what_would_be_refused_again_is_not(door: Door) -> None:
    door.desk.error = InputError("a button that was never sent")
    assert (await door.post(raw("button_reply"))).status_code == 200


async def test_everything_in_one_delivery_is_kept_in_order_around_what_is_broken(
    door: Door,
) -> None:
    payload = recording("text")["payload"]
    value = payload["entry"][0]["changes"][0]["value"]
    (message,) = value["messages"]
    value["messages"] = [{**message, "id": "w1"}, {"type": "text"}, {**message, "id": "w2"}]
    change = {"field": "messages", "value": {**value, "messages": [{**message, "id": "w3"}]}}
    payload["entry"][0]["changes"].append(change)
    payload["entry"].append(
        {"changes": [{**change, "value": {**value, "messages": [{**message, "id": "w4"}]}}]}
    )
    assert (await door.post(json.dumps(payload).encode())).status_code == 200
    assert list(door.desk.kept) == ["w1", "w2", "w3", "w4"]


async def test_a_body_of_more_than_3_mb_is_refused_before_it_is_read(door: Door) -> None:
    assert (await door.post(b" " * (LARGEST_BODY + 1))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536

    async with asyncio.timeout(10):
        assert (await door.http.post(HOOK, content=endless())).status_code == 413


async def test_nothing_secret_and_nothing_said_is_logged(door: Door) -> None:
    with capture_logs() as logs:
        for name in RECORDED:
            await door.post(raw(name))
        await door.post(raw(), "sha256=00")
        await verify(door, hub_mode="subscribe", hub_verify_token="wrong")
    told = json.dumps(logs, default=str, ensure_ascii=False)
    for secret in (*SECTION.values(), "我張單", "15551234567", "US.1001demo", "Ana Demo"):
        assert secret not in told or secret == SECTION["phone_number_id"]


async def test_errors_that_are_told_are_counted(door: Door) -> None:
    before = counted("errors_told", code="130429")
    await door.post(raw("errors_of_the_account"))
    assert counted("errors_told", code="130429") == before + 1
    failed = counted("failed", code="131047")
    await door.post(raw("status_failed"))
    assert counted("failed", code="131047") == failed + 1


async def test_a_body_that_does_not_arrive_in_time_is_not_waited_for() -> None:
    webhook = Webhook(
        account="100200300",
        app_secret=SecretStr("s"),
        verify_token=SecretStr("v"),
        accept=Desk().accept,
        receipts=Receipts(),
        windows=Windows(),
        clock=HandClock(),
        body_within=0.05,
    )

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    transport = httpx.ASGITransport(create_app(webhook))
    async with asyncio.timeout(10), httpx.AsyncClient(transport=transport) as http:
        answer = await http.post("https://desk.example/webhook", content=slow())
    assert answer.status_code == 408
