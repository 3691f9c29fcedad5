"""Pushes: how loudly, to whom, with what to press, and what stands there afterwards."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.channels import Address, Button, Outgoing, PushBy
from domain.errors import RateLimited, Undeliverable, UpstreamTimeout, UpstreamUnavailable
from tests.unit.channels.dingtalk.sending import (
    BATCH,
    CREATE,
    DING,
    GROUP,
    UPDATE,
    WORK,
    Sending,
    sending,
)
from tests.unit.channels.dingtalk.world import ROBOT, refusal

CHOICES = (Button("ack:7", "知道了"), Button("take:7", "我嚟接手"))


def push(
    by: PushBy = "message",
    user: str = "duty01",
    thread: str = "",
    group: bool = False,
    **more: Any,
) -> Outgoing:
    address = Address("dingtalk", ROBOT, thread, user, group)
    said: dict[str, Any] = {"id": "push-1", "text": "**急**：有客等緊 @all", **more}
    return Outgoing(conversation_id="", address=address, kind="push", push_by=by, **said)


def pressable(by: PushBy = "message", **more: Any) -> Outgoing:
    return push(by, buttons=CHOICES, **more)


def cards(s: Sending) -> list[dict[str, Any]]:
    return [call.body for call in s.platform.to(CREATE)]


def down() -> httpx.ConnectError:
    return httpx.ConnectError("down")


async def test_a_ding_rings_for_the_person_in_the_app() -> None:
    async with sending() as s:
        receipt = await s.pushes.send(push("ding"))
        assert (receipt.form, receipt.external_ids) == ("ding", ("ding-1",))
        body = s.platform.to(DING)[0].body
        assert (body["remindType"], body["receiverUserIdList"]) == (1, ["duty01"])
        assert body["content"] == "急：有客等緊 @\u200ball"


async def test_a_work_notification_is_never_the_same_twice_in_a_day() -> None:
    async with sending(agent_id="123") as s:
        assert (await s.pushes.send(push("work"))).external_ids == ("456",)
        s.clock.move(seconds=1)
        await s.pushes.send(push("work"))
        bodies = [call.body for call in s.platform.to(WORK)]
        assert (bodies[0]["agent_id"], bodies[0]["userid_list"]) == (123, "duty01")
        assert bodies[0]["msg"] != bodies[1]["msg"]


async def test_a_work_notification_without_the_agent_id_names_the_setting() -> None:
    async with sending() as s:
        with pytest.raises(Undeliverable, match="AGENT_ID"):
            await s.pushes.send(push("work"))


@pytest.mark.parametrize("by", ["ding", "work"])
async def test_who_rings_needs_a_person(by: PushBy) -> None:
    async with sending(agent_id="1") as s:
        with pytest.raises(Undeliverable, match="person"):
            await s.pushes.send(push(by, user="", thread="cidG==", group=True))


async def test_a_push_as_a_message_goes_to_the_group_or_to_the_person() -> None:
    async with sending() as s:
        await s.pushes.send(push("message"))
        await s.pushes.send(push(id="push-2", user="", thread="cidDuty=="))
        await s.pushes.send(push(id="push-3", thread="cidDuty==", group=True))
        assert [call.body["userIds"] for call in s.platform.to(BATCH)] == [["duty01"]]
        groups = [call.body["openConversationId"] for call in s.platform.to(GROUP)]
        assert groups == ["cidDuty==", "cidDuty=="]


async def test_a_push_with_buttons_is_a_card_for_the_person_it_goes_to() -> None:
    async with sending(cards=True) as s:
        receipt = await s.pushes.send(pressable())
        assert (receipt.form, receipt.external_ids) == ("card", ("push-1", "carrier-1"))
        (body,) = cards(s)
        assert (body["outTrackId"], body["openSpaceId"]) == ("push-1", "dtv1.card//IM_ROBOT.duty01")
        shown = body["cardData"]["cardParamMap"]
        assert (shown["flowStatus"], shown["content"]) == ("3", "**急**：有客等緊 @\u200ball")
        listed = [(one["value"], one["label"]) for one in json.loads(shown["buttons"])]
        assert listed == [("ack:7", "知道了"), ("take:7", "我嚟接手")]
        assert len(s.platform.calls) == 2  # the token and the card: a push is not typed


async def test_a_push_with_buttons_to_a_group_is_one_card_in_the_group() -> None:
    async with sending(cards=True) as s:
        await s.pushes.send(pressable(user="", thread="cidDuty==", group=True))
        (body,) = cards(s)
        assert body["openSpaceId"] == "dtv1.card//IM_GROUP.cidDuty=="
        assert "atUserIds" not in body["imGroupOpenDeliverModel"]


@pytest.mark.parametrize(("with_cards", "used"), [(False, 0), (True, 95)])
async def test_where_there_are_no_cards_the_choices_are_numbered(
    with_cards: bool, used: int
) -> None:
    async with sending(cards=with_cards, used=used) as s:
        receipt = await s.pushes.send(pressable())
        assert receipt.form == "markdown"
        (call,) = s.platform.to(BATCH)
        text = json.loads(call.body["msgParam"])["text"]
        assert text.endswith("1. 知道了\n2. 我嚟接手")
        assert cards(s) == []


async def test_a_card_that_is_refused_becomes_a_numbered_message_once() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, refusal("param.templateUnpublished"))
        s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
        assert (await s.pushes.send(pressable())).form == "markdown"
        assert (await s.pushes.send(pressable())).form == "markdown"
        assert len(s.platform.to(BATCH)) == 1


async def test_the_same_push_again_is_the_same_card() -> None:
    async with sending(cards=True) as s:
        first = await s.pushes.send(pressable())
        assert await s.pushes.send(pressable()) == first
        assert len(cards(s)) == 1


@pytest.mark.parametrize(("by", "path", "rung"), [("ding", DING, "ding-1"), ("work", WORK, "456")])
async def test_a_loud_push_with_buttons_rings_and_shows_the_card(
    by: PushBy, path: str, rung: str
) -> None:
    async with sending(cards=True, agent_id="123") as s:
        receipt = await s.pushes.send(pressable(by))
        assert receipt.form == f"{by}+card"
        assert receipt.external_ids == (rung, "push-1", "carrier-1")
        (call,) = s.platform.to(path)
        assert "知道了" not in json.dumps(call.body, ensure_ascii=False)
        assert await s.pushes.send(pressable(by)) == receipt
        assert (len(s.platform.to(path)), len(cards(s))) == (1, 1)


async def test_a_loud_push_that_has_no_card_tells_the_choices_itself() -> None:
    async with sending() as s:
        assert (await s.pushes.send(pressable("ding"))).form == "ding"
        (call,) = s.platform.to(DING)
        assert call.body["content"].endswith("1. 知道了\n2. 我嚟接手")
        assert s.platform.to(BATCH) == []


async def test_a_ding_that_is_refused_leaves_the_card() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(DING, refusal("Forbidden.AccessDenied"))
        assert (await s.pushes.send(pressable("ding"))).form == "card"


async def test_a_card_that_is_refused_leaves_the_ding() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, refusal("param.templateUnpublished"))
        s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
        receipt = await s.pushes.send(pressable("ding"))
        assert (receipt.form, receipt.external_ids) == ("ding", ("ding-1",))


async def test_a_ding_that_fails_for_now_is_tried_again_and_the_card_is_not() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(DING, down())
        with pytest.raises(UpstreamUnavailable):
            await s.pushes.send(pressable("ding"))
        assert len(cards(s)) == 1
        assert (await s.pushes.send(pressable("ding"))).form == "ding+card"
        assert len(cards(s)) == 1


async def test_a_card_that_fails_for_now_is_tried_again_and_nobody_is_rung_twice() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, *[httpx.ReadTimeout("slow")] * 3)
        s.platform.fail(UPDATE, *[httpx.ReadTimeout("slow")] * 3)
        with pytest.raises(UpstreamTimeout):
            await s.pushes.send(pressable("ding"))
        receipt = await s.pushes.send(pressable("ding"))
        assert receipt.form == "ding+card"
        assert len(s.platform.to(DING)) == 1


async def test_what_follows_a_card_does_not_wait_for_a_ding_for_ever() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(DING, *[down()] * 9)
        for _ in range(2):
            with pytest.raises(UpstreamUnavailable):
                await s.pushes.send(pressable("ding"))
        assert (await s.pushes.send(pressable("ding"))).form == "card"
        assert len(s.platform.to(DING)) == 3


async def test_when_ding_and_card_both_fail_the_push_has_failed() -> None:
    async with sending(cards=True) as s:
        for error, raised in ((refusal("Forbidden"), Undeliverable), (down(), UpstreamUnavailable)):
            s.platform.fail(CREATE, refusal("param.templateUnpublished"))
            s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
            s.platform.fail(DING, error)
            with pytest.raises(raised):
                await s.pushes.send(pressable("ding"))


async def test_to_a_group_nobody_can_be_rung_but_the_card_is_shown() -> None:
    async with sending(cards=True) as s:
        message = pressable("ding", user="", thread="cidDuty==", group=True)
        assert (await s.pushes.send(message)).form == "card"


def instead(text: str = "✓ 鄭美珊 14:03 收到", **more: Any) -> Outgoing:
    return push(id="push-2", text=text, replaces="push-1", **more)


async def test_a_push_can_take_the_place_of_an_earlier_card_even_one_of_another_run() -> None:
    async with sending(cards=True) as s:
        receipt = await s.pushes.send(instead())
        assert (receipt.form, receipt.external_ids) == ("card", ("push-1",))
        (call,) = s.platform.to(UPDATE)
        shown = call.body["cardData"]["cardParamMap"]
        assert call.body["outTrackId"] == "push-1"
        assert (shown["content"], shown["buttons"]) == ("✓ 鄭美珊 14:03 收到", "[]")
        assert (cards(s), s.platform.to(BATCH)) == ([], [])


async def test_what_takes_the_place_of_a_card_can_have_buttons_of_its_own() -> None:
    async with sending(cards=True) as s:
        await s.pushes.send(pressable())
        await s.pushes.send(instead(buttons=CHOICES[1:]))
        shown = s.platform.to(UPDATE)[-1].body["cardData"]["cardParamMap"]
        assert [one["value"] for one in json.loads(shown["buttons"])] == ["take:7"]
        assert shown["state"] == "open"
        assert len(cards(s)) == 1


@pytest.mark.parametrize("with_cards", [False, True])
async def test_where_there_is_no_earlier_card_it_is_a_new_message(with_cards: bool) -> None:
    async with sending(cards=with_cards) as s:
        s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
        receipt = await s.pushes.send(instead(user="", thread="cidDuty==", group=True))
        assert receipt.form == "markdown"
        assert len(s.platform.to(GROUP)) == 1


async def test_a_card_that_cannot_be_changed_now_is_changed_later_and_nothing_is_posted() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(
            UPDATE, *[httpx.Response(429, json={"code": "QpsLimit"}, headers={"retry-after": "60"})]
        )
        with pytest.raises(RateLimited):
            await s.pushes.send(instead())
        assert (await s.pushes.send(instead())).form == "card"
        assert s.platform.to(BATCH) == []


async def test_a_card_that_was_never_certain_does_not_come_back_with_its_old_words() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, *[httpx.ReadTimeout("slow")] * 3)
        s.platform.fail(UPDATE, *[httpx.ReadTimeout("slow")] * 3)
        with pytest.raises(UpstreamTimeout):
            await s.pushes.send(pressable())
        await s.pushes.send(instead())
    said = [call.body for call in s.platform.taken if call.path == UPDATE]
    assert [one["cardData"]["cardParamMap"]["buttons"] for one in said] == ["[]"]
