"""Plays one golden conversation on its own copy of the demo company, as a channel would."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from agent.turns import Incoming, Turns
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop
from domain.casework import Citation, Handover, Ticket
from domain.company import Customer, World
from domain.conversation import Conversation, Task
from domain.errors import ConfigurationError
from domain.language import Language
from domain.reading import Screening
from domain.records import Notice
from evals.company import Company
from evals.office import GoldenOffice
from evals.scenario import ColleagueDeed, Golden, Said
from house import House
from retrieval.search import Librarian
from support.calendar import HONG_KONG
from support.surveys import asked_by
from understanding.screening import EmbeddedScreener

_LANGUAGES: dict[str, Language] = {
    "cmn-Hant": "zh-Hant", "zh-Hant": "zh-Hant", "cmn-Hans": "zh-Hans", "zh-Hans": "zh-Hans",
    "en": "en",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the transcript."""

    who: str
    text: str


@dataclass(frozen=True)
class Scene:
    """Everything that happened between two looks at the desk, as seen from outside it."""

    world: World
    customer: Customer
    heard: str = ""
    replies: tuple[str, ...] = ()
    effects: tuple[Mapping[str, Any], ...] = ()
    tasks: tuple[Task, ...] = ()  # that these messages moved
    waiting_for_yes: tuple[str, ...] = ()
    awaiting: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    notices: tuple[Notice, ...] = ()
    observed: tuple[str, ...] = ()
    handover: Handover | None = None
    handed_over_before: bool = False
    red_alert: bool = False
    red_alert_before: bool = False
    priority: str = "normal"
    anger: float = 0.0
    negative: float = 0.0
    surveyed: bool = False


@dataclass
class _Heard:
    """What gathers until the next look."""

    texts: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    citations: list[Citation] = field(default_factory=list)
    awaiting: tuple[str, ...] = ()
    waiting_for_yes: tuple[str, ...] = ()


class Player:
    """One conversation from its first message to its last."""

    def __init__(
        self,
        house: House,
        turns: Turns,
        *,
        shop: DemoShop,
        clock: FixedClock,
        customer: Customer,
        conversation_id: str,
    ) -> None:
        self._house = house
        self._turns = turns
        self._shop = shop
        self._clock = clock
        self._customer = customer
        self._id = conversation_id
        self._heard = _Heard()
        self._effects_seen = 0
        self._office = GoldenOffice(house, turns, clock, conversation_id)
        self._survey = ""
        self._told: set[str] = set()
        self._tasks: dict[str, Task] = {}
        self._before = Scene(shop.world, customer)
        self.transcript: list[Line] = []

    @classmethod
    async def open(
        cls, house: House, library: Librarian, company: Company, golden: Golden
    ) -> Player:
        """A fresh company, a clock that stands still, and a conversation of this customer.

        Raises:
            ConfigurationError: the customer is not one of the company's.
        """
        world = company.world(golden.given)
        now = golden.given.now or world.default_now
        clock = FixedClock(now if now.tzinfo else now.replace(tzinfo=HONG_KONG))
        shop = DemoShop(world, clock)
        customer = await shop.customer(golden.given.customer)
        if customer is None:
            raise ConfigurationError(f"customer `{golden.given.customer}` is not in the company")
        turns = await asyncio.to_thread(house.serve, world, shop, clock, library)
        conversation = Conversation(
            id=f"golden-{uuid4().hex}",
            tenant=world.world_id,
            customer_id=customer.id,
            channel=golden.given.channel,
            opened_at=clock.now(),
            language=_LANGUAGES.get(customer.lang, "yue"),
            group=golden.given.group,
            verified=golden.given.verified,
        )
        await house.store.open(conversation)
        return cls(
            house,
            turns,
            shop=shop,
            clock=clock,
            customer=customer,
            conversation_id=conversation.id,
        )

    async def say(self, said: Said) -> None:
        """One message, and the reply to it."""
        text = said.whole
        # Half a character can be sent, but neither printed nor written to a file.
        readable = text.encode("utf-8", "replace").decode("utf-8")
        self.transcript.append(Line(said.by or "customer", readable))
        incoming = Incoming(self._id, text, said.message_id, bystander=said.by is not None)
        answer = await self._turns.handle(incoming)
        self.transcript.append(Line("agent", answer.message.text))
        heard = self._heard
        heard.texts.append(text)
        heard.replies.append(answer.message.text)
        heard.citations += answer.citations
        heard.awaiting = answer.awaiting
        moved = {one.id: one for one in answer.tasks if self._tasks.get(one.id) != one}
        heard.tasks |= moved
        self._tasks |= moved
        heard.waiting_for_yes = tuple(task.kind for task in answer.tasks if task.awaits_yes)

    async def wait(self, span: timedelta) -> None:
        """Let time pass, and what is due by then happen."""
        self._clock.moment += span
        self.transcript.append(Line("clock", f"{self._clock.moment:%a %d %b %H:%M}"))
        await self._office.time_passes()
        history = await self._house.store.history(self._id)
        survey = history.survey if history else None
        for message in history.messages if history and survey else ():
            if survey and message.id == asked_by(survey) and message.id not in self._told:
                self._told.add(message.id)
                self._heard.replies.append(message.text)
                self.transcript.append(Line("agent", message.text))

    async def does(self, deed: ColleagueDeed) -> None:
        """A colleague acts."""
        self.transcript.append(Line(deed.who, deed.replies or "…"))
        await self._office.does(deed)

    async def look(self, *, mood: bool = False) -> Scene:
        """What the messages since the last look have left behind; how they felt only when asked."""
        heard, before = self._heard, self._before
        history = await self._house.store.history(self._id)
        assert history is not None, "the conversation was opened"
        standing = history.conversation.standing
        asked = history.survey.id if history.survey else ""
        new_survey, self._survey = asked not in ("", self._survey), asked
        book, effects = self._house.casebook, self._shop.effects()
        tickets, notices = await book.tickets(self._id), await book.notices(self._id)
        text = heard.texts[-1] if heard.texts else ""
        felt = await asyncio.to_thread(self._screen, text) if mood else Screening()
        scene = Scene(
            world=self._shop.world,
            customer=self._customer,
            heard=text,
            replies=tuple(heard.replies),
            effects=tuple(effects[self._effects_seen :]),
            tasks=tuple(heard.tasks.values()),
            waiting_for_yes=heard.waiting_for_yes,
            awaiting=heard.awaiting,
            citations=tuple(heard.citations),
            tickets=tuple(tickets),
            notices=tuple(notices),
            observed=await self._observed(tickets, notices),
            handover=await book.handover(self._id),
            handed_over_before=before.handover is not None,
            red_alert=standing.red_alert,
            red_alert_before=before.red_alert,
            priority=standing.priority,
            anger=felt.anger,
            negative=felt.negative,
            surveyed=new_survey,
        )
        self._effects_seen, self._heard, self._before = len(effects), _Heard(), scene
        return scene

    async def close(self) -> None:
        """Leave nothing behind."""
        await self._turns.settled()
        self._turns.drop(self._id)
        await self._house.store.forget(self._id)

    def _screen(self, text: str) -> Screening:
        return EmbeddedScreener(self._house.models).screen(text)

    async def _observed(self, tickets: list[Ticket], notices: list[Notice]) -> tuple[str, ...]:
        entries = await self._house.casebook.audit(self._id)
        logs = [f"{one.action} {one.resource}" for one in entries]
        return (*logs, *(one.summary for one in tickets), *(one.text for one in notices))
