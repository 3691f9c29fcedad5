"""Lets in only who sits at this machine, and only what our own pages ask for, until staff can log in.

A page of another site can make the browser of somebody here send requests. So a request must name a loopback
host (else a foreign name could point here), a change must come from our own origin, and it must carry the token
of this process.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from domain.errors import InputError, NightdeskError

log = structlog.get_logger()

TOKEN_FIELD, TOKEN_HEADER = "csrf", "x-csrf-token"
ASSETS = "/desk/assets/"
LARGEST_FORM = 1024 * 1024  # a text of 200 KB may take three bytes for each of its own in a form
_MOST_FIELDS = 20
_FORM_SECONDS = 30
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would make a browser hide the origin of our own forms, too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Refused(InputError):
    """What was asked is not done; `key` names the sentence that says why."""

    def __init__(self, key: str, status: int = 400, detail: str = "", **values: str) -> None:
        super().__init__(detail or key)
        self.key, self.status, self.detail, self.values = key, status, detail, values


class Refusals(Protocol):
    """Who tells somebody that they are refused."""

    def refusal(self, request: Request, refused: Refused) -> Response: ...


@dataclass(frozen=True)
class Guard:
    """Checks every request; `open_to` says whether the desk is served to this machine alone."""

    open_to: bool
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    async def check(self, request: Request) -> None:
        """Let a request pass; the fields of a form are kept in its state.

        Raises:
            Refused: says why not.
        """
        if request.url.path.startswith(ASSETS):  # the refusal itself is to be readable
            return
        if not self.open_to:
            raise Refused("desk.closed", 403)
        if not _is_loopback(request.headers.get("host", "")) or _passed_on(request):
            raise Refused("desk.fault.host", 403)
        request.state.form = {}
        if request.method in _SAFE:
            return
        if not _of_our_own(request):
            raise Refused("desk.fault.origin", 403)
        given = request.headers.get(TOKEN_HEADER)
        if given is None:
            request.state.form = await _form(request)
            given = request.state.form.get(TOKEN_FIELD, "")
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            raise Refused("desk.fault.token", 403)


def _passed_on(request: Request) -> bool:
    """Whether a proxy brought it: then the one who asks sits somewhere else, whatever the host is called."""
    told = any(name in request.headers for name in _OF_PROXIES)
    return told or (request.client is not None and not is_loopback(request.client.host))


def guarded(guard: Guard, pages: Refusals) -> type[APIRoute]:
    """A route that is guarded, and whose every answer, an error too, carries the security headers."""

    class Guarded(APIRoute):
        """A route of the desk."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    await guard.check(request)
                    async with _explained():
                        response = await handler(request)
                except Refused as refused:
                    response = pages.refusal(request, refused)
                response.headers.update(HEADERS)
                response.headers.setdefault("Cache-Control", "no-store")
                return response

            return answer

    return Guarded


@asynccontextmanager
async def _explained() -> AsyncIterator[None]:
    """Faults from below, as what a person can be told."""
    try:
        yield
    except Refused:
        raise
    except RequestValidationError as fault:
        raise Refused("desk.fault.address", 404) from fault
    except InputError as fault:
        raise Refused("desk.fault.input", detail=str(fault)) from fault
    except (NightdeskError, OSError) as fault:
        code = fault.code if isinstance(fault, NightdeskError) else type(fault).__name__
        log.warning("desk_failed", code=code, cause=str(fault))
        cause = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise Refused("desk.fault.failed", 503, detail=cause or code) from fault


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether an address to serve on can be reached from this machine only."""
    return _is_loopback(f"[{host}]" if ":" in host else host)


def _of_our_own(request: Request) -> bool:
    """Whether one of our own pages sent this; a browser always says at least one of the two."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or parts.netloc != request.headers["host"]:
            return False
    return site == "same-origin" or (site is None and origin is not None)


async def _form(request: Request) -> dict[str, str]:
    raw = bytearray()
    try:
        async with asyncio.timeout(_FORM_SECONDS):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > LARGEST_FORM:
                    raise Refused("desk.fault.large_form", 413)
    except TimeoutError:
        raise Refused("desk.fault.slow", 408) from None
    try:
        text = raw.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:  # not a form, or too many fields
        raise Refused("desk.fault.form") from None
