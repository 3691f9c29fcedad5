"""Every route of the desk is closed to whoever is not logged in, and to roles without its scope."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from desk.changes import WRITE
from desk.guard import ANYBODY, COLLEAGUE, LOGIN, Guard, guarded, requires, scope_of
from desk.knowledge import HOME, READ
from desk.login import DEMO_LOGIN
from desk.rendering import Pages
from desk.routes import router
from domain.errors import ConfigurationError
from security.permissions import Permissions
from tests.unit.desk.conftest import (
    GRANTS,
    NOW,
    OURS,
    SENTENCES,
    Browser,
    Office,
    SmallDesk,
    app_of,
    client_of,
    log_in,
)

OPEN = {LOGIN, DEMO_LOGIN, "/desk/language", "/desk/assets/{file}"}
ROLES = ("supervisor", "duty_manager", "finance", "service", "knowledge_manager")
QUERY = {"path": "faq/parcels.md", "number": "1", "of": "care", "to": "en", "name": "new.md"}


def routes_of(desk: SmallDesk, office: Office) -> list[APIRoute]:
    found = router(desk, office.entrance(demo=True), now=lambda: NOW).routes
    routes = [one for one in found if isinstance(one, APIRoute)]
    assert len(routes) == len(found) > 20
    return routes


def test_every_route_names_a_scope_that_somebody_was_granted(
    desk: SmallDesk, office: Office
) -> None:
    routes = routes_of(desk, office)
    scopes = {one.path: scope_of(one) for one in routes}
    assert {path for path, scope in scopes.items() if scope == ANYBODY} == OPEN
    for scope in set(scopes.values()) - {ANYBODY, COLLEAGUE}:
        assert any(GRANTS.may(role, scope) for role in ROLES), scope
        assert not GRANTS.may("customer", scope)


def test_what_changes_documents_needs_more_than_reading_them(
    desk: SmallDesk, office: Office
) -> None:
    for route in routes_of(desk, office):
        if route.path.startswith(HOME) and route.methods == {"POST"}:
            assert scope_of(route) == WRITE


def test_a_route_without_a_scope_cannot_be_made(office: Office) -> None:
    entrance = office.entrance()
    pages = Pages(SENTENCES, "en", GRANTS)
    routes = APIRouter(route_class=guarded(Guard(entrance), pages))

    async def forgotten() -> str:
        return "open"

    with pytest.raises(ConfigurationError, match="/desk/forgotten"):
        routes.get("/desk/forgotten")(forgotten)
    routes.get("/desk/forgotten")(requires(READ)(forgotten))


async def test_without_a_session_nothing_but_the_door_is_served(
    desk: SmallDesk, office: Office
) -> None:
    before = desk.files()
    app = app_of(desk, office.entrance(demo=True))
    for route in routes_of(desk, office):
        if route.path in OPEN:
            continue
        async with client_of(app) as client:
            for method in route.methods or ():
                await _is_refused(client, method, route.path)
    assert desk.files() == before
    assert desk.woken == 0
    assert desk.rolled_back == []


async def _is_refused(client: httpx.AsyncClient, method: str, path: str) -> None:
    page = await client.request(method, path, params=QUERY, headers=OURS)
    assert page.status_code == 303, path
    assert page.headers["location"].startswith(f"{LOGIN}?next=%2Fdesk"), path
    for accept, told in (("application/json", "Log in first."), ("text/event-stream", "")):
        headers = {**OURS, "accept": accept}
        script = await client.request(method, path, params=QUERY, headers=headers)
        assert script.status_code == 401, path
        assert told in script.text
        assert "parcels" not in script.text
    fetched = await client.request(
        method, path, params=QUERY, headers={**OURS, "sec-fetch-mode": "cors"}
    )
    assert (fetched.status_code, fetched.text) == (401, "")


async def test_with_a_forged_cookie_nothing_is_served(stranger: httpx.AsyncClient) -> None:
    for forged in ("x" * 43, "", "x" * 5000, "密碼", "' or 1=1 --"):
        cookie = f"nightdesk_session={forged}".encode()
        response = await stranger.get(HOME, headers=[(b"cookie", cookie)])
        assert response.status_code == 303
        assert "parcels" not in response.text


async def test_a_role_without_the_scope_is_refused_and_changes_nothing(
    desk: SmallDesk, stranger: httpx.AsyncClient
) -> None:
    await log_in(stranger, "bo")
    browser = Browser(stranger)
    assert "faq/parcels.md" in await browser.see()
    for page in ("/delete", "/edit", "/rename", "/drafts", "/rollback"):
        response = await browser.send(page, path="faq/parcels.md", to="faq/x.md", number="1")
        assert response.status_code == 403
        assert WRITE in response.text
    assert (await browser.upload("new.md", b"# New")).status_code == 403
    for page in ("/edit", "/delete"):
        query = {"path": "faq/parcels.md"}
        assert (await stranger.get(f"{HOME}{page}", params=query)).status_code == 403
    assert desk.files() == {"faq/parcels.md", "faq/hours.md"}


async def test_a_role_that_nobody_granted_anything_sees_no_documents(
    desk: SmallDesk, office: Office
) -> None:
    entrance = replace(office.entrance(), permissions=Permissions({}))
    async with client_of(app_of(desk, entrance)) as client:
        await log_in(client, "Ada")
        response = await client.get(HOME)
        assert response.status_code == 403
        assert "parcels" not in response.text
        assert 'class="tabs"' not in response.text
        assert "/desk/logout" in response.text


async def test_an_unknown_page_is_no_way_around(app: FastAPI, stranger: httpx.AsyncClient) -> None:
    for path in (f"{HOME}/nope", "/desk/../desk/knowledge", "/DESK/knowledge", "//desk/knowledge"):
        response = await stranger.get(path)
        assert response.status_code in (303, 404)
        assert "parcels" not in response.text
    assert (await stranger.options(HOME)).status_code in (404, 405)
    assert app.routes
