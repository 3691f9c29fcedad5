"""A simulated DingTalk, and a desk on a socket of it that does what a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from websockets.asyncio.client import ClientConnection, connect

from simulators.dingtalk.server import running
from simulators.dingtalk.state import Group, Person, SimulatorSpec

MESSAGES = "/v1.0/im/bot/messages/get"
CLICKS = "/v1.0/card/instances/callback"
EVERYTHING = [
    {"type": "EVENT", "topic": "*"},
    {"type": "CALLBACK", "topic": MESSAGES},
    {"type": "CALLBACK", "topic": CLICKS},
]
GROUP = "cidGroup=="


def spec(**more: Any) -> SimulatorSpec:
    usual: dict[str, Any] = {
        "people": [
            Person(user_id="ann", name="Ann"),
            Person(user_id="bob", name="Bob"),
            Person(user_id="eve", name="Eve", corp="dingother", external=True),
        ],
        "groups": [Group(conversation_id=GROUP, title="Group", members=["ann", "bob", "eve"])],
    }
    return SimulatorSpec(client_id="key", client_secret="secret", **{**usual, **more})


@asynccontextmanager
async def playing(**more: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        asyncio.timeout(20),
        running(spec(**more)) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        yield http


async def ticket(http: httpx.AsyncClient) -> str:
    body = {"clientId": "key", "clientSecret": "secret", "subscriptions": EVERYTHING}
    found = (await http.post("/v1.0/gateway/connections/open", json=body)).json()
    return f"{found['endpoint']}?ticket={found['ticket']}"


@asynccontextmanager
async def socket(http: httpx.AsyncClient) -> AsyncIterator[ClientConnection]:
    async with connect(await ticket(http), ping_interval=None, close_timeout=0.1) as found:
        yield found


async def heard(line: ClientConnection) -> tuple[str, dict[str, Any]]:
    """The id and the data of the next frame."""
    frame = json.loads(await line.recv())
    return str(frame["headers"]["messageId"]), json.loads(frame["data"])


async def ack(line: ClientConnection, frame_id: str, code: int = 200, data: object = None) -> None:
    answer = {"code": code, "headers": {"messageId": frame_id}, "data": json.dumps(data)}
    await line.send(json.dumps(answer))


async def nothing_comes(line: ClientConnection, seconds: float = 0.15) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await line.recv()
    except TimeoutError:
        return True
    return False


async def say(http: httpx.AsyncClient, text: str = "你好", **more: Any) -> str:
    answer = await http.post("/simulator/messages", json={"user": "ann", "text": text, **more})
    answer.raise_for_status()
    return str(answer.json()["msgId"])


async def fault(http: httpx.AsyncClient, **what: Any) -> None:
    (await http.post("/simulator/faults", json=what)).raise_for_status()


async def entries(http: httpx.AsyncClient, kind: str) -> list[dict[str, Any]]:
    found = (await http.get("/simulator/journal")).json()["entries"]
    return [one for one in found if one["kind"] == kind]


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    while not await condition():  # noqa: ASYNC110 - the simulator is asked, it does not tell
        await asyncio.sleep(0.01)


async def token(http: httpx.AsyncClient) -> str:
    secret = {"appKey": "key", "appSecret": "secret"}
    answer = (await http.post("/v1.0/oauth2/accessToken", json=secret)).json()
    return str(answer["accessToken"])


async def card(http: httpx.AsyncClient, user: str = "ann") -> None:
    body = {
        "cardTemplateId": "nightdesk-answer.schema",
        "outTrackId": "c-1",
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": {"content": "好唔好？", "state": "open"}},
        "openSpaceId": f"dtv1.card//IM_ROBOT.{user}",
    }
    header = {"x-acs-dingtalk-access-token": await token(http)}
    made = await http.post("/v1.0/card/instances/createAndDeliver", json=body, headers=header)
    assert made.json()["result"]["deliverResults"][0]["success"]


async def pressed(http: httpx.AsyncClient) -> dict[str, Any]:
    body = {"card": "c-1", "user": "ann", "action": "yes", "params": {"value": "yes"}}
    found: dict[str, Any] = (await http.post("/simulator/clicks", json=body)).json()
    return found


@asynccontextmanager
async def web(
    answer: Callable[[Any, Request], Any] | None = None,
) -> AsyncIterator[tuple[str, list[Any]]]:
    """A desk in HTTP mode: its address, and what was posted to it."""
    app, seen = FastAPI(), list[Any]()

    @app.post("/")
    async def take(request: Request) -> Any:
        seen.append(await request.json())
        return answer(seen[-1], request) if answer else {}

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it does not tell
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/", seen
    finally:
        server.should_exit = True
        await serving
