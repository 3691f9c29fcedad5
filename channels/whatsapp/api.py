"""The one call by which WhatsApp is spoken to, and what its errors mean. Only codes count: titles change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from prometheus_client import Counter
from pydantic import SecretStr

from channels.whatsapp.members import code_of, table, tables, word
from domain.errors import (
    RateLimited,
    Undeliverable,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)

log = structlog.get_logger()
_CALLS = Counter("nightdesk_whatsapp_calls", "Calls of the Cloud API", ["result"])
_ANSWER_WITHIN = 15.0
OUTSIDE_WINDOW = 131047
_TOKEN = {0, 190}
_PERMISSION = {3, 10, *range(200, 300)}
_ACCOUNT = {368, 131031, 131042}
_UNKNOWN = {1, 131000}
_LATER = {2, 131016, 131057}
_OURS = {
    100: "parameter",
    131008: "parameter",
    131009: "parameter",
    131021: "recipient",
    131030: "recipient",
    132000: "template",
    132001: "template",
    132005: "template",
    132007: "template",
    132012: "template",
    132015: "template",
    132016: "template",
    132068: "template",
}
_TOO_FAST: Mapping[int, float] = {
    4: 60.0,  # the app, for some minutes
    80007: 60.0,  # the account
    130429: 5.0,  # the number
    131056: 12.0,  # this person: two places of six seconds
    131048: 3600.0,  # too much of it was called spam: soon would make it worse
    132069: 60.0,
    133016: 3600.0,
}


class Refused(Undeliverable):
    """WhatsApp did not take it and never will; `number` is its code."""

    code = "refused"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"messages refused: {number}")


class OutsideWindow(Refused):
    """The person has not written for 24 hours: only a template may reach them."""

    code = "outside_window"

    def __init__(self) -> None:
        super().__init__(OUTSIDE_WINDOW)


@dataclass(frozen=True)
class Number:
    """The number that we write from, and where its API is."""

    id: str
    api: str
    token: SecretStr


class Api:
    """Hands bodies over, and says in our own words what went wrong."""

    def __init__(
        self,
        number: Number,
        answer_within: float | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = f"{number.api.rstrip('/')}/{number.id}/messages"
        self._token = number.token
        self._http = httpx.AsyncClient(
            timeout=answer_within or _ANSWER_WITHIN, follow_redirects=False, transport=transport
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def post(self, body: Mapping[str, Any]) -> str:
        """Send one message; returns its wamid.

        Raises:
            Refused: it will never be taken; OutsideWindow: not without a template.
            RateLimited: not now.
            UpstreamTimeout: whether it was taken is unknown.
            UpstreamError: it was not taken, and may be later.
        """
        try:
            wamid = await self._post(body)
        except UpstreamError as error:
            _CALLS.labels(error.code).inc()
            raise
        _CALLS.labels("ok").inc()
        return wamid

    async def _post(self, body: Mapping[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        try:
            response = await self._http.post(self._url, json=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            cause = type(error).__name__
            raise UpstreamUnavailable(f"WhatsApp was not reached: {cause}") from None
        except httpx.RequestError as error:
            cause = type(error).__name__
            raise UpstreamTimeout(f"WhatsApp gave no answer: {cause}") from None
        answer = _answer(response)
        if response.status_code != 200 or "error" in answer:
            raise _failure(response, table(answer.get("error")))
        wamid = next((word(one, "id") for one in tables(answer.get("messages"))), "")
        if not wamid:  # a page of something between us and WhatsApp comes with 200, too
            raise UpstreamTimeout(
                "WhatsApp answered 200 without an id; whether it acted is unknown"
            )
        return wamid


def _answer(response: httpx.Response) -> Mapping[str, Any]:
    try:
        return table(response.json())
    except (ValueError, RecursionError):
        return {}


def _failure(response: httpx.Response, error: Mapping[str, Any]) -> UpstreamError:
    """What an answer that says no means. Its words may name a person, so only its code is told."""
    code, status = code_of(error), response.status_code
    if code in _TOO_FAST or (code < 0 and status == 429):
        wait = max(_TOO_FAST.get(code, 5.0), _retry_after(response))
        return RateLimited(f"WhatsApp asks us to slow down: {code}", wait)
    if code in _LATER:
        return UpstreamUnavailable(f"WhatsApp cannot take it now: {code}")
    if code in _TOKEN or code in _PERMISSION or code in _ACCOUNT or (code < 0 and status == 401):
        return _alert(code)
    if status >= 500 or status == 200 or code in _UNKNOWN:
        if status == 503 and code < 0:
            return UpstreamUnavailable("WhatsApp answered 503")
        return UpstreamTimeout(f"WhatsApp answered {status}; whether it acted is unknown")
    if code < 0:  # not WhatsApp's own no: a redirect or a page of something between us
        return UpstreamUnavailable(f"WhatsApp answered {status} without a code")
    if code in _OURS:
        log.error("whatsapp_message_wrong", wrong=_OURS[code], code=code)
    return OutsideWindow() if code == OUTSIDE_WINDOW else Refused(code)


def _alert(code: int) -> UpstreamError:
    """What only the operator can mend. The message waits for it."""
    if code in _PERMISSION:
        log.error("whatsapp_permission_missing", code=code)
        return UpstreamError(f"a permission of the access token is missing: {code}")
    if code in _ACCOUNT:
        log.error("whatsapp_account_blocked", code=code)
        return UpstreamError(f"the WhatsApp account is locked or unpaid: {code}")
    log.error("whatsapp_token_refused", code=code)
    return UpstreamError(f"the access token is invalid or has expired: {code}")


def _retry_after(response: httpx.Response) -> float:
    named = response.headers.get("retry-after", "")
    return min(float(named), 3600.0) if named.isdecimal() and len(named) < 10 else 0.0
