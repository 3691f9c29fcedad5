from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import Request

from simulators.dingtalk.event_callback import Seal
from simulators.dingtalk.server import running
from simulators.dingtalk.state import Group, Person, SimulatorSpec
from tests.unit.simulators.dingtalk_world import web

TEMPLATE = "nightdesk-answer.schema"
GROUP = "cidGroup=="
TO_PEOPLE = "/v1.0/robot/oToMessages/batchSend"
TO_GROUP = "/v1.0/robot/groupMessages/send"
CREATE = "/v1.0/card/instances/createAndDeliver"
UPDATE = "/v1.0/card/instances"
STREAM = "/v1.0/card/streaming"
TEXT = {"msgKey": "sampleText", "msgParam": '{"content": "你好"}'}
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@asynccontextmanager
async def playing(**more: Any) -> AsyncIterator[httpx.AsyncClient]:
    spec = SimulatorSpec(
        client_id="key",
        client_secret="secret",
        people=[
            Person(user_id="ann", name="Ann"),
            Person(user_id="bob", name="Bob"),
            Person(user_id="eve", name="Eve", external=True),
        ],
        groups=[Group(conversation_id=GROUP, title="Group", members=["ann", "bob"])],
        **more,
    )
    async with (
        asyncio.timeout(20),
        running(spec) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        secret = {"appKey": "key", "appSecret": "secret"}
        token = (await http.post("/v1.0/oauth2/accessToken", json=secret)).json()["accessToken"]
        http.headers["x-acs-dingtalk-access-token"] = token
        yield http


async def post(http: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    return await http.post(path, json={"robotCode": "key", **body})


async def own_chat(http: httpx.AsyncClient, user: str = "ann") -> str:
    chats = (await http.get("/simulator/chats")).json()
    return str(next(one["conversation"] for one in chats if one["members"] == [user]))


async def shown(http: httpx.AsyncClient, conversation: str) -> list[dict[str, Any]]:
    chat = (await http.get(f"/simulator/chats/{conversation}")).json()
    return [one for one in chat["shown"] if one["who"] == "robot"]


async def fault(http: httpx.AsyncClient, **what: Any) -> None:
    (await http.post("/simulator/faults", json=what)).raise_for_status()


async def card(http: httpx.AsyncClient, **more: Any) -> httpx.Response:
    body = {
        "cardTemplateId": TEMPLATE,
        "outTrackId": "c-1",
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": {"content": "", "flowStatus": "1"}},
        "openSpaceId": "dtv1.card//IM_ROBOT.ann",
        **more,
    }
    return await http.post(CREATE, json=body)


async def typed(http: httpx.AsyncClient, content: object, **more: Any) -> httpx.Response:
    body = {"outTrackId": "c-1", "guid": "g", "key": "content", "content": content, "isFull": True}
    return await http.put(STREAM, json=body | more)


async def test_the_token_is_the_same_while_it_lives_and_refused_when_it_is_revoked() -> None:
    async with playing() as http:
        secret = {"appKey": "key", "appSecret": "secret"}
        again = (await http.post("/v1.0/oauth2/accessToken", json=secret)).json()
        assert again["accessToken"] == http.headers["x-acs-dingtalk-access-token"]
        old = (await http.get("/gettoken", params={"appkey": "key", "appsecret": "secret"})).json()
        assert (old["errcode"], old["access_token"]) == (0, again["accessToken"])
        await http.post("/simulator/revoke-token")
        refused = await post(http, TO_PEOPLE, userIds=["ann"], **TEXT)
        assert (refused.status_code, refused.json()["code"]) == (400, "InvalidAuthentication")
        legacy = await http.post("/topapi/v2/user/get", json={"userid": "ann"})
        assert (legacy.status_code, legacy.json()["errcode"]) == (200, 40014)


async def test_who_is_not_reached_stands_in_an_answer_that_says_yes() -> None:
    async with playing() as http:
        await fault(http, kind="flow_controlled", where="flow_controlled")
        answer = await post(http, TO_PEOPLE, userIds=["ann", "bob", "eve", "nobody"], **TEXT)
        assert answer.status_code == 200
        assert answer.json()["flowControlledStaffIdList"] == ["ann"]
        assert answer.json()["invalidStaffIdList"] == ["eve", "nobody"]
        assert [one["text"] for one in await shown(http, await own_chat(http, "bob"))] == ["你好"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"userIds": []}, "invalidParameter.userIds.invalid"),
        ({"userIds": ["ann"] * 21}, "invalidParameter.userIds.invalid"),
        ({"userIds": ["$:LWCP_v1:$ann"]}, "staffId.notExisted"),
        ({"robotCode": ""}, "invalidParameter.robotCode.empty"),
        ({"msgKey": "sampleSong"}, "invalidParameter.msgKey.invalid"),
        ({"msgParam": {"content": "你好"}}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"content": 1}'}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": "{}"}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": json.dumps({"content": "長" * 5001})}, "invalidParameter.msgParam.invalid"),
    ],
)
async def test_a_message_that_is_wrong_is_refused(changed: dict[str, Any], code: str) -> None:
    async with playing() as http:
        answer = await post(http, TO_PEOPLE, **{"userIds": ["ann"], **TEXT, **changed})
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_chat_of_one_person_is_no_group() -> None:
    async with playing() as http:
        answer = await post(http, TO_GROUP, openConversationId=await own_chat(http), **TEXT)
        assert (answer.status_code, answer.json()["code"]) == (400, "resource.not.found")
        sent = await post(http, TO_GROUP, openConversationId=GROUP, **TEXT)
        assert sent.json()["processQueryKey"]
        await http.post(f"/simulator/remove-bot/{GROUP}")
        assert (await post(http, TO_GROUP, openConversationId=GROUP, **TEXT)).status_code == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "markdown", "markdown": {"text": "沒有標題"}}, 40035),
        ({"msgtype": "voice", "voice": {}}, 400105),
        ({"msgtype": "text", "text": {}}, 40035),
        ({}, 400105),
    ],
)
async def test_a_session_refuses_with_status_200(body: dict[str, Any], code: int) -> None:
    async with playing(callback_url="http://127.0.0.1:9/") as http:
        unknown = await http.post("/robot/sendBySession", params={"session": "x"}, json=body)
        assert (unknown.status_code, unknown.json()["errcode"]) == (200, 300001)
    async with web() as (url, seen), playing(callback_url=url) as http:
        await http.post("/simulator/messages", json={"user": "ann", "text": "你好"})
        answer = await http.post(seen[0]["sessionWebhook"], json=body)
        assert (answer.status_code, answer.json()["errcode"]) == (200, code)
        text = {"msgtype": "text", "text": {"content": "好"}}
        assert (await http.post(seen[0]["sessionWebhook"], json=text)).json()["errcode"] == 0
        await fault(http, kind="qps", where="/robot/sendBySession")
        assert (await http.post(seen[0]["sessionWebhook"], json=text)).json()["errcode"] == 130101


async def test_a_card_is_typed_until_it_is_final() -> None:
    async with playing() as http:
        assert (await card(http)).json()["result"]["deliverResults"][0]["success"]
        assert (await typed(http, "你")).status_code == 200
        assert (await typed(http, "好", isFull=False)).status_code == 200
        (one,) = await shown(http, await own_chat(http))
        assert one["card"]["values"]["content"] == "你好"
        assert (await typed(http, "你好！", isFinalize=True)).status_code == 200
        assert (await typed(http, "再")).status_code == 400


@pytest.mark.parametrize(
    ("made", "more"),
    [({}, {"key": "words"}), ({"callbackType": None}, {}), ({}, {"content": ["你好"]})],
)
async def test_what_cannot_be_typed_is_an_error_of_the_server(
    made: dict[str, Any], more: dict[str, Any]
) -> None:
    async with playing() as http:
        await card(http, **made)
        answer = await typed(http, **{"content": "你好", **more})
        assert (answer.status_code, answer.json()["code"]) == (500, "unknownError")


async def test_the_same_card_is_made_once() -> None:
    async with playing() as http:
        (first,) = (await card(http)).json()["result"]["deliverResults"]
        (second,) = (await card(http)).json()["result"]["deliverResults"]
        assert first["carrierId"] == second["carrierId"]
        assert len(await shown(http, await own_chat(http))) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"cardTemplateId": "other"}, "param.templateUnpublished"),
        ({"cardTemplateId": ""}, "param.cardTemplateIdEmpty"),
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"cardData": {"cardParamMap": {"score": 5}}}, "param.cardDataInvalid"),
        ({"openSpaceId": "dtv1.card//IM_ROBOT.eve"}, "param.openSpaceIdInvalid"),
        ({"openSpaceId": "somewhere"}, "param.openSpaceIdInvalid"),
    ],
)
async def test_a_card_that_is_wrong_is_refused(changed: dict[str, Any], code: str) -> None:
    async with playing() as http:
        answer = await card(http, **changed)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_card_may_not_arrive_though_the_answer_says_yes() -> None:
    async with playing() as http:
        await fault(http, kind="undelivered", where="undelivered")
        answer = await card(http)
        assert answer.status_code == 200
        assert not answer.json()["result"]["deliverResults"][0]["success"]


async def test_without_the_option_an_update_replaces_everything() -> None:
    async with playing() as http:
        await card(http)
        by_key = {"cardUpdateOptions": {"updateCardDataByKey": True}}
        for more, left in ((by_key, {"content", "flowStatus", "state"}), ({}, {"state"})):
            data = {"cardData": {"cardParamMap": {"state": "open"}}}
            await http.put(UPDATE, json={"outTrackId": "c-1", **data, **more})
            (one,) = await shown(http, await own_chat(http))
            assert set(one["card"]["values"]) == left


async def test_cards_have_a_limit_of_calls_in_a_second() -> None:
    async with playing(card_calls_per_second=3) as http:
        answers = [await card(http) for _ in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 403, 403]
        assert "QpsLimit" in answers[-1].json()["code"]


@pytest.mark.parametrize(
    ("kind", "status"), [("error_after", 500), ("error_before", 500), ("too_many", 429)]
)
async def test_an_error_can_come_before_or_after_the_effect(kind: str, status: int) -> None:
    async with playing() as http:
        await fault(http, kind=kind, where=TO_GROUP)
        answer = await post(http, TO_GROUP, openConversationId=GROUP, **TEXT)
        assert answer.status_code == status
        assert len(await shown(http, GROUP)) == (1 if kind == "error_after" else 0)


async def test_a_connection_can_be_cut_after_the_effect() -> None:
    async with playing() as http:
        await fault(http, kind="reset_after", where=TO_GROUP)
        with pytest.raises(httpx.RemoteProtocolError):
            await post(http, TO_GROUP, openConversationId=GROUP, **TEXT)
        assert len(await shown(http, GROUP)) == 1


@pytest.mark.parametrize("kind", ["html", "blocked"])
async def test_an_answer_can_be_something_else(kind: str) -> None:
    async with playing() as http:
        await fault(http, kind=kind, where=TO_GROUP)
        answer = await post(http, TO_GROUP, openConversationId=GROUP, **TEXT)
        assert answer.status_code == 200
        assert "processQueryKey" not in answer.text
        assert await shown(http, GROUP) == []


async def test_a_ding_names_whom_it_did_not_reach() -> None:
    async with playing() as http:
        ding = {"remindType": 1, "content": "有客等緊"}
        answer = await post(
            http, "/v1.0/robot/ding/send", receiverUserIdList=["ann", "eve"], **ding
        )
        assert list(answer.json()["failedList"]) == ["eve"]
        (one,) = await shown(http, await own_chat(http))
        assert (one["form"], one["text"]) == ("ding", "有客等緊")
        recall = {"openDingId": answer.json()["openDingId"]}
        assert (await post(http, "/v1.0/robot/ding/recall", **recall)).status_code == 200


async def test_the_same_work_notification_is_dropped_and_called_a_success() -> None:
    async with playing() as http:
        token = {"access_token": http.headers["x-acs-dingtalk-access-token"]}
        msg = {"msgtype": "text", "text": {"content": "新個案"}}
        body = {"agent_id": 1, "userid_list": "ann,bob", "msg": msg}
        path = "/topapi/message/corpconversation/asyncsend_v2"
        for _ in range(2):
            answer = await http.post(path, params=token, json=body)
            assert answer.json()["errcode"] == 0
        assert len(await shown(http, await own_chat(http))) == 1


async def test_a_reaction_is_shown_on_a_message_that_exists() -> None:
    async with web() as (url, seen), playing(callback_url=url) as http:
        await http.post("/simulator/messages", json={"user": "ann", "text": "你好"})
        where = {"openConversationId": seen[0]["conversationId"], "emotionName": "🤔思考中"}
        path = "/v1.0/robot/emotion/"
        assert (await post(http, path + "reply", openMsgId="x", **where)).status_code == 400
        await post(http, path + "reply", openMsgId=seen[0]["msgId"], **where)
        chat = f"/simulator/chats/{seen[0]['conversationId']}"
        assert (await http.get(chat)).json()["shown"][0]["reactions"] == ["🤔思考中"]
        await post(http, path + "recall", openMsgId=seen[0]["msgId"], **where)
        assert (await http.get(chat)).json()["shown"][0]["reactions"] == []


async def test_a_todo_is_for_union_ids_and_can_be_done() -> None:
    async with playing() as http:
        token = {"access_token": http.headers["x-acs-dingtalk-access-token"]}
        found = await http.post("/topapi/v2/user/get", params=token, json={"userid": "ann"})
        union = found.json()["result"]["unionid"]
        tasks = f"/v1.0/todo/users/{union}/tasks"
        assert (await http.post(tasks, json={"subject": "跟進", "executorIds": ["ann"]})).is_error
        todo = (await http.post(tasks, json={"subject": "跟進", "executorIds": [union]})).json()
        assert (await http.put(f"{tasks}/{todo['id']}", json={"done": True})).json()["result"]
        assert (await http.get(f"{tasks}/{todo['id']}")).json()["done"]
        assert (await http.get(f"{tasks}/other")).status_code == 400


async def test_files_go_in_and_out() -> None:
    async with web() as (url, seen), playing(callback_url=url) as http:
        await http.post("/simulator/messages", json={"user": "ann", "kind": "picture"})
        code = seen[0]["content"]["downloadCode"]
        found = await post(http, "/v1.0/robot/messageFiles/download", downloadCode=code)
        picture = await http.get(found.json()["downloadUrl"], headers={})
        assert picture.headers["content-type"] == "image/png"
        token = {"access_token": http.headers["x-acs-dingtalk-access-token"], "type": "image"}
        for name, code in (("a.png", 0), ("a.exe", 40005)):
            media = {"media": (name, picture.content)}
            sent = await http.post("/media/upload", params=token, files=media)
            assert sent.json()["errcode"] == code


async def test_calls_are_counted_by_endpoint_and_second() -> None:
    async with playing() as http:
        await card(http)
        journal = (await http.get("/simulator/journal")).json()
        assert sum(journal["calls_by_second"][CREATE].values()) == journal["calls"][CREATE] == 1


def test_an_event_is_sealed_as_documented() -> None:
    seal = Seal("testtoken", KEY, "dingtestappkey")
    sealed = seal.close("success", b"0123456789abcdef")
    expected = (
        "Q3stYC6hdFzMh9T8HCvyDE7Jp4b7XAYSu7Dc3ZKxh/t8Z80VXlrnqqz3cGuYA+fgRJvbjeKqdLidp6V+c2uuqg=="
    )
    assert sealed == expected
    assert seal.sign("1767225600000", "nonce123", sealed) == (
        "bec652affa40d5205975ca3487aa68badc4df092"
    )
    assert seal.open(sealed) == "success"


async def test_an_event_is_called_back_and_its_answer_checked() -> None:
    seal = Seal("token", KEY, "key")

    def answer(body: dict[str, Any], request: Request) -> Any:
        query = request.query_params
        message = json.loads(seal.open(body["encrypt"]))
        sealed = seal.close("success" if message == {"EventType": "check_url"} else "no")
        signed = seal.sign(query["timestamp"], query["nonce"], sealed)
        same = {"timeStamp": query["timestamp"], "nonce": query["nonce"]}
        return {"msg_signature": signed, "encrypt": sealed, **same}

    async with web(answer) as (url, _), playing() as http:
        body = {"url": url, "token": "token", "aes_key": KEY, "owner": "key"}
        for event, accepted in (("check_url", True), ("other", False)):
            asked = {**body, "event": {"EventType": event}}
            found = await http.post("/simulator/event-callbacks", json=asked)
            assert found.json() == {"status": 200, "accepted": accepted}
