"""The ladder of replies: a card that types, a card at once, markdown, text."""

from __future__ import annotations

from datetime import timedelta

import structlog
from prometheus_client import Counter

from channels.dingtalk.card_bodies import NOT_DELIVERED, Card
from channels.dingtalk.cards import Cards
from channels.dingtalk.failures import Refused
from channels.dingtalk.markdown import LONGEST_PIECE, harmless, numbered, pieces, spaced, title
from channels.dingtalk.posts import Place, Posts, place_of
from channels.dingtalk.quota import Budget
from domain.channels import Outgoing, Receipt
from domain.errors import Undeliverable, UpstreamError
from domain.ports import Clock

log = structlog.get_logger()
_REPLIES = Counter("nightdesk_dingtalk_replies", "Replies by form and result", ["form", "result"])
_DEGRADED_AFTER = 3  # cards that failed in a row
_DEGRADED_FOR = timedelta(minutes=30)
_ADDRESSING = ("notExist", "not.found", "openSpace", "userId", NOT_DELIVERED)
_REMEMBERED = 1000


class Replies:
    """Sends replies. The same message again goes on where it stopped, as far as this process remembers."""

    def __init__(self, posts: Posts, cards: Cards | None, budget: Budget, clock: Clock) -> None:
        self._posts = posts
        self._cards = cards
        self._budget = budget
        self._clock = clock
        self._card_failures = 0
        self._no_cards_until = clock.now()
        self._posted: dict[str, list[str]] = {}

    async def send(self, message: Outgoing) -> Receipt:
        """Send a reply in the best form that works now."""
        place = place_of(message, self._clock.now())
        try:
            receipt = await self._as_card(message, place) or await self._as_posts(message, place)
        except Undeliverable as error:
            _REPLIES.labels("none", "undeliverable").inc()
            log.warning("dingtalk_undeliverable", message=message.id, cause=str(error))
            raise
        _REPLIES.labels(receipt.form, "sent").inc()
        return receipt

    async def _as_card(self, message: Outgoing, place: Place) -> Receipt | None:
        """The receipt of a card; None: this message must go in another form."""
        cards = self._cards
        card = _card(message, place)
        if cards is None or card is None or message.id in self._posted:
            return None
        known = cards.knows(card.id)
        level = await self._budget.level()
        resting = self._clock.now() < self._no_cards_until
        if not known and (resting or level == "markdown"):
            return None
        try:
            ids = await cards.show(card, typed=level == "stream")
        except UpstreamError as error:
            self._failed(error)
            if cards.knows(card.id):
                raise  # it may stand there already: only the card itself may go on
            _REPLIES.labels("card", error.code).inc()
            log.info("dingtalk_card_refused", message=message.id, cause=str(error))
            return None
        self._card_failures = 0
        return Receipt(ids, "card")

    def _failed(self, error: UpstreamError) -> None:
        """Cards that keep failing are left alone for a while. One bad address says nothing about cards."""
        if isinstance(error, Refused) and any(word in error.reason for word in _ADDRESSING):
            return
        self._card_failures += 1
        if self._card_failures >= _DEGRADED_AFTER:
            self._card_failures = 0
            self._no_cards_until = self._clock.now() + _DEGRADED_FOR
            log.error("dingtalk_cards_rest", minutes=_DEGRADED_FOR.seconds // 60, cause=str(error))

    async def _as_posts(self, message: Outgoing, place: Place) -> Receipt:
        text = spaced(numbered(harmless(message.text), message.buttons))
        heading = title(harmless(message.text), message.language)
        ids = self._posted.setdefault(message.id, [])
        form = "markdown"
        for number, piece in enumerate(pieces(text)):
            if number < len(ids):
                continue  # posted before a later piece failed
            given, form = await self._posts.post(place, heading, piece, mention=number == 0)
            ids.append(given)
        self._forget_old()
        return Receipt(tuple(filter(None, ids)), form)

    def _forget_old(self) -> None:
        while len(self._posted) > _REMEMBERED:
            self._posted.pop(next(iter(self._posted)))


def _card(message: Outgoing, place: Place) -> Card | None:
    """The card of a message; None where a card cannot reach, or cannot hold it."""
    content = spaced(harmless(message.text))
    if len(content) > LONGEST_PIECE or not (place.thread if place.group else place.staff):
        return None
    mention = {place.staff: place.nick or place.staff} if place.group and place.staff else {}
    return Card(
        id=message.id,
        space=f"IM_GROUP.{place.thread}" if place.group else f"IM_ROBOT.{place.staff}",
        title=title(harmless(message.text), message.language),
        content=content,
        buttons=message.buttons,
        mention=mention,
    )
