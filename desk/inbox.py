"""The inbox: what waits for a person, whose it is, and how soon somebody has to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from desk.company import OfficeDesk
from desk.guard import COLLEAGUE, requires
from desk.live import Watch, changes
from desk.rendering import Pages
from desk.telling import Due, Teller, waits
from domain.casework import PRIORITIES
from domain.language import Language
from domain.office import InboxView, TicketRow

INBOX, ME = "/desk/inbox", "/desk/me"
READ_LIST = "tickets:read"
Shown = Literal["waiting", "mine", "open", "pending", "solved", "all"]
VIEWS: tuple[Shown, ...] = get_args(Shown)
LANGUAGES: tuple[Language, ...] = get_args(Language)
CHANNELS = ("web", "whatsapp", "dingtalk", "voice")
FIELDS = ("team", "channel", "language", "priority", "assignee", "customer", "q")
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Line:
    """A ticket as a line of the inbox."""

    row: TicketRow
    waits: bool
    alarm: bool
    due: Due | None
    mood: tuple[str, str] | None


@dataclass(frozen=True)
class Choice:
    """A filter, and what can be chosen."""

    name: str
    chosen: str
    values: Sequence[tuple[str, str]]


def serve_inbox(routes: APIRouter, desk: OfficeDesk, pages: Pages, watch: Watch) -> None:
    """The list of tickets, its news, and everybody's own page."""

    @routes.get(INBOX)
    @requires(READ_LIST)
    async def inbox(request: Request, show: Word = "", page: int = 1) -> Response:
        me = request.state.colleague
        version = await watch.version()  # before what is read, so that nothing new is missed
        counts = await desk.store.counts(me.id)
        looking = any(_chosen(request).values())
        first = "all" if looking else _first(counts["waiting"], counts["mine"])
        view = view_of(request, show or first, page)
        rows, total = await desk.store.inbox(view, me.id)
        teller = Teller(pages, request, desk.staff, desk.now())
        chosen = {"show": view.shown, **_chosen(request)}
        return pages.page(
            request,
            "inbox.html",
            tab="inbox",
            teller=teller,
            lines=[_line(row, teller) for row in rows],
            total=total,
            view=view,
            counts=counts,
            views=[(one, address(chosen, show=one, page="")) for one in VIEWS],
            choices=_choices(view, teller),
            filtered=any(value for name, value in chosen.items() if name not in ("show", "page")),
            sheets=_sheets(view, total, chosen),
            this=address(chosen),
            everywhere="" if view.shown == "all" else address(chosen, show="all", page=""),
            version=version,
        )

    @routes.get(f"{INBOX}/news")
    @requires(READ_LIST)
    async def news(seen: Word = "") -> Response:
        return streamed(watch, seen)

    @routes.get(ME)
    @requires(COLLEAGUE)
    async def mine(request: Request) -> Response:
        me = request.state.colleague
        load = (await desk.store.loads()).get(me.id)
        rows, _ = await desk.store.inbox(InboxView(shown="mine"), me.id)
        teller = Teller(pages, request, desk.staff, desk.now())
        on_duty = me in desk.staff.on_duty(desk.now(), desk.calendar)
        return pages.page(
            request,
            "me.html",
            tab="me",
            teller=teller,
            away=load is not None and load.away,
            on_duty=on_duty,
            lines=[_line(row, teller) for row in rows],
        )


def streamed(watch: Watch, seen: str, conversation_id: str = "") -> Response:
    """The news of a page, as they come."""
    told = changes(watch, seen, conversation_id)
    unbuffered = {"X-Accel-Buffering": "no"}
    return StreamingResponse(told, media_type="text/event-stream", headers=unbuffered)


def view_of(request: Request, show: str, page: int) -> InboxView:
    """What the address of the page asks for."""
    given = request.query_params
    asked = {name: given.get(name, "")[:200] for name in FIELDS}
    return InboxView(
        shown=next((one for one in VIEWS if one == show), "open"),
        team=asked["team"],
        channel=asked["channel"],
        language=asked["language"],
        priority=asked["priority"],
        assignee=asked["assignee"],
        customer=asked["customer"],
        text=asked["q"].strip(),
        page=min(max(page, 1), 100_000),
    )


def address(chosen: dict[str, str], **changed: str) -> str:
    """An address of the inbox; what is empty is left out."""
    kept = {name: value for name, value in {**chosen, **changed}.items() if value}
    return INBOX + (f"?{urlencode(kept)}" if kept else "")


def _first(waiting: int, mine: int) -> Shown:
    """What is shown to somebody who has chosen nothing: what needs them most."""
    return "waiting" if waiting else "mine" if mine else "open"


def _chosen(request: Request) -> dict[str, str]:
    given = request.query_params
    return {name: given.get(name, "")[:200] for name in (*FIELDS, "page")}


def _line(row: TicketRow, teller: Teller) -> Line:
    waiting = waits(row)
    return Line(row, waiting, waiting and row.red_alert, teller.due(row), teller.mood(row.anger))


def _choices(view: InboxView, teller: Teller) -> list[Choice]:
    teams = sorted({team for one in teller.staff.everybody for team in one.teams})
    return [
        Choice("team", view.team, [(one, teller.field("inbox.team", one)) for one in teams]),
        Choice(
            "priority",
            view.priority,
            [(one, teller.field("inbox.priority", one)) for one in reversed(PRIORITIES)],
        ),
        Choice(
            "channel",
            view.channel,
            [(one, teller.field("inbox.channel", one)) for one in CHANNELS],
        ),
        Choice(
            "language",
            view.language,
            [(one, teller.field("desk.language", one)) for one in LANGUAGES],
        ),
        Choice("assignee", view.assignee, [(one.id, one.name) for one in teller.staff.everybody]),
    ]


def _sheets(view: InboxView, total: int, chosen: dict[str, str]) -> list[tuple[str, str]]:
    """The pages before and after this one: which word, and where."""
    last = max(1, ceil(total / view.per_page))
    sheets = []
    if view.page > 1:
        sheets.append(("previous", address(chosen, page=str(min(view.page - 1, last)))))
    if view.page < last:
        sheets.append(("next", address(chosen, page=str(view.page + 1))))
    return sheets
