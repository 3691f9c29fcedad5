from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import Request
from fastapi.responses import JSONResponse
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from simulators.dingtalk import state
from simulators.dingtalk.people import sign
from tests.unit.simulators.dingtalk_world import (
    GROUP,
    entries,
    fault,
    heard,
    playing,
    say,
    socket,
    ticket,
    token,
    until,
    web,
)

TO_GROUP = "/v1.0/robot/groupMessages/send"
TO_PERSON = "/topapi/v2/user/get"
REPLY = {"msgtype": "text", "text": {"content": "好"}}


async def send(http: httpx.AsyncClient, access: str) -> httpx.Response:
    """A message to the group."""
    text = {"msgKey": "sampleText", "msgParam": '{"content": "好"}'}
    body = {"robotCode": "key", "openConversationId": GROUP, **text}
    return await http.post(TO_GROUP, json=body, headers={"x-acs-dingtalk-access-token": access})


async def code_of(http: httpx.AsyncClient, webhook: str) -> int:
    """How a reply to a session is answered; with status 200, whatever happened."""
    answer = await http.post(webhook, json=REPLY)
    assert answer.status_code == 200
    return int(answer.json()["errcode"])


async def test_a_ticket_can_be_stale_when_it_is_used() -> None:
    async with playing() as http:
        await fault(http, kind="stale_ticket", where="open")
        with pytest.raises(InvalidStatus):
            await connect(await ticket(http))
        assert [one["cause"] for one in await entries(http, "refused")] == ["ticket"]
        async with connect(await ticket(http)):
            await until(lambda: entries(http, "connected"))


async def test_a_ticket_does_not_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "TICKET_SECONDS", 0.0)
    async with playing() as http:
        with pytest.raises(InvalidStatus):
            await connect(await ticket(http))


async def test_a_late_message_is_overtaken() -> None:
    async with playing() as http, socket(http) as line:
        await fault(http, kind="delay", where="push", seconds=0.2)
        await say(http, "一")
        await say(http, "二")
        said = [(await heard(line))[1]["text"]["content"] for _ in range(2)]
        assert said == ["二", "一"]


async def test_a_lost_message_comes_again_as_one_that_nobody_acknowledged() -> None:
    async with playing(redeliver_after=0.05) as http, socket(http) as line:
        await fault(http, kind="drop", where="push")
        msg_id = await say(http)
        assert (await heard(line))[1]["msgId"] == msg_id
        pushed = [(one["delivery"], one["how"]) for one in await entries(http, "push")]
        assert pushed[:2] == [(1, "drop"), (2, "sent")]


@pytest.mark.parametrize(("kind", "headers"), [("duplicate", 1), ("duplicate_new_header", 2)])
async def test_a_message_can_come_twice_under_one_header_or_two(kind: str, headers: int) -> None:
    async with playing() as http, socket(http) as line:
        await fault(http, kind=kind, where="push")
        msg_id = await say(http)
        frames = [await heard(line) for _ in range(2)]
        assert [data["msgId"] for _, data in frames] == [msg_id, msg_id]
        assert len({frame_id for frame_id, _ in frames}) == headers


async def test_what_nobody_ever_acknowledges_is_given_up() -> None:
    async with playing(redeliver_after=0.02, deliveries=2) as http, socket(http):
        msg_id = await say(http)
        await until(lambda: entries(http, "given_up"))
        assert [one["msgId"] for one in await entries(http, "given_up")] == [msg_id]
        assert len(await entries(http, "push")) == 2


async def test_a_line_that_is_leaving_gets_nothing_while_there_is_another() -> None:
    async with playing() as http, socket(http) as old:
        await http.post("/simulator/disconnect")
        async with socket(http) as new:
            sent = {await say(http) for _ in range(4)}
            assert {(await heard(new))[1]["msgId"] for _ in range(4)} == sent
        assert (await heard(old))[1] == {"reason": "expired"}


async def test_a_token_lives_as_long_as_it_says() -> None:
    async with playing(expire_in=1) as http:
        access = await token(http)
        assert (await send(http, access)).status_code == 200

        async def over() -> bool:
            return (await send(http, access)).status_code == 400

        await until(over)
        assert (await send(http, await token(http))).status_code == 200


async def test_a_reply_address_ends_by_its_own_time() -> None:
    async with playing(webhook_seconds=0) as http, socket(http) as line:
        await say(http)
        assert await code_of(http, (await heard(line))[1]["sessionWebhook"]) == 300001


async def test_reply_addresses_can_be_ended_at_once() -> None:
    async with playing() as http, socket(http) as line:
        await say(http)
        webhook = (await heard(line))[1]["sessionWebhook"]
        assert await code_of(http, webhook) == 0
        await http.post("/simulator/expire-webhooks")
        assert await code_of(http, webhook) == 300001


@pytest.mark.parametrize(
    ("kind", "status", "code", "errcode"),
    [
        ("qps", 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 90018),
        ("quota", 403, "Forbidden.AccessDenied.ApiCountLimitForOrg", 90020),
        ("gateway_timeout", 504, "isp.top-remote-connection-timeout", 15),
        ("invalid_token", 400, "InvalidAuthentication", 40014),
        ("forbidden", 403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", 60011),
    ],
)
async def test_both_apis_refuse_in_their_own_way(
    kind: str, status: int, code: str, errcode: int
) -> None:
    async with playing() as http:
        access = await token(http)
        await fault(http, kind=kind, times=2)
        new = await send(http, access)
        assert (new.status_code, new.json()["code"]) == (status, code)
        old = await http.post(TO_PERSON, params={"access_token": access}, json={"userid": "ann"})
        assert (old.status_code, old.json()["errcode"]) == (200, errcode)
        assert (await send(http, access)).status_code == 200


async def test_a_call_that_stalls_works_all_the_same() -> None:
    async with playing() as http:
        access = await token(http)
        await fault(http, kind="stall", where=TO_GROUP, seconds=0.05)
        assert (await send(http, access)).json()["processQueryKey"]


async def test_a_fault_without_a_number_stays_until_it_is_taken_back() -> None:
    async with playing() as http:
        access = await token(http)
        await fault(http, kind="error_before", where=TO_GROUP, times=None)
        assert [(await send(http, access)).status_code for _ in range(3)] == [500, 500, 500]
        await http.delete("/simulator/faults")
        assert (await send(http, access)).status_code == 200


async def test_a_fault_that_nobody_knows_is_refused() -> None:
    async with playing() as http:
        answer = await http.post("/simulator/faults", json={"kind": "earthquake"})
        assert answer.status_code == 422


@pytest.mark.parametrize("secret", ["secret", "another"])
async def test_over_http_a_message_is_signed_for_whoever_has_the_secret(secret: str) -> None:
    def answer(_: Any, request: Request) -> Any:
        known = sign(secret, request.headers["timestamp"]) == request.headers["sign"]
        return JSONResponse({}, 200 if known else 403)

    async with web(answer) as (url, seen), playing(callback_url=url) as http:
        said = await http.post("/simulator/messages", json={"user": "ann", "text": "查單"})
        expected = (200, 200) if secret == "secret" else (503, 403)
        (acked,) = await entries(http, "ack")
        assert (said.status_code, acked["code"]) == expected
        assert (seen[0]["text"], seen[0]["msgId"]) == ({"content": "查單"}, acked["msgId"])
