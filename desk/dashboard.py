"""The desk's pages of figures: the dashboard, its formulas, its tables for a spreadsheet, and early warnings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from desk.company import DashboardDesk
from desk.exports import (
    COLUMNS,
    FIGURE_COLUMNS,
    MEDIA,
    PRIVATE,
    figure_rows,
    table,
    ticket_rows,
)
from desk.figures import CARDS, CHARTS, MOOD, Figures, counted, day, plotted
from desk.guard import requires
from desk.rendering import Pages
from domain.errors import NightdeskError
from domain.kpis import AGES, KpiFilter
from retrieval.unanswered import Wanted
from security.permissions import Permissions
from support.kpis import PRESETS, USUAL, Report, range_of

log = structlog.get_logger()
DASHBOARD, FORMULAS, WARNINGS = "/desk/dashboard", "/desk/formulas", "/desk/warnings"
READ, TICKETS, CONVERSATIONS = "dashboard:read", "tickets:read", "conversations:read"
_QUESTIONS = 10
_AS_OF = 300.0  # seconds for which what was found to be unanswered is shown again
_WAIT = 0.25  # seconds that a page waits for it; it is ready at the next look
_LONGEST = 60  # of a name in the address


class Unanswered:
    """The questions that nothing answers; putting them together takes longer than a page may."""

    def __init__(self, company: DashboardDesk) -> None:
        self._company = company
        self._found: list[Wanted] | None = None
        self._until = 0.0
        self._work: asyncio.Task[None] | None = None

    async def top(self) -> Sequence[Wanted] | None:
        """The most wanted ones; None while they are put together for the first time."""
        if self._work is None and time.monotonic() >= self._until:
            self._work = asyncio.create_task(self._look())
        if self._work is not None:
            await asyncio.wait({self._work}, timeout=_WAIT)
        return None if self._found is None else self._found[:_QUESTIONS]

    async def _look(self) -> None:
        try:
            self._found = list(await self._company.wanted())
            self._until = time.monotonic() + _AS_OF
        except NightdeskError as fault:  # the figures are worth seeing without it
            log.warning("unanswered_not_found", code=fault.code)
        finally:
            self._work = None


@dataclass(frozen=True)
class Asked:
    """What a page was asked for: the days and what they are narrowed to."""

    wanted: KpiFilter
    preset: str

    def query(self, **other: str) -> str:
        """The same again, with something else in place."""
        wanted = self.wanted
        days = {"from": day(wanted.since), "to": day(wanted.until)}
        period = {"days": self.preset} if self.preset else days
        narrowed = {
            "channel": wanted.channel,
            "language": wanted.language,
            "team": wanted.team,
        }
        values = {**period, **narrowed, **other}
        return urlencode({name: value for name, value in values.items() if value})


def asked(company: DashboardDesk, request: Request) -> Asked:
    """What the address of a page asks for; what makes no sense in it is left out."""
    names = ("days", "from", "to", "channel", "language", "team")
    days, since, to, *narrowed = (
        request.query_params.get(name, "")[:_LONGEST].strip() for name in names
    )
    preset = days if days in PRESETS else ("" if since or to else USUAL)
    first, last = range_of(preset, since, to, company.now())
    channel, language, team = narrowed
    return Asked(KpiFilter(first, last, channel, language, team), preset)


def serve_dashboard(
    routes: APIRouter, company: DashboardDesk, pages: Pages, permissions: Permissions
) -> None:
    """The routes of the figures."""
    pages.rooms |= {"dashboard", "warnings"}
    _serve_figures(routes, company, pages)
    _serve_tables(routes, company, pages, permissions)
    _serve_warnings(routes, company, pages, permissions)


def _serve_figures(routes: APIRouter, company: DashboardDesk, pages: Pages) -> None:
    unanswered = Unanswered(company)

    @routes.get(DASHBOARD)
    @requires(READ)
    async def dashboard(request: Request) -> Response:
        what = asked(company, request)
        report = await company.kpis.report(what.wanted, company.now())
        shown = _shown(request, pages, what, report)
        questions = await unanswered.top()
        return pages.page(request, "dashboard.html", questions=questions, **shown)

    @routes.get(FORMULAS)
    @requires(READ)
    async def formulas(request: Request) -> Response:
        what = asked(company, request)
        report = await company.kpis.report(what.wanted, company.now())
        shown = _shown(request, pages, what, report)
        return pages.page(
            request,
            "formulas.html",
            warning=company.warnings.rules,
            rules=company.kpis.rules,
            **shown,
        )


def _shown(request: Request, pages: Pages, what: Asked, report: Report) -> dict[str, Any]:
    """What the pages of figures know."""
    return {
        "tab": "dashboard",
        "asked": what,
        "report": report,
        "figures": Figures(lambda key, **values: pages.say(request, key, **values)),
        "presets": PRESETS,
        "cards": CARDS,
        "charts": CHARTS,
        "mood": MOOD,
        "ages": AGES,
        "counted": counted,
        "plotted": plotted,
        "word": lambda kind, name: _word(request, pages, kind, name),
    }


def _word(request: Request, pages: Pages, kind: str, name: str) -> str:
    """What a channel, language, team, reason or topic is called; a company may have some of its own."""
    try:
        return pages.say(request, f"{kind}.{name}")
    except KeyError:
        return name or pages.say(request, "dash.unnamed")


def _serve_tables(
    routes: APIRouter, company: DashboardDesk, pages: Pages, permissions: Permissions
) -> None:
    @routes.get(f"{DASHBOARD}.csv")
    @requires(READ)
    async def figures(request: Request) -> Response:
        what = asked(company, request)
        report = await company.kpis.report(what.wanted, company.now())
        rows = figure_rows(report, lambda name: pages.say(request, f"dash.kpi.{name}"))
        return _sent("figures", what, table(FIGURE_COLUMNS, rows))

    @routes.get("/desk/tickets.csv")
    @requires(READ)
    async def tickets(request: Request) -> Response:
        what = asked(company, request)
        everything = permissions.may(request.state.colleague.role, TICKETS)
        columns = [name for name in COLUMNS if everything or name not in PRIVATE]
        lines = company.kpis.store.lines(what.wanted)
        return _sent("tickets", what, table(columns, ticket_rows(lines, columns)))


def _sent(name: str, what: Asked, rows: AsyncIterator[str]) -> Response:
    span = f"{day(what.wanted.since)}_{day(what.wanted.until)}"
    headers = {"Content-Disposition": f'attachment; filename="nightdesk-{name}-{span}.csv"'}
    return StreamingResponse(rows, media_type=MEDIA, headers=headers)


def _serve_warnings(
    routes: APIRouter, company: DashboardDesk, pages: Pages, permissions: Permissions
) -> None:
    @routes.get(WARNINGS)
    @requires(READ)
    async def warnings(request: Request) -> Response:
        found = await company.warnings.look(company.now())
        return pages.page(
            request,
            "warnings.html",
            tab="warnings",
            warnings=found,
            rules=company.warnings.rules,
            linked=permissions.may(request.state.colleague.role, CONVERSATIONS),
            word=lambda kind, name: _word(request, pages, kind, name),
            chance=lambda chance: _chance(request, pages, chance),
        )


def _chance(request: Request, pages: Pages, chance: float) -> str:
    number = round(1000 * chance)
    if number < 1:
        return pages.say(request, "warn.chance.rare")
    return pages.say(request, "warn.chance", number=number)
