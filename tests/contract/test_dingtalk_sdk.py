"""The official SDK, unmodified, against the simulator. It reads its address on import: hence a process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from simulators.dingtalk.server import running
from simulators.dingtalk.state import Group, Person, SimulatorSpec

TEMPLATE = "nightdesk-answer.schema"
GROUP = "cidGroupDemo02=="
SPEC = SimulatorSpec(
    client_id="dingtestappkey",
    client_secret="test-app-secret",
    people=[Person(user_id="ann", name="Ann"), Person(user_id="bob", name="Bob")],
    groups=[Group(conversation_id=GROUP, title="售後支援群", members=["ann", "bob"])],
)
BOT = f"""
import asyncio
import dingtalk_stream as sdk
from dingtalk_stream.card_replier import CardReplier

class Bot(sdk.ChatbotHandler):
    async def process(self, callback):
        said = sdk.ChatbotMessage.from_dict(callback.data)
        words = said.text.content.strip() if said.message_type == "text" else said.message_type
        if words == "card":
            shown = {{"content": "sure?", "state": "open"}}
            CardReplier(self.dingtalk_client, said).create_and_send_card("{TEMPLATE}", shown)
        else:
            self.reply_text(f"{{words}} from {{said.sender_staff_id}}", said)
        return sdk.AckMessage.STATUS_OK, "OK"

class Clicks(sdk.CallbackHandler):
    async def process(self, callback):
        pressed = callback.data["content"]
        update = {{"cardParamMap": {{"state": "clicked", "pressed": pressed}}}}
        options = {{"updateCardDataByKey": True}}
        return sdk.AckMessage.STATUS_OK, {{"cardData": update, "cardUpdateOptions": options}}

class Events(sdk.EventHandler):
    async def process(self, event):
        return sdk.AckMessage.STATUS_OK, "OK"

client = sdk.DingTalkStreamClient(sdk.Credential("dingtestappkey", "test-app-secret"))
client.register_callback_handler(sdk.ChatbotMessage.TOPIC, Bot())
client.register_callback_handler(sdk.CallbackHandler.TOPIC_CARD_CALLBACK, Clicks())
client.register_all_event_handler(Events())
asyncio.run(client.start())
"""


class Simulator:
    """What a test sees of it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/simulator/{path}", json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    async def say(self, text: str = "", **more: Any) -> str:
        said = await self.post("messages", user="ann", text=text, **more)
        return str(said["msgId"])

    async def entries(self, kind: str) -> list[dict[str, Any]]:
        found = (await self.http.get("/simulator/journal")).json()["entries"]
        return [one for one in found if one["kind"] == kind]

    async def acknowledged(self, *msg_ids: str) -> None:
        async def all_of_them() -> bool:
            acks = await self.entries("ack")
            return set(msg_ids) <= {one["msgId"] for one in acks if one["code"] == 200}

        await until(all_of_them)

    async def shown(self, conversation: str) -> list[dict[str, Any]]:
        chat = (await self.http.get(f"/simulator/chats/{conversation}")).json()
        return [one for one in chat["shown"] if one["who"] == "robot"]

    async def own_chat(self) -> str:
        chats = (await self.http.get("/simulator/chats")).json()
        return str(next(one["conversation"] for one in chats if one["members"] == ["ann"]))


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - the simulator is asked, it does not tell
            await asyncio.sleep(0.02)


async def connected(simulator: Simulator, times: int = 1) -> None:
    async def so_often() -> bool:
        return len(await simulator.entries("connected")) >= times

    await until(so_often)


@asynccontextmanager
async def bot(url: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", BOT),
        env={"DINGTALK_OPENAPI_ENDPOINT": url},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running(SPEC) as url, httpx.AsyncClient(base_url=url) as http, bot(url):
        found = Simulator(http)
        await connected(found)
        yield found


async def test_every_kind_of_message_is_acknowledged_and_answered_by_its_session(
    simulator: Simulator,
) -> None:
    sent = [
        await simulator.say("你好"),
        await simulator.say(kind="picture"),
        await simulator.say(kind="richText", rich=[{"text": "睇下 "}, {"text": "呢個"}]),
        await simulator.say("請問點退貨", kind="audio"),
        await simulator.say(kind="file", file_name="合同.pdf"),
        await simulator.say("大家好", conversation=GROUP),
    ]
    await simulator.acknowledged(*sent)
    own = [one["text"] for one in await simulator.shown(await simulator.own_chat())]
    kinds = ["你好", "picture", "richText", "audio", "file"]
    assert sorted(f"{kind} from ann" for kind in kinds) == sorted(own)
    (group,) = await simulator.shown(GROUP)
    assert (group["text"], group["at"]) == ("大家好 from ann", ["ann"])


async def test_a_card_is_made_delivered_pressed_and_changed_by_the_answer(
    simulator: Simulator,
) -> None:
    await simulator.acknowledged(await simulator.say("card"))
    (shown,) = await simulator.shown(await simulator.own_chat())
    assert shown["card"]["values"] == {"content": "sure?", "state": "open"}
    press = {"card": shown["card"]["id"], "user": "ann", "action": "yes"}
    answer = await simulator.post("clicks", **press, params={"value": "yes"})
    assert answer["answered"]
    (shown,) = await simulator.shown(await simulator.own_chat())
    assert shown["card"]["values"]["state"] == "clicked"
    assert '"value": "yes"' in shown["card"]["values"]["pressed"]


async def test_pings_and_events_are_acknowledged_and_an_unknown_topic_is_not(
    simulator: Simulator,
) -> None:
    ping = await simulator.post("frames", type="SYSTEM", topic="ping", data={"opaque": "x"})
    assert (ping["ack"]["code"], ping["ack"]["data"]) == (200, '{"opaque": "x"}')
    event = await simulator.post("frames", data={"name": "Ann"})
    assert event["ack"]["code"] == 200
    unknown = await simulator.post("frames", type="CALLBACK", topic="/v1.0/new", within=0.2)
    assert unknown["ack"] is None


async def test_after_a_disconnect_it_comes_back_with_a_new_ticket(simulator: Simulator) -> None:
    await simulator.post("disconnect")
    await connected(simulator, times=2)
    await simulator.acknowledged(await simulator.say("仲喺度？"))
    (shown,) = await simulator.shown(await simulator.own_chat())
    assert shown["text"] == "仲喺度？ from ann"
