from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from simulators.whatsapp import Person, SimulatorSpec, running
from simulators.whatsapp_graph import check

SPEC = SimulatorSpec(
    people=[Person(wa_id="1"), Person(wa_id="2", user_id="US.2"), Person(user_id="US.3")],
    attempts=1,
    pair_burst=3,
)
TOKEN = {"Authorization": f"Bearer {SPEC.access_token}"}
MESSAGES = f"/v26.0/{SPEC.phone_number_id}/messages"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with running(SPEC) as url, httpx.AsyncClient(base_url=url, headers=TOKEN) as client:
        for user in ("1", "2", "US.3"):
            await client.post("/simulator/messages", json={"user": user, "text": "你好"})
        yield client


def text(**more: Any) -> dict[str, Any]:
    body = {"messaging_product": "whatsapp", "to": "1", "type": "text", "text": {"body": "好"}}
    return {name: value for name, value in {**body, **more}.items() if value is not None}


async def code(http: httpx.AsyncClient, **more: Any) -> int:
    """The code that a message is refused with; 0 when it is taken."""
    answer = (await http.post(MESSAGES, json=text(**more))).json()
    return int(answer.get("error", {}).get("code", 0))


async def test_a_message_is_shown_to_the_person_it_was_sent_to(http: httpx.AsyncClient) -> None:
    found = (await http.post(MESSAGES, json=text())).json()
    assert found["contacts"] == [{"input": "1", "wa_id": "1"}]
    shown = (await http.get("/simulator/chats/1")).json()["messages"]
    assert [one["from"] for one in shown] == ["person", "business"]
    assert shown[1]["wamid"] == found["messages"][0]["id"]


async def test_a_token_that_is_wrong_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post(MESSAGES, json=text(), headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


async def test_who_shows_no_number_is_reached_by_the_scoped_id_only(
    http: httpx.AsyncClient,
) -> None:
    assert await code(http, to=None, recipient="US.3") == 0
    assert await code(http, to="US.3") == 131026
    assert await code(http, to="2") == 0
    assert await code(http, to=None, recipient="1") == 131026


async def test_outside_the_window_only_a_template_is_taken(http: httpx.AsyncClient) -> None:
    await http.post("/simulator/expire-window/1")
    assert await code(http) == 131047
    parameters = [{"type": "text", "text": "T-77"}]
    template = {
        "name": "ticket_update",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    assert await code(http, type="template", template=template) == 0


async def test_too_many_messages_to_one_person_are_refused(http: httpx.AsyncClient) -> None:
    assert [await code(http) for _ in range(4)] == [0, 0, 0, 131056]
    assert await code(http, to="2") == 0


async def test_too_many_messages_a_second_are_refused() -> None:
    spec = SPEC.model_copy(update={"messages_per_second": 1, "pair_burst": 500})
    async with running(spec) as url, httpx.AsyncClient(base_url=url, headers=TOKEN) as client:
        await client.post("/simulator/messages", json={"user": "1"})
        assert 130429 in [await code(client) for _ in range(100)]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (text(), None),
        (text(messaging_product=None), 100),
        (text(to=None), 131008),
        (text(type="hologram"), 131008),
        (text(type="poll", poll={"a": 1}), 131009),
        (text(text={"body": ""}), 131008),
        (text(text={"body": "x" * 4097}), 131009),
        (text(biz_opaque_callback_data="x" * 513), 131009),
        (text(type="image", image={"id": "9"}), None),
        (text(type="image", image={}), 131009),
    ],
)
def test_the_limits_of_a_message_are_kept(body: dict[str, Any], number: int | None) -> None:
    found = check(body, {})
    assert (found and found[0]) == number


def interactive(kind: str, action: dict[str, Any], body: str = "?") -> dict[str, Any]:
    content = {"type": kind, "body": {"text": body}, "action": action}
    return text(type="interactive", interactive=content)


def buttons(*titles: str, value: str = "v") -> dict[str, Any]:
    found = [{"type": "reply", "reply": {"id": f"{value}{t}", "title": t}} for t in titles]
    return {"buttons": found}


def rows(*titles: str, label: str = "Choose") -> dict[str, Any]:
    found = [{"id": title, "title": title} for title in titles]
    return {"button": label, "sections": [{"title": "S", "rows": found}]}


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        (interactive("button", buttons("a", "b", "c")), True),
        (interactive("button", buttons("a", "b", "c", "d")), False),
        (interactive("button", buttons()), False),
        (interactive("button", buttons("a", "a")), False),
        (interactive("button", buttons("x" * 21)), False),
        (interactive("button", buttons("a", value="x" * 256)), False),
        (interactive("button", buttons("a"), "x" * 1025), False),
        (interactive("button", buttons("a"), ""), False),
        (interactive("list", rows(*map(str, range(10)))), True),
        (interactive("list", rows(*map(str, range(11)))), False),
        (interactive("list", rows("x" * 25)), False),
        (interactive("list", rows("a", label="x" * 21)), False),
        (interactive("list", {"button": "Choose", "sections": []}), False),
        (interactive("wheel", rows("a")), False),
    ],
)
def test_the_limits_of_buttons_and_lists_are_kept(body: dict[str, Any], taken: bool) -> None:
    assert (check(body, {}) is None) == taken


@pytest.mark.parametrize(
    ("name", "words", "number"),
    [
        ("t", ["a"], None),
        ("u", ["a"], 132001),
        ("t", [], 132000),
        ("t", ["a\nb"], 132012),
        ("t", ["x" * 1025], 132005),
    ],
)
def test_a_template_is_filled_as_it_was_approved(
    name: str, words: list[str], number: int | None
) -> None:
    parameters = [{"type": "text", "text": word} for word in words]
    components = [{"type": "body", "parameters": parameters}]
    template = {"name": name, "language": {"code": "en"}, "components": components}
    found = check(text(type="template", template=template), {"t": 1})
    assert (found and found[0]) == number


async def test_media_is_fetched_in_two_steps_with_the_token_while_the_address_lives(
    http: httpx.AsyncClient,
) -> None:
    await http.post("/simulator/messages", json={"user": "1", "type": "image"})
    shown = (await http.get("/simulator/chats/1")).json()["messages"][-1]
    told = (await http.get(f"/v26.0/{shown['image']['id']}")).json()
    assert told["sha256"] == shown["image"]["sha256"]
    assert len((await http.get(told["url"])).content) == told["file_size"]
    refused = await http.get(told["url"], headers={"Authorization": "Bearer x"})
    assert refused.status_code == 401
    await http.post("/simulator/expire-media")
    assert (await http.get(told["url"])).status_code == 404


async def test_media_can_be_uploaded(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        f"/v26.0/{SPEC.phone_number_id}/media",
        data={"messaging_product": "whatsapp", "type": "image/png"},
        files={"file": ("a.png", b"png", "image/png")},
    )
    told = (await http.get(f"/v26.0/{answer.json()['id']}")).json()
    assert (told["mime_type"], told["file_size"]) == ("image/png", 3)


async def test_a_fault_is_used_up(http: httpx.AsyncClient) -> None:
    await http.post("/simulator/faults", json={"kind": "130429", "times": 2})
    assert [await code(http) for _ in range(3)] == [130429, 130429, 0]


@pytest.mark.parametrize("path", ["messages", "clicks"])
async def test_nobody_writes_who_is_not_there(http: httpx.AsyncClient, path: str) -> None:
    body = {"user": "9", **({"message": "m", "title": "t"} if path == "clicks" else {})}
    assert (await http.post(f"/simulator/{path}", json=body)).status_code == 404


def test_a_person_has_an_id() -> None:
    with pytest.raises(ValueError, match="wa_id or a user_id"):
        Person(name="nobody")
