"""The web chat against a desk that answers from memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from channels.web import (
    LARGEST_BODY,
    LONGEST_TEXT,
    pieces,
    router,
)
from tests.unit.channels.web_world import SmallDesk, message

MARKUP = '<img src=x onerror="alert(1)"> & </script>'


@pytest.fixture
def desk() -> SmallDesk:
    return SmallDesk()


@pytest.fixture
async def client(desk: SmallDesk) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router(desk))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


def events(body: str) -> list[tuple[str, dict[str, Any]]]:
    told = []
    for block in body.strip().split("\n\n"):
        name, data = block.split("\n")
        told.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return told


async def test_the_page_names_the_company_as_text(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>海傍 &lt;生活&gt; · Harbour &amp; Sons</title>" in page.text


async def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get("/")).text
    assert "http:" not in page
    assert "https:" not in page
    assert page.count("<script") == page.count('<script type="module" src="/assets/') == 1
    assert "style=" not in page


@pytest.mark.parametrize(
    ("file", "media"),
    [
        ("chat.js", "text/javascript; charset=utf-8"),
        ("later.js", "text/javascript; charset=utf-8"),
        ("view.js", "text/javascript; charset=utf-8"),
        ("wire.js", "text/javascript; charset=utf-8"),
        ("words.js", "text/javascript; charset=utf-8"),
        ("chat.css", "text/css; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
    ],
)
async def test_every_file_of_the_page_is_served(
    client: httpx.AsyncClient, file: str, media: str
) -> None:
    answer = await client.get(f"/assets/{file}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)


@pytest.mark.parametrize("file", ["index.html", "none.js", "..%2f..%2fweb.py", "%2e%2e"])
async def test_no_other_file_is_served(client: httpx.AsyncClient, file: str) -> None:
    assert (await client.get(f"/assets/{file}")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/assets/chat.js", "/assets/none.js", "/v1/customers"])
async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "cache-control" in headers


async def test_an_error_carries_the_security_headers_too(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/chat", content=b"no json")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (422, "nosniff")


async def test_the_demo_customers_are_listed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/customers")).json() == [
        {"id": "C-1", "name": "陳大文", "language": "yue", "tier": "gold"},
        {"id": "C-2", "name": "Ann", "language": "en", "tier": None},
    ]


async def test_a_session_is_opened_for_a_known_customer_only(client: httpx.AsyncClient) -> None:
    known = await client.post("/v1/sessions", json={"customer": "C-1"})
    unknown = await client.post("/v1/sessions", json={"customer": "C-9"})
    assert known.json() == {"session_id": "session-1"}
    assert unknown.status_code == 404
    assert unknown.json() == {"detail": "there is no demo customer 'C-9'"}


async def test_a_message_is_answered_with_what_is_waited_for(
    client: httpx.AsyncClient, desk: SmallDesk
) -> None:
    answer = await client.post("/v1/chat", json=message(message_id="m-1"))
    assert answer.json() == {
        "reply": "你話：張單去到邊",
        "awaiting": ["order", "confirmation"],
        "id": "r-1",
    }
    assert desk.heard == [("session-1", "張單去到邊", "m-1")]


@pytest.mark.parametrize("more", [{}, {"message_id": None}, {"message_id": ""}])
async def test_a_message_needs_no_id(
    client: httpx.AsyncClient, desk: SmallDesk, more: dict[str, object]
) -> None:
    assert (await client.post("/v1/chat", json=message(**more))).status_code == 200
    assert desk.heard == [("session-1", "張單去到邊", None)]


async def test_markup_stays_text(client: httpx.AsyncClient) -> None:
    whole = await client.post("/v1/chat", json=message(MARKUP))
    told = events((await client.post("/v1/chat/stream", json=message(MARKUP))).text)
    assert whole.headers["content-type"] == "application/json"
    assert whole.json()["reply"] == f"你話：{MARKUP}"
    assert told[-1][1]["reply"] == f"你話：{MARKUP}"


@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/stream"])
async def test_an_unknown_session_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, json={"session_id": "who", "text": "hi"})
    assert answer.status_code == 404
    assert answer.json() == {"detail": "this conversation is unknown; start a new one"}


@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/stream"])
@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "body: Invalid JSON"),
        (b"[]", "body: Input should be an object"),
        (b'{"text": "hi"}', "session_id: Field required"),
        (b'{"session_id": "session-1", "text": 5}', "text: Input should be a valid string"),
        (b'{"session_id": "session-1", "text": null}', "text: Input should be a valid string"),
        (b'{"session_id": 1, "text": "hi"}', "session_id: Input should be a valid string"),
        (b'{"session_id": "session-1", "text": "\\ud800"}', "body: Invalid JSON"),
        (b'{"session_id": "session-1", "text": "\xff"}', "body: Invalid JSON"),
        (b'{"session_id": "session-1", "text": "hi", "message_id": 7}', "message_id: Input"),
    ],
)
async def test_a_wrong_type_is_named(
    client: httpx.AsyncClient, path: str, body: bytes, named: str
) -> None:
    answer = await client.post(path, content=body)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(named)


@pytest.mark.parametrize("character", ["a", "單", "😀", "\x00", "\u2028"])
async def test_a_hundred_thousand_characters_of_any_script_are_taken(
    client: httpx.AsyncClient, desk: SmallDesk, character: str
) -> None:
    text = character * LONGEST_TEXT
    escaped = json.dumps(message(text)).encode()
    for answer in (
        await client.post("/v1/chat", json=message(text)),
        await client.post("/v1/chat", content=escaped),
    ):
        assert answer.status_code == 200
    assert [len(heard) for _, heard, _ in desk.heard] == [LONGEST_TEXT, LONGEST_TEXT]


async def test_one_character_more_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/chat", json=message("a" * (LONGEST_TEXT + 1)))
    assert answer.status_code == 422
    assert answer.json() == {"detail": "text: String should have at most 100000 characters"}


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/chat", "/v1/chat/stream"])
@pytest.mark.parametrize(
    "body",
    [
        b"x" * (LARGEST_BODY + 1),
        json.dumps(message("a" * LARGEST_BODY)).encode(),
        json.dumps(message("hi", customer="C-1", padding="a" * LARGEST_BODY)).encode(),
        b"x" * 5_000_000,
    ],
    ids=["no json", "long text", "padding", "five million"],
)
async def test_a_larger_body_is_too_large(
    client: httpx.AsyncClient, desk: SmallDesk, path: str, body: bytes
) -> None:
    answer = await client.post(path, content=body)
    assert answer.status_code == 413
    assert answer.json() == {"detail": "the message is too large: a body may have 256 KB"}
    assert desk.heard == []


async def test_a_stream_tells_steps_then_words_then_the_whole(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/chat/stream", json=message())
    told = events(answer.text)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert told[:2] == [("step", {"tool": "find_order"}), ("step", {"tool": "search_knowledge"})]
    assert {name for name, _ in told[2:-1]} == {"word"}
    assert "".join(data["text"] for _, data in told[2:-1]) == "你話：張單去到邊"
    assert told[-1] == (
        "done",
        {
            "reply": "你話：張單去到邊",
            "id": "r-1",
            "awaiting": ["order", "confirmation"],
            "sources": ["退貨 · 期限"],
            "language": "zh-Hant",
        },
    )


@pytest.mark.parametrize("text", ["", "好", "Quote me 30 kettles", "單" * 5000])
def test_the_pieces_of_a_reply_are_few_and_make_it_up(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert len(pieces(text)) <= 66


@pytest.mark.parametrize(("text", "status"), [("down", 503), ("bad", 500)])
@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/stream"])
async def test_a_fault_tells_the_customer_nothing_internal(
    client: httpx.AsyncClient, path: str, text: str, status: int
) -> None:
    answer = await client.post(path, json=message(text))
    assert answer.status_code == status
    assert answer.json() == {
        "detail": "this could not be answered now; send it again with the same message_id"
    }


async def test_a_fault_after_the_first_step_ends_the_stream_with_an_error(
    client: httpx.AsyncClient,
) -> None:
    told = events((await client.post("/v1/chat/stream", json=message("down later"))).text)
    assert [name for name, _ in told] == ["step", "error"]
    assert told[-1][1]["retryable"] is True
    assert "10.0.0.7" not in told[-1][1]["detail"]


async def test_a_turn_is_finished_though_the_customer_is_gone(desk: SmallDesk) -> None:
    app = FastAPI()
    app.include_router(router(desk))
    desk.gate.clear()
    first = asyncio.Event()
    body = json.dumps(message()).encode()
    arrived = False

    async def receive() -> dict[str, object]:
        nonlocal arrived
        if not arrived:
            arrived = True
            return {"type": "http.request", "body": body, "more_body": False}
        await first.wait()
        return {"type": "http.disconnect"}

    async def send(part: Any) -> None:
        if part["type"] == "http.response.body":
            first.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/chat/stream",
        "query_string": b"",
        "headers": [],
    }
    await app(scope, receive, send)
    assert not desk.finished.is_set()
    desk.gate.set()
    await asyncio.wait_for(desk.finished.wait(), 5)
