"""Whether a message becomes a card now: cards that keep failing are left alone for a while."""

from __future__ import annotations

from datetime import timedelta

import structlog

from channels.dingtalk.card_bodies import NOT_DELIVERED, Card
from channels.dingtalk.cards import Cards
from channels.dingtalk.failures import Refused
from channels.dingtalk.markdown import LONGEST_PIECE, harmless, spaced, title
from channels.dingtalk.posts import Place
from channels.dingtalk.quota import Budget
from domain.channels import Outgoing, Receipt
from domain.errors import UpstreamError
from domain.ports import Clock

log = structlog.get_logger()
_DEGRADED_AFTER = 3  # cards that failed in a row
_DEGRADED_FOR = timedelta(minutes=30)
_ADDRESSING = ("notExist", "not.found", "openSpace", "userId", NOT_DELIVERED)


class Deck:
    """Deals cards to replies and to pushes, from one stack: what one learns of cards, the other knows."""

    def __init__(self, cards: Cards | None, budget: Budget, clock: Clock) -> None:
        self._cards = cards
        self._budget = budget
        self._clock = clock
        self._failures = 0
        self._none_until = clock.now()

    async def show(self, message: Outgoing, place: Place, *, typed: bool) -> Receipt | None:
        """The receipt of a card; None: this message must go in another form.

        Raises:
            UpstreamError: it may stand there already, so only the card itself may go on.
        """
        cards, card = self._cards, card_of(message, place)
        if cards is None or card is None:
            return None
        known = cards.knows(card.id)
        level = await self._budget.level()
        resting = self._clock.now() < self._none_until
        if not known and (resting or level == "markdown"):
            return None
        try:
            ids = await cards.show(card, typed=typed and level == "stream")
        except UpstreamError as error:
            self._failed(error)
            if cards.knows(card.id):
                raise
            log.info("dingtalk_card_refused", message=message.id, cause=str(error))
            return None
        self._failures = 0
        return Receipt(ids, "card")

    async def change(self, message: Outgoing, place: Place) -> Receipt | None:
        """Let the card of an earlier message say what this one says; None where there is no such card.

        Raises:
            UpstreamError: it may work later.
        """
        cards, card = self._cards, card_of(message, place, message.replaces)
        if cards is None or card is None or not message.replaces:
            return None
        try:
            await cards.change(card)
        except Refused as error:
            log.info("dingtalk_card_not_changed", card=card.id, cause=str(error))
            return None
        return Receipt((card.id,), "card")

    def _failed(self, error: UpstreamError) -> None:
        """One bad address says nothing about cards."""
        if isinstance(error, Refused) and any(word in error.reason for word in _ADDRESSING):
            return
        self._failures += 1
        if self._failures >= _DEGRADED_AFTER:
            self._failures = 0
            self._none_until = self._clock.now() + _DEGRADED_FOR
            log.error("dingtalk_cards_rest", minutes=_DEGRADED_FOR.seconds // 60, cause=str(error))


def card_of(message: Outgoing, place: Place, card_id: str = "") -> Card | None:
    """The card of a message; None where a card cannot reach, or cannot hold it."""
    content = spaced(harmless(message.text))
    if len(content) > LONGEST_PIECE or not (place.thread if place.group else place.staff):
        return None
    mention = {place.staff: place.nick or place.staff} if place.group and place.staff else {}
    return Card(
        id=card_id or message.id,
        space=f"IM_GROUP.{place.thread}" if place.group else f"IM_ROBOT.{place.staff}",
        title=title(harmless(message.text), message.language),
        content=content,
        buttons=message.buttons,
        mention=mention,
    )
