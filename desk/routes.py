"""The desk as one whole: its door, its files, and the pages of every room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from desk.company import DashboardDesk, Entrance, KnowledgeDesk, OfficeDesk
from desk.dashboard import serve_dashboard
from desk.guard import ANYBODY, ASSETS, COLLEAGUE, Guard, Refused, guarded, requires
from desk.inbox import INBOX, READ_LIST
from desk.knowledge import HOME, serve_knowledge
from desk.login import inside, serve_login
from desk.office import serve_office
from desk.rendering import COOKIE, Pages
from domain.errors import ConfigurationError
from domain.language import Language
from retrieval.sentences import STAFF_LANGUAGES, StaffLanguage

_STATIC = Path(__file__).parent / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_YEAR = 365 * 24 * 3600
Now = Callable[[], datetime]
Text = Annotated[str, Query(max_length=4000)]


def router(
    desk: KnowledgeDesk,
    entrance: Entrance,
    *,
    now: Now,
    language: Language = "zh-Hant",
    office: OfficeDesk | None = None,
    dashboard: DashboardDesk | None = None,
) -> APIRouter:
    """Every route of the desk; each is guarded and names the scope it needs.

    The rooms put their routes on this one router: what is included from another router would not be guarded.

    Raises:
        ConfigurationError: a route names no scope, or is not guarded.
    """
    staff: StaffLanguage = "zh-Hant" if language == "yue" else language  # as Cantonese is written
    pages = Pages(desk.sentences, staff, entrance.permissions)
    kind = guarded(Guard(entrance), pages)
    routes = APIRouter(route_class=kind, include_in_schema=False)
    _serve_files(routes)
    _serve_front(routes, pages, entrance)
    serve_login(routes, entrance, pages)
    serve_knowledge(routes, desk, pages, now=now)
    if office is not None:
        serve_office(routes, office, pages, entrance.permissions)
    if dashboard is not None:
        serve_dashboard(routes, dashboard, pages, entrance.permissions)
    if not all(isinstance(one, kind) for one in routes.routes):
        raise ConfigurationError(
            "put every route of the desk on its own router: others are not guarded"
        )
    return routes


def _serve_files(routes: APIRouter) -> None:
    files = {one.name: one.read_bytes() for one in _STATIC.iterdir() if one.suffix in _MEDIA}

    @routes.get(ASSETS + "{file}")
    @requires(ANYBODY)
    async def asset(file: str) -> Response:
        if file not in files:
            raise Refused("desk.fault.address", 404)
        media, fresh = _MEDIA[Path(file).suffix], {"Cache-Control": "no-cache"}
        return Response(files[file], media_type=media, headers=fresh)


def _serve_front(routes: APIRouter, pages: Pages, entrance: Entrance) -> None:
    @routes.get("/desk")
    @routes.get("/desk/")
    @requires(COLLEAGUE)
    async def front(request: Request) -> Response:
        listed = entrance.permissions.may(request.state.colleague.role, READ_LIST)
        return RedirectResponse(INBOX if listed and "inbox" in pages.rooms else HOME, 303)

    @routes.get("/desk/language")
    @requires(ANYBODY)
    async def language(request: Request, to: Text, back: Text = "/desk/") -> Response:
        if to not in STAFF_LANGUAGES or not inside(back):
            raise Refused("desk.fault.address", 404)
        response = RedirectResponse(back, 303)
        response.set_cookie(
            COOKIE,
            to,
            max_age=_YEAR,
            path="/desk",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response
