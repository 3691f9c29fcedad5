"""The WhatsApp channel against the simulator: the same promises whatever the platform does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from channels.whatsapp.channel import WhatsApp, read_section
from domain.channels import Arrival, Button, Click, Outgoing
from domain.errors import (
    RateLimited,
    StorageError,
    Undeliverable,
    UpstreamError,
    UpstreamTimeout,
)
from simulators.whatsapp import Person, SimulatorSpec, running
from tests.unit.channels.whatsapp_world import Desk, services

ASK = (Button("yes:0a", "係"), Button("no:0a", "唔係"))
ANN = Person(wa_id="85253182046", user_id="HK.1001ann", name="Ann")
BOB = Person(wa_id="85292417730", name="Bob")
EVE = Person(user_id="HK.2002eve", name="Eve", username="eve")
OF_THE_SIMULATOR = SimulatorSpec()
SECTION = {
    "access_token": OF_THE_SIMULATOR.access_token,
    "app_secret": OF_THE_SIMULATOR.app_secret,
    "verify_token": OF_THE_SIMULATOR.verify_token,
    "phone_number_id": OF_THE_SIMULATOR.phone_number_id,
}


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class World:
    """A simulator, a channel that is subscribed to it, and the desk behind the channel."""

    http: httpx.AsyncClient
    channel: WhatsApp
    desk: Desk = field(default_factory=Desk)
    hook: str = ""

    async def control(self, name: str, body: Any = None, method: str = "POST") -> Any:
        answer = await self.http.request(method, f"/simulator/{name}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def write(self, user: str = "HK.1001ann", text: str = "你好", **more: Any) -> str:
        found = await self.control("messages", {"user": user, "text": text, **more})
        return str(found["wamid"])

    async def arrived(self, user: str = "HK.1001ann", text: str = "你好", **more: Any) -> Arrival:
        """Somebody writes, and it is kept."""
        wamid = await self.write(user, text, **more)
        await self.desk.until(len(self.desk.kept) + (wamid not in self.desk.kept))
        return self.desk.kept[wamid]

    async def fault(self, kind: str, **more: Any) -> None:
        await self.control("faults", {"kind": kind, **more})

    async def shown(self, user: str = "HK.1001ann") -> list[dict[str, Any]]:
        """What the business said to somebody."""
        found = (await self.http.get(f"/simulator/chats/{user}")).json()["messages"]
        return [one for one in found if one["from"] == "business"]

    async def journal(self, kind: str) -> list[dict[str, Any]]:
        found = (await self.http.get("/simulator/journal")).json()["entries"]
        return [one for one in found if one["kind"] == kind]

    async def until(self, kind: str, **members: Any) -> dict[str, Any]:
        """The first such entry of the journal, once it is there."""
        async with asyncio.timeout(10):
            while True:
                for one in await self.journal(kind):
                    if members.items() <= one.items():
                        return one
                await asyncio.sleep(0.01)


@asynccontextmanager
async def world(template: str = "", **played: Any) -> AsyncIterator[World]:
    spec = SimulatorSpec(people=[ANN, BOB, EVE], **{"retry_after": 0.05, **played})
    async with running(spec) as url, httpx.AsyncClient(base_url=url) as http:
        section = read_section({**SECTION, "api": f"{url}/v26.0", "template": template})
        channel = WhatsApp(section, services(WallClock()), 0.5, 2.0)
        found = World(http, channel)
        app = FastAPI()
        app.mount("/channels/whatsapp", channel.web(found.desk.accept))
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            port = listening.getsockname()[1]
            found.hook = f"http://127.0.0.1:{port}/channels/whatsapp/webhook"
            await found.control("subscribe", {"url": found.hook})
            yield found
        finally:
            server.should_exit = True
            await serving
            listening.close()
            await channel.close()


def reply(arrival: Arrival, text: str, message_id: str = "", **more: Any) -> Outgoing:
    return Outgoing(
        message_id or f"out-{arrival.external_id}",
        arrival.address.conversation_id,
        arrival.address,
        text,
        route=arrival.route,
        **more,
    )


async def test_an_address_that_does_not_know_the_word_is_not_subscribed() -> None:
    async with world() as w:
        body = {"url": w.hook, "verify_token": "another word"}
        answer = await w.http.post("/simulator/subscribe", json=body)
        assert answer.status_code == 409


async def test_everybody_is_answered_in_their_own_chat() -> None:
    async with world() as w:
        for user in ("HK.1001ann", BOB.wa_id, "HK.2002eve"):
            arrival = await w.arrived(user, f"我係 {user}")
            assert arrival.sender.id == user
            await w.channel.send(reply(arrival, f"**答** {arrival.text}"))
            (shown,) = await w.shown(user)
            assert shown["text"]["body"] == f"*答* 我係 {user}"


@pytest.mark.parametrize(
    "kind", ["text", "image", "sticker", "audio", "video", "document", "unsupported", "order"]
)
async def test_every_kind_that_people_send_arrives(kind: str) -> None:
    async with world() as w:
        assert (await w.arrived(type=kind)).parts


async def test_a_system_message_and_a_reaction_are_acknowledged_and_no_arrival() -> None:
    async with world() as w:
        for kind in ("system", "reaction"):
            wamid = await w.write(type=kind, content={"body": "x"})
            await w.until("push", ids=[wamid], status=200)
        assert w.desk.kept == {}


@pytest.mark.parametrize("signature", ["wrong", "missing"])
async def test_a_forged_delivery_is_refused(signature: str) -> None:
    async with world(attempts=1) as w:
        forged = await w.write(signature=signature)
        assert (await w.until("push", ids=[forged]))["status"] == 401
        assert w.desk.kept == {}


async def test_what_was_not_kept_is_delivered_until_it_is() -> None:
    async with world() as w:
        w.desk.error = StorageError("the disk is full")
        wamid = await w.write()
        await w.until("push", ids=[wamid], status=500)
        w.desk.error = None
        assert [one.external_id for one in await w.desk.until(1)] == [wamid]
        await w.until("push", ids=[wamid], status=200)


async def test_what_comes_again_at_the_same_time_is_kept_once() -> None:
    async with world() as w:
        wamid = await w.write(times=5)
        await w.control(f"redeliver/{wamid}?times=5")
        kept = await w.desk.until(1, deliveries=10)
        assert [one.external_id for one in kept] == [wamid]


@pytest.mark.parametrize("how", ["batched", "one_value", "reordered", "concurrent"])
async def test_several_messages_are_all_kept_however_they_come(how: str) -> None:
    async with world() as w:
        users = ["HK.1001ann", BOB.wa_id, "HK.2002eve", "HK.1001ann"]
        messages = [{"user": user, "text": f"{n} {user}"} for n, user in enumerate(users)]
        wamids = (await w.control("several", {"messages": messages, "how": how}))["wamids"]
        await w.desk.until(4)
        kept = [w.desk.kept[wamid] for wamid in wamids]
        assert [one.sender.id for one in kept] == users
        if how in ("batched", "one_value"):
            assert list(w.desk.kept) == wamids


async def test_a_message_of_three_days_ago_is_marked_and_needs_a_template() -> None:
    async with world(template="ticket_update") as w:
        arrival = await w.arrived(age=3 * 86400)
        assert arrival.route["late"] == "1"
        assert (await w.channel.send(reply(arrival, "遲咗"))).form == "template"
    async with world() as w:
        arrival = await w.arrived(age=3 * 86400)
        with pytest.raises(Undeliverable, match="131047"):
            await w.channel.send(reply(arrival, "遲咗"))
        assert await w.journal("refused") == []


async def test_a_window_that_only_the_platform_knows_to_be_closed() -> None:
    async with world(template="ticket_update") as w:
        arrival = await w.arrived()
        await w.control("expire-window/HK.1001ann")
        assert (await w.channel.send(reply(arrival, "一\n\n二", buttons=ASK))).form == "template"


async def test_a_button_comes_back_under_the_message_it_stood_under_and_an_old_one_too() -> None:
    async with world() as w:
        arrival = await w.arrived()
        for number in (1, 2):
            message = reply(arrival, f"第 {number} 次，係咪？", f"out-{number}", buttons=ASK)
            assert (await w.channel.send(message)).form == "buttons"
        old = (await w.shown())[0]["wamid"]
        pressed = {"user": "HK.1001ann", "message": old, "title": "係", "times": 3}
        wamid = (await w.control("clicks", pressed))["wamid"]
        await w.desk.until(2, deliveries=4)
        click = w.desk.kept[wamid].click
        assert click is not None
        assert (click.message_id, click.value) == ("out-1", "yes:0a")


async def test_a_row_of_a_list_comes_back() -> None:
    async with world() as w:
        arrival = await w.arrived()
        stars = tuple(Button(f"csat:{n}", f"{n} 分") for n in range(1, 6))
        assert (
            await w.channel.send(reply(arrival, "幾多分？", "out-1", buttons=stars))
        ).form == "list"
        (shown,) = await w.shown()
        pressed = {"user": "HK.1001ann", "message": shown["wamid"], "title": "5 分"}
        wamid = (await w.control("clicks", pressed))["wamid"]
        await w.desk.until(2)
        click = w.desk.kept[wamid].click
        assert click is not None
        assert (click.message_id, click.value) == ("out-1", "csat:5")


async def test_five_faces_are_a_list_and_each_comes_back_as_it_was_given() -> None:
    survey, message_id = "5" * 32, "0" * 32
    faces = [Button(f"csat:{survey}:{n}", f"{n} {face}") for n, face in enumerate("😞🙁😐🙂😀", 1)]
    async with world() as w:
        arrival = await w.arrived()
        message = reply(arrival, "今次幫到你嗎？", message_id, buttons=tuple(faces))
        assert (await w.channel.send(message)).form == "list"
        (shown,) = await w.shown()
        found = []
        for number, face in enumerate(faces, 2):
            pressed = {"user": "HK.1001ann", "message": shown["wamid"], "title": face.label}
            wamid = (await w.control("clicks", pressed))["wamid"]
            await w.desk.until(number)
            found.append(w.desk.kept[wamid].click)
        assert found == [Click(face.value, message_id) for face in faces]


async def test_a_button_of_a_template_comes_back_as_a_click() -> None:
    async with world(template="ticket_update") as w:
        arrival = await w.arrived(age=3 * 86400)
        await w.channel.send(reply(arrival, "遲咗"))
        (shown,) = await w.shown()
        pressed = {"user": "HK.1001ann", "message": shown["wamid"], "title": "好"}
        await w.control("clicks", pressed)
        (_, click) = await w.desk.until(2)
        assert (click.click and click.click.value, click.text) == ("好", "好")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout_after_effect"},
        {"kind": "error", "after_effect": True},
        {"kind": "error", "after_effect": True, "status": 502},
    ],
)
async def test_a_lost_answer_is_one_message_because_a_status_proves_it(
    fault: dict[str, Any],
) -> None:
    async with world() as w:
        arrival = await w.arrived()
        await w.fault(**fault)
        receipt = await w.channel.send(reply(arrival, "好"))
        (shown,) = await w.shown()
        assert receipt.external_ids == (shown["wamid"],)


async def test_without_a_status_a_lost_answer_stays_unknown() -> None:
    async with world(statuses=[]) as w:
        arrival = await w.arrived()
        await w.fault("timeout_after_effect")
        with pytest.raises(UpstreamTimeout):
            await w.channel.send(reply(arrival, "好"))


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("131056", RateLimited),
        ("130429", RateLimited),
        ("131047", Undeliverable),
        ("131026", Undeliverable),
        ("190", UpstreamError),
        ("131016", UpstreamError),
    ],
)
async def test_trouble_that_passes_costs_nothing_and_is_named(
    kind: str, raised: type[UpstreamError]
) -> None:
    async with world() as w:
        arrival = await w.arrived()
        await w.fault(kind)
        with pytest.raises(raised):
            await w.channel.send(reply(arrival, "好"))
        assert await w.shown() == []
        await w.channel.send(reply(arrival, "好"))
        assert len(await w.shown()) == 1


async def test_an_error_page_before_anything_happened_is_tried_again_and_sent_once() -> None:
    async with world() as w:
        arrival = await w.arrived()
        await w.fault("error")
        with pytest.raises(UpstreamTimeout):
            await w.channel.send(reply(arrival, "好"))
        await w.channel.send(reply(arrival, "好"))
        assert len(await w.shown()) == 1


async def test_a_failure_after_200_is_told_by_our_own_id() -> None:
    async with world() as w:
        arrival = await w.arrived()
        await w.fault("failed", code=131026)
        receipt = await w.channel.send(reply(arrival, "好", "out-7"))
        await w.until("push", ids=[receipt.external_ids[0]], status=200)
        (shown,) = await w.shown()
        assert (shown["status"], shown["key"]) == ("failed", "out-7")


async def test_our_own_pace_keeps_the_platform_from_complaining() -> None:
    async with world(pair_burst=10) as w:
        arrival = await w.arrived()
        for number in range(10):
            await w.channel.send(reply(arrival, f"{number}", f"out-{number}"))
        with pytest.raises(RateLimited):
            await w.channel.send(reply(arrival, "10", "out-10"))
        assert await w.journal("refused") == []


async def test_the_journal_is_a_file_for_whoever_checks(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with world(journal=path) as w:
        arrival = await w.arrived()
        await w.channel.send(reply(arrival, "好", "out-7"))
    told = path.read_text("utf-8")
    assert '"kind": "written"' in told
    assert '"key": "out-7"' in told
