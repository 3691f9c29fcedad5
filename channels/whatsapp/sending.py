"""Sending: inside the 24-hour window what was written, outside of it a template; nothing twice if it is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import Counter

from channels.whatsapp.api import Api, OutsideWindow
from channels.whatsapp.forms import (
    Body,
    FormName,
    Template,
    addressed,
    answers,
    forms,
    numbered_pieces,
    template_body,
)
from channels.whatsapp.memory import Memory
from channels.whatsapp.pacing import Pacing
from channels.whatsapp.receipts import Receipts
from domain.channels import Outgoing, Receipt
from domain.errors import Undeliverable, UpstreamTimeout
from domain.ports import Clock

log = structlog.get_logger()
_REPLIES = Counter("nightdesk_whatsapp_replies", "Messages by form and result", ["form", "result"])
_PROVED = Counter(
    "nightdesk_whatsapp_proved", "Messages whose answer was lost, and a status proved"
)
_SCOPED = re.compile(r"^[A-Z]{2}\.")  # how the ids begin that are one business's own


@dataclass(frozen=True)
class Place:
    """Whom a message goes to, and until when they may be written to freely; zero: nobody knows."""

    to: str
    recipient: str
    open_until: float

    @property
    def person(self) -> str:
        return self.recipient or self.to


class Windows:
    """Until when people may be written to, in milliseconds, as this process has seen."""

    def __init__(self) -> None:
        self._ends: Memory[float] = Memory()

    def seen(self, person: str, expires: str) -> None:
        """Somebody wrote. An old message that comes late does not shorten what a newer one opened."""
        self._ends.put(person, max(_number(expires), self._ends.get(person) or 0.0))

    def end(self, person: str, expires: str) -> float:
        return max(_number(expires), self._ends.get(person) or 0.0)


class Sending:
    """Sends messages. The same one again goes on where it stopped, as far as this process remembers."""

    def __init__(
        self,
        *,
        api: Api,
        receipts: Receipts,
        windows: Windows,
        clock: Clock,
        template: Template | None,
        proof_within: float = 5.0,
    ) -> None:
        self._api = api
        self._receipts = receipts
        self._windows = windows
        self._clock = clock
        self._template = template
        self._proof_within = proof_within
        self._pacing = Pacing(clock)
        self._form: Memory[FormName] = Memory()

    async def send(self, message: Outgoing) -> Receipt:
        """Send a message in the best form that is allowed now."""
        try:
            receipt = await self._send(message, self._place(message))
        except Undeliverable as error:
            _REPLIES.labels("none", "undeliverable").inc()
            log.warning("whatsapp_undeliverable", message_id=message.id, cause=str(error))
            raise
        _REPLIES.labels(receipt.form, "sent").inc()
        return receipt

    def _place(self, message: Outgoing) -> Place:
        route, user = message.route, message.address.user or message.address.thread
        scoped = user if _SCOPED.match(user) else ""
        to, recipient = route.get("to", ""), route.get("recipient", "") or scoped
        if not to and not recipient:
            to = user
        if not to and not recipient:
            raise Undeliverable("the address names nobody")
        return Place(to, recipient, self._windows.end(user, route.get("window_expires", "")))

    async def _send(self, message: Outgoing, place: Place) -> Receipt:
        begun = self._form.get(message.id)
        if begun == "template" or (begun is None and self._closed(place, self._clock.now())):
            return await self._by_template(message, place)
        form, bodies = forms(message)
        if message.route.get("late"):
            bodies = [answers(bodies[0], message.route.get("wamid", "")), *bodies[1:]]
        self._form.put(message.id, form)
        try:
            return Receipt(await self._post(message, place, bodies), form)
        except OutsideWindow:
            if self._receipts.wamid(message.id):
                raise  # its beginning was read already, and a template cannot go on in the middle
            log.info("whatsapp_window_was_closed", message_id=message.id)
            return await self._by_template(message, place)

    def _closed(self, place: Place, now: datetime) -> bool:
        """Of somebody whom nobody knows anything about, only a template can be sure."""
        if not place.open_until:
            return self._template is not None
        return now.timestamp() * 1000 >= place.open_until

    async def _by_template(self, message: Outgoing, place: Place) -> Receipt:
        if self._template is None:
            raise OutsideWindow
        self._form.put(message.id, "template")
        body = template_body(message, self._template)
        return Receipt(await self._post(message, place, [body]), "template")

    async def _post(
        self, message: Outgoing, place: Place, bodies: Sequence[Body]
    ) -> tuple[str, ...]:
        ids = []
        for key, body in numbered_pieces(bodies, message.id):
            wamid = self._receipts.wamid(key)
            if wamid is None:
                self._pacing.take(place.person)
                sent = {
                    **addressed(body, place.to, place.recipient),
                    "biz_opaque_callback_data": key,
                }
                wamid = await self._once(key, sent)
                self._receipts.taken(key, wamid)
            ids.append(wamid)
        return tuple(filter(None, ids))

    async def _once(self, key: str, body: Body) -> str:
        """Send a piece. There is no key that makes a second try safe, so a lost answer is first looked for."""
        try:
            return await self._api.post(body)
        except UpstreamTimeout:
            wamid = await self._receipts.proof(key, self._proof_within)
            if wamid is None:
                raise
        _PROVED.inc()
        log.info("whatsapp_sending_proved", piece=key)
        return wamid


def _number(milliseconds: str) -> float:
    return float(milliseconds) if milliseconds.isdecimal() and len(milliseconds) < 16 else 0.0
