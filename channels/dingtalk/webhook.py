"""HTTP mode, for where no socket may be opened outwards: DingTalk posts robot messages to us.

It is the weaker door, and Stream mode the recommended one. DingTalk's signature covers a time and our secret,
neither the body nor the path: within an hour, whoever saw one pair of headers can sign bodies of their own. TLS in
front of this app is what keeps the headers from being seen; a signature that comes a second time is refused. How
long a client may take to send its headers is the web server's to limit; the time for the body is limited here.
"""

from __future__ import annotations

import asyncio

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from prometheus_client import Counter
from pydantic import SecretStr
from starlette.requests import ClientDisconnect

from channels.dingtalk.members import decoded, word
from channels.dingtalk.messages import Bot, parse_message
from channels.dingtalk.signatures import Replays, check_signature
from channels.dingtalk.trust import Trust
from domain.channels import Accept
from domain.errors import InputError, NightdeskError, NotIdentified, NotPermitted
from domain.ports import Clock

log = structlog.get_logger()
LARGEST_BODY = 1024 * 1024
_CALLBACKS = Counter("nightdesk_dingtalk_callbacks", "Callbacks of HTTP mode", ["result"])
_BODY_WITHIN = 10.0


class _TooLarge(InputError):
    """The body is larger than a message can be."""

    code = "too_large"


class _TooSlow(InputError):
    """The body did not arrive in time."""

    code = "too_slow"


_STATUS: tuple[tuple[type[NightdeskError], int], ...] = (
    (_TooLarge, 413),
    (_TooSlow, 408),
    (InputError, 400),
    (NotIdentified, 401),
    (NotPermitted, 403),
    (NightdeskError, 503),
)


class Callback:
    """Takes one posted message: proves it, reads it, keeps it."""

    def __init__(
        self,
        *,
        bot: Bot,
        trust: Trust,
        secret: SecretStr,
        accept: Accept,
        clock: Clock,
        body_within: float = _BODY_WITHIN,
    ) -> None:
        self._bot = bot
        self._trust = trust
        self._secret = secret
        self._accept = accept
        self._clock = clock
        self._body_within = body_within
        self._replays = Replays()

    async def take(self, request: Request) -> bool:
        """Keep what was posted; true when it is new.

        Raises:
            NightdeskError: nothing was kept, and why.
        """
        now = self._clock.now()
        seconds = now.timestamp()
        sign = request.headers.get("sign", "")
        timestamp = request.headers.get("timestamp", "")
        # Before the body is read: who cannot sign shall not fill our memory.
        check_signature(timestamp, sign, self._secret.get_secret_value(), seconds)
        body = await self._body(request)
        raw = decoded(body, "the body")
        message_id = word(raw, "msgId")
        self._replays.check(sign, message_id, body, seconds)
        self._trust.admit_message(raw)
        new = await self._accept(parse_message(raw, self._bot, now))
        self._replays.keep(sign, message_id, body, seconds)
        return new

    async def _body(self, request: Request) -> bytes:
        named = request.headers.get("content-length", "0")
        if not named.isdecimal() or int(named[:12]) > LARGEST_BODY:
            raise _TooLarge("the body may have 1 MB")
        raw = bytearray()
        try:
            async with asyncio.timeout(self._body_within):
                async for chunk in request.stream():
                    raw += chunk
                    if len(raw) > LARGEST_BODY:
                        raise _TooLarge("the body may have 1 MB")
        except TimeoutError:
            raise _TooSlow("the body did not arrive in time") from None
        except ClientDisconnect:
            raise InputError("the client went away in the middle of the body") from None
        return bytes(raw)


def create_app(callback: Callback) -> FastAPI:
    """`POST /messages` is the address to give to DingTalk's console."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/messages")
    async def messages(request: Request) -> JSONResponse:
        try:
            new = await callback.take(request)
        except NightdeskError as error:
            status = next(status for kind, status in _STATUS if isinstance(error, kind))
            _CALLBACKS.labels(error.code).inc()
            log.warning("dingtalk_callback_refused", status=status, cause=str(error))
            told = str(error) if status < 500 else "not kept; send it again"
            # A client that is still sending is not listened to any longer.
            return JSONResponse({"detail": told}, status, headers={"Connection": "close"})
        _CALLBACKS.labels("kept" if new else "duplicate").inc()
        return JSONResponse({"kept": new})

    return app
