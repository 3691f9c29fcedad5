"""AI cards: made, typed into, finished. A card has the id of the message it shows, so it is not made twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Counter, Gauge

from channels.dingtalk import card_bodies as bodies
from channels.dingtalk.api import Api
from channels.dingtalk.card_bodies import Card, Template
from channels.dingtalk.failures import QuotaUsed, Refused
from channels.dingtalk.quota import Budget
from domain.errors import RateLimited, UpstreamError, UpstreamTimeout

log = structlog.get_logger()
_CARDS = Counter("nightdesk_dingtalk_cards", "Cards by how they ended", ["result"])
_UNFINISHED = Gauge("nightdesk_dingtalk_cards_unfinished", "Cards whose spinner still turns")
_CREATE = "/v1.0/card/instances/createAndDeliver"
_INSTANCES = "/v1.0/card/instances"
_STREAMING = "/v1.0/card/streaming"
_SHORTEST_STEP = 12  # characters; less is not worth a call
_TRIES = 3
_LONGEST_WAIT = 5.0  # seconds; when the platform asks for more, somebody else waits
_CLOSING_WITHIN = 3.0
_REMEMBERED = 1000


@dataclass(frozen=True)
class Pace:
    """How a card is typed, in seconds, and when one that is still unfinished is closed, or left."""

    steps: int = 6
    between: float = 0.3
    stuck_after: float = 60.0
    look_every: float = 20.0
    left_after: float = 3600.0


@dataclass
class _Begun:
    """A card that is not finished. `made` is None as long as nobody knows whether it exists."""

    card: Card
    since: float
    made: bool | None = False
    carrier: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Cards:
    """Shows answers as cards. Whatever happens on the way, a card that was begun is finished."""

    def __init__(
        self, api: Api, budget: Budget, template: Template, pace: Pace | None = None
    ) -> None:
        self._api = api
        self._budget = budget
        self._template = template
        self._pace = pace or Pace()
        self._begun: dict[str, _Begun] = {}
        self._finished: dict[str, str] = {}
        self._watch: asyncio.Task[None] | None = None

    def knows(self, card_id: str) -> bool:
        """True for a card that exists, or may: its message must go on as a card, or it is shown twice."""
        return card_id in self._finished or card_id in self._begun

    async def show(self, card: Card, *, typed: bool) -> tuple[str, ...]:
        """Show a card, or go on with showing it; returns the platform's ids of it.

        Raises:
            Refused: there is no such card, and there will not be one.
            UpstreamError: it may work later. When `knows` says so, the same card is continued then.
        """
        if card.id not in self._finished:
            begun = self._begun.setdefault(card.id, _Begun(card, monotonic()))
            self._watch_over()
            async with begun.lock:
                try:
                    await self._work(begun, typed)
                except (Refused, QuotaUsed) as error:  # no call would end it, so it is left
                    self._end(begun, error.code)
                    raise
                except UpstreamError as error:
                    if begun.made is False:
                        self._end(begun, error.code)
                    raise
        carrier = self._finished[card.id]
        return (card.id, carrier) if carrier else (card.id,)

    async def change(self, card: Card) -> None:
        """Let a card that stands say something else: one of ours by its id, before a restart as well.

        Raises:
            Refused: there is no such card.
            UpstreamError: it may work later.
        """
        begun = self._begun.get(card.id)
        if begun is None:
            await self._say_all(card)
            return
        async with begun.lock:
            begun.card = card  # whoever finishes it must not bring back what it said before
            await self._say_all(card)
            self._end(begun, "finished")

    async def _work(self, begun: _Begun, typed: bool) -> None:
        if begun.made:
            await self._finish(begun, typed)
        elif await self._create(begun, typed):
            if typed:
                await self._type(begun.card)
                await self._finish(begun, typed)
            else:
                self._end(begun, "finished")

    async def _create(self, begun: _Begun, typed: bool) -> bool:
        """Make the card; false when it turned out to exist, and was finished."""
        card, template = begun.card, self._template
        data = bodies.empty(card, template) if typed else bodies.whole(card, template)
        body = bodies.created(card, template, self._api.app.robot, data)
        try:
            begun.carrier = bodies.carrier(await self._must("POST", _CREATE, body, begun))
        except (Refused, UpstreamTimeout) as error:
            if isinstance(error, Refused) and error.reason == bodies.NOT_DELIVERED:
                raise
            # It may be there, from this try or from one before a restart. What can be changed exists.
            await self._say_all(card)
            self._end(begun, "finished")
            return False
        begun.made = True
        return True

    async def _type(self, card: Card) -> None:
        """Best effort: what does not fit into the limits, or fails, is left out; the end says it all anyway."""
        steps = min(self._pace.steps, len(card.content) // _SHORTEST_STEP)
        try:
            if steps < 2 or not await self._budget.spare_turn():
                return
            await self._api.call(
                "PUT", _INSTANCES, bodies.updated(card.id, {"flowStatus": bodies.TYPING})
            )
            for step in range(1, steps):
                await asyncio.sleep(self._pace.between)
                if await self._budget.spare_turn():
                    shown = card.content[: len(card.content) * step // steps]
                    body = bodies.typed(card.id, self._template, shown)
                    await self._api.call("PUT", _STREAMING, body)
        except UpstreamError as error:
            if isinstance(error, RateLimited):
                self._budget.slow_down(error.after)
            log.info("dingtalk_card_not_typed", card=card.id, cause=str(error))

    async def _finish(self, begun: _Begun, typed: bool) -> None:
        """End the typing, say everything, and stop the spinner."""
        card = begun.card
        if typed:
            try:
                last = bodies.typed(card.id, self._template, card.content, last=True)
                await self._must("PUT", _STREAMING, last)
            except QuotaUsed:
                raise
            except UpstreamError as error:  # the update below says the same
                log.info("dingtalk_typing_not_ended", card=card.id, cause=str(error))
        try:
            await self._say_all(card)
        except Refused:
            await self._fail(card)
            raise
        self._end(begun, "finished")

    async def _say_all(self, card: Card) -> None:
        body = bodies.updated(card.id, bodies.whole(card, self._template))
        await self._must("PUT", _INSTANCES, body)

    async def _fail(self, card: Card) -> None:
        """What it should say was refused: at least it must not look as if it still worked."""
        try:
            body = bodies.updated(card.id, {"flowStatus": bodies.FAILED})
            await self._must("PUT", _INSTANCES, body)
        except UpstreamError as error:
            log.info("dingtalk_card_not_failed", card=card.id, cause=str(error))

    async def _must(
        self, method: str, path: str, body: dict[str, Any], begun: _Begun | None = None
    ) -> dict[str, Any]:
        """A call that has to be made: waits for its turn, and again. DingTalk takes these calls twice."""
        for left in range(_TRIES - 1, -1, -1):
            await self._budget.turn()
            try:
                return await self._api.call(method, path, body)
            except RateLimited as error:
                self._budget.slow_down(error.after)
                if not left or error.after > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(error.after)
            except UpstreamTimeout:
                if begun is not None:
                    begun.made = None
                if not left:
                    raise
            if "guid" in body:
                body = {**body, "guid": uuid4().hex}
        raise AssertionError("the last try returns or raises")

    def _end(self, begun: _Begun, result: str) -> None:
        self._begun.pop(begun.card.id, None)
        if result == "finished":
            self._finished[begun.card.id] = begun.carrier
            if len(self._finished) > _REMEMBERED:
                self._finished.pop(next(iter(self._finished)))
        _CARDS.labels(result).inc()
        _UNFINISHED.set(len(self._begun))

    def _watch_over(self) -> None:
        _UNFINISHED.set(len(self._begun))
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._close_stuck())

    async def _close_stuck(self) -> None:
        """Finish what nobody came back for, until nothing is left."""
        while self._begun:
            await asyncio.sleep(self._pace.look_every)
            for begun in list(self._begun.values()):
                age = monotonic() - begun.since
                if age >= self._pace.stuck_after and not begun.lock.locked():
                    await self._close_one(begun)
                if age >= self._pace.left_after and begun.card.id in self._begun:
                    self._end(begun, "left")

    async def _close_one(self, begun: _Begun) -> None:
        async with begun.lock:
            if begun.card.id not in self._begun:
                return
            try:
                await self._finish(begun, typed=True)
            except (Refused, QuotaUsed) as error:
                self._end(begun, error.code)
            except UpstreamError as error:
                log.warning("dingtalk_card_stuck", card=begun.card.id, cause=str(error))
            else:
                log.info("dingtalk_card_closed_late", card=begun.card.id)

    async def close(self) -> None:
        """Finish, as far as a moment allows, what is unfinished; the rest is finished when it is sent again."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        closing = [asyncio.create_task(self._close_one(one)) for one in self._begun.values()]
        if closing:
            _, late = await asyncio.wait(closing, timeout=_CLOSING_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*closing, return_exceptions=True)
