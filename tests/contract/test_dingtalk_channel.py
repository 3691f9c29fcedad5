"""The DingTalk channel against the simulator: the same promises whatever the platform does."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from domain.channels import Address, Arrival, Button, Click, Outgoing
from domain.errors import StorageError, Undeliverable
from simulators.dingtalk.server import running
from tests.unit.channels.dingtalk.simulated import GROUP, World, made, reply, spec, world
from tests.unit.channels.dingtalk.world import RECORDINGS, recording

ASK = (Button("yes", "係"), Button("no", "唔係"))
CREATE = "/v1.0/card/instances/createAndDeliver"
STREAM = "/v1.0/card/streaming"
UPDATE = "/v1.0/card/instances"
SESSION = "/robot/sendBySession"
LONG = "你好，張單已經發貨，聽日上晝會送到你屋企樓下嘅管理處，到時會有短訊通知你去攞。" * 3
RECORDED = sorted(
    path.stem for path in RECORDINGS.glob("*.json") if not path.stem.startswith("click")
)


CARDS = {"card_template": "nightdesk-answer.schema"}


@pytest.mark.parametrize("settings", [{}, CARDS])
async def test_everybody_is_answered_in_their_own_chat(settings: dict[str, str]) -> None:
    async with world(settings=settings) as w:
        for user in ("ann", "bob", "duty01"):
            await w.write(user, f"我係 {user}")
        arrivals = await w.desk.until(3)
        threads = {one.address.thread for one in arrivals}
        assert len({thread[:60] for thread in threads}) == 1
        await asyncio.gather(*(w.channel.send(reply(one, f"答 {one.text}")) for one in arrivals))
        for one in arrivals:
            shown = await w.shown(one.address.thread)
            said = [s.get("text") or s["card"]["values"]["content"] for s in shown]
            assert said == [f"答 我係 {one.sender.id}"]


@pytest.mark.parametrize("name", RECORDED)
async def test_every_recorded_payload_is_kept_and_acknowledged(name: str) -> None:
    payload = recording(name)["payload"]
    async with world() as w:
        await w.write(raw=payload, msg_id=payload["msgId"])
        (arrival,) = await w.desk.until(1)
        assert len(arrival.parts) == len(recording(name)["expected"]["parts"])
        await w.acknowledged(1)


@pytest.mark.parametrize("kind", ["text", "picture", "audio", "video", "file", "richText"])
async def test_every_kind_that_people_send_arrives(kind: str) -> None:
    async with world() as w:
        await w.write(kind=kind, text="你好", rich=[{"text": "你好"}])
        (arrival,) = await w.desk.until(1)
        assert arrival.parts


@pytest.mark.parametrize("fault", ["drop", "delay", "duplicate", "duplicate_new_header", "reorder"])
async def test_deliveries_that_go_wrong_are_kept_once(fault: str) -> None:
    async with world() as w:
        await w.fault(fault, "push")
        sent = {await w.write(text=f"第 {number} 句") for number in range(3)}
        arrivals = await w.desk.until(3)
        assert {one.external_id for one in arrivals} == sent


async def test_what_was_not_kept_is_delivered_until_it_is() -> None:
    async with world() as w:
        w.desk.error = StorageError("the disk is full")
        sent = await w.write()
        await w.desk.called.wait()
        assert await w.journal("ack") == []
        w.desk.error = None
        assert [one.external_id for one in await w.desk.until(1)] == [sent]
        await w.acknowledged(1)


async def test_a_hundred_reconnects_under_load_lose_nothing() -> None:
    async with world(spec(redeliver_after=0.2, deliveries=30)) as w:
        sent: list[str] = []
        done = asyncio.Event()

        async def load() -> None:
            while not done.is_set():
                with suppress(
                    httpx.HTTPStatusError
                ):  # nobody is there for a moment, and it says so
                    sent.append(await w.write(text=f"{len(sent)}"))
                await asyncio.sleep(0.002)

        loading = asyncio.create_task(load())
        for _ in range(100):
            await w.control("disconnect")
            await w.connected()
        done.set()
        await loading
        kept = await w.desk.until(len(sent))
        assert set(sent) <= {one.external_id for one in kept}
        assert len(sent) > 100


async def test_a_half_open_socket_costs_no_message() -> None:
    async with world(spec(redeliver_after=0.3, deliveries=30)) as w:
        await w.control("half-open")
        await w.connected(1)
        sent = await w.write()
        assert [one.external_id for one in await w.desk.until(1)] == [sent]


@pytest.mark.parametrize(
    "fault", ["refused", "error_before", "xml", "html", "stall", "stale_ticket"]
)
async def test_a_gateway_that_does_not_open_is_asked_until_it_does(fault: str) -> None:
    async with world() as w:
        await w.fault(fault, "open", times=3, seconds=3.0)
        await w.control("disconnect")
        await w.connected()
        await w.write()
        await w.desk.until(1)


async def said_by_card(w: World, arrival: Arrival) -> list[dict[str, str]]:
    shown = await w.shown(arrival.address.thread)
    return [one["card"]["values"] for one in shown if one["form"] == "card"]


async def test_a_card_is_typed_ends_and_its_button_comes_back() -> None:
    async with world(settings=CARDS) as w:
        await w.write()
        (arrival,) = await w.desk.until(1)
        message = reply(arrival, LONG, buttons=ASK)
        assert (await w.channel.send(message)).form == "card"
        written = [one["text"] for one in await w.journal("card")]
        assert len(set(written)) >= 4
        assert written == sorted(written, key=len)
        (card,) = await said_by_card(w, arrival)
        assert (card["flowStatus"], card["state"]) == ("3", "open")
        body = {"card": message.id, "user": "ann", "action": "yes", "params": {"value": "yes"}}
        for _ in range(2):
            assert (await w.http.post("/simulator/clicks", json=body)).json()["answered"]
        clicks = [one for one in await w.desk.until(2) if one.click]
        assert [(one.click.value, one.click.message_id) for one in clicks if one.click] == [
            ("yes", message.id)
        ]
        assert clicks[0].sender.id == "ann"
        (card,) = await said_by_card(w, arrival)
        assert card["state"] == "clicked"


SURVEY = tuple(Button(f"csat:s-1:{n}", f"{n} {face}") for n, face in enumerate("😞🙁😐🙂😀", 1))


async def test_five_faces_are_shown_and_each_comes_back_as_it_was_given() -> None:
    async with world(settings=CARDS) as w:
        await w.write()
        (arrival,) = await w.desk.until(1)
        message = reply(arrival, "今次幫到你嗎？", buttons=SURVEY)
        await w.channel.send(message)
        (card,) = await said_by_card(w, arrival)
        shown = json.loads(card["buttons"])
        assert [(one["value"], one["label"]) for one in shown] == [
            (one.value, one.label) for one in SURVEY
        ]
        for one in shown:
            await press(w, message.id, "ann", one["value"])
        clicks = [one.click for one in await w.desk.until(6) if one.click]
        assert clicks == [Click(one.value, message.id) for one in SURVEY]


async def press(w: World, card: str, user: str, value: str) -> bool:
    body = {"card": card, "user": user, "action": value, "params": {"value": value}}
    return bool((await w.http.post("/simulator/clicks", json=body)).json()["answered"])


def alert(message_id: str, text: str, **more: Any) -> Outgoing:
    address = Address("dingtalk", "", GROUP, group=True)
    return Outgoing(message_id, "push-1", address, text, kind="push", **more)


async def test_a_push_to_the_group_is_pressed_by_anybody_and_says_by_whom() -> None:
    async with world(settings=CARDS) as w:
        receipt = await w.channel.send(alert("alert-1", "有客等緊", buttons=ASK))
        assert receipt.form == "card"
        assert await press(w, "alert-1", "bob", "yes")
        (arrival,) = await w.desk.until(1)
        assert arrival.click == Click("yes", "alert-1")
        assert (arrival.sender.id, arrival.address.account) == ("bob", "dingtestappkey")
        done = await w.channel.send(alert("alert-2", "✓ Bob 14:03", replaces="alert-1"))
        assert (done.form, done.external_ids) == ("card", ("alert-1",))
        (shown,) = await w.shown(GROUP)
        values = shown["card"]["values"]
        assert (values["content"], values["buttons"]) == ("✓ Bob 14:03", "[]")


async def test_an_alert_with_buttons_rings_and_stands_in_the_chat_of_who_is_on_duty() -> None:
    async with world(settings={**CARDS, "agent_id": "123"}) as w:
        for by in ("ding", "work"):
            address = Address("dingtalk", "", "", "duty01")
            message = Outgoing(f"a-{by}", "p", address, "急", "yue", ASK, kind="push", push_by=by)
            assert (await w.channel.send(message)).form == f"{by}+card"
        (chat,) = {one["conversation"] for one in await w.journal("card")}
        assert [one["form"] for one in await w.shown(chat)] == ["card", "ding", "card", "work"]


@pytest.mark.parametrize("path", [CREATE, STREAM, UPDATE])
@pytest.mark.parametrize(
    "fault", ["qps", "error_before", "error_after", "reset_after", "html", "gateway_timeout"]
)
async def test_a_card_in_trouble_is_one_card_and_ends(path: str, fault: str) -> None:
    async with world(settings=CARDS) as w:
        await w.write()
        (arrival,) = await w.desk.until(1)
        await w.fault(fault, path)
        assert (await w.channel.send(reply(arrival, LONG))).form == "card"
        (card,) = await said_by_card(w, arrival)
        assert (card["flowStatus"], card["content"]) == ("3", LONG)


@pytest.mark.parametrize(
    ("fault", "path"), [("forbidden", CREATE), ("undelivered", "undelivered"), ("quota", CREATE)]
)
async def test_a_card_that_may_not_be_is_markdown(fault: str, path: str) -> None:
    async with world(settings=CARDS) as w:
        await w.write()
        (arrival,) = await w.desk.until(1)
        await w.fault(fault, path)
        receipt = await w.channel.send(reply(arrival, "好", buttons=ASK))
        assert receipt.form == "markdown"
        shown = [one["text"] for one in await w.shown(arrival.address.thread) if one.get("text")]
        assert shown == ["好\n\n1. 係\n2. 唔係"]


async def test_fifty_answers_at_once_stay_inside_forty_calls_a_second_and_end() -> None:
    async with world(settings=CARDS) as w:
        await w.write()
        (arrival,) = await w.desk.until(1)
        messages = [reply(arrival, f"{number} {LONG}", f"out-{number}") for number in range(50)]
        async with asyncio.timeout(60):
            receipts = await asyncio.gather(*map(w.channel.send, messages))
        assert {one.form for one in receipts} == {"card"}
        assert [one for one in await w.journal("error") if one.get("cause") == "qps"] == []
        cards = await said_by_card(w, arrival)
        assert len(cards) == 50
        assert all(card["flowStatus"] == "3" and card["content"].endswith(LONG) for card in cards)


async def test_when_reply_addresses_are_gone_answers_go_another_way() -> None:
    async with world() as w:
        await w.write("ann")
        await w.write("bob", conversation=GROUP)
        arrivals = await w.desk.until(2)
        await w.control("expire-webhooks")
        for one in arrivals:
            await w.channel.send(reply(one, f"答 {one.sender.id}"))
            assert [s["text"] for s in await w.shown(one.address.thread)] == [f"答 {one.sender.id}"]
        assert {one["endpoint"] for one in await w.journal("send")} == {
            "batchSend",
            "groupMessages",
        }


async def test_in_a_group_the_answer_is_for_the_group_and_mentions_the_asker() -> None:
    async with world() as w:
        await w.write("bob", conversation=GROUP)
        (arrival,) = await w.desk.until(1)
        assert arrival.address.group
        await w.channel.send(reply(arrival, "好"))
        (shown,) = await w.shown(GROUP)
        assert (shown["at"], shown["text"]) == (["bob"], "@bob\n\n好")


async def test_somebody_from_outside_is_answered_while_the_session_lives() -> None:
    async with world(settings=CARDS) as w:
        await w.write("eve")
        (arrival,) = await w.desk.until(1)
        assert arrival.sender.organisation == ""
        assert (await w.channel.send(reply(arrival, "好"))).form == "markdown"
        await w.control("expire-webhooks")
        with pytest.raises(Undeliverable):
            await w.channel.send(reply(arrival, "好", "out-2"))


async def test_a_token_that_was_revoked_is_fetched_anew() -> None:
    async with world(settings=CARDS) as w:
        await w.write()
        (arrival,) = await w.desk.until(1)
        await w.channel.send(reply(arrival, "一", "out-1"))
        await w.control("revoke-token")
        assert (await w.channel.send(reply(arrival, "二", "out-2"))).form == "card"
        assert await w.calls("/v1.0/oauth2/accessToken") == 2


@pytest.mark.parametrize("settings", [{}, CARDS])
async def test_a_bot_removed_from_the_group_in_the_middle_of_a_turn_stops_nobody_else(
    settings: dict[str, str],
) -> None:
    async with world(settings=settings) as w:
        await w.write("bob", conversation=GROUP)
        await w.write("ann")
        gone, here = await w.desk.until(2)
        await w.control(f"remove-bot/{GROUP}")
        with pytest.raises(Undeliverable):
            await w.channel.send(reply(gone, "好"))
        await w.channel.send(reply(here, "好"))
        assert len(await w.shown(here.address.thread)) == 1
        assert [one for one in await w.shown(GROUP) if one.get("text")] == []


async def test_staff_are_rung_notified_and_written_to() -> None:
    async with world(settings={"agent_id": "123"}) as w:
        await w.write("duty01")
        (arrival,) = await w.desk.until(1)
        for by in ("ding", "work", "message"):
            message = reply(arrival, "有客等緊", f"push-{by}", kind="push", push_by=by)
            assert await w.channel.send(message)
        assert [one["users"] for one in await w.journal("ding")] == [["duty01"]]
        assert [one["users"] for one in await w.journal("work")] == ["duty01"]
        assert [one["endpoint"] for one in await w.journal("send")] == ["batchSend"]


async def test_in_http_mode_signed_callbacks_are_kept(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/channels/dingtalk/messages"
    played = spec(callback_url=address, journal=tmp_path / "journal.jsonl")
    async with running(played) as url, httpx.AsyncClient(base_url=url) as http:
        found = World(http, made(url, mode="http"))
        app = FastAPI()
        served = found.channel.web(found.desk.accept)
        assert served is not None
        app.mount("/channels/dingtalk", served)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            await found.write()
            (arrival,) = await found.desk.until(1)
            await found.channel.send(reply(arrival, "好"))
            assert [one["text"] for one in await found.shown(arrival.address.thread)] == ["好"]
        finally:
            server.should_exit = True
            await serving
            listening.close()
            await found.channel.close()
