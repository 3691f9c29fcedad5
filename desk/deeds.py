"""What colleagues press on the desk: acknowledge, take over, reply, note, hand back, solve, assign, approve.

Whoever comes second is told who was first, and what they had typed stays in its box.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from desk.conversation import OPEN_STATUSES, PAGE, WRITE, Room, Written
from desk.guard import COLLEAGUE, Refused, requires
from desk.inbox import INBOX, ME
from desk.login import inside
from domain.casework import PRIORITIES, TICKET_STATUSES, Priority, TicketStatus
from domain.errors import InputError
from domain.office import Colleague
from support.office import LONGEST_REPLY, NotYours

TICKETS = "tickets:write"
Deed = Callable[[], Awaitable[str]]
"""Does something, and names the sentence that says so."""


def done_at(conversation_id: str, done: str, what: str = "") -> Response:
    """Back to the conversation, which says what was done."""
    query = {"id": conversation_id, "done": done} | ({"what": what} if what else {})
    return RedirectResponse(f"{PAGE}?{urlencode(query)}", 303)


class Deeds:
    """Carries out what a form says, and shows the page again where it could not be done."""

    def __init__(self, room: Room) -> None:
        self.room, self.desk = room, room.desk

    async def do(
        self, request: Request, deed: Deed, *, text: str = "", note: str = "", original: str = ""
    ) -> Response:
        """Do it and go back; what was typed stays on the page if somebody else was first, or it was wrong."""
        conversation_id = asked(request, "id")
        try:
            return done_at(conversation_id, await deed())
        except NotYours as refused:
            said, status = self.holder(request, refused.holder), 409
        except Refused:
            raise
        except InputError as refused:
            if not (text or note):
                raise
            say = self.room.teller(request).say
            too_long = len(text or note) > LONGEST_REPLY
            key = "inbox.fault.too_long" if too_long else "inbox.fault.refused"
            said, status = say(key, most=LONGEST_REPLY, cause=str(refused)), 400
        left = Written(text, original, note, said, status)
        return await self.room.page(request, conversation_id, left)

    def holder(self, request: Request, staff_id: str) -> str:
        """Who has the conversation, as a sentence."""
        teller = self.room.teller(request)
        if not staff_id:
            return teller.say("inbox.fault.assistants")
        return teller.say("inbox.fault.held", name=teller.who(staff_id))

    async def take(self, request: Request) -> Response:
        """Take a conversation over; the second to press learns who was first."""
        me, conversation_id = request.state.colleague, asked(request, "id")
        text = request.state.form.get("text", "")
        taken = await self.desk.office.take(conversation_id, me)
        if taken.by != me.id:
            said = self.holder(request, taken.by)
            left = Written(text, said=said, status=409)
            return await self.room.page(request, conversation_id, left)
        if text:  # what was typed while somebody else had it
            said = self.room.teller(request).say("desk.done.taken")
            return await self.room.page(request, conversation_id, Written(text, said=said))
        return RedirectResponse(f"{PAGE}?{urlencode({'id': conversation_id})}", 303)

    async def acknowledge(self, request: Request) -> Response:
        me, conversation_id = request.state.colleague, asked(request, "id")
        handover = await self.desk.store.newest(conversation_id)
        if handover is None:
            raise Refused("inbox.fault.no_conversation", 404)
        after = await self.desk.office.acknowledge(handover.id, me)
        teller = self.room.teller(request)
        who = teller.who(after.acknowledged_by) if after.acknowledged_by else ""
        done = "acknowledged" if after.acknowledged_by == me.id else "was_acknowledged"
        back = request.state.form.get("back", "")
        if back.startswith(INBOX) and inside(back):
            mark = urlencode({"done": done, "what": who})
            return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{mark}", 303)
        return done_at(conversation_id, done, who)

    async def insert(self, request: Request) -> Response:
        """Put a reply that is at hand behind what was typed, for a browser without scripts."""
        form, conversation_id = request.state.form, asked(request, "id")
        history = await self.room.history(conversation_id)
        canned = dict(self.room.canned(history.conversation.language))
        ready = canned.get(form.get("canned", ""), form.get("suggested", ""))
        text = "\n".join(filter(None, (form.get("text", "").strip(), ready)))
        return await self.room.page(
            request, conversation_id, Written(text, form.get("written", ""))
        )

    async def assign(self, request: Request) -> str:
        me, to = request.state.colleague, self.desk.staff.find(asked(request, "to"))
        if to is None or not self.room.may_write(to):
            raise Refused("inbox.fault.nobody", 404)
        await self.desk.office.assign(asked(request, "id"), me, to)
        return "assigned"

    async def solve(self, request: Request) -> str:
        surveyed = await self.desk.office.solve(asked(request, "id"), request.state.colleague)
        return "solved_asked" if surveyed else "solved"


def asked(request: Request, name: str) -> str:
    """A field that a form has to bring."""
    value: str = request.state.form.get(name, "")
    if not value:
        raise Refused("desk.fault.form")
    return value


def serve_deeds(routes: APIRouter, room: Room) -> None:
    """Everything that changes something."""
    deeds = Deeds(room)
    _serve_talk(routes, deeds)
    _serve_aside(routes, deeds)
    _serve_case(routes, deeds)
    _serve_fields(routes, deeds)

    @routes.post(f"{ME}/away")
    @requires(COLLEAGUE)
    async def away(request: Request) -> Response:
        going = asked(request, "away") == "yes"
        await deeds.desk.office.away(request.state.colleague, going)
        return RedirectResponse(f"{ME}?done={'away' if going else 'there'}", 303)


def _serve_talk(routes: APIRouter, deeds: Deeds) -> None:
    """Taking over and speaking."""
    office = deeds.desk.office

    @routes.post(f"{PAGE}/take")
    @requires(WRITE)
    async def take(request: Request) -> Response:
        return await deeds.take(request)

    @routes.post(f"{PAGE}/reply")
    @requires(WRITE)
    async def reply(request: Request) -> Response:
        me, form = request.state.colleague, request.state.form
        text, original = form.get("text", ""), form.get("written", "")

        async def say() -> str:
            await office.reply(asked(request, "id"), me, text, written=original)
            return "replied"

        return await deeds.do(request, say, text=text, original=original)

    @routes.post(f"{PAGE}/insert")
    @requires(WRITE)
    async def insert(request: Request) -> Response:
        return await deeds.insert(request)


def _serve_aside(routes: APIRouter, deeds: Deeds) -> None:
    """Notes, and giving the conversation back."""
    office = deeds.desk.office

    @routes.post(f"{PAGE}/note")
    @requires(WRITE)
    async def note(request: Request) -> Response:
        me, text = request.state.colleague, request.state.form.get("note", "")

        async def leave() -> str:
            await office.note(asked(request, "id"), me, text)
            return "noted"

        return await deeds.do(request, leave, note=text)

    @routes.post(f"{PAGE}/back")
    @requires(WRITE)
    async def back(request: Request) -> Response:
        async def give() -> str:
            await office.give_back(asked(request, "id"), request.state.colleague)
            return "returned"

        return await deeds.do(request, give)


def _serve_case(routes: APIRouter, deeds: Deeds) -> None:
    """The ticket: who looks after it, and how far it has come."""

    @routes.post(f"{PAGE}/acknowledge")
    @requires(WRITE)
    async def acknowledge(request: Request) -> Response:
        return await deeds.acknowledge(request)

    @routes.post(f"{PAGE}/solve")
    @requires(WRITE)
    async def solve(request: Request) -> Response:
        return await deeds.do(request, lambda: deeds.solve(request))

    @routes.post(f"{PAGE}/assign")
    @requires(TICKETS)
    async def assign(request: Request) -> Response:
        return await deeds.do(request, lambda: deeds.assign(request))


def _serve_fields(routes: APIRouter, deeds: Deeds) -> None:
    """What a ticket says of itself, changed by hand."""
    office = deeds.desk.office

    @routes.post(f"{PAGE}/status")
    @requires(TICKETS)
    async def status(request: Request) -> Response:
        async def put() -> str:
            await office.set_status(
                asked(request, "id"), _me(request), _status(asked(request, "to"))
            )
            return "status"

        return await deeds.do(request, put)

    @routes.post(f"{PAGE}/priority")
    @requires(TICKETS)
    async def priority(request: Request) -> Response:
        async def put() -> str:
            await office.set_priority(
                asked(request, "id"), _me(request), _priority(asked(request, "to"))
            )
            return "priority"

        return await deeds.do(request, put)

    @routes.post(f"{PAGE}/team")
    @requires(TICKETS)
    async def team(request: Request) -> Response:
        async def put() -> str:
            await office.set_team(asked(request, "id"), _me(request), asked(request, "to"))
            return "team"

        return await deeds.do(request, put)


def _me(request: Request) -> Colleague:
    me: Colleague = request.state.colleague
    return me


def _status(value: str) -> TicketStatus:
    found: TicketStatus | None = next((one for one in TICKET_STATUSES if one == value), None)
    if found is None or found not in OPEN_STATUSES:
        raise Refused("desk.fault.form")
    return found


def _priority(value: str) -> Priority:
    found: Priority | None = next((one for one in PRIORITIES if one == value), None)
    if found is None:
        raise Refused("desk.fault.form")
    return found
