from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulators.dingtalk.people import sign
from tests.unit.simulators.dingtalk_world import (
    GROUP,
    ack,
    card,
    entries,
    fault,
    heard,
    nothing_comes,
    playing,
    pressed,
    say,
    socket,
    ticket,
    until,
)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"clientId": "key", "clientSecret": "wrong", "subscriptions": [{}]}',
        b'{"clientId": "key", "clientSecret": "secret", "subscriptions": []}',
    ],
)
async def test_a_connection_is_not_opened_for_everybody(body: bytes) -> None:
    async with playing() as http:
        answer = await http.post("/v1.0/gateway/connections/open", content=body)
        assert answer.status_code == 400


async def test_a_ticket_opens_one_socket() -> None:
    async with playing() as http:
        address = await ticket(http)
        async with connect(address):
            with pytest.raises(InvalidStatus):
                await connect(address)


async def test_a_message_says_who_wrote_where_and_how_to_answer() -> None:
    async with playing() as http, socket(http) as line:
        msg_id = await say(http, "查單")
        frame_id, data = await heard(line)
        await ack(line, frame_id)
        assert data["msgId"] == msg_id
        assert (data["senderStaffId"], data["conversationType"]) == ("ann", "1")
        assert data["text"] == {"content": "查單"}
        assert data["senderCorpId"] == data["chatbotCorpId"]
        assert data["sessionWebhook"].startswith(str(http.base_url))
        await until(lambda: entries(http, "ack"))


async def test_somebody_from_outside_has_no_staff_id() -> None:
    async with playing() as http, socket(http) as line:
        await say(http, user="eve")
        _, data = await heard(line)
        assert "senderStaffId" not in data
        assert data["senderCorpId"] != data["chatbotCorpId"]


async def test_in_a_group_only_what_mentions_the_robot_reaches_it() -> None:
    async with playing() as http, socket(http) as line:
        await say(http, "大家食咗飯未", conversation=GROUP, mention=False)
        await say(http, kind="audio", conversation=GROUP)
        await say(http, "查單", conversation=GROUP, at=["bob", "eve"])
        _, data = await heard(line)
        assert data["text"] == {"content": " 查單"}
        assert data["isInAtList"]
        assert [one.get("staffId") for one in data["atUsers"]] == [None, "bob", None]
        shown = (await http.get(f"/simulator/chats/{GROUP}")).json()["shown"]
        assert len(shown) == 3


async def test_what_is_not_acknowledged_comes_again_by_the_same_id_and_not_for_ever() -> None:
    async with playing(redeliver_after=0.05, deliveries=3) as http, socket(http) as line:
        msg_id = await say(http)
        frames = [await heard(line) for _ in range(3)]
        assert {data["msgId"] for _, data in frames} == {msg_id}
        assert len({frame_id for frame_id, _ in frames}) == 3
        assert await nothing_comes(line)


async def test_a_repeated_frame_may_have_the_same_header() -> None:
    async with (
        playing(redeliver_after=0.05, redeliver_same_header=True) as http,
        socket(http) as line,
    ):
        await say(http)
        (first, _), (second, _) = await heard(line), await heard(line)
        assert first == second


async def test_an_answer_that_says_no_is_no_acknowledgement() -> None:
    async with playing(redeliver_after=0.05) as http, socket(http) as line:
        await say(http)
        frame_id, _ = await heard(line)
        await ack(line, frame_id, code=500)
        frame_id, _ = await heard(line)
        await ack(line, frame_id)
        assert await nothing_comes(line)
        assert [one["code"] for one in await entries(http, "ack")] == [500, 200]


async def test_what_is_withheld_comes_when_the_faults_are_taken_back() -> None:
    async with playing() as http, socket(http) as line:
        await fault(http, kind="withhold", where="push")
        await say(http)
        assert await nothing_comes(line)
        await http.delete("/simulator/faults")
        assert (await heard(line))[1]["text"] == {"content": "你好"}


async def test_two_messages_can_change_places() -> None:
    async with playing() as http, socket(http) as line:
        await fault(http, kind="reorder", where="push")
        await say(http, "一")
        await say(http, "二")
        said = [(await heard(line))[1]["text"]["content"] for _ in range(2)]
        assert said == ["二", "一"]


async def test_a_message_can_be_delivered_again_though_it_was_acknowledged() -> None:
    async with playing() as http, socket(http) as line:
        msg_id = await say(http)
        frame_id, _ = await heard(line)
        await ack(line, frame_id)
        assert (await http.post(f"/simulator/redeliver/{msg_id}")).json() == {"sent": True}
        assert (await heard(line))[1]["msgId"] == msg_id


async def test_a_disconnect_is_announced_then_silent_then_the_end() -> None:
    async with playing(goodbye_seconds=0.1) as http, socket(http) as line:
        await http.post("/simulator/disconnect")
        assert (await heard(line))[1] == {"reason": "expired"}
        answer = await http.post("/simulator/messages", json={"user": "ann", "text": "喂"})
        assert answer.status_code == 503
        with pytest.raises(ConnectionClosed):
            await line.recv()


async def test_a_half_open_socket_answers_no_ping() -> None:
    async with playing() as http, socket(http) as line:
        await (await line.ping())
        await http.post("/simulator/half-open")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await (await line.ping())


async def test_what_is_no_frame_harms_nobody() -> None:
    async with playing() as http, socket(http) as line:
        for nonsense in ("{", "[]", '{"headers": 1}', "null"):
            await line.send(nonsense)
        await say(http)
        assert (await heard(line))[1]["text"] == {"content": "你好"}


async def test_the_answer_to_a_press_changes_the_card() -> None:
    async with playing() as http, socket(http) as line, asyncio.TaskGroup() as group:
        await card(http)
        press = group.create_task(pressed(http))
        frame_id, data = await heard(line)
        private = json.loads(data["content"])["cardPrivateData"]
        assert private == {"actionIds": ["yes"], "params": {"value": "yes"}}
        update = {"cardData": {"cardParamMap": {"state": "clicked"}}}
        options = {"cardUpdateOptions": {"updateCardDataByKey": True}}
        await ack(line, frame_id, data={"response": update | options})
        assert (await press)["answered"]
        (last,) = (await entries(http, "card"))[-1:]
        assert (last["state"], last["text"]) == ("clicked", "好唔好？")


async def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    async with playing(click_seconds=0.05) as http, socket(http) as line:
        await card(http)
        assert not (await pressed(http))["answered"]
        frame_id, _ = await heard(line)
        await ack(line, frame_id, data={"response": {"cardData": {"cardParamMap": {"state": "x"}}}})
        assert (await entries(http, "card"))[-1]["state"] == "open"


async def test_a_press_can_get_lost() -> None:
    async with playing() as http, socket(http) as line:
        await card(http)
        await fault(http, kind="drop", where="click")
        assert not (await pressed(http))["answered"]
        assert await nothing_comes(line, 0.05)


async def test_the_journal_is_in_a_file_as_soon_as_something_happened(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with playing(journal=path) as http, socket(http) as line:
        msg_id = await say(http)
        await heard(line)
        kept = [json.loads(one) for one in path.read_text("utf-8").splitlines()]
        (push,) = [one for one in kept if one["kind"] == "push"]
        assert (push["msgId"], push["user"]) == (msg_id, "ann")


async def test_conversations_differ_only_after_sixty_characters() -> None:
    async with playing() as http:
        chats = (await http.get("/simulator/chats")).json()
        ids = [one["conversation"] for one in chats if not one["group"]]
        assert (len(set(ids)), len({one[:60] for one in ids})) == (3, 1)


def test_the_signature_is_the_documented_one() -> None:
    expected = "RlItCIkiRw20IEntQoGgWiT6BNEUzoQxVy+BSL126t8="
    assert sign("test-app-secret", "1767225600000") == expected
