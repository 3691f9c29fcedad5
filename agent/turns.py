"""One turn at a time per conversation: take the message, run the graph, keep everything, answer.

The seam for durable workflows: everything a turn needs is loaded from storage by id, everything it leaves is
saved in one commit, and writes in between stand in the ledger, so that a turn may run again after a crash.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

import structlog

from agent.awaiting import awaiting, codes
from agent.graph import Graph
from agent.memory import entries_of, fit, pin
from agent.state import AgentContext, ConversationState
from domain.casework import Citation
from domain.conversation import Conversation, Message, Pin, Task
from domain.errors import NotIdentified
from domain.ports import (
    AccountSystem,
    CustomerDirectory,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    TokenCounter,
)
from domain.reading import CustomerRecords
from domain.records import AuditEntry, ConversationStore, TurnRecord
from security.masking import mask
from support.cases import Concern

log = structlog.get_logger()
# Slots that the audit log names; addresses, codes and free text stay out of it.
_IN_AUDIT = frozenset(
    {
        "order",
        "invoice",
        "booking",
        "account",
        "sku",
        "from_sku",
        "to_sku",
        "qty",
        "room",
        "checkin",
        "nights",
        "topic",
    }
)


class Systems(CustomerDirectory, OrderSystem, InvoiceSystem, HotelSystem, AccountSystem, Protocol):
    """The business systems that a turn reads the customer's own records from."""


@dataclass(frozen=True)
class Incoming:
    """A message as a channel accepted it."""

    conversation_id: str
    text: str
    external_id: str | None = None
    bystander: bool = False


@dataclass(frozen=True)
class Progress:
    """A step that a customer may be shown while they wait."""

    step: str


@dataclass(frozen=True)
class Answer:
    """The reply of a turn."""

    message: Message
    awaiting: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    tasks: tuple[Task, ...] = ()


class Turns:
    """Runs turns for one company."""

    def __init__(
        self,
        graph: Graph,
        context: AgentContext,
        store: ConversationStore,
        systems: Systems,
        tokens: TokenCounter,
    ) -> None:
        self._graph = graph
        self._context = context
        self._store = store
        self._systems = systems
        self._tokens = tokens
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def handle(self, incoming: Incoming) -> Answer:
        """The answer to a message. A redelivered message gets the answer it got before.

        Raises:
            NotIdentified: there is no such conversation.
        """
        async for event in self.stream(incoming):
            if isinstance(event, Answer):
                return event
        raise AssertionError("unreachable: a turn always ends with an answer")

    async def stream(self, incoming: Incoming) -> AsyncIterator[Progress | Answer]:
        """The same, with every step on the way."""
        async with self._locks[incoming.conversation_id]:
            history = await self._store.history(incoming.conversation_id)
            if history is None:
                raise NotIdentified("this conversation is unknown; start a new one")
            message = await self._accept(incoming, history.conversation)
            earlier = await self._store.answer_to(message.id) if incoming.external_id else None
            if earlier is not None:
                yield Answer(earlier, awaiting(history.tasks), (), history.tasks)
                return
            state = await self._state(
                history.conversation, message, history.tasks, history.messages
            )
            result = state
            async for kind, event in self._graph.astream(
                state, context=self._context, stream_mode=["custom", "values"]
            ):
                if kind == "custom" and isinstance(event, dict):
                    yield Progress(str(event["tool"]))
                elif isinstance(event, dict):
                    result = ConversationState(**event)
            yield await self._finish(result)

    def drop(self, conversation_id: str) -> None:
        """Let go of what is held in memory for a conversation."""
        self._locks.pop(conversation_id, None)

    async def _accept(self, incoming: Incoming, conversation: Conversation) -> Message:
        message = Message(
            id=uuid4().hex,
            conversation_id=conversation.id,
            author="bystander" if incoming.bystander else "customer",
            sent_at=self._context.clock.now(),
            text=incoming.text.encode("utf-8", "replace").decode(),  # half a character is none
            language=conversation.language,
            external_id=incoming.external_id,
        )
        return await self._store.accept(message, self._tokens.count(message.text))

    async def _state(
        self,
        conversation: Conversation,
        message: Message,
        tasks: tuple[Task, ...],
        earlier: tuple[Message, ...],
    ) -> ConversationState:
        customer = await self._systems.customer(conversation.customer_id)
        if customer is None:
            raise NotIdentified(
                "the customer of this conversation is unknown to the company's systems"
            )
        records = CustomerRecords(
            orders=tuple(await self._systems.orders(customer.id)),
            invoices=tuple(await self._systems.invoices(customer.id)),
            bookings=tuple(await self._systems.bookings(customer.id)),
            accounts=tuple(await self._systems.accounts(customer.id)),
        )
        heard = [one for one in earlier if one.id != message.id and one.author != "bystander"]
        window = fit(entries_of([*heard, message]), conversation.standing.pins, self._tokens)
        return ConversationState(conversation, customer, message, window, records, tasks)

    async def _finish(self, state: ConversationState) -> Answer:
        now = self._context.clock.now()
        conversation = replace(
            state.conversation,
            standing=replace(state.conversation.standing, pins=_pins(state, now)),
        )
        outcome = state.outcome
        reply = Message(
            id=uuid4().hex,
            conversation_id=conversation.id,
            author="assistant",
            sent_at=now,
            text=outcome.reply,
            language=conversation.language,
        )
        moved = tuple(task for task in state.tasks if task.touched == state.message.id)
        notices = list(outcome.case.notices) if outcome.case else []
        if state.verdict.red_alert:
            concern = Concern(
                conversation,
                state.customer,
                state.verdict.triggers,
                state.message.text,
                moved,
                now,
                tuple(codes(state.tasks, state.message.text)),
            )
            notices.insert(0, self._context.desk.alert(concern))
        record = TurnRecord(
            conversation=conversation,
            answered=state.message.id,
            reply=reply,
            tasks=moved,
            audit=self._audit(state, moved, now),
            ticket=outcome.case.ticket if outcome.case else None,
            handover=outcome.case.handover if outcome.case else None,
            notices=notices,
        )
        await self._store.finish(record, self._tokens.count(reply.text))
        log.info(
            "turn_finished",
            conversation_id=conversation.id,
            turn_id=state.message.id,
            tasks=[f"{task.kind}:{task.status}" for task in moved],
            language=conversation.language,
        )
        return Answer(reply, outcome.awaiting, state.citations, state.tasks)

    def _audit(
        self, state: ConversationState, moved: tuple[Task, ...], now: datetime
    ) -> list[AuditEntry]:
        who = f"customer {state.customer.id}"
        known = [*state.customer.private(), *codes(state.tasks, state.message.text)]
        said = mask(state.message.text[:400], known=known)
        entries = [AuditEntry(now, state.conversation.id, who, "said", said, "accepted")]
        for task in moved:
            slots = {key: value for key, value in task.slots.items() if key in _IN_AUDIT}
            resource = mask(
                " ".join(f"{key}={value}" for key, value in slots.items()),
                known=state.customer.private(),
            )
            entries.append(
                AuditEntry(now, state.conversation.id, who, task.kind, resource, task.status)
            )
        return entries


def _pins(state: ConversationState, now: datetime) -> tuple[Pin, ...]:
    """Ids that were spoken of, and what was done or promised: known for as long as the conversation lasts."""
    new = []
    for task in state.tasks:
        if task.touched != state.message.id:
            continue
        new += [
            Pin(slot, task.slots[slot], now)
            for slot in ("order", "invoice", "booking", "account")
            if slot in task.slots
        ]
        if task.status in ("done", "awaiting_approval"):
            new.append(Pin("done", f"{task.kind} {task.id}", now))
    if state.outcome.case:
        new.append(Pin("promise", f"a person, by {state.outcome.case.handover.answers_by}", now))
    return pin(state.conversation.standing.pins, *new)
