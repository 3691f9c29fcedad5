"""A turn: load what it needs, run the graph, keep what it leaves in one commit.

Everything a turn needs is loaded from storage by id, everything it leaves is saved in one commit, and writes in
between stand in the ledger, so that a turn may run again after a crash.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

import structlog

from agent.aside import listen, scored, sentence
from agent.awaiting import awaiting
from agent.graph import Graph
from agent.keeping import record
from agent.memory import entries_of, remembered
from agent.remembering import Remembering
from agent.state import AgentContext, ConversationState
from agent.turnstile import Turnstile
from domain.casework import Citation
from domain.channels import Outgoing
from domain.company import Customer
from domain.conversation import Conversation, Message, Task
from domain.errors import NotIdentified, UpstreamError
from domain.ports import Company, TokenCounter
from domain.reading import CustomerRecords
from domain.records import ConversationStore, History, TurnRecord
from security.identity import GUEST
from support.surveys import asked_by, score_of

log = structlog.get_logger()


@dataclass(frozen=True)
class Incoming:
    """A message as a channel accepted it."""

    conversation_id: str
    text: str
    external_id: str | None = None
    bystander: bool = False
    live: bool = False
    """Whether somebody watches the reply being written."""
    pressed: str = ""
    """The value of the button that was pressed, if one was."""


@dataclass(frozen=True)
class Progress:
    """A step that a customer may be shown while they wait."""

    step: str


@dataclass(frozen=True)
class Words:
    """The next words of the reply, while a model still writes the rest. Together they are where it begins."""

    text: str


@dataclass(frozen=True)
class Answer:
    """The reply of a turn."""

    message: Message
    awaiting: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    tasks: tuple[Task, ...] = ()


class Office(Protocol):
    """The people behind the assistant, as a turn meets them."""

    def pushes(self, turn: TurnRecord) -> list[Outgoing]:
        """The messages to staff that a turn's notices become."""
        ...

    async def kept(self, turn: TurnRecord) -> None:
        """A turn is on the disk: what it brought to people is on its way."""
        ...


class Turns:
    """Runs turns for one company."""

    office: Office | None = None
    """Where turns bring what needs people; without one it is only kept."""

    def __init__(
        self,
        graph: Graph,
        context: AgentContext,
        store: ConversationStore,
        systems: Company,
        *,
        tokens: TokenCounter,
        remembering: Remembering,
    ) -> None:
        self._graph = graph
        self.context = context
        self._store = store
        self._systems = systems
        self._tokens = tokens
        self._remembering = remembering
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._hushed: set[str] = set()

    async def handle(self, incoming: Incoming) -> Answer:
        """The answer to a message. A redelivered message gets the answer it got before.

        Raises:
            NotIdentified: there is no such conversation.
        """
        async for event in self.stream(incoming):
            if isinstance(event, Answer):
                return event
        raise AssertionError("unreachable: a turn always ends with an answer")

    async def stream(self, incoming: Incoming) -> AsyncIterator[Progress | Words | Answer]:
        """The same, with every step on the way."""
        async with self._locks[incoming.conversation_id]:
            history = await self._store.history(incoming.conversation_id)
            if history is None:
                raise NotIdentified("this conversation is unknown; start a new one")
            message = await self._accept(incoming, history)
            earlier = await self._store.answer_to(message.id) if incoming.external_id else None
            if earlier is not None:
                yield Answer(earlier, awaiting(history.tasks), (), history.tasks)
                return
            self._hushed.discard(message.conversation_id)
            state = await self.begin(history, message)
            context = replace(self.context, turnstile=Turnstile(), live=incoming.live)
            answered = await self.aside(history, state, incoming.pressed)
            if answered is not None:
                state = answered
            else:
                async for event in self._run(state, context):
                    if isinstance(event, ConversationState):
                        state = event
                    else:
                        yield event
            kept = replace(self.record(state), received=None)  # it was kept when it came
            yield await self.keep(state, kept)

    async def aside(
        self, history: History, state: ConversationState, pressed: str
    ) -> ConversationState | None:
        """The turn, where the graph has no part in it: a colleague speaks, a survey is answered. None: it has."""
        conversation = state.conversation
        if conversation.holder:
            return await listen(state, self.context)
        said = [one for one in history.messages if one.author in ("assistant", "staff")]
        survey = history.survey
        last = survey is not None and bool(said) and said[-1].id == asked_by(survey)
        score = score_of(survey, state.message.text, pressed, asked_last=last)
        if score is not None and state.message.author != "bystander":
            return scored(state, self.context, score)
        if not state.message.text:
            return sentence(
                state, self.context, "talk.stale_button" if pressed else "talk.cannot_read"
            )
        return None

    def hush(self, conversation_id: str) -> None:
        """Show nobody what is still being written: a colleague has taken the conversation over."""
        self._hushed.add(conversation_id)

    async def think(self, state: ConversationState, turnstile: Turnstile) -> ConversationState:
        """Run the graph. Nothing is kept but what tools did, which stands in the ledger.

        Raises:
            CancelledError: it was stopped at the turnstile, before anything was done.
        """
        async for event in self._run(state, replace(self.context, turnstile=turnstile)):
            if isinstance(event, ConversationState):
                state = event
        return state

    async def _run(
        self, state: ConversationState, context: AgentContext
    ) -> AsyncIterator[Progress | Words | ConversationState]:
        result = state
        conversation_id = state.conversation.id
        async for kind, event in self._graph.astream(
            state, context=context, stream_mode=["custom", "values"]
        ):
            if kind == "custom" and conversation_id in self._hushed:
                continue  # a colleague speaks now: what is still written nobody is shown
            if kind == "custom" and isinstance(event, dict):
                words = event.get("words")
                yield Progress(str(event["tool"])) if words is None else Words(str(words))
            elif isinstance(event, dict):
                result = ConversationState(**event)
        yield result

    def record(self, state: ConversationState) -> TurnRecord:
        """What a finished turn leaves behind."""
        return record(state, self.context, self.context.clock.now())

    async def keep(self, state: ConversationState, kept: TurnRecord) -> Answer:
        """Keep a finished turn, all of it or nothing.

        Raises:
            AlreadyAnswered: the arrivals of this turn were answered by another run of it.
            HandedBack: it was silent for a colleague who is gone; nothing was kept, and it has to run again.
        """
        if self.office is not None:
            kept = replace(kept, outgoing=[*kept.outgoing, *self.office.pushes(kept)])
        if not await self._store.finish(kept, self._tokens.count):
            log.info("reply_withheld", conversation_id=kept.conversation.id)
            kept = replace(kept, reply=None)
        self._remembering.after(state)
        if self.office is not None:
            await self.office.kept(kept)
        log.info(
            "turn_finished",
            conversation_id=kept.conversation.id,
            turn_id=kept.answered,
            tasks=[f"{task.kind}:{task.status}" for task in kept.tasks],
            language=kept.conversation.language,
        )
        silence = Message(
            kept.answered, kept.conversation.id, "assistant", self.context.clock.now(), ""
        )
        return Answer(kept.reply or silence, state.outcome.awaiting, state.citations, state.tasks)

    async def settled(self) -> None:
        """Wait for what finished turns left to sum up."""
        await self._remembering.settled()

    def drop(self, conversation_id: str) -> None:
        """Let go of what is held in memory for a conversation."""
        self._locks.pop(conversation_id, None)

    async def _accept(self, incoming: Incoming, history: History) -> Message:
        conversation = history.conversation
        message = Message(
            id=uuid4().hex,
            conversation_id=conversation.id,
            author="bystander" if incoming.bystander else "customer",
            sent_at=self.context.clock.now(),
            text=incoming.text.encode("utf-8", "replace").decode(),  # half a character is none
            language=conversation.language,
            external_id=incoming.external_id,
        )
        return await self._store.accept(message, self._tokens.count(message.text))

    async def begin(self, history: History, message: Message) -> ConversationState:
        """Where a turn starts: the customer, their records, and as much of the conversation as memory holds."""
        conversation = _rested(history.conversation)
        customer, records = await self._customer(conversation.customer_id)
        known = [one.id for one in history.messages]
        up_to = conversation.standing.summed_up_to
        since = known.index(up_to) + 1 if up_to in known else 0
        heard = [
            one
            for one in history.messages[since:]
            if one.id != message.id and one.author != "bystander"
        ]
        pins = conversation.standing.pins
        window = remembered(entries_of([*heard, message]), pins, self._tokens)
        return ConversationState(conversation, customer, message, window, records, history.tasks)

    @property
    def systems(self) -> Company:
        """The company's systems."""
        return self._systems

    async def customer(self, customer_id: str) -> Customer:
        """The customer; of somebody unknown, or while the systems are down, the id alone."""
        return (await self._customer(customer_id))[0]

    async def _customer(self, customer_id: str) -> tuple[Customer, CustomerRecords]:
        """The customer and their records. When the systems are down the turn goes on, and its tools say so."""
        if customer_id.startswith(GUEST):
            return Customer(id=customer_id, name=""), CustomerRecords()
        try:
            customer = await self._systems.customer(customer_id)
            if customer is None:
                raise NotIdentified(
                    "the customer of this conversation is unknown to the company's systems"
                )
            orders, invoices, bookings, accounts = await asyncio.gather(
                self._systems.orders(customer.id),
                self._systems.invoices(customer.id),
                self._systems.bookings(customer.id),
                self._systems.accounts(customer.id),
            )
        except UpstreamError as error:
            log.warning("records_unavailable", customer_id=customer_id, cause=error.code)
            return Customer(id=customer_id, name=""), CustomerRecords()
        return customer, CustomerRecords(
            orders=tuple(orders),
            invoices=tuple(invoices),
            bookings=tuple(bookings),
            accounts=tuple(accounts),
        )


def _rested(conversation: Conversation) -> Conversation:
    """A new episode, or one that a colleague gave back, begins calmly: what was grave before is settled."""
    ticket, standing = conversation.ticket, conversation.standing
    if ticket is None or (ticket.live and ticket.stage != "returned"):
        return conversation
    if ticket.live and standing.handover_reason is None:
        return conversation
    calm = replace(
        standing,
        priority="normal",
        red_alert=False,
        handover_reason=None,
        angry_messages=0,
        unclear=0,
    )
    return replace(conversation, standing=calm)
