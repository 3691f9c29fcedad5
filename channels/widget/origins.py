"""Which pages may talk to the widget's door: those of the origins in the settings, and no others."""

from __future__ import annotations

import json
from collections.abc import Iterable, MutableMapping
from typing import Any

from prometheus_client import Counter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOREIGN = Counter("nightdesk_widget_foreign_pages", "Requests from pages of other origins")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "7200",
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_REFUSAL = "pages of this origin may not use this desk: add it to the widget's ORIGINS"


class Origins:
    """The allowed origins. `*` is every origin, for demonstrations."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def allow(self, origin: str) -> bool:
        """May a page of this origin talk to us?"""
        return "*" in self._allowed or origin in self._allowed

    def guard(self, app: ASGIApp) -> ASGIApp:
        """An application that only answers pages of these origins, and requests that come from no page."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            origin = Headers(scope=scope).get("origin", "")
            named = _dressed(origin, send)
            if origin and not self.allow(origin):
                _FOREIGN.inc()
                await _answer(_dressed("", send), 403, json.dumps({"detail": _REFUSAL}).encode())
            elif origin and scope["method"] == "OPTIONS":
                await _answer(named, 204, b"", _PREFLIGHT)
            else:
                await app(scope, receive, named)

        return guarded


def _dressed(origin: str, send: Send) -> Send:
    """A `send` that puts our headers on every answer, errors too."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_ALWAYS)
            headers.add_vary_header("Origin")
            headers.setdefault("Cache-Control", "no-store")
            if origin:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = "Retry-After"
        await send(message)

    return dressed


async def _answer(
    send: Send, status: int, body: bytes, headers: MutableMapping[str, Any] | None = None
) -> None:
    named = {"Content-Type": "application/json", **(headers or {})}
    raw = [(name.lower().encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
