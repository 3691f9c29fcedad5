"""Where colleagues log in to the desk, and out of it.

Whoever is unknown and whoever gives a wrong password hears the same, after the same time. After a few wrong tries
an account has to wait, and so has an address, whatever the password: somebody who knows an id can keep its owner
out for minutes, which is the price of never being guessed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import re
import unicodedata
from typing import Annotated
from urllib.parse import unquote, urlsplit

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from desk.company import Entrance, Opened
from desk.cookies import FORM, SESSION, new_mark
from desk.guard import ANYBODY, COLLEAGUE, LOGIN, Refused, requires
from desk.rendering import Pages
from domain.office import Colleague

log = structlog.get_logger()

FRONT, LOGOUT, DEMO_LOGIN = "/desk", "/desk/logout", "/desk/login/demo"
_LONGEST_ADDRESS = 2000
_HASHING_AT_ONCE = 2  # each takes 64 MB
_NEVER_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f\\]")
Onto = Annotated[str, Query(max_length=_LONGEST_ADDRESS, alias="next")]


class Door:
    """Tries passwords."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._hashing = asyncio.Semaphore(_HASHING_AT_ONCE)

    async def enter(self, given: str, password: str, address: str) -> Opened | float | None:
        """A session; or how many seconds to wait; or None if id or password is wrong."""
        accounts, account = self._entrance.accounts, _folded(given)
        counted = await accounts.attempt(account, address)
        if counted.wait:
            log.warning("staff_login_throttled", address=address)
            return counted.wait
        colleague = self._known(account)
        # Looked up and verified in any case, so that it takes the same time.
        kept = await accounts.password(account if colleague is None else colleague.id)
        if not await self._right(kept, password) or colleague is None or kept is None:
            # What was given as an id may be a password in the wrong field.
            who = "unknown" if colleague is None else colleague.id
            log.warning("staff_login_refused", staff_id=who, address=address)
            return None
        opened = await accounts.open(
            colleague.id, await self._strengthened(colleague, kept, password)
        )
        if opened is not None:
            await accounts.succeeded(counted.number, account)
            log.info("staff_logged_in", staff_id=colleague.id, address=address)
        return opened

    def _known(self, account: str) -> Colleague | None:
        everybody = self._entrance.staff.everybody
        return next((one for one in everybody if _folded(one.id) == account), None)

    async def _right(self, kept: str | None, password: str) -> bool:
        async with self._hashing:
            return await asyncio.to_thread(self._entrance.passwords.verify, kept, password)

    async def _strengthened(self, colleague: Colleague, kept: str, password: str) -> str:
        """The hash that is kept from now on."""
        passwords = self._entrance.passwords
        if not passwords.needs_rehash(kept):
            return kept
        async with self._hashing:
            new = await asyncio.to_thread(passwords.hash, password)
        await self._entrance.accounts.strengthen(colleague.id, kept, new)
        return new


class Forms:
    """The page with the form, and what comes of it."""

    def __init__(self, entrance: Entrance, pages: Pages) -> None:
        self._entrance, self._pages = entrance, pages

    def show(self, request: Request, onto: str, said: str = "", status: int = 200) -> Response:
        """The form; in the demo, also a button for every colleague."""
        mark = FORM.read(request) or new_mark()
        everybody = self._entrance.staff.everybody if self._entrance.demo else ()
        response = self._pages.page(
            request,
            "login.html",
            status=status,
            token=mark,
            closed=True,
            said=said,
            onto=onto,
            given=request.state.form.get("id", ""),
            demo=everybody,
        )
        FORM.write(request, response, mark)
        return response

    def wrong(self, request: Request, onto: str) -> Response:
        return self.show(request, onto, self._pages.say(request, "login.wrong"), 401)

    def throttled(self, request: Request, onto: str, seconds: float) -> Response:
        said = self._pages.say(request, "login.throttled", minutes=math.ceil(seconds / 60))
        response = self.show(request, onto, said, 429)
        response.headers["Retry-After"] = str(math.ceil(seconds))
        return response

    async def let_in(self, request: Request, opened: Opened, onto: str) -> Response:
        """Give the browser its new token; one that it brought is never used on, and ends."""
        if brought := SESSION.read(request):
            await self._entrance.accounts.end(brought)
        response = RedirectResponse(onto, 303)
        SESSION.write(request, response, opened.token)
        FORM.clear(request, response)
        return response


def serve_login(routes: APIRouter, entrance: Entrance, pages: Pages) -> None:
    """The routes by which colleagues come in and go out."""
    door, forms = Door(entrance), Forms(entrance, pages)

    @routes.get(LOGIN)
    @requires(ANYBODY)
    async def form(request: Request, onto: Onto = "") -> Response:
        if request.state.session is not None:
            return RedirectResponse(onward(onto), 303)
        return forms.show(request, onward(onto))

    @routes.post(LOGIN)
    @requires(ANYBODY)
    async def log_in(request: Request) -> Response:
        given: dict[str, str] = request.state.form
        onto = onward(given.get("next", ""))
        password = given.get("password", "")
        came = await door.enter(given.get("id", ""), password, _address(request))
        if came is None:
            return forms.wrong(request, onto)
        if isinstance(came, float):
            return forms.throttled(request, onto, came)
        return await forms.let_in(request, came, onto)

    @routes.post(LOGOUT)
    @requires(COLLEAGUE)
    async def log_out(request: Request) -> Response:
        await entrance.accounts.end(SESSION.read(request))
        log.info("staff_logged_out", staff_id=request.state.colleague.id)
        response = RedirectResponse(LOGIN, 303)
        SESSION.clear(request, response)
        return response

    if entrance.demo:
        _serve_demo(routes, entrance, forms)


def _serve_demo(routes: APIRouter, entrance: Entrance, forms: Forms) -> None:
    """Be any colleague of the demo company; this route exists on loopback only."""

    @routes.post(DEMO_LOGIN)
    @requires(ANYBODY)
    async def be(request: Request) -> Response:
        given: dict[str, str] = request.state.form
        colleague = entrance.staff.find(given.get("id", ""))
        opened = None if colleague is None else await entrance.accounts.open(colleague.id, None)
        if colleague is None or opened is None:
            raise Refused("desk.fault.address", 404)
        log.info("staff_logged_in", staff_id=colleague.id, demo=True)
        return await forms.let_in(request, opened, onward(given.get("next", "")))


def inside(address: str) -> bool:
    """Whether an address leads to a page of the desk, however a browser reads it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    path = unquote(parts.path)
    if _NEVER_IN_AN_ADDRESS.search(address) or _NEVER_IN_AN_ADDRESS.search(path):
        return False
    first, *steps = path.split("/")
    plain = steps[:1] == ["desk"] and not {"", ".", ".."} & set(steps[:-1])
    return plain and steps[-1] not in (".", "..") and not (first or parts.scheme or parts.netloc)


def onward(address: str) -> str:
    """Where to go after logging in: what was asked for, if it is a page of the desk."""
    away = address.startswith((LOGIN, LOGOUT)) or len(address) > _LONGEST_ADDRESS
    return address if inside(address) and not away else FRONT


def _folded(staff_id: str) -> str:
    return unicodedata.normalize("NFKC", staff_id).strip().casefold()


def _address(request: Request) -> str:
    """Where a try comes from; of the new addresses everybody has a whole network."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
