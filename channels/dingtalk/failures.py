"""What DingTalk's answers mean. Its errors come in three shapes, one of them inside HTTP 200 and one in HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from domain.errors import (
    RateLimited,
    Undeliverable,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)

BLOCKED_FOR = 300.0  # so long an address is shut out that called too often
QUOTA_PAUSE = 3600.0
_CODE = re.compile(r"[^\w.\-]+")
_STALE_TOKEN = {33, 40001, 40014, 42001}
_TOO_FAST = {90002, 90018, 90019, 90030, 130101, 302033}
_QUOTA_USED = 90020
_SESSION_GONE = 300001
_GATEWAY_TIMEOUT = 15
_TIMEOUT_OR_SCOPE = 88  # with a sub_code the scope is missing, without one the gateway gave up
_BUSY = -1


class Refused(Undeliverable):
    """DingTalk did not take it and never will; `reason` is its code."""

    code = "refused"

    def __init__(self, endpoint: str, reason: str) -> None:
        self.reason = _CODE.sub("_", reason)[:80] or "unknown"
        super().__init__(f"{endpoint} refused: {self.reason}")


class SessionGone(Refused):
    """The session webhook has expired, or is not known any more."""

    code = "session_gone"


class TokenRefused(UpstreamError):
    """The access token is not valid any more."""

    code = "token_refused"


class QuotaUsed(RateLimited):
    """The organisation has used up its calls of this month."""

    code = "quota_used"


class Blocked(RateLimited):
    """Our address has called too often and is shut out for some minutes."""

    code = "blocked"


def read_answer(endpoint: str, response: httpx.Response) -> dict[str, Any]:
    """The body of an answer that says yes.

    Raises:
        Refused: it says no, and would again.
        RateLimited: not now; Blocked and QuotaUsed are longer.
        TokenRefused: with another token, perhaps.
        UpstreamTimeout: whether it acted is unknown.
        UpstreamUnavailable: it did not act.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _not_json(endpoint, response)
    if body.get("status") == 1111 or body.get("punish"):
        raise Blocked(f"{endpoint} has shut our address out", BLOCKED_FOR)
    if response.status_code >= 400:
        raise _modern(endpoint, response, str(body.get("code") or ""))
    if body.get("errcode") not in {None, 0, "0"}:
        raise _legacy(endpoint, body)
    return body


def _not_json(endpoint: str, response: httpx.Response) -> UpstreamError:
    text = response.text[:4096]
    if "punish" in text:
        return Blocked(f"{endpoint} has shut our address out", BLOCKED_FOR)
    if response.status_code == 429:
        return RateLimited(f"{endpoint} asks us to slow down", _wait(response))
    if response.status_code == 503:
        return UpstreamUnavailable(f"{endpoint} answered 503")
    # A page of a gateway between us; what is behind it may have acted.
    return UpstreamTimeout(f"{endpoint} answered {response.status_code}, and not with JSON")


def _modern(endpoint: str, response: httpx.Response, reason: str) -> UpstreamError:
    status = response.status_code
    if "ApiCountLimitForOrg" in reason:
        return QuotaUsed(f"{endpoint}: the calls of this month are used up", QUOTA_PAUSE)
    if "QpsLimit" in reason or status == 429:
        return RateLimited(f"{endpoint} asks us to slow down", _wait(response))
    if "InvalidAuthentication" in reason or (status == 401 and not reason):
        return TokenRefused(f"{endpoint} does not take the access token")
    if status == 503:
        return UpstreamUnavailable(f"{endpoint} answered 503")
    if status >= 500:
        return UpstreamTimeout(f"{endpoint} answered {status}; whether it acted is unknown")
    return Refused(endpoint, reason or f"HTTP_{status}")


def _wait(response: httpx.Response) -> float:
    named = response.headers.get("retry-after", "")
    return min(float(named), BLOCKED_FOR) if named.isdecimal() else 2.0


def _legacy(endpoint: str, body: Mapping[str, Any]) -> UpstreamError:
    try:
        number = int(body["errcode"])
    except (ValueError, TypeError):
        number = 0
    if number in _STALE_TOKEN:
        return TokenRefused(f"{endpoint} does not take the access token")
    if number in _TOO_FAST:
        return RateLimited(f"{endpoint} asks us to slow down")
    if number == _QUOTA_USED:
        return QuotaUsed(f"{endpoint}: the calls of this month are used up", QUOTA_PAUSE)
    if number == _SESSION_GONE:
        return SessionGone(endpoint, "300001")
    if number == _BUSY:
        return UpstreamUnavailable(f"{endpoint} is busy")
    scope = str(body.get("sub_code") or "")
    if number == _GATEWAY_TIMEOUT or (number == _TIMEOUT_OR_SCOPE and not scope):
        return UpstreamTimeout(f"{endpoint} gave up waiting; whether it acted is unknown")
    return Refused(endpoint, scope or str(body.get("errcode")))
