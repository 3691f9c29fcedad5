"""What becomes of frames: kept first, acknowledged after."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from channels.dingtalk.frames import CLICKS, MESSAGES, parse_frame
from channels.dingtalk.inbound import Receiver
from channels.dingtalk.messages import Bot
from channels.dingtalk.trust import Trust
from domain.errors import InputError, StorageError
from tests.unit.channels.dingtalk.world import ROBOT, Desk, HandClock, frame, payload


def receiver(desk: Desk, trust: Trust | None = None) -> Receiver:
    within = 0.05  # a click is answered in any case; how long it waits is shortened here
    return Receiver(Bot(ROBOT), trust or Trust(), desk.accept, HandClock(), within)


async def told(what: Receiver, raw: str) -> dict[str, Any] | None:
    """The answer to a frame; `data` is decoded."""
    async with asyncio.timeout(5):
        reply = await what.receive(parse_frame(raw))
    if reply is None:
        return None
    found: dict[str, Any] = json.loads(reply)
    return {**found, "data": json.loads(found["data"])}


async def test_a_message_is_acknowledged_only_after_it_was_kept() -> None:
    desk = Desk()
    desk.gate.clear()
    answering = asyncio.create_task(told(receiver(desk), frame(payload(), MESSAGES)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not answering.done()
    desk.gate.set()
    reply = await answering
    assert reply is not None
    assert reply["code"] == 200
    assert reply["data"] == {"response": None}
    assert reply["headers"]["messageId"] == "f-1"
    assert list(desk.kept) == ["msgA1b2C3d4E5f6=="]


async def test_what_was_not_kept_is_not_acknowledged() -> None:
    desk = Desk()
    desk.error = StorageError("the disk is full")
    assert await told(receiver(desk), frame(payload(), MESSAGES)) is None


async def test_a_message_delivered_again_is_acknowledged_again_and_kept_once() -> None:
    desk = Desk()
    for frame_id in ("f-1", "f-2"):
        reply = await told(receiver(desk), frame(payload(), MESSAGES, frame_id=frame_id))
        assert reply is not None
        assert reply["code"] == 200
    assert (desk.deliveries, len(desk.kept)) == (2, 1)


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        '"text"',
        "[" * 100_000,
        json.dumps(payload())[:200],
        json.dumps(payload(robotCode="other")),
    ],
)
async def test_what_cannot_be_read_is_acknowledged_or_it_would_come_for_ever(data: str) -> None:
    desk = Desk()
    for topic in (MESSAGES, CLICKS):
        reply = await told(receiver(desk), frame(data, topic))
        assert reply is not None
        assert reply["code"] == 200
    assert desk.deliveries == 0


async def test_people_of_other_organisations_are_let_in_only_where_a_setting_says_so() -> None:
    outside = frame(payload(senderCorpId="dingother"), MESSAGES)
    nowhere = frame(payload("without_staff_id"), MESSAGES)
    desk = Desk()
    for raw in (outside, nowhere):
        reply = await told(receiver(desk), raw)
        assert reply is not None
        assert reply["code"] == 200
    assert desk.deliveries == 0
    await told(receiver(desk, Trust(corps=frozenset({"dingother"}))), outside)
    assert desk.deliveries == 1
    for raw in (outside, nowhere):
        await told(receiver(desk, Trust(external=True)), raw)
    assert desk.deliveries == 3


async def test_clicks_of_organisations_that_are_not_named_are_passed_over() -> None:
    desk = Desk()
    for corps, deliveries in (({"dingother"}, 0), ({"dingcorpdemo0001"}, 1)):
        trust = Trust(corps=frozenset(corps))
        reply = await told(receiver(desk, trust), frame(payload("click"), CLICKS))
        assert reply is not None
        assert (reply["code"], desk.deliveries) == (200, deliveries)


async def test_a_click_is_kept_and_changes_its_card() -> None:
    desk = Desk()
    reply = await told(receiver(desk), frame(payload("click"), CLICKS))
    assert reply is not None
    assert reply["data"]["response"]["cardData"] == {"cardParamMap": {"state": "clicked"}}
    assert [arrival.click.value for arrival in desk.kept.values() if arrival.click] == ["yes"]


async def test_a_click_that_is_not_kept_in_time_is_answered_so_and_kept_all_the_same() -> None:
    desk = Desk()
    desk.gate.clear()
    what = receiver(desk)
    reply = await told(what, frame(payload("click"), CLICKS))
    assert reply is not None
    assert (reply["code"], reply["data"]) == (500, {"response": {}})
    desk.gate.set()
    await what.settled()
    assert len(desk.kept) == 1


async def test_a_click_that_could_not_be_kept_leaves_its_card_alone() -> None:
    desk = Desk()
    desk.error = StorageError("the disk is full")
    reply = await told(receiver(desk), frame(payload("click"), CLICKS))
    assert reply is not None
    assert (reply["code"], reply["data"]) == (500, {"response": {}})


async def test_a_click_under_a_message_that_we_never_sent_is_passed_over_in_silence() -> None:
    desk = Desk()
    desk.error = InputError("a button was pressed under a message that this desk never sent")
    reply = await told(receiver(desk), frame(payload("click"), CLICKS))
    assert reply is not None
    assert (reply["code"], reply["data"]) == (200, {"response": {}})


async def test_events_are_acknowledged_and_unknown_topics_are_not_found() -> None:
    event = await told(receiver(Desk()), frame({}, "*", "EVENT"))
    assert event is not None
    assert event["data"]["status"] == "SUCCESS"
    for kind, topic in (("CALLBACK", "/v1.0/graph/api/invoke"), ("NEWS", MESSAGES), ("", "")):
        unknown = await told(receiver(Desk()), frame({}, topic, kind))
        assert unknown is not None
        assert unknown["code"] == 404


@pytest.mark.parametrize("raw", ["", "no", "[]", "{}", '{"headers": 3}', "[" * 100_000])
def test_what_is_no_frame_is_named(raw: str) -> None:
    with pytest.raises(InputError, match="the frame"):
        parse_frame(raw)
