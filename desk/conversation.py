"""The page of one conversation: its transcript as it grows, the case, the customer, and the reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response

from desk.company import OfficeDesk
from desk.guard import Refused, requires
from desk.inbox import Word, streamed
from desk.live import Watch
from desk.rendering import Pages
from desk.telling import Due, Teller, brief_lines
from desk.transcript import Talk, entries
from domain.casework import PRIORITIES, Ticket
from domain.company import Customer, Order
from domain.conversation import Task
from domain.errors import NightdeskError
from domain.language import Language
from domain.office import Colleague, TicketRow
from domain.records import History
from domain.transcripts import Transcript
from security.permissions import Permissions
from support.replies import LANGUAGES

PAGE = "/desk/conversation"
READ, WRITE = "conversations:read", "conversations:write"
CANNED = "canned."
OPEN_STATUSES = ("new", "open", "pending", "on_hold")
_SECRET = ("otp", "text")


@dataclass(frozen=True)
class Written:
    """What somebody has in the boxes of the page, and what is to be said above them."""

    text: str = ""
    original: str = ""
    note: str = ""
    said: str = ""
    status: int = 200
    translated: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """The customer, as far as the company's systems answer."""

    customer: Customer | None
    orders: Sequence[Order]
    tickets: Sequence[TicketRow]
    reached: bool


@dataclass(frozen=True)
class Doing:
    """What the assistant understood, and how far it has come with it."""

    kind: str
    status: str
    slots: Mapping[str, str]


class Room:
    """Puts the page together, for every deed comes back to it."""

    def __init__(
        self, desk: OfficeDesk, pages: Pages, permissions: Permissions, watch: Watch
    ) -> None:
        self.desk, self.pages, self.watch = desk, pages, watch
        self._permissions = permissions

    def teller(self, request: Request) -> Teller:
        return Teller(self.pages, request, self.desk.staff, self.desk.now())

    def may_write(self, colleague: Colleague) -> bool:
        return self._permissions.may(colleague.role, WRITE)

    async def history(self, conversation_id: str) -> History:
        """What is kept of a conversation.

        Raises:
            Refused: there is no such conversation.
        """
        history = await self.desk.conversations.history(conversation_id)
        if history is None:
            raise Refused("inbox.fault.no_conversation", 404)
        return history

    async def page(
        self, request: Request, conversation_id: str, written: Written | None = None
    ) -> Response:
        """The whole page; what was `written` and not sent stays in its box."""
        desk, me = self.desk, request.state.colleague
        version = await self.watch.version(conversation_id)
        whole = await desk.store.whole(conversation_id)
        if whole is None:
            raise Refused("inbox.fault.no_conversation", 404)
        conversation, handover = whole.conversation, whole.handover
        ticket = conversation.ticket
        if ticket is not None and whole.unread:
            await desk.store.look(ticket.id, desk.now())
        teller, card = self.teller(request), await self._card(whole)
        name = card.customer.name if card.customer else teller.say("inbox.customer")
        translates, left = desk.translator is not None, written or Written()
        return self.pages.page(
            request,
            "conversation.html",
            tab="inbox",
            status=left.status,
            teller=teller,
            id=conversation_id,
            version=version,
            conversation=conversation,
            held=conversation,
            mine=conversation.holder == me.id,
            me=me,
            ticket=ticket,
            due=_due(ticket, teller),
            handover=handover,
            brief=brief_lines(
                handover.brief if handover else ticket.summary if ticket else "",
                lambda kind: teller.field("inbox.task", kind),
            ),
            entries=entries(_talk(whole), teller, name, translates=translates),
            name=name,
            card=card,
            tasks=[_doing(one) for one in whole.tasks[::-1]],
            audit=whole.audit,
            colleagues=[
                one for one in desk.staff.everybody if one.id != me.id and self.may_write(one)
            ],
            teams=sorted({team for one in desk.staff.everybody for team in one.teams}),
            on_duty=desk.staff.on_duty(desk.now(), desk.calendar),
            statuses=OPEN_STATUSES,
            priorities=PRIORITIES,
            canned=self.canned(conversation.language),
            translates=translates,
            written=left,
        )

    def canned(self, language: str) -> list[tuple[str, str]]:
        """The replies that are always at hand, in the language of the customer."""
        spoken: Language = next((one for one in LANGUAGES if one == language), "yue")
        replies = self.desk.replies
        keys = [key for key in replies.keys() if key.startswith(CANNED)]  # noqa: SIM118 - not a dict
        return [(key, replies.say(key, spoken)) for key in keys]

    async def _card(self, whole: Transcript) -> Card:
        customer_id, tickets = whole.conversation.customer_id, whole.tickets
        try:
            customer = await self.desk.systems.customer(customer_id)
            orders = await self.desk.systems.orders(customer_id) if customer else []
        except NightdeskError:  # the company's system is down; the conversation goes on
            return Card(None, (), tickets, reached=False)
        return Card(customer, orders, tickets, reached=True)


def _talk(whole: Transcript) -> Talk:
    return Talk(
        messages=whole.messages,
        events=whole.events,
        moods=whole.moods,
        notices=whole.notices,
        cited=whole.cited,
        undelivered=whole.undelivered,
    )


def _due(ticket: Ticket | None, teller: Teller) -> Due | None:
    if ticket is None or ticket.status not in ("new", "open"):
        return None
    waits = ticket.stage in ("flagged", "supervisor_alerted", "transferred")
    if waits and ticket.respond_by is not None:
        return teller.by(ticket.respond_by, "answer")
    return teller.by(ticket.resolve_by, "solve") if ticket.resolve_by else None


def _doing(task: Task) -> Doing:
    slots = {key: value for key, value in task.slots.items() if key not in _SECRET and value}
    return Doing(task.kind, task.status, slots)


def serve_conversation(routes: APIRouter, room: Room) -> None:
    """The page and its news."""

    @routes.get(PAGE)
    @requires(READ)
    async def conversation(request: Request, id: Word) -> Response:
        return await room.page(request, id)

    @routes.get(f"{PAGE}/news")
    @requires(READ)
    async def news(id: Word, seen: Word = "") -> Response:
        return streamed(room.watch, seen, id)

    @routes.get(f"{PAGE}/suggestions")
    @requires(WRITE)
    async def suggestions(request: Request, id: Word) -> Response:
        """Replies that could be given; asked for apart, for they may take a while."""
        await room.history(id)
        found = await room.desk.suggest(id)
        return room.pages.page(request, "suggestions.html", tab="inbox", id=id, suggested=found)
