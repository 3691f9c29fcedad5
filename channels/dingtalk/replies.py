"""The ladder of replies: a card that types, a card at once, markdown, text."""

from __future__ import annotations

import structlog
from prometheus_client import Counter

from channels.dingtalk.deck import Deck
from channels.dingtalk.posts import Pieces, Place, place_of
from domain.channels import Outgoing, Receipt
from domain.errors import Undeliverable
from domain.ports import Clock

log = structlog.get_logger()
_REPLIES = Counter("nightdesk_dingtalk_replies", "Replies by form and result", ["form", "result"])


class Replies:
    """Sends replies. The same message again goes on where it stopped, as far as this process remembers."""

    def __init__(self, pieces: Pieces, deck: Deck, clock: Clock) -> None:
        self._pieces = pieces
        self._deck = deck
        self._clock = clock

    async def send(self, message: Outgoing) -> Receipt:
        """Send a reply in the best form that works now."""
        place = place_of(message, self._clock.now())
        try:
            receipt = await self._as_card(message, place)
            receipt = receipt or await self._pieces.post(message, place)
        except Undeliverable as error:
            _REPLIES.labels("none", "undeliverable").inc()
            log.warning("dingtalk_undeliverable", message=message.id, cause=str(error))
            raise
        _REPLIES.labels(receipt.form, "sent").inc()
        return receipt

    async def _as_card(self, message: Outgoing, place: Place) -> Receipt | None:
        if self._pieces.begun(message.id):
            return None
        return await self._deck.show(message, place, typed=True)
