"""The ladder of replies, and the places they go to."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import httpx
import pytest

from domain.errors import RateLimited, Undeliverable, UpstreamTimeout
from tests.unit.channels.dingtalk.sending import ASK, BATCH, CREATE, GROUP, SESSION, UPDATE, sending
from tests.unit.channels.dingtalk.world import (
    NOW,
    errcode,
    outgoing,
    refusal,
)


async def test_answers_go_to_the_chat_they_belong_to_though_ids_differ_only_at_the_end() -> None:
    shared = "cid" + "A" * 60
    async with sending() as s:
        for end in "XY":
            thread = f"{shared}{end}=="
            message = outgoing(f"俾 {end}", message_id=f"out-{end}", group=True)
            message = replace(message, address=replace(message.address, thread=thread))
            await s.replies.send(replace(message, route={**message.route, "webhook": ""}))
        sent = {
            call.body["openConversationId"]: json.loads(call.body["msgParam"])["text"]
            for call in s.platform.to(GROUP)
        }
        assert sent == {f"{shared}X==": "俾 X", f"{shared}Y==": "俾 Y"}


async def test_without_cards_a_reply_is_markdown_by_the_webhook() -> None:
    async with sending() as s:
        receipt = await s.replies.send(outgoing())
        assert (receipt.form, receipt.external_ids) == ("markdown", ())
        assert s.posted() == [
            {
                "msgtype": "markdown",
                "markdown": {"title": "你好，張單已發貨。", "text": "你好，張單**已發貨**。"},
            }
        ]


async def test_in_a_group_the_asker_is_mentioned_in_the_text_and_beside_it() -> None:
    async with sending() as s:
        await s.replies.send(outgoing(group=True))
        body = s.posted()[0]
        assert body["markdown"]["text"].startswith("@manager4321\n\n你好")
        assert body["at"] == {"atUserIds": ["manager4321"], "isAtAll": False}
        assert body["markdown"]["title"].startswith("你好")


async def test_a_customers_markup_in_our_words_does_nothing() -> None:
    async with sending(cards=True) as s:
        hostile = "地址改咗做 [x](https://evil.test) ![](https://evil.test/p) @all"
        await s.replies.send(outgoing(hostile))
        await s.replies.send(outgoing(hostile + "字" * 4000, message_id="out-2"))
        card = s.platform.to(UPDATE)[-1].body["cardData"]["cardParamMap"]
        for text in (card["content"], card["title"], s.posted()[0]["markdown"]["text"]):
            assert "](" not in text
            assert "@all" not in text


@pytest.mark.parametrize("left", [-1.0, 0.0, 20.0])
async def test_when_the_session_is_over_a_person_is_written_to_directly(left: float) -> None:
    async with sending() as s:
        expires = str(int((NOW.timestamp() + left) * 1000))
        receipt = await s.replies.send(outgoing(webhook_expires=expires))
        assert receipt.external_ids == ("pqk-1",)
        assert s.posted() == []
        assert s.platform.to(BATCH)[0].body["userIds"] == ["manager4321"]


async def test_a_session_that_is_over_before_its_time_is_no_reason_to_fail() -> None:
    async with sending() as s:
        s.platform.fail(SESSION, errcode(300001), errcode(300001))
        await s.replies.send(outgoing())
        await s.replies.send(outgoing(message_id="out-2", group=True))
        assert len(s.platform.to(BATCH)) == 1
        assert s.platform.to(GROUP)[0].body["openConversationId"] == "cidGroupDemo02=="


async def test_a_question_of_a_group_is_never_answered_in_private() -> None:
    async with sending() as s:
        await s.replies.send(outgoing(group=True, webhook=""))
        assert s.platform.to(BATCH) == []
        assert len(s.platform.to(GROUP)) == 1


async def test_somebody_from_outside_is_reached_by_the_webhook_or_not_at_all() -> None:
    message = outgoing(staff="")
    message = replace(message, address=replace(message.address, user="$:LWCP_v1:$zhangDemo"))
    async with sending(cards=True) as s:
        assert (await s.replies.send(message)).form == "markdown"
        s.platform.fail(SESSION, errcode(300001))
        with pytest.raises(Undeliverable, match="staff id"):
            await s.replies.send(replace(message, id="out-2"))
        assert s.platform.to(BATCH) == []
        assert s.platform.to(CREATE) == []


async def test_a_forged_webhook_is_not_called_and_the_answer_arrives_all_the_same() -> None:
    async with sending() as s:
        await s.replies.send(outgoing(webhook="http://169.254.169.254/latest"))
        assert [call.path for call in s.platform.calls[1:]] == [BATCH]


async def test_a_message_of_staff_without_a_route_finds_the_person_by_the_address() -> None:
    async with sending() as s:
        await s.replies.send(replace(outgoing(), route={}))
        assert s.platform.to(BATCH)[0].body["userIds"] == ["manager4321"]


async def test_markdown_that_is_refused_goes_as_text() -> None:
    async with sending() as s:
        s.platform.fail(SESSION, errcode(400105))
        assert (await s.replies.send(outgoing())).form == "text"
        assert s.posted()[1] == {"msgtype": "text", "text": {"content": "你好，張單已發貨。"}}


async def test_a_bot_that_was_removed_from_the_group_is_undeliverable_and_the_next_is_served() -> (
    None
):
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, refusal("resource.not.found"))
        s.platform.fail(UPDATE, refusal("resource.not.found"))
        s.platform.fail(SESSION, errcode(300001), errcode(300001))
        s.platform.fail(GROUP, refusal("resource.not.found"), refusal("resource.not.found"))
        with pytest.raises(Undeliverable, match=r"resource\.not\.found"):
            await s.replies.send(outgoing(group=True))
        assert (await s.replies.send(outgoing(message_id="out-2"))).form == "card"


async def test_long_replies_are_split_and_a_retry_goes_on_where_it_stopped() -> None:
    text = "\n\n".join(f"{number} " + "字" * 1500 for number in range(6))
    async with sending() as s:
        s.platform.fail(SESSION, httpx.Response(200, json={"errcode": 0}), errcode(130101))
        with pytest.raises(RateLimited):
            await s.replies.send(outgoing(text, group=True))
        await s.replies.send(outgoing(text, group=True))
        pieces = [body["markdown"]["text"] for body in s.posted()]
        assert len(pieces) == 4
        assert pieces[1] == pieces[2]  # the one that was refused
        assert [("@manager4321" in piece) for piece in pieces] == [True, False, False, False]
        assert (await s.replies.send(outgoing(text, group=True))).form == "markdown"
        assert len(s.posted()) == 4


async def test_whether_a_post_arrived_is_left_to_the_outbox_when_it_is_unknown() -> None:
    async with sending() as s:
        s.platform.fail(SESSION, httpx.ReadTimeout("late"))
        with pytest.raises(UpstreamTimeout):
            await s.replies.send(outgoing())
        assert len(s.platform.calls) == 1


async def test_with_cards_a_reply_is_a_card_with_buttons() -> None:
    async with sending(cards=True) as s:
        receipt = await s.replies.send(outgoing("確定取消？", buttons=ASK))
        assert (receipt.form, receipt.external_ids) == ("card", ("out-1", "carrier-1"))
        data = s.platform.to(UPDATE)[-1].body["cardData"]["cardParamMap"]
        assert json.loads(data["buttons"]) == [
            {"value": "yes", "label": "係"},
            {"value": "no", "label": "唔係"},
        ]
        assert s.posted() == []


async def test_a_card_in_a_group_stands_in_the_group_and_mentions_who_asked() -> None:
    async with sending(cards=True) as s:
        await s.replies.send(outgoing(group=True))
        made = s.platform.to(CREATE)[0].body
        assert made["openSpaceId"] == "dtv1.card//IM_GROUP.cidGroupDemo02=="
        assert made["imGroupOpenDeliverModel"]["atUserIds"] == {"manager4321": "Zhang San"}


@pytest.mark.parametrize(("used", "calls"), [(75, 1), (95, 0)])
async def test_as_the_month_fills_cards_become_cheaper_and_then_markdown(
    used: int, calls: int
) -> None:
    async with sending(cards=True, used=used) as s:
        receipt = await s.replies.send(outgoing(buttons=ASK))
        assert len(s.platform.to(CREATE)) == calls
        assert s.platform.to(UPDATE) == []
        if not calls:
            assert receipt.form == "markdown"
            assert s.posted()[0]["markdown"]["text"].endswith("1. 係\n2. 唔係")


async def test_a_refused_card_becomes_markdown() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, refusal("param.templateUnpublished"))
        s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
        assert (await s.replies.send(outgoing())).form == "markdown"


async def test_a_card_that_may_stand_there_is_never_followed_by_markdown() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, *(httpx.ReadTimeout("late") for _ in range(3)))
        s.platform.fail(UPDATE, *(httpx.ReadTimeout("late") for _ in range(3)))
        with pytest.raises(UpstreamTimeout):
            await s.replies.send(outgoing())
        assert s.posted() == []
        assert (await s.replies.send(outgoing())).form == "card"
        assert s.posted() == []


async def test_cards_that_keep_failing_rest_for_half_an_hour() -> None:
    async with sending(cards=True) as s:
        for number in range(3):
            s.platform.fail(CREATE, refusal("param.templateUnpublished"))
            s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
            await s.replies.send(outgoing(message_id=f"bad-{number}"))
        tried = len(s.platform.to(CREATE))
        assert (await s.replies.send(outgoing(message_id="rest"))).form == "markdown"
        assert len(s.platform.to(CREATE)) == tried
        s.clock.move(minutes=31)
        later = str(int((s.clock.now().timestamp() + 60) * 1000))
        message = outgoing(message_id="again", webhook_expires=later)
        assert (await s.replies.send(message)).form == "card"


async def test_a_card_that_stands_there_is_not_sent_again_as_markdown_while_cards_rest() -> None:
    async with sending(cards=True) as s:
        receipt = await s.replies.send(outgoing(message_id="good"))
        for number in range(3):
            s.platform.fail(CREATE, refusal("param.templateUnpublished"))
            s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
            await s.replies.send(outgoing(message_id=f"bad-{number}"))
        before = len(s.platform.calls)
        assert await s.replies.send(outgoing(message_id="good")) == receipt
        assert len(s.platform.calls) == before


async def test_only_failures_in_a_row_are_a_reason_to_rest() -> None:
    async with sending(cards=True) as s:
        for number in range(4):
            s.platform.fail(CREATE, refusal("param.templateUnpublished"))
            s.platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
            await s.replies.send(outgoing(message_id=f"bad-{number}"))
            if number == 1:
                assert (await s.replies.send(outgoing(message_id="good"))).form == "card"
        assert (await s.replies.send(outgoing(message_id="last"))).form == "card"


async def test_one_bad_address_says_nothing_about_cards() -> None:
    async with sending(cards=True) as s:
        for number in range(5):
            s.platform.fail(CREATE, refusal("param.userIdNotExist"))
            s.platform.fail(UPDATE, refusal("param.userIdNotExist"))
            await s.replies.send(outgoing(message_id=f"bad-{number}"))
        assert (await s.replies.send(outgoing(message_id="good"))).form == "card"


async def test_when_the_months_calls_end_the_answer_goes_by_the_webhook() -> None:
    async with sending(cards=True) as s:
        s.platform.fail(CREATE, refusal("Forbidden.AccessDenied.ApiCountLimitForOrg", 403))
        assert (await s.replies.send(outgoing())).form == "markdown"
        assert (await s.replies.send(outgoing(message_id="out-2"))).form == "markdown"
        assert len(s.platform.to(CREATE)) == 1


async def test_a_reply_that_is_too_long_for_a_card_is_split() -> None:
    async with sending(cards=True) as s:
        assert (await s.replies.send(outgoing("字" * 4000))).form == "markdown"
        assert len(s.posted()) == 2


async def test_many_replies_at_once_do_not_mix() -> None:
    async with sending(cards=True, monthly=10_000) as s:
        texts = {f"out-{number}": f"答覆 {number}" for number in range(50)}
        await asyncio.gather(
            *(s.replies.send(outgoing(text, message_id=i)) for i, text in texts.items())
        )
        said = {
            one.body["outTrackId"]: one.body["cardData"]["cardParamMap"]["content"]
            for one in s.platform.to(UPDATE)
        }
        assert said == texts
        assert len(s.platform.to(CREATE)) == 50
