"""Lets in only colleagues who are logged in and may do what they ask for, and only what our own pages ask for.

Served on loopback, the desk is for this machine: a request names a loopback host, or a foreign name could point
here, and no proxy brought it. Everywhere else it speaks https only, because its cookies do. A proxy in front ends
TLS; its word that it was https (`X-Forwarded-Proto`), and who asked (`X-Forwarded-For`), is taken by uvicorn from
the addresses in `FORWARDED_ALLOW_IPS` alone, which is this machine unless somebody sets it. A proxy on this
machine may bring https to a desk on loopback, too, but never to the demo, whose colleagues need no passwords.

A page of another site can make the browser of a colleague send requests. So a change must come from our own origin
and carry the token of the session. A route that names no scope cannot be made.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.routing import APIRoute

from desk.company import Entrance
from desk.cookies import FORM, SESSION
from domain.errors import ConfigurationError, InputError, NightdeskError
from domain.office import Colleague

log = structlog.get_logger()
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

ANYBODY, COLLEAGUE = (
    "anybody",
    "colleague",
)  # what needs no scope: no login either, or nothing but that
LOGIN = "/desk/login"
TOKEN_FIELD, TOKEN_HEADER = "csrf", "x-csrf-token"
ASSETS = "/desk/assets/"
LARGEST_FORM = 1024 * 1024  # a text of 200 KB may take three bytes for each of its own in a form
_MOST_FIELDS = 20
_FORM_SECONDS = 30
_OF_PROXIES = (
    *("forwarded", "via", "x-real-ip"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SCOPE = "scope_on_the_desk"
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


class LoginNeeded(Refused):
    """Nobody is logged in, or not any more."""

    def __init__(self) -> None:
        super().__init__("login.needed", 401)


def requires(scope: str) -> Callable[[Endpoint], Endpoint]:
    """Say which scope a route needs; stands under `@routes.get(…)`."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _SCOPE, scope)
        return endpoint

    return mark


def scope_of(route: APIRoute) -> str:
    """The scope that a route of the desk needs.

    Raises:
        ConfigurationError: it names none.
    """
    scope: str | None = getattr(route.endpoint, _SCOPE, None)
    if scope is None:
        raise ConfigurationError(f"{route.path} is open to nobody: write @requires(…) under it")
    return scope


@dataclass(frozen=True)
class Guard:
    """Checks every request; whoever it lets in is in the request's state: `colleague` and `session`."""

    entrance: Entrance
    look_again: float = 10.0  # seconds between looks whether who hears news is still logged in

    async def check(self, request: Request, scope: str) -> None:
        """Let a request pass; the fields of a form are kept in its state.

        Raises:
            Refused: says why not.
        """
        state = request.state
        state.form, state.session, state.colleague = {}, None, None
        if request.url.path.startswith(ASSETS) and scope == ANYBODY:
            return  # the refusal itself is to be readable
        self._admit(request)
        change = request.method not in _SAFE
        if change and not _of_our_own(request):
            raise Refused("desk.fault.origin", 403)
        await self._recognise(request, at_work=change or _by_hand(request))
        self._permit(state.colleague, scope)
        if change:
            await _check_token(request, scope)

    def _admit(self, request: Request) -> None:
        """Whether the desk is served to where this comes from at all."""
        local = self.entrance.local
        if local and _is_loopback(request.headers.get("host", "")) and not _passed_on(request):
            return
        secure = request.url.scheme == "https"
        if local and (self.entrance.demo or not secure):
            raise Refused("desk.fault.host", 403)
        if not secure:
            raise Refused("login.fault.https", 403)

    async def _recognise(self, request: Request, *, at_work: bool) -> None:
        token = SESSION.read(request)
        session = await self.entrance.accounts.find(token, touch=at_work) if token else None
        colleague = None if session is None else self.entrance.staff.find(session.staff_id)
        if colleague is not None:  # else the session outlived the job
            request.state.session, request.state.colleague = session, colleague

    def _permit(self, colleague: Colleague | None, scope: str) -> None:
        if scope == ANYBODY:
            return
        if colleague is None:
            raise LoginNeeded
        if scope != COLLEAGUE and not self.entrance.permissions.may(colleague.role, scope):
            raise Refused("login.fault.scope", 403, scope=scope)

    async def while_logged_in(
        self, request: Request, told: AsyncIterable[Any]
    ) -> AsyncIterator[Any]:
        """What an open page is told, until whoever looks at it is logged out."""
        token, looked = SESSION.read(request), time.monotonic()
        async for each in told:
            if time.monotonic() - looked >= self.look_again:
                if await self.entrance.accounts.find(token, touch=False) is None:
                    return
                looked = time.monotonic()
            yield each


def _by_hand(request: Request) -> bool:
    """Whether a person opened a page; what scripts fetch by themselves must not keep somebody logged in."""
    return request.headers.get("sec-fetch-mode", "navigate") == "navigate"


def _passed_on(request: Request) -> bool:
    """Whether a proxy brought it: then the one who asks sits somewhere else, whatever the host is called."""
    told = any(name in request.headers for name in _OF_PROXIES)
    return told or (request.client is not None and not is_loopback(request.client.host))


async def _check_token(request: Request, scope: str) -> None:
    session = request.state.session
    # Before somebody is logged in, our own page leaves its token in the form and in a cookie.
    expected = FORM.read(request) if scope == ANYBODY else session.csrf
    given = request.headers.get(TOKEN_HEADER)
    if given is None:
        request.state.form = await _form(request)
        given = request.state.form.get(TOKEN_FIELD, "")
    if not expected or not secrets.compare_digest(given.encode(), expected.encode()):
        raise Refused("desk.fault.token", 403)


def guarded(guard: Guard, pages: Refusals) -> type[APIRoute]:
    """A route that is guarded, and whose every answer, an error too, carries the security headers."""

    class Guarded(APIRoute):
        """A route of the desk."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler, scope = super().get_route_handler(), scope_of(self)

            async def answer(request: Request) -> Response:
                try:
                    async with _explained():
                        await guard.check(request, scope)
                        response = await handler(request)
                    if scope != ANYBODY and isinstance(response, StreamingResponse):
                        told = guard.while_logged_in(request, response.body_iterator)
                        response.body_iterator = told
                except LoginNeeded as refused:
                    response = _to_login(request, refused, pages)
                except Refused as refused:
                    response = pages.refusal(request, refused)
                response.headers.update(HEADERS)
                response.headers.setdefault("Cache-Control", "no-store")
                return response

            return answer

    return Guarded


def _to_login(request: Request, refused: Refused, pages: Refusals) -> Response:
    """A person is led to log in and back; a script is told no more than that it may not."""
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted:
        return pages.refusal(request, refused)
    if "text/event-stream" in accepted or not _by_hand(request):
        return Response(status_code=refused.status)
    here = request.url
    if request.method not in _SAFE:  # what was sent is lost; the page it was sent from is not
        here = here.replace(path="/desk", query="")
    query = urlencode({"next": here.path + (f"?{here.query}" if here.query else "")})
    return RedirectResponse(f"{LOGIN}?{query}", 303)


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
        if (parts.scheme, parts.netloc) != (request.url.scheme, request.headers.get("host")):
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
