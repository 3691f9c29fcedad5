"""Looking again at a message: in another language, as no alarm after all, or at a reply before it is sent."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from desk.conversation import PAGE, READ, WRITE, Room, Written
from desk.deeds import asked, done_at
from desk.guard import Refused, requires
from desk.transcript import in_script, way
from domain.conversation import Message
from domain.errors import NightdeskError
from domain.language import Language
from domain.office import Label
from security.masking import mask
from support.replies import LANGUAGES

LABEL = "alarms:label"
NO_ALARM = "none"


class Looks:
    """Reads what stands in a conversation for whoever looks at it."""

    def __init__(self, room: Room) -> None:
        self.room, self.desk = room, room.desk

    async def message(self, conversation_id: str, message_id: str) -> Message:
        """One of its messages.

        Raises:
            Refused: it has no such message.
        """
        transcript = await self.desk.store.transcript(conversation_id)
        found = next((one for one in transcript if one.id == message_id), None)
        if found is None:
            raise Refused("inbox.fault.no_message", 404)
        return found

    async def known(self, conversation_id: str) -> tuple[str, ...]:
        """What is on file of the customer, and masked wherever it stands."""
        history = await self.room.history(conversation_id)
        try:
            customer = await self.desk.systems.customer(history.conversation.customer_id)
        except NightdeskError:
            return ()
        return customer.private() if customer else ()

    async def translated(self, request: Request, message: Message) -> str:
        """The message in the language of the page; empty where only the original will do."""
        reads = self.room.pages.language(request)
        translator = self.desk.translator
        match way(message.language, reads, translates=translator is not None):
            case "script":
                return in_script(message.text, reads)
            case "words" if translator is not None:
                known = await self.known(message.conversation_id)
                found = await translator.translate(message.text, reads, "staff", known=known)
                return found or ""
        return ""

    async def preview(self, conversation_id: str, text: str) -> str | None:
        """What the customer would read, in their language; None where it cannot be said with certainty."""
        history = await self.room.history(conversation_id)
        wanted = history.conversation.language
        to: Language = next((one for one in LANGUAGES if one == wanted), "yue")
        if self.desk.translator is None:
            return None
        return await self.desk.translator.translate(text, to, "customer")


def serve_second_looks(routes: APIRouter, room: Room) -> None:
    """Translations, and the button that says it was no alarm."""
    looks = Looks(room)

    @routes.post(f"{PAGE}/translate")
    @requires(READ)
    async def translate(request: Request) -> Response:
        conversation_id, message_id = asked(request, "id"), asked(request, "message")
        message = await looks.message(conversation_id, message_id)
        text = await looks.translated(request, message)
        left = Written(translated={message_id: text})
        return await room.page(request, conversation_id, left)

    @routes.post(f"{PAGE}/preview")
    @requires(WRITE)
    async def preview(request: Request) -> Response:
        conversation_id, form = asked(request, "id"), request.state.form
        text, say = form.get("text", ""), room.teller(request).say
        found = await looks.preview(conversation_id, text) if text.strip() else ""
        if not found:
            said = say("inbox.fault.untranslated") if text.strip() else ""
            return await room.page(request, conversation_id, Written(text, said=said))
        left = Written(found, original=text, said=say("inbox.preview.hint"))
        return await room.page(request, conversation_id, left)

    @routes.post(f"{PAGE}/no-alarm")
    @requires(LABEL)
    async def no_alarm(request: Request) -> Response:
        conversation_id, message_id = asked(request, "id"), asked(request, "message")
        message = await looks.message(conversation_id, message_id)
        if message.author != "customer":
            raise Refused("inbox.fault.no_message", 404)
        me = request.state.colleague
        masked = mask(message.text, known=await looks.known(conversation_id))
        label = Label(
            message_id,
            conversation_id,
            NO_ALARM,
            me.id,
            room.desk.now(),
            message.language,
            masked,
        )
        await room.desk.office.false_alarm(conversation_id, me, label)
        return done_at(conversation_id, "false_alarm")
