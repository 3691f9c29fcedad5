"""The door of the widget, held against everything that knocks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from channels.widget.bodies import LARGEST_BODY, LONGEST_TEXT, Bodies
from channels.widget.door import Desk, Limits, create_app
from channels.widget.identity import Tokens
from channels.widget.limits import Limit
from channels.widget.origins import Origins
from channels.widget.script import Script
from channels.widget.streams import Streams
from domain.channels import Button, Click, Part, Sender
from tests.unit.channels.widget.world import (
    ID,
    NOW,
    PAGE,
    SECRET,
    SITE,
    HandClock,
    Office,
    browser,
    identity,
    place,
    say,
    token_of,
    visit,
)


async def test_a_message_is_kept_before_it_is_answered() -> None:
    office = Office()
    async with browser(office) as client:
        guest = await visit(client, site=SITE)
        answer = await say(client, guest["token"], " 張單去到邊\x00？ ")
    (kept,) = office.kept.values()
    assert (answer.status_code, answer.json()) == (202, {"new": True})
    assert kept.parts == (Part("text", "張單去到邊？"),)
    assert kept.address == place(guest["visitor"])
    assert kept.sender == Sender(f"anonymous:{guest['visitor']}")
    assert kept.sent_at == NOW


async def test_a_signed_customer_writes_as_the_customer() -> None:
    office = Office()
    async with browser(office) as client:
        known = await visit(client, identity=identity("C-1", name="陳大文"))
        await say(client, known["token"], "hello")
    (kept,) = office.kept.values()
    assert (known["identified"], kept.sender) == (True, Sender("C-1", "陳大文", "verified"))
    assert kept.address.user == known["visitor"] != "C-1"


async def test_the_same_message_again_is_no_second_one() -> None:
    office = Office()
    async with browser(office) as client:
        token = (await visit(client))["token"]
        answers = [await say(client, token, "hello") for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"new": True}, {"new": False}]
    assert [answer.status_code for answer in answers] == [202, 202]


async def test_nobody_can_use_up_the_id_of_anothers_message() -> None:
    office = Office()
    async with browser(office) as client:
        await say(client, token_of("v-1"), "first")
        answer = await say(client, token_of("v-2"), "second")
    assert answer.json() == {"new": True}
    assert [one.text for one in office.kept.values()] == ["first", "second"]


@pytest.mark.parametrize(
    "token", ["", "rubbish", identity(), "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ2LTEifQ."]
)
async def test_without_a_token_of_ours_nothing_is_kept(token: str) -> None:
    office = Office()
    async with browser(office) as client:
        written = await say(client, token, "hello")
        followed = await client.get("/events", headers={"Authorization": f"Bearer {token}"})
    assert (written.status_code, followed.status_code) == (401, 401)
    assert written.json()["detail"].startswith("the visitor token")
    assert office.kept == {}


async def test_a_wrong_identity_is_refused_with_its_cause() -> None:
    async with browser(Office()) as client:
        answer = await client.post("/visit", json={"identity": identity(hours=-1)})
    assert answer.status_code == 401
    assert answer.json() == {"detail": "the identity has expired"}
    assert answer.headers["access-control-allow-origin"] == PAGE


async def test_a_page_that_names_another_site_is_told_so() -> None:
    async with browser(Office()) as client:
        answer = await client.post("/visit", json={"site": "another"})
    assert (answer.status_code, "data-site" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"no json", "body: Invalid JSON"),
        (b'{"token": "t", "id": "' + ID.encode() + b'"', "body: Invalid JSON"),
        (b"[]", "body: Input should be an object"),
        (json.dumps({"token": "t", "text": "x"}).encode(), "id: Field required"),
        (json.dumps({"token": "t", "id": "a b c d e f", "text": "x"}).encode(), "id: String"),
        (json.dumps({"token": "t", "id": ID, "text": 7}).encode(), "text: Input should be"),
        (b'{"token": "t", "id": "' + ID.encode() + b'", "text": "\\ud800"}', "body: Invalid JSON"),
        (json.dumps({"token": "t", "id": ID, "text": "x" * (LONGEST_TEXT + 1)}).encode(), "text: "),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(body: bytes, cause: str) -> None:
    office = Office()
    async with browser(office) as client:
        answer = await client.post("/messages", content=body)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(cause)
    assert office.kept == {}


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x1b"])
async def test_an_empty_message_is_refused(text: str) -> None:
    async with browser(Office()) as client:
        answer = await say(client, token_of("v-1"), text)
    assert (answer.status_code, answer.json()["detail"]) == (422, "the message is empty")


async def test_the_longest_message_is_taken() -> None:
    async with browser(Office()) as client:
        answer = await say(client, token_of("v-1"), "長" * LONGEST_TEXT)
    assert answer.status_code == 202


async def test_a_large_body_is_not_read_to_its_end() -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(5000):
            read += LARGEST_BODY
            yield b"x" * LARGEST_BODY

    async with browser(Office()) as client:
        answer = await client.post("/messages", content=body())
        named = await client.post("/messages", content=b"x" * (LARGEST_BODY + 1))
    assert (answer.status_code, named.status_code) == (413, 413)
    assert read <= 2 * LARGEST_BODY


async def test_a_slow_body_is_not_waited_for() -> None:
    office = Office()
    never = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b'{"token":'
        await never.wait()

    app = small_door(office, Bodies(within=0.05))
    async with asyncio.timeout(10), browser(office, app=app) as client:
        answer = await client.post("/messages", content=body())
    assert (answer.status_code, "in time" in answer.text) == (408, True)


def small_door(office: Office, bodies: Bodies) -> FastAPI:
    clock = HandClock()
    desk = Desk(
        site=SITE,
        tokens=Tokens(SITE, SECRET, clock),
        streams=Streams(office),
        limits=Limits(Limit("messages", 20), Limit("requests", 100)),
        transcript=office,
        accept=office.accept,
        clock=clock,
        bodies=bodies,
    )
    return create_app(desk, Script(SITE, ("", "")), Origins([PAGE]))


async def test_what_could_not_be_kept_is_not_acknowledged() -> None:
    office = Office()
    office.down = True
    async with browser(office) as client:
        answer = await say(client, token_of("v-1"), "hello")
    assert answer.status_code == 503
    assert answer.json() == {"detail": "not kept; send it again with the same id"}


async def test_a_visitor_who_is_too_quick_is_told_to_wait() -> None:
    async with browser(Office(), messages_per_minute="2") as client:
        codes = []
        for number in range(3):
            answer = await say(client, token_of("v-1"), "x", id=f"message-{number}")
            codes.append(answer.status_code)
        other = await say(client, token_of("v-2"), "x")
    assert (codes, other.status_code) == ([202, 202, 429], 202)
    assert answer.headers["retry-after"] == "30"
    assert answer.headers["access-control-expose-headers"] == "Retry-After"
    assert answer.json()["detail"] == "too many messages: at most 2 a minute; wait 30 s"


async def test_an_address_that_asks_too_much_is_told_to_wait() -> None:
    async with browser(Office(), requests_per_minute="10") as client:
        codes = [(await client.post("/visit", json={})).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]


async def test_a_pressed_button_comes_in_as_a_click() -> None:
    office = Office()
    asked = office.say(place("v-1").conversation_id, "assistant", "？", (Button("yes:1", "確認"),))
    async with browser(office) as client:
        click = {"value": "yes:1", "message_id": asked.id}
        answer = await say(client, token_of("v-1"), "", click=click)
    (kept,) = office.kept.values()
    assert (answer.status_code, kept.click, kept.parts) == (202, Click("yes:1", asked.id), ())


@pytest.mark.parametrize("score", range(1, 6))
async def test_each_of_five_faces_comes_in_as_it_was_given(score: int) -> None:
    office = Office()
    faces = [
        Button(f"csat:{'5' * 32}:{n}", f"{n} {face}") for n, face in enumerate("😞🙁😐🙂😀", 1)
    ]
    asked = office.say(place("v-1").conversation_id, "staff", "幫到你嗎？", tuple(faces))
    value = faces[score - 1].value
    async with browser(office) as client:
        click = {"value": value, "message_id": asked.id}
        assert (await say(client, token_of("v-1"), "", click=click)).status_code == 202
    (kept,) = office.kept.values()
    assert kept.click == Click(value, asked.id)


@pytest.mark.parametrize("value", ["yes:1", "yes:2"])
async def test_nobody_presses_the_buttons_of_others_or_buttons_that_are_none(value: str) -> None:
    office = Office()
    long = "v" * 70
    asked = office.say(
        place(f"{long}1").conversation_id, "assistant", "？", (Button("yes:1", "確認"),)
    )
    whose = f"{long}2" if value == "yes:1" else f"{long}1"
    async with browser(office) as client:
        click = {"value": value, "message_id": asked.id}
        answer = await say(client, token_of(whose), "", click=click)
    assert (answer.status_code, office.kept) == (422, {})
    assert answer.json()["detail"] == "this conversation has no such button"


async def test_a_button_far_back_is_found() -> None:
    office = Office()
    here = place("v-1").conversation_id
    for number in range(450):
        office.say(here, "customer", str(number))
    asked = office.say(here, "assistant", "？", (Button("yes:1", "確認"),))
    async with browser(office) as client:
        click = {"value": "yes:1", "message_id": asked.id}
        assert (await say(client, token_of("v-1"), "", click=click)).status_code == 202


async def test_neither_words_nor_tokens_are_logged() -> None:
    office = Office()
    with capture_logs() as logs:
        async with browser(office, messages_per_minute="1") as client:
            token = (await visit(client, identity=identity("C-1")))["token"]
            for text in ("私隱的話", "私隱的話", {"no": "私隱的話"}):
                await say(client, token, text)
            await say(client, token[:-4] + "AAAA", "私隱的話")
    told = json.dumps(logs, ensure_ascii=False)
    assert [entry["event"] for entry in logs] == ["widget_refused"] * 3
    assert [word for word in ("私隱", *token.split("."), SECRET) if word in told] == []


async def test_a_browser_that_goes_away_in_the_middle_leaves_nothing() -> None:
    office = Office()
    coming: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"token":', "more_body": True},
        {"type": "http.disconnect"},
    ]
    statuses: list[int] = []

    async def receive() -> MutableMapping[str, Any]:
        return coming.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/messages", "headers": []}
    scope |= {"query_string": b"", "client": None, "root_path": "", "server": None}
    await small_door(office, Bodies())(scope, receive, send)
    assert (statuses, office.kept) == ([422], {})
