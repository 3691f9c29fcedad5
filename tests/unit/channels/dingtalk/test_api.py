"""The HTTP client against every way in which DingTalk says no."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from channels.dingtalk.api import Api
from channels.dingtalk.failures import Blocked, QuotaUsed, Refused, SessionGone, TokenRefused
from domain.errors import (
    NightdeskError,
    RateLimited,
    Undeliverable,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.unit.channels.dingtalk.world import (
    WEBHOOK,
    MemoryQuota,
    Platform,
    api_over,
    budget_of,
    errcode,
    refusal,
)

BATCH = "/v1.0/robot/oToMessages/batchSend"
GROUP = "/v1.0/robot/groupMessages/send"
TOKEN = "/v1.0/oauth2/accessToken"
OPEN = "/v1.0/gateway/connections/open"
SESSION = "/robot/sendBySession"
HTML = "<html><title>504</title></html>"


async def to_person(api: Api) -> str:
    return await api.send_to_person("manager4321", "sampleText", {"content": "你好"})


async def test_a_hundred_callers_fetch_one_token() -> None:
    platform = Platform()
    async with api_over(platform) as api:
        await asyncio.gather(*(to_person(api) for _ in range(100)))
    assert platform.tokens == 1
    assert {call.token for call in platform.to(BATCH)} == {"token-1"}


@pytest.mark.parametrize("life", [0, None, -1])
async def test_a_token_without_an_end_is_not_fetched_for_every_call(life: int | None) -> None:
    platform = Platform()
    platform.expire_in = life
    async with api_over(platform) as api:
        for _ in range(3):
            await to_person(api)
    assert platform.tokens == 1


@pytest.mark.parametrize("answer", [refusal("InvalidAuthentication"), errcode(40014), errcode(33)])
async def test_a_refused_token_is_fetched_anew_once(answer: httpx.Response) -> None:
    platform = Platform()
    platform.fail(BATCH, answer)
    async with api_over(platform) as api:
        assert await to_person(api) == "pqk-1"
    assert [call.token for call in platform.to(BATCH)] == ["token-1", "token-2"]


async def test_a_token_that_is_refused_again_is_no_reason_to_drop_a_message() -> None:
    platform = Platform()
    platform.fail(BATCH, *(refusal("InvalidAuthentication") for _ in range(2)))
    async with api_over(platform) as api:
        with pytest.raises(TokenRefused) as caught:
            await to_person(api)
    assert caught.value.retryable
    assert platform.tokens == 2


async def test_many_refused_at_once_fetch_one_new_token() -> None:
    platform = Platform()
    async with api_over(platform) as api:
        await to_person(api)
        platform.fail(BATCH, *(refusal("InvalidAuthentication") for _ in range(20)))
        await asyncio.gather(*(to_person(api) for _ in range(20)))
    assert platform.tokens == 2


async def test_an_old_refusal_that_comes_late_does_not_cost_the_new_token() -> None:
    platform, asked, late = Platform(), asyncio.Event(), asyncio.Event()
    usual = platform.answer

    async def answer(request: httpx.Request) -> httpx.Response:
        found = await usual(request)
        if request.url.path == BATCH and not asked.is_set():
            asked.set()
            await late.wait()
            return refusal("InvalidAuthentication")
        return found

    platform.answer = answer  # type: ignore[method-assign]
    async with api_over(platform) as api:
        slow = asyncio.create_task(to_person(api))
        await asked.wait()
        platform.fail(BATCH, refusal("InvalidAuthentication"))
        await to_person(api)
        late.set()
        await slow
    assert platform.tokens == 2


@pytest.mark.parametrize("path", [OPEN, TOKEN])
async def test_wrong_credentials_name_what_to_check_and_wait(path: str) -> None:
    platform = Platform()
    platform.fail(path, refusal("invalidClientIdOrSecret"))
    async with api_over(platform) as api:
        with pytest.raises(UpstreamUnavailable, match="CLIENT_SECRET") as caught:
            await (api.open_gateway() if path == OPEN else to_person(api))
    assert "test-app-secret" not in str(caught.value)


FAILURES = [
    (refusal("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 403), RateLimited),
    (httpx.Response(429, json={"code": "Throttling"}), RateLimited),
    (httpx.Response(429, text="slow down"), RateLimited),
    (errcode(90018), RateLimited),
    (errcode(90002), RateLimited),
    (errcode(130101), RateLimited),
    (errcode(302033), RateLimited),
    (errcode(90020), QuotaUsed),
    (refusal("Forbidden.AccessDenied.ApiCountLimitForOrg", 403), QuotaUsed),
    (httpx.Response(200, json={"status": 1111, "wait": 5, "punish": "deny"}), Blocked),
    (httpx.Response(200, text="<html>x5 punish deny</html>"), Blocked),
    (httpx.Response(200, text=HTML), UpstreamTimeout),
    (httpx.Response(200, json=["no", "object"]), UpstreamTimeout),
    (httpx.Response(200, text=""), UpstreamTimeout),
    (httpx.Response(504, text=HTML), UpstreamTimeout),
    (httpx.Response(503, text=HTML), UpstreamUnavailable),
    (refusal("ServiceUnavailable", 503), UpstreamUnavailable),
    (refusal("unknownError", 500), UpstreamTimeout),
    (errcode(15), UpstreamTimeout),
    (errcode(88), UpstreamTimeout),
    (errcode(-1), UpstreamUnavailable),
    (errcode(88, sub_code="60011"), Refused),
    (httpx.Response(200, json={"errcode": "nonsense"}), Refused),
    (refusal("Forbidden.AccessDenied.AccessTokenPermissionDenied", 403), Refused),
    (refusal("staffId.notExisted"), Undeliverable),
    (refusal("resource.not.found"), Undeliverable),
    (refusal("invalidParameter.userIds.invalid"), Undeliverable),
    (refusal("orgAuthLevelNotEnough", 403), Undeliverable),
    (refusal(""), Undeliverable),
    (httpx.ConnectError("no route to 10.0.0.7"), UpstreamUnavailable),
    (httpx.ConnectTimeout("late"), UpstreamUnavailable),
    (httpx.ReadTimeout("late"), UpstreamTimeout),
    (httpx.RemoteProtocolError("reset after the effect"), UpstreamTimeout),
    (httpx.ReadError("reset"), UpstreamTimeout),
]


@pytest.mark.parametrize(("answer", "expected"), FAILURES)
async def test_every_answer_is_told_apart(
    answer: httpx.Response | httpx.TransportError, expected: type[NightdeskError]
) -> None:
    platform = Platform()
    platform.fail(BATCH, answer)
    async with api_over(platform) as api:
        with pytest.raises(expected) as caught:
            await to_person(api)
        assert type(caught.value) is expected or expected is Undeliverable
        assert "10.0.0.7" not in str(caught.value)


async def test_an_address_that_was_shut_out_does_not_call_for_a_while() -> None:
    platform = Platform()
    platform.fail(BATCH, httpx.Response(200, json={"status": 1111}))
    async with api_over(platform) as api:
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                await to_person(api)
            assert 200 < caught.value.after <= 300
    assert len(platform.to(BATCH)) == 1


async def test_how_long_to_wait_is_believed_within_reason() -> None:
    platform = Platform()
    platform.fail(
        BATCH, *(httpx.Response(429, headers={"retry-after": s}) for s in ("7", "99999", "x"))
    )
    waits = []
    async with api_over(platform) as api:
        for _ in range(3):
            with pytest.raises(RateLimited) as caught:
                await to_person(api)
            waits.append(caught.value.after)
    assert waits == [7.0, 300.0, 2.0]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("invalidStaffIdList", Undeliverable),
        ("filteredStaffIdList", Undeliverable),
        ("flowControlledStaffIdList", RateLimited),
    ],
)
async def test_a_yes_that_lists_the_person_is_a_no(
    listed: str, expected: type[NightdeskError]
) -> None:
    platform = Platform()
    platform.fail(
        BATCH, httpx.Response(200, json={"processQueryKey": "p", listed: ["manager4321"]})
    )
    async with api_over(platform) as api:
        with pytest.raises(expected):
            await to_person(api)


async def test_messages_have_the_form_that_dingtalk_wants() -> None:
    platform = Platform()
    async with api_over(platform) as api:
        await to_person(api)
        await api.send_to_group("cidG==", "sampleMarkdown", {"title": "t", "text": "x"})
    person, group = platform.to(BATCH)[0].body, platform.to(GROUP)[0].body
    assert person == {
        "robotCode": "dingtestappkey",
        "userIds": ["manager4321"],
        "msgKey": "sampleText",
        "msgParam": '{"content": "你好"}',
    }
    assert group["openConversationId"] == "cidG=="
    assert json.loads(group["msgParam"]) == {"title": "t", "text": "x"}


@pytest.mark.parametrize(
    "address",
    [
        "http://oapi.dingtalk.com/robot/sendBySession?session=s",
        "https://evil.test/robot/sendBySession?session=s",
        "https://oapi.dingtalk.com.evil.test/?session=s",
        "https://oapi.dingtalk.com@evil.test/?session=s",
        "https://evil.test\\@oapi.dingtalk.com/?session=s",
        "https://evildingtalk.com/?session=s",
        "https://oapi.dingtalk.com:8443/?session=s",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1",
        "file:///etc/passwd",
        "not an address",
    ],
)
async def test_a_session_address_that_is_not_dingtalks_is_never_called(address: str) -> None:
    platform = Platform()
    async with api_over(platform) as api:
        with pytest.raises(SessionGone):
            await api.session_webhook(address, {})
    assert platform.calls == []


async def test_the_configured_address_counts_as_dingtalks() -> None:
    platform = Platform()
    here = "http://127.0.0.1:18765"
    async with api_over(platform, api=here, legacy_api=here) as api:
        await api.session_webhook(f"{here}/robot/sendBySession?session=s", {})
        with pytest.raises(SessionGone):
            await api.session_webhook("http://127.0.0.1:18766/robot/sendBySession", {})
    assert len(platform.calls) == 1


async def test_a_session_that_is_over_is_told_inside_a_yes_and_names_no_secret() -> None:
    platform = Platform()
    platform.fail(SESSION, errcode(300001), httpx.ReadTimeout("late"))
    async with api_over(platform) as api:
        for expected in (SessionGone, UpstreamTimeout):
            with pytest.raises(expected) as caught:
                await api.session_webhook(WEBHOOK, {})
            assert "secret0001" not in str(caught.value)


async def test_only_what_is_metered_is_counted() -> None:
    platform, quota = Platform(), MemoryQuota()
    budget = budget_of(quota)
    async with api_over(platform, budget) as api:
        await api.session_webhook(WEBHOOK, {})
        await to_person(api)
        await to_person(api)
        await budget.close()
    assert quota.calls["dingtalk:x"] == 2


async def test_the_end_of_the_months_calls_is_passed_on() -> None:
    platform, quota = Platform(), MemoryQuota()
    platform.fail(BATCH, errcode(90020))
    budget = budget_of(quota)
    async with api_over(platform, budget) as api:
        with pytest.raises(QuotaUsed):
            await to_person(api)
    assert await budget.level() == "markdown"


async def test_the_gateway_is_asked_with_what_it_wants_and_gives_an_address() -> None:
    platform = Platform()
    platform.fail(
        OPEN, httpx.Response(200, json={"endpoint": "wss://x.test/connect", "ticket": "a b&c"})
    )
    async with api_over(platform) as api:
        assert await api.open_gateway() == "wss://x.test/connect?ticket=a+b%26c"
    body = platform.to(OPEN)[0].body
    assert body["clientId"] == "dingtestappkey"
    assert [one["topic"] for one in body["subscriptions"]] == [
        "*",
        "/v1.0/im/bot/messages/get",
        "/v1.0/card/instances/callback",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={}),
        httpx.Response(200, text="<xml/>"),
        httpx.Response(500, text="<xml/>"),
        httpx.Response(400, text="<xml/>"),
    ],
)
async def test_a_gateway_that_answers_nonsense_is_a_fault_that_may_pass(
    answer: httpx.Response,
) -> None:
    platform = Platform()
    platform.fail(OPEN, answer)
    async with api_over(platform) as api:
        with pytest.raises((UpstreamTimeout, UpstreamUnavailable)):
            await api.open_gateway()


async def test_a_failed_ding_is_told_inside_a_yes() -> None:
    platform = Platform()
    platform.fail(
        "/v1.0/robot/ding/send", httpx.Response(200, json={"failedList": {"manager4321": "x"}})
    )
    async with api_over(platform) as api:
        with pytest.raises(Undeliverable):
            await api.ding("manager4321", "急")
