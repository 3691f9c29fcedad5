"""What the web chat is told later: a colleague's words, buttons, and what is pressed under them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from channels.web import open_channel, router
from domain.channels import Address, Button, Click, Outgoing
from domain.channels import Said as Line
from domain.errors import Undeliverable
from tests.unit.channels.dingtalk.world import services
from tests.unit.channels.web_world import SmallDesk, message

NOW = datetime(2026, 3, 12, 14, 3, tzinfo=UTC)
SURVEY = tuple(Button(f"csat:s-1:{n}", f"{n} {face}") for n, face in enumerate("😞🙁😐🙂😀", 1))


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


def lines(*authors: str) -> list[Line]:
    return [Line(n, one, f"第 {n} 句", NOW, (), f"m-{n}") for n, one in enumerate(authors, 1)]


async def told(client: httpx.AsyncClient, after: object = 0) -> dict[str, Any]:
    answer = await client.get("/v1/sessions/session-1/messages", params={"after": str(after)})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_what_colleagues_say_later_is_told_to_who_asks_for_it(
    client: httpx.AsyncClient, desk: SmallDesk
) -> None:
    desk.transcript = [
        *lines("customer", "assistant"),
        Line(3, "staff", "幫到你？", NOW, SURVEY, "m-3"),
    ]
    assert await told(client, 2) == {
        "messages": [
            {
                "seq": 3,
                "author": "staff",
                "text": "幫到你？",
                "sent_at": "2026-03-12T14:03:00+00:00",
                "buttons": [{"value": one.value, "label": one.label} for one in SURVEY],
                "id": "m-3",
            }
        ],
        "next": 3,
    }
    assert await told(client, 3) == {"messages": [], "next": 3}


async def test_a_long_transcript_is_told_page_by_page_and_not_what_others_said(
    client: httpx.AsyncClient, desk: SmallDesk
) -> None:
    desk.transcript = lines("customer", "bystander", "note", "assistant", "staff")
    first = await told(client)
    assert ([one["seq"] for one in first["messages"]], first["next"]) == ([1], 3)
    rest = await told(client, first["next"])
    assert [one["seq"] for one in rest["messages"]] == [4, 5]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "9" * 30])
async def test_a_place_in_the_transcript_is_a_number(client: httpx.AsyncClient, after: str) -> None:
    answer = await client.get(f"/v1/sessions/session-1/messages?after={after}")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (422, "nosniff")


async def test_the_transcript_of_an_unknown_session_is_not_told(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/sessions/who/messages")).status_code == 404


@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/stream"])
@pytest.mark.parametrize("button", SURVEY)
async def test_each_of_five_buttons_comes_back_as_it_was_given(
    client: httpx.AsyncClient, desk: SmallDesk, path: str, button: Button
) -> None:
    desk.transcript = [
        *lines("customer", "staff", "customer"),
        Line(4, "staff", "？", NOW, SURVEY, "m-4"),
    ]
    click = {"value": button.value, "message_id": "m-4"}
    assert (await client.post(path, json=message("", click=click))).status_code == 200
    assert desk.pressed == [Click(button.value, "m-4")]
    assert desk.heard == [("session-1", "", None)]


@pytest.mark.parametrize(
    ("text", "click"),
    [
        ("", {"value": "csat:s-1:9", "message_id": "m-1"}),
        ("", {"value": "csat:s-1:5", "message_id": "m-2"}),
        ("", {"value": "csat:s-1:5", "message_id": "of-another-conversation"}),
        ("words", {"value": "csat:s-1:5", "message_id": "m-1"}),
        ("", {"value": "", "message_id": "m-1"}),
        ("", {"value": "csat:s-1:5"}),
    ],
)
async def test_a_button_that_does_not_stand_there_is_refused(
    client: httpx.AsyncClient, desk: SmallDesk, text: str, click: dict[str, str]
) -> None:
    desk.transcript = [Line(1, "assistant", "？", NOW, SURVEY, "m-1"), *lines("", "staff")[1:]]
    answer = await client.post("/v1/chat", json=message(text, click=click))
    assert answer.status_code == 422
    assert desk.pressed == []


async def test_as_a_channel_the_page_needs_nothing_sent() -> None:
    chat = open_channel({}, services())
    address = Address("web", "", "session-1")
    receipt = await chat.send(Outgoing("m-1", "session-1", address, "你好"))
    assert (receipt.external_ids, receipt.form) == (("m-1",), "web")
    with pytest.raises(Undeliverable):
        await chat.send(Outgoing("m-2", "session-1", address, "急", kind="push"))
