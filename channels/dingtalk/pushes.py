"""Messages to the company's own people: a DING, a work notification, a line in their chat; buttons by card."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

import structlog
from prometheus_client import Counter

from channels.dingtalk.api import Api
from channels.dingtalk.deck import Deck
from channels.dingtalk.markdown import harmless, numbered, plain
from channels.dingtalk.posts import Pieces, Place
from domain.channels import Outgoing, Receipt
from domain.errors import Undeliverable, UpstreamError
from domain.ports import Clock

log = structlog.get_logger()
_PUSHES = Counter("nightdesk_dingtalk_pushes", "Pushes by how they were sent", ["by"])
_PATIENCE = (
    3  # times that half a push is tried to be made whole; what comes after it must not wait longer
)
_REMEMBERED = 1000


@dataclass
class _Half:
    """What is known of a push that rings and shows a card."""

    rung: Receipt | None = None
    tries: int = 0


class Pushes:
    """Reaches the person, or the group, that a message is addressed to."""

    def __init__(self, api: Api, pieces: Pieces, deck: Deck, clock: Clock) -> None:
        self._api = api
        self._pieces = pieces
        self._deck = deck
        self._clock = clock
        self._halves: dict[str, _Half] = {}

    async def send(self, message: Outgoing) -> Receipt:
        """Push a message as loudly as it says, with its buttons on a card where there are cards."""
        if message.push_by == "message":
            place = _place(message)
            receipt = await self._card(message) or await self._pieces.post(message, place)
        elif message.buttons or message.replaces:
            receipt = await self._both(message)
        else:
            receipt = await self._ring(message)
        _PUSHES.labels(message.push_by).inc()
        return receipt

    async def _card(self, message: Outgoing) -> Receipt | None:
        """The card that is changed, or a new one where there is something to press."""
        if self._pieces.begun(message.id):
            return None
        place = _place(message)
        changed = await self._deck.change(message, place) if message.replaces else None
        if changed is not None or not message.buttons:
            return changed
        return await self._deck.show(message, place, typed=False)

    async def _both(self, message: Outgoing) -> Receipt:
        """Show the card and ring. Whatever happens to one, the other is done, and done once."""
        half = self._halves.setdefault(message.id, _Half())
        half.tries += 1
        failures: list[UpstreamError] = []
        card = await _tried(self._card(message), failures)
        # Where a card stands, or may, its buttons need not be told in the words that ring.
        told = () if card or failures else message.buttons
        if half.rung is None:
            half.rung = await _tried(self._ring(message, numbered("", told)), failures)
        passing = [one for one in failures if not isinstance(one, Undeliverable)]
        done = [one for one in (half.rung, card) if one is not None]
        if not done:
            raise (passing or failures)[-1]
        if passing and half.tries < _PATIENCE:
            raise passing[-1]
        for failure in failures:
            log.warning("dingtalk_half_a_push", message=message.id, cause=str(failure))
        self._forget_old()
        ids = tuple(one for receipt in done for one in receipt.external_ids)
        return Receipt(ids, "+".join(receipt.form for receipt in done))

    async def _ring(self, message: Outgoing, choices: str = "") -> Receipt:
        user = message.address.user
        if not user:
            raise Undeliverable(f"a push by {message.push_by!r} needs a person, not a group")
        text = plain(harmless(message.text) + choices)
        if message.push_by == "ding":
            return Receipt((await self._api.ding(user, text),), "ding")
        return await self._work(user, text)

    async def _work(self, user: str, text: str) -> Receipt:
        if not self._api.app.agent_id:
            raise Undeliverable(
                "work notifications need NIGHTDESK_CHANNELS__DINGTALK__AGENT_ID, the app's AgentId"
            )
        # The same words twice in a day are dropped without a word, so each says when it was written.
        dated = f"{text}\n\n{self._clock.now():%H:%M:%S}"
        return Receipt((await self._api.work_notification(user, dated),), "work")

    def _forget_old(self) -> None:
        while len(self._halves) > _REMEMBERED:
            self._halves.pop(next(iter(self._halves)))


async def _tried(
    sending: Awaitable[Receipt | None], failures: list[UpstreamError]
) -> Receipt | None:
    """What came of it; a failure is noted, so that the other half is done in any case."""
    try:
        return await sending
    except UpstreamError as error:
        failures.append(error)
        return None


def _place(message: Outgoing) -> Place:
    address = message.address
    group = bool(address.thread) and (address.group or not address.user)
    return Place(address.thread, group, address.user, nick="", webhook="")
