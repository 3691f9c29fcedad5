"""The HTTP side of DingTalk: tokens, and the calls by which messages, cards and pushes are sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx
import structlog
from prometheus_client import Counter
from pydantic import SecretStr

from channels.dingtalk.failures import (
    Blocked,
    QuotaUsed,
    Refused,
    SessionGone,
    TokenRefused,
    read_answer,
)
from channels.dingtalk.frames import SUBSCRIPTIONS
from domain.errors import RateLimited, UpstreamError, UpstreamTimeout, UpstreamUnavailable

log = structlog.get_logger()
_CALLS = Counter("nightdesk_dingtalk_calls", "Calls by endpoint and result", ["endpoint", "result"])
_USUAL_LIFE = 7200  # what a missing or empty expireIn means
_EARLY = 300  # a token is renewed so many seconds before its end
_ANSWER_WITHIN = 10.0  # the platform's own gateway gives up after 3 s
_HOSTS = (".dingtalk.com", ".dingtalk.io")
_FLOW_PAUSE = 60.0
_CHECK = "check CLIENT_ID and CLIENT_SECRET, the app's Stream mode and allow-list, and that it is published"


@dataclass(frozen=True)
class App:
    """An app of the developer console, and where its API is."""

    client_id: str
    client_secret: SecretStr
    robot: str
    api: str = "https://api.dingtalk.com"
    legacy_api: str = "https://oapi.dingtalk.com"
    agent_id: str = ""


class Api:
    """Calls DingTalk, and says in our own words what went wrong.

    `count` is told of every call that DingTalk counts by the month; `used_up` that there are none left.
    """

    def __init__(
        self,
        app: App,
        count: Callable[[], Awaitable[None]],
        used_up: Callable[[], Awaitable[None]],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.app = app
        self._count = count
        self._used_up = used_up
        self._http = httpx.AsyncClient(
            timeout=_ANSWER_WITHIN, follow_redirects=False, transport=transport
        )
        self._token = ""
        self._token_until = 0.0
        self._token_lock = asyncio.Lock()
        self._blocked_until = 0.0

    async def close(self) -> None:
        await self._http.aclose()

    async def open_gateway(self) -> str:
        """The address of a new socket, with its ticket: a secret for 90 seconds."""
        body = {
            "clientId": self.app.client_id,
            "clientSecret": self.app.client_secret.get_secret_value(),
            "subscriptions": SUBSCRIPTIONS,
            "ua": "nightdesk",
        }
        url = f"{self.app.api}/v1.0/gateway/connections/open"
        found = await self._ask_for_access("connections/open", url, body)
        endpoint, ticket = found.get("endpoint"), found.get("ticket")
        if not isinstance(endpoint, str) or not isinstance(ticket, str):
            raise UpstreamUnavailable("connections/open named no endpoint or no ticket")
        return str(httpx.URL(endpoint, params={"ticket": ticket}))

    async def session_webhook(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer by the address that came with a message. Costs nothing, and works while it lives."""
        if not self._may_post_to(url):
            log.warning("dingtalk_webhook_refused", cause="its address is not one of DingTalk's")
            raise SessionGone("sendBySession", "not-an-address-of-DingTalk")
        await self._ask("sendBySession", "POST", url, body)

    def _may_post_to(self, url: str) -> bool:
        """The address stands in a message, so it could be made to point into our own network."""
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL:
            return False
        if parts.userinfo:
            return False
        if f"{parts.scheme}://{parts.netloc.decode()}" in {self.app.api, self.app.legacy_api}:
            return True
        return parts.scheme == "https" and parts.host.endswith(_HOSTS) and parts.port is None

    async def send_to_person(self, user: str, key: str, param: Mapping[str, str]) -> str:
        """Write to somebody of the organisation; returns the platform's id of the message."""
        body = {"userIds": [user], **self._robot_message(key, param)}
        found = await self.call("POST", "/v1.0/robot/oToMessages/batchSend", body)
        if found.get("flowControlledStaffIdList"):
            raise RateLimited("batchSend: the person gets too many messages", _FLOW_PAUSE)
        for refused in ("invalidStaffIdList", "filteredStaffIdList"):
            if found.get(refused):
                raise Refused("batchSend", refused)
        return str(found.get("processQueryKey") or "")

    async def send_to_group(self, group: str, key: str, param: Mapping[str, str]) -> str:
        """Write to a group; returns the platform's id of the message."""
        body = {"openConversationId": group, **self._robot_message(key, param)}
        found = await self.call("POST", "/v1.0/robot/groupMessages/send", body)
        return str(found.get("processQueryKey") or "")

    def _robot_message(self, key: str, param: Mapping[str, str]) -> dict[str, str]:
        text = json.dumps(param, ensure_ascii=False)
        return {"robotCode": self.app.robot, "msgKey": key, "msgParam": text}

    async def ding(self, user: str, text: str) -> str:
        """Ring for somebody in the app (1; 2 and 3 are a text message and a telephone call, which cost)."""
        body = {
            "robotCode": self.app.robot,
            "remindType": 1,
            "receiverUserIdList": [user],
            "content": text,
        }
        found = await self.call("POST", "/v1.0/robot/ding/send", body)
        if found.get("failedList"):
            raise Refused("ding/send", "failedList")
        return str(found.get("openDingId") or "")

    async def work_notification(self, user: str, text: str) -> str:
        """Put a notification into somebody's list of work; returns its task."""
        msg = {"msgtype": "text", "text": {"content": text}}
        body = {"agent_id": int(self.app.agent_id), "userid_list": user, "msg": msg}
        url = f"{self.app.legacy_api}/topapi/message/corpconversation/asyncsend_v2"

        async def ask(token: str) -> dict[str, Any]:
            found = await self._ask(
                "asyncsend_v2", "POST", url, body, query={"access_token": token}
            )
            return found

        return str((await self._with_token(ask)).get("task_id") or "")

    async def call(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A call that wants a token and is counted by the month."""
        endpoint = "/".join(path.split("/")[-2:])

        async def ask(token: str) -> dict[str, Any]:
            headers = {"x-acs-dingtalk-access-token": token}
            return await self._ask(endpoint, method, self.app.api + path, body, headers=headers)

        return await self._with_token(ask)

    async def _with_token(self, ask: Callable[[str], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        token = await self._access_token()
        await self._count()
        try:
            return await ask(token)
        except TokenRefused:
            self._forget(token)
        except QuotaUsed:
            await self._used_up()
            raise
        await self._count()
        return await ask(await self._access_token())

    async def _access_token(self) -> str:
        """The token, fetched by one caller while the others wait for it."""
        async with self._token_lock:
            if not self._token or monotonic() >= self._token_until:
                secret = self.app.client_secret.get_secret_value()
                body = {"appKey": self.app.client_id, "appSecret": secret}
                url = f"{self.app.api}/v1.0/oauth2/accessToken"
                found = await self._ask_for_access("accessToken", url, body)
                self._token = str(found.get("accessToken") or "")
                life = found.get("expireIn")
                seconds = life if isinstance(life, int) and life > 0 else _USUAL_LIFE
                self._token_until = monotonic() + max(seconds - _EARLY, seconds / 2)
            return self._token

    async def _ask_for_access(
        self, endpoint: str, url: str, body: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Ask with the secret. A refusal is about our settings, not about a message: those must wait, not die."""
        try:
            return await self._ask(endpoint, "POST", url, body)
        except Refused as error:
            raise UpstreamUnavailable(f"{error}; {_CHECK}") from None

    def _forget(self, token: str) -> None:
        """Drop a token that was refused, unless somebody has fetched another meanwhile."""
        if token == self._token:
            self._token = ""

    async def _ask(
        self,
        endpoint: str,
        method: str,
        url: str,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            found = await self._send(endpoint, method, url, body, headers=headers, query=query)
        except UpstreamError as error:
            _CALLS.labels(endpoint, error.code).inc()
            if isinstance(error, Blocked):
                self._blocked_until = monotonic() + error.after
            if isinstance(error, Refused) and "AccessTokenPermissionDenied" in error.reason:
                log.error("dingtalk_permission_missing", endpoint=endpoint, cause=error.reason)
            raise
        _CALLS.labels(endpoint, "ok").inc()
        return found

    async def _send(
        self, endpoint: str, method: str, url: str, body: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        left = self._blocked_until - monotonic()
        if left > 0:
            raise RateLimited(f"{endpoint}: our address is shut out", left)
        sent = {"Accept": "application/json", **(more["headers"] or {})}
        try:
            response = await self._http.request(
                method, url, json=body, headers=sent, params=more["query"]
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            cause = type(error).__name__
            raise UpstreamUnavailable(f"{endpoint} was not reached: {cause}") from None
        except httpx.RequestError as error:
            cause = type(error).__name__
            raise UpstreamTimeout(f"{endpoint} gave no answer: {cause}") from None
        return read_answer(endpoint, response)
