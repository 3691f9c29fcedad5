"""The webhook that Meta posts to: proven by its signature, read to the end, kept, and only then acknowledged.

Whatever is not acknowledged comes again for seven days, so what can never be read is acknowledged, and what could
not be kept is not. How long a client may take to send its headers is the web server's to limit; the time for the
body is limited here.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import Counter
from pydantic import SecretStr
from starlette.requests import ClientDisconnect

from channels.whatsapp.inbound import parse_message
from channels.whatsapp.members import clean, code_of, table, tables, word
from channels.whatsapp.receipts import Receipts
from channels.whatsapp.sending import Windows
from domain.channels import Accept, Arrival
from domain.errors import AccessError, InputError, NightdeskError, NotIdentified
from domain.ports import Clock

log = structlog.get_logger()
LARGEST_BODY = 3 * 1024 * 1024
_BODY_WITHIN = 10.0
_WEBHOOKS = Counter("nightdesk_whatsapp_webhooks", "Webhooks by what became of them", ["result"])
_MESSAGES = Counter("nightdesk_whatsapp_messages", "Messages by what became of them", ["result"])
_TROUBLE = Counter("nightdesk_whatsapp_errors_told", "Errors that a webhook told of", ["code"])


class _TooLarge(InputError):
    """The body is larger than a webhook can be."""

    code = "too_large"


class _TooSlow(InputError):
    """The body did not arrive in time."""

    code = "too_slow"


_STATUS: tuple[tuple[type[NightdeskError], int], ...] = (
    (_TooLarge, 413),
    (_TooSlow, 408),
    (InputError, 400),
    (NotIdentified, 401),
    (NightdeskError, 500),
)


class Webhook:
    """Takes what Meta posts for one number."""

    def __init__(
        self,
        *,
        account: str,
        app_secret: SecretStr,
        verify_token: SecretStr,
        accept: Accept,
        receipts: Receipts,
        windows: Windows,
        clock: Clock,
        body_within: float = _BODY_WITHIN,
    ) -> None:
        self._account = account
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._accept = accept
        self._receipts = receipts
        self._windows = windows
        self._clock = clock
        self._body_within = body_within

    def verified(self, query: Mapping[str, str]) -> bool:
        """Does the one who sets up this address know the word that was agreed on?"""
        given = query.get("hub.verify_token", "").encode()
        same = hmac.compare_digest(given, self._verify_token.get_secret_value().encode())
        return query.get("hub.mode") == "subscribe" and same

    async def take(self, request: Request) -> None:
        """Keep everything in what was posted.

        Raises:
            NightdeskError: something was not kept, and why.
        """
        body = await self._body(request)
        self._check_signature(body, request.headers.get("x-hub-signature-256", ""))
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InputError(f"the body is not JSON: {type(error).__name__}") from None
        for value in self._values(table(found)):
            await self._take_value(value)

    async def _body(self, request: Request) -> bytes:
        named = request.headers.get("content-length", "0")
        if not named.isdecimal() or int(named[:12]) > LARGEST_BODY:
            raise _TooLarge("the body may have 3 MB")
        raw = bytearray()
        try:
            async with asyncio.timeout(self._body_within):
                async for chunk in request.stream():
                    raw += chunk
                    if len(raw) > LARGEST_BODY:
                        raise _TooLarge("the body may have 3 MB")
        except TimeoutError:
            raise _TooSlow("the body did not arrive in time") from None
        except ClientDisconnect:
            raise InputError("the client went away in the middle of the body") from None
        return bytes(raw)

    def _check_signature(self, body: bytes, given: str) -> None:
        """Over the bytes as they came: written again, the same JSON has other escapes."""
        secret = self._app_secret.get_secret_value().encode()
        expected = f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise NotIdentified(
                "the signature is missing" if not given else "the signature is wrong"
            )

    def _values(self, found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What is meant for our number, in order. Anything else is somebody else's, or of tomorrow."""
        if word(found, "object") != "whatsapp_business_account":
            _WEBHOOKS.labels("unknown").inc()
            return
        for entry in tables(found.get("entry")):
            for change in tables(entry.get("changes")):
                value = table(change.get("value"))
                number = word(table(value.get("metadata")), "phone_number_id")
                if word(change, "field") != "messages":
                    log.info("whatsapp_field_ignored", field=clean(word(change, "field"))[:80])
                elif number != self._account:
                    _WEBHOOKS.labels("other_number").inc()
                    log.warning("whatsapp_other_number", cause="its phone_number_id is not ours")
                else:
                    yield value

    async def _take_value(self, value: Mapping[str, Any]) -> None:
        for error in tables(value.get("errors")):
            _TROUBLE.labels(str(code_of(error))).inc()
            log.error("whatsapp_error_told", code=code_of(error))
        for status in tables(value.get("statuses")):
            self._receipts.told(status)
        for message in tables(value.get("messages")):
            arrival = self._read(message, value.get("contacts"))
            if arrival is not None:
                await self._keep(arrival)

    def _read(self, message: Mapping[str, Any], contacts: object) -> Arrival | None:
        try:
            arrival = parse_message(message, contacts, self._account, self._clock.now())
        except InputError as error:
            _MESSAGES.labels("unreadable").inc()
            log.warning("whatsapp_message_unreadable", cause=str(error))
            return None
        for told in tables(message.get("errors")):
            log.info("whatsapp_message_unsupported", code=code_of(told))
        if arrival is None:
            _MESSAGES.labels("ignored").inc()
            log.info("whatsapp_message_ignored", type=clean(word(message, "type"))[:40])
        return arrival

    async def _keep(self, arrival: Arrival) -> None:
        """Keep one arrival.

        Raises:
            NightdeskError: it was not kept, and must come again. What would be refused again need not.
        """
        try:
            new = await self._accept(arrival)
        except (InputError, AccessError) as error:
            _MESSAGES.labels("refused").inc()
            log.warning("whatsapp_message_refused", cause=str(error))
            return
        self._windows.seen(arrival.sender.id, arrival.route["window_expires"])
        if arrival.route.get("late"):
            log.info("whatsapp_message_late", sent_at=arrival.sent_at.isoformat())
        _MESSAGES.labels("kept" if new else "duplicate").inc()


def create_app(webhook: Webhook) -> FastAPI:
    """`/webhook` is the address to give to Meta's console."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/webhook")
    async def verify(request: Request) -> Response:
        if not webhook.verified(request.query_params):
            log.warning("whatsapp_verification_refused", cause="the mode or the verify token")
            return JSONResponse({"detail": "this is not the agreed verify token"}, 403)
        headers = {"X-Content-Type-Options": "nosniff"}
        return PlainTextResponse(request.query_params.get("hub.challenge", ""), headers=headers)

    @app.post("/webhook")
    async def take(request: Request) -> Response:
        try:
            await webhook.take(request)
        except NightdeskError as error:
            status = next(status for kind, status in _STATUS if isinstance(error, kind))
            _WEBHOOKS.labels(error.code).inc()
            log.warning("whatsapp_webhook_refused", status=status, cause=str(error))
            told = str(error) if status < 500 else "not kept; send it again"
            # A client that is still sending is not listened to any longer.
            return JSONResponse({"detail": told}, status, headers={"Connection": "close"})
        _WEBHOOKS.labels("ok").inc()
        return JSONResponse({})

    return app
