"""Which pages may talk to the widget's door: those of the origins in the settings, and no others."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from prometheus_client import Counter

from domain.channels import WebApp

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_FOREIGN = Counter("nightdesk_widget_foreign_pages", "Requests from pages of other origins")
_PREFLIGHT = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
    "access-control-max-age": "7200",
}
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "cross-origin",
    "vary": "Origin",
}
_REFUSAL = "pages of this origin may not use this desk: add it to the widget's ORIGINS"


class Origins:
    """The allowed origins. `*` is every origin, for demonstrations."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def allow(self, origin: str) -> bool:
        """May a page of this origin talk to us?"""
        return "*" in self._allowed or origin in self._allowed

    def guard(self, app: WebApp) -> WebApp:
        """An application that only answers pages of these origins, and requests that come from no page."""

        async def guarded(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            origin = _origin(scope)
            named = _dressed(origin, send)
            if origin and not self.allow(origin):
                _FOREIGN.inc()
                await _answer(_dressed("", send), 403, {}, json.dumps({"detail": _REFUSAL}))
            elif origin and scope["method"] == "OPTIONS":
                await _answer(named, 204, _PREFLIGHT)
            else:
                await app(scope, receive, named)

        return guarded


def _origin(scope: Message) -> str:
    """The origin of the page; two are as bad as a foreign one."""
    return ", ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"
    )


def _dressed(origin: str, send: Send) -> Send:
    """A `send` that puts our headers on every answer, errors too."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dict(_ALWAYS)
            if origin:
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = "Retry-After"
            if b"cache-control" not in {name for name, _ in message["headers"]}:
                headers["cache-control"] = "no-store"
            message["headers"] = [*message["headers"], *_raw(headers)]
        await send(message)

    return dressed


async def _answer(send: Send, status: int, headers: Mapping[str, str], body: str = "") -> None:
    raw = _raw({**headers, "content-type": "application/json"})
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body.encode()})


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
