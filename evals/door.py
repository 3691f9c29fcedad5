"""The evaluation door: sessions with an injected world and clock over the same code path as production.

Mounted only when the environment has `EVALUATION=1`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from agent.awaiting import awaiting
from agent.nodes.screen import triggers
from agent.nodes.understand import for_people
from agent.turns import Answer, Incoming, Turns
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, parse_world
from domain.company import Customer, World
from domain.conversation import INJECTION, Conversation, Standing, Task
from domain.errors import ConfigurationError
from domain.language import starting_language
from domain.reading import Reader, ReadingContext
from evals import contract
from house import House
from retrieval.search import Librarian
from security.masking import mask
from support.calendar import HONG_KONG
from support.escalation import Escalation
from understanding.screening import EmbeddedScreener

_SPEAKER = re.compile(r"^\s*([^:：\n]{1,40})[:：]\s*(.*)$", re.DOTALL)


class SessionSpec(BaseModel):
    """How a session starts."""

    channel: Literal["dingtalk", "voice"] = "dingtalk"
    now: datetime
    authenticated: bool = False
    group: bool = False


class NewSession(BaseModel):
    """A world, a clock and who is talking."""

    world: dict[str, Any]
    session: SessionSpec
    customer: str
    setup: Any = None


class Texts(BaseModel):
    """A batch for a component, or one text."""

    text: str | None = None
    texts: list[str] = Field(default_factory=list)
    lang: str | None = None
    channel: Literal["user", "tool", "knowledge"] = "user"


class Passages(BaseModel):
    """Documents to rank for queries."""

    documents: list[dict[str, str]]
    queries: list[str]
    k: int = Field(default=10, ge=1, le=1000)


@dataclass
class Session:
    """One evaluation session: its own copy of the world."""

    turns: Turns
    shop: DemoShop
    customer: Customer
    group: bool
    awaiting: tuple[str, ...] = ()
    tasks: dict[str, Task] = field(default_factory=dict)


class Door:
    """Evaluation sessions and component calls over one house."""

    def __init__(
        self, house: House, library: Librarian, reader: Reader, escalation: Escalation
    ) -> None:
        self._house = house
        self._library = library
        self._reader = reader
        self._escalation = escalation
        self._screener = EmbeddedScreener(house.models)
        self._worlds: dict[str, World] = {}
        self._sessions: dict[str, Session] = {}

    async def open(self, new: NewSession) -> str:
        """Start a session on its own copy of the world."""
        world = self._world(new.world)
        now = new.session.now
        clock = FixedClock(now if now.tzinfo else now.replace(tzinfo=HONG_KONG))
        shop = DemoShop(world, clock)
        customer = await shop.customer(new.customer)
        if customer is None:
            raise ConfigurationError(f"customer {new.customer!r} is not in the world")
        turns = await asyncio.to_thread(self._house.serve, world, shop, clock, self._library)
        session_id = f"ev-{uuid4().hex}"
        conversation = Conversation(
            id=session_id,
            tenant=world.world_id,
            customer_id=customer.id,
            channel=new.session.channel,
            opened_at=clock.now(),
            language=starting_language(customer.lang),
            group=new.session.group,
            verified=new.session.authenticated,
        )
        await self._house.store.open(conversation)
        self._sessions[session_id] = Session(turns, shop, customer, new.session.group)
        return session_id

    def knows(self, session_id: str) -> bool:
        return session_id in self._sessions

    async def chat(self, session_id: str, text: str, external_id: str | None = None) -> Answer:
        """One message of a session."""
        session = self._sessions[session_id]
        bystander = False
        if session.group and (match := _SPEAKER.match(text)):
            bystander, text = not _is_customer(match[1], session.customer), match[2]
        answer = await session.turns.handle(Incoming(session_id, text, external_id, bystander))
        session.awaiting = answer.awaiting
        session.tasks |= {task.id: task for task in answer.tasks}
        return answer

    async def trace(self, session_id: str) -> dict[str, Any]:
        """What was understood, changed, raised, stored and sent so far."""
        session = self._sessions[session_id]
        history = await self._house.store.history(session_id)
        standing = history.conversation.standing if history else Standing()
        await session.turns.settled()
        handover = await self._house.casebook.handover(session_id)
        return {
            "tasks": [
                contract.task(task)
                for task in sorted(session.tasks.values(), key=lambda one: one.position)
            ],
            "effects": session.shop.effects(),
            "handover": None if handover is None else {"reason": handover.reason},
            "red_alert": standing.red_alert,
            "priority": standing.priority,
            "awaiting": list(awaiting(history.tasks) if history else ()),
            "observed": await self._observed(session_id),
        }

    async def close(self, session_id: str) -> None:
        session = self._sessions.pop(session_id)
        await session.turns.settled()
        session.turns.drop(session_id)
        await self._house.store.forget(session_id)

    async def understand(self, text: str) -> list[dict[str, Any]]:
        """The tasks of a first message."""
        screening = self._screener.screen(text)
        if screening.blocked:
            return [{"type": "injection", "slots": {}}]
        verdict = self._escalation.decide(triggers(screening, Standing(), None))
        context = ReadingContext(now=datetime.now(HONG_KONG), signals=screening.signals)
        tasks = [
            *(await self._reader.read(text, context)).tasks,
            *for_people(verdict.triggers, text),
        ]
        return [contract.task(one) for one in tasks if one.kind != INJECTION]

    def rank(self, passages: Passages) -> list[list[str]]:
        documents = {one["id"]: one["text"] for one in passages.documents}
        return self._library.rank(documents, passages.queries, passages.k)

    def emotion(self, texts: list[str]) -> list[dict[str, float]]:
        return [
            {"anger": one.anger, "negative": one.negative}
            for one in self._screener.screen_all(texts)
        ]

    def blocked(self, texts: list[str]) -> list[bool]:
        return [one.blocked for one in self._screener.screen_all(texts)]

    def _world(self, document: dict[str, Any]) -> World:
        """The world; the same document is read once."""
        key = hashlib.sha256(
            json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()
        if key not in self._worlds:
            self._worlds = {key: parse_world(document)}
        return self._worlds[key]

    async def _observed(self, session_id: str) -> list[dict[str, str]]:
        book = self._house.casebook
        entries = await book.audit(session_id)
        found = [
            {
                "kind": "log",
                "text": f"{e.at:%H:%M:%S} {e.principal} {e.action} {e.resource} {e.decision}",
            }
            for e in entries
        ]
        found += [
            {"kind": "ticket", "text": f"{t.number} {t.summary}"}
            for t in await book.tickets(session_id)
        ]
        return found + [{"kind": n.kind, "text": n.text} for n in await book.notices(session_id)]


def open_door(house: House) -> Door:
    """The door of a house. Components are tried without a company: no ids, no products, the playbook's rules."""
    library = house.librarian(FixedClock(datetime.now(HONG_KONG)), "evaluation")
    escalation = Escalation.read(house.settings.playbook / "rules" / "escalation.yaml", [])
    return Door(house, library, house.embedded_reader(None), escalation)


def routes(door: Door) -> APIRouter:
    """The endpoints under `/v1/eval`."""
    router = APIRouter(prefix="/v1/eval")

    @router.post("/sessions", status_code=201)
    async def open_session(new: NewSession) -> dict[str, str]:
        try:
            return {"session_id": await door.open(new)}
        except ConfigurationError as error:
            raise HTTPException(422, str(error)) from error

    @router.get("/sessions/{session_id}/trace")
    async def trace(session_id: str) -> dict[str, Any]:
        _known(door, session_id)
        return await door.trace(session_id)

    @router.delete("/sessions/{session_id}", status_code=204)
    async def close(session_id: str) -> Response:
        _known(door, session_id)
        await door.close(session_id)
        return Response(status_code=204)

    _components(router, door)
    return router


def _components(router: APIRouter, door: Door) -> None:
    """Single parts of the product, the same code that a conversation uses, on many items at once."""

    @router.post("/understand")
    async def understand(batch: Texts) -> dict[str, Any]:
        if batch.text is not None:
            return {"tasks": await door.understand(batch.text)}
        found = [await asyncio.to_thread(door.understand, text) for text in batch.texts]
        return {"results": [{"tasks": tasks} for tasks in found]}

    @router.post("/retrieve")
    async def retrieve(passages: Passages) -> dict[str, Any]:
        return {"results": await asyncio.to_thread(door.rank, passages)}

    @router.post("/detect-language")
    async def detect_language(batch: Texts) -> dict[str, Any]:
        return {"languages": [contract.language(text) for text in batch.texts]}

    @router.post("/emotion")
    async def emotion(batch: Texts) -> dict[str, Any]:
        return {"scores": await asyncio.to_thread(door.emotion, batch.texts)}

    @router.post("/mask")
    async def masked(batch: Texts) -> dict[str, Any]:
        return {"masked": [mask(text) for text in batch.texts]}

    @router.post("/screen")
    async def screened(batch: Texts) -> dict[str, Any]:
        return {"blocked": await asyncio.to_thread(door.blocked, batch.texts)}


def _known(door: Door, session_id: str) -> None:
    if not door.knows(session_id):
        raise HTTPException(404, "this session is unknown")


def _is_customer(speaker: str, customer: Customer) -> bool:
    """In a group the channel knows who spoke; here it is the name before the colon."""
    spoken = speaker.strip().lower()
    name = customer.name.lower()
    return bool(spoken) and (spoken in name.split() or spoken in name or name in spoken)
