"""AI cards: whatever happens on the way, one card, and finished."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from channels.dingtalk.card_bodies import Card, Template
from channels.dingtalk.cards import Cards, Pace
from channels.dingtalk.failures import QuotaUsed, Refused
from domain.channels import Button
from domain.errors import RateLimited, UpstreamError, UpstreamTimeout, UpstreamUnavailable
from tests.unit.channels.dingtalk.world import (
    HandClock,
    MemoryQuota,
    Platform,
    api_over,
    budget_of,
    errcode,
    refusal,
)

CREATE = "/v1.0/card/instances/createAndDeliver"
UPDATE = "/v1.0/card/instances"
STREAM = "/v1.0/card/streaming"
CONTENT = "你好，張單已經發貨，聽日上晝會送到你屋企樓下嘅管理處，到時會有短訊通知你去攞。" * 3
CARD = Card("out-1", "IM_ROBOT.manager4321", "你好", CONTENT, (Button("yes", "係"),))
QUICK = Pace(between=0.0, stuck_after=0.05, look_every=0.02)


@asynccontextmanager
async def cards_over(
    platform: Platform, pace: Pace = QUICK, per_second: float = 1000
) -> AsyncIterator[Cards]:
    budget = budget_of(MemoryQuota(), HandClock(), per_second=per_second)
    async with api_over(platform, budget) as api:
        cards = Cards(api, budget, Template("nightdesk-answer.schema"), pace)
        yield cards
        await cards.close()


def shown(platform: Platform) -> dict[str, str]:
    """What the card says in the end."""
    data: dict[str, str] = {}
    for call in platform.taken:
        if call.path in {CREATE, UPDATE}:
            data |= call.body["cardData"]["cardParamMap"]
        elif call.path == STREAM:
            data[call.body["key"]] = call.body["content"]
    return data


def finished(platform: Platform) -> bool:
    said = shown(platform)
    buttons = json.dumps([{"value": "yes", "label": "係"}], ensure_ascii=False)
    return (said["flowStatus"], said["content"], said["buttons"]) == ("3", CONTENT, buttons)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - nobody here could tell us
            await asyncio.sleep(0.01)


def limited(times: int, after: int = 0) -> list[Any]:
    headers = {"retry-after": str(after)}
    return [httpx.Response(429, json={"code": "QpsLimit"}, headers=headers) for _ in range(times)]


async def test_a_card_is_made_typed_and_finished() -> None:
    platform = Platform()
    async with cards_over(platform) as cards:
        assert await cards.show(CARD, typed=True) == ("out-1", "carrier-1")
    made = platform.to(CREATE)[0].body
    assert made["outTrackId"] == "out-1"
    assert made["callbackType"] == "STREAM"
    assert made["userIdType"] == 1
    assert made["openSpaceId"] == "dtv1.card//IM_ROBOT.manager4321"
    assert made["imRobotOpenDeliverModel"] == {
        "spaceType": "IM_ROBOT",
        "robotCode": "dingtestappkey",
    }
    assert made["cardData"]["cardParamMap"]["flowStatus"] == "1"
    assert made["cardData"]["cardParamMap"]["buttons"] == "[]"
    flows = [one.body["cardData"]["cardParamMap"]["flowStatus"] for one in platform.to(UPDATE)]
    assert flows == ["2", "3"]
    typed = [one.body for one in platform.to(STREAM)]
    assert [len(one["content"]) for one in typed] == sorted(len(one["content"]) for one in typed)
    assert len(typed) == 6
    assert [one["isFinalize"] for one in typed] == [False] * 5 + [True]
    assert all(one["key"] == "content" and one["isFull"] for one in typed)
    assert len({one["guid"] for one in typed}) == 6
    assert finished(platform)


async def test_every_value_of_a_card_is_a_string() -> None:
    platform = Platform()
    async with cards_over(platform) as cards:
        await cards.show(CARD, typed=True)
    maps = [
        call.body["cardData"]["cardParamMap"] for call in platform.calls if "cardData" in call.body
    ]
    assert all(isinstance(value, str) for one in maps for value in one.values())


async def test_a_card_at_once_is_one_call() -> None:
    platform = Platform()
    async with cards_over(platform) as cards:
        await cards.show(CARD, typed=False)
    assert [call.path for call in platform.calls[1:]] == [CREATE]
    assert finished(platform)


async def test_a_card_in_a_group_mentions_who_asked() -> None:
    platform = Platform()
    group = Card("out-1", "IM_GROUP.cidG==", "你好", "好", mention={"user5678": "Li Si"})
    async with cards_over(platform) as cards:
        await cards.show(group, typed=False)
    made = platform.to(CREATE)[0].body
    assert made["openSpaceId"] == "dtv1.card//IM_GROUP.cidG=="
    assert made["imGroupOpenDeliverModel"] == {
        "robotCode": "dingtestappkey",
        "atUserIds": {"user5678": "Li Si"},
    }


@pytest.mark.parametrize(
    "trouble", [refusal("unknownError", 500), refusal("param.x"), httpx.ReadTimeout("late")]
)
@pytest.mark.parametrize("step", [0, 2, 5])
async def test_typing_that_fails_never_costs_the_answer(
    trouble: httpx.Response | httpx.TransportError, step: int
) -> None:
    platform = Platform()
    usual = [httpx.Response(200, json={}) for _ in range(step)]
    platform.fail(STREAM, *usual, *(trouble for _ in range(9)))
    async with cards_over(platform) as cards:
        await cards.show(CARD, typed=True)
    assert finished(platform)


async def test_a_limit_is_waited_for_and_the_end_is_not_left_out() -> None:
    platform = Platform()
    platform.fail(CREATE, *limited(1))
    platform.fail(STREAM, *limited(2))
    platform.fail(UPDATE, *limited(1))
    async with cards_over(platform) as cards:
        await cards.show(CARD, typed=True)
    assert finished(platform)
    guids = [one.body["guid"] for one in platform.to(STREAM)]
    assert len(guids) == len(set(guids))


async def test_a_card_that_was_made_though_the_answer_was_lost_is_made_once_and_finished() -> None:
    platform = Platform()
    platform.fail(CREATE, httpx.ReadTimeout("after the effect"), refusal("param.outTrackIdExists"))
    async with cards_over(platform) as cards:
        assert await cards.show(CARD, typed=True) == ("out-1",)
    assert {one.body["outTrackId"] for one in platform.to(CREATE)} == {"out-1"}
    assert finished(platform)


async def test_a_card_whose_making_is_never_answered_is_finished_if_it_is_there() -> None:
    platform = Platform()
    platform.fail(CREATE, *(refusal("unknownError", 500) for _ in range(3)))
    async with cards_over(platform) as cards:
        assert await cards.show(CARD, typed=True) == ("out-1",)
    assert finished(platform)


async def test_a_card_that_cannot_be_made_is_refused_and_forgotten() -> None:
    platform = Platform()
    platform.fail(CREATE, refusal("param.templateUnpublished"))
    platform.fail(UPDATE, refusal("param.outTrackIdNotExist"))
    async with cards_over(platform) as cards:
        with pytest.raises(Refused):
            await cards.show(CARD, typed=True)
        assert not cards.knows("out-1")


@pytest.mark.parametrize(
    "results", [[], [{"success": False, "errorMsg": "robot removed"}], None, ["?"]]
)
async def test_a_delivery_that_failed_inside_a_yes_is_no_card(results: Any) -> None:
    platform = Platform()
    body = {"success": True, "result": {"outTrackId": "out-1", "deliverResults": results}}
    platform.fail(CREATE, httpx.Response(200, json=body))
    async with cards_over(platform) as cards:
        with pytest.raises(Refused):
            await cards.show(CARD, typed=True)
        assert not cards.knows("out-1")
    assert platform.to(UPDATE) == []


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [(limited(3), RateLimited), ([httpx.ConnectError("down")], UpstreamUnavailable)],
)
async def test_a_card_that_was_surely_not_made_is_forgotten(
    trouble: list[Any], expected: type[UpstreamError]
) -> None:
    platform = Platform()
    platform.fail(CREATE, *trouble)
    async with cards_over(platform) as cards:
        with pytest.raises(expected):
            await cards.show(CARD, typed=True)
        assert not cards.knows("out-1")


async def test_a_card_that_could_not_be_finished_is_finished_when_it_is_sent_again() -> None:
    platform = Platform()
    platform.fail(UPDATE, httpx.Response(200, json={}), *(httpx.ReadTimeout("") for _ in range(3)))
    async with cards_over(platform, Pace(between=0)) as cards:
        with pytest.raises(UpstreamTimeout):
            await cards.show(CARD, typed=True)
        assert cards.knows("out-1")
        assert await cards.show(CARD, typed=True) == ("out-1", "carrier-1")
        again = len(platform.calls)
        assert await cards.show(CARD, typed=True) == ("out-1", "carrier-1")
        assert len(platform.calls) == again
    assert len(platform.to(CREATE)) == 1
    assert finished(platform)


async def test_a_card_that_nobody_comes_back_for_is_closed_by_the_watch() -> None:
    platform = Platform()
    platform.fail(UPDATE, httpx.Response(200, json={}), *(httpx.ReadTimeout("") for _ in range(3)))
    async with cards_over(platform) as cards:
        with pytest.raises(UpstreamTimeout):
            await cards.show(CARD, typed=True)
        await until(lambda: finished(platform))


async def test_a_card_whose_sending_was_cut_off_is_finished_on_the_way_out() -> None:
    platform = Platform()
    async with cards_over(platform, Pace(between=30)) as cards:
        sending = asyncio.create_task(cards.show(CARD, typed=True))
        await until(lambda: platform.to(UPDATE))
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert not finished(platform)
    assert finished(platform)


async def test_a_card_whose_words_are_refused_does_not_look_as_if_it_still_worked() -> None:
    platform = Platform()
    platform.fail(STREAM, *(refusal("param.contentUnsafe") for _ in range(9)))
    platform.fail(UPDATE, httpx.Response(200, json={}), refusal("param.contentUnsafe"))
    async with cards_over(platform) as cards:
        with pytest.raises(Refused):
            await cards.show(CARD, typed=True)
        assert not cards.knows("out-1")
    assert platform.to(UPDATE)[-1].body["cardData"]["cardParamMap"] == {"flowStatus": "5"}


async def test_when_the_months_calls_end_in_the_middle_the_card_is_left() -> None:
    platform = Platform()
    platform.fail(STREAM, *(errcode(90020) for _ in range(9)))
    async with cards_over(platform) as cards:
        with pytest.raises(QuotaUsed):
            await cards.show(CARD, typed=True)
        assert not cards.knows("out-1")


async def test_fifty_answers_at_once_stay_in_the_limit_and_all_end() -> None:
    platform = Platform()
    loop, times = asyncio.get_running_loop(), list[float]()
    usual = platform.answer

    async def timed(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v1.0/oauth2/accessToken":
            times.append(loop.time())
        return await usual(request)

    platform.answer = timed  # type: ignore[method-assign]
    async with cards_over(platform, Pace(between=0.3), per_second=35) as cards:
        batch = [Card(f"out-{n}", CARD.space, "你好", CONTENT) for n in range(50)]
        async with asyncio.timeout(60):
            await asyncio.gather(*(cards.show(card, typed=True) for card in batch))
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= 40
    ended = [one.body for one in platform.to(STREAM) if one.body["isFinalize"]]
    closed = [
        one.body["outTrackId"]
        for one in platform.to(UPDATE)
        if one.body["cardData"]["cardParamMap"]["flowStatus"] == "3"
    ]
    assert len(platform.to(CREATE)) == len(ended) == len(set(closed)) == len(closed) == 50


async def test_a_card_that_cannot_be_closed_is_left_after_an_hour() -> None:
    platform = Platform()
    pace = Pace(between=0, stuck_after=0.0, look_every=0.01, left_after=0.1)
    platform.fail(
        UPDATE, httpx.Response(200, json={}), *(httpx.ReadTimeout("") for _ in range(999))
    )
    async with cards_over(platform, pace) as cards:
        with pytest.raises(UpstreamTimeout):
            await cards.show(CARD, typed=True)
        await until(lambda: not cards.knows("out-1"))


@pytest.mark.parametrize("trouble", [refusal("param.contentUnsafe"), errcode(90020)])
async def test_a_card_that_the_watch_finds_refused_is_left(trouble: httpx.Response) -> None:
    platform = Platform()
    lost = [httpx.ReadTimeout("") for _ in range(3)]
    platform.fail(UPDATE, httpx.Response(200, json={}), *lost, trouble, trouble)
    async with cards_over(platform) as cards:
        with pytest.raises(UpstreamTimeout):
            await cards.show(CARD, typed=True)
        await until(lambda: not cards.knows("out-1"))
    assert not finished(platform)
