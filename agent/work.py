"""The durable work of the desk: answer what waits in the inbox, then send what the answer put in the outbox.

A turn is one piece of work with two recorded steps. `answer` understands, acts, composes and keeps the result in
one commit; `send` hands the reply to the channel. Both may run again after a crash (docs/adr/0015).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from prometheus_client import Histogram

from agent.aside import to_people
from agent.awaiting import CONFIRMATION
from agent.state import ConversationState
from agent.turns import Turns
from agent.turnstile import Turnstile
from domain.channels import Button, Outgoing
from domain.conversation import Conversation, Message, Task
from domain.errors import AlreadyAnswered, HandedBack
from domain.language import Language, starting_language
from domain.mailbox import Step, Taken, Work
from domain.office import is_staff_talk
from domain.ports import Clock
from domain.records import ConversationStore, History, TurnRecord
from security.identity import AddressBook
from support.inbox import TURN, Inbox
from support.outbox import DELIVER, Outbox
from support.pilot import Pilot
from support.presses import Presses
from support.takeovers import ESCALATE

log = structlog.get_logger()
YES, NO = "yes", "no"
MOST_STOPS = 5  # then a turn is read to its end, however much the customer goes on writing
Answered = Literal["nothing", "in part", "all"]
_TURN_SECONDS = Histogram("nightdesk_turn_seconds", "From the last message of a turn to its answer")


class DeskWork:
    """What is done for every conversation that something arrived for."""

    def __init__(
        self,
        *,
        turns: Turns,
        inbox: Inbox,
        outbox: Outbox,
        store: ConversationStore,
        addresses: AddressBook,
        pilot: Pilot,
        presses: Presses,
        escalate: Work,
        wall: Clock,
        tenant: str,
        burst_seconds: float,
    ) -> None:
        self._turns = turns
        self._inbox = inbox
        self._outbox = outbox
        self._store = store
        self._addresses = addresses
        self._pilot = pilot
        self._presses = presses
        self._escalate = escalate
        self._wall = wall
        self._tenant = tenant
        self._burst_seconds = burst_seconds

    @property
    def turns(self) -> Turns:
        return self._turns

    def works(self) -> Mapping[str, Work]:
        """The pieces of work by the names they are enqueued with."""
        return {TURN: self.turn, DELIVER: self.deliver, ESCALATE: self._escalate}

    async def turn(self, conversation_id: str, step: Step) -> None:
        """Answer what waits for a conversation, and send the answer; again while more waits than a turn holds."""
        answered: Answered = "in part"
        while answered == "in part":
            answered = await step("answer", lambda: self.answer(conversation_id))
            if answered != "nothing":
                await step("send", lambda: self._outbox.deliver(conversation_id))

    async def deliver(self, conversation_id: str, step: Step) -> None:
        """Send what a conversation still has to be told."""
        await step("send", lambda: self._outbox.deliver(conversation_id))

    async def answer(self, conversation_id: str) -> Answered:
        """Answer what waits, as one turn; nothing when an earlier turn has answered it."""
        await self._inbox.quiet()
        taken = await self._inbox.take(conversation_id)
        if taken is None:
            return "nothing"
        log.debug("taken", turn_id=taken.turn_id)
        if is_staff_talk(conversation_id):
            await self._presses.done(taken)
            return "in part" if taken.more else "all"
        history = await self._history(taken)
        try:
            taken, state = await self._think(taken, history)
        except Exception as error:  # a message that breaks a turn must not block its conversation
            log.exception("turn_failed", turn_id=taken.turn_id, cause=type(error).__name__)
            state = to_people(await self._start(taken, history), self._turns.context, "talk.failed")
        try:
            await self._keep(taken, state)
        except AlreadyAnswered as error:
            log.warning("turn_was_answered", cause=str(error))
            return "in part"
        except (
            HandedBack
        ) as error:  # what was asked of a colleague who is gone, the assistant answers
            log.info("turn_begins_anew", cause=str(error))
            return "in part"
        waited = (self._wall.now() - taken.kept[-1].received_at).total_seconds()
        _TURN_SECONDS.observe(max(0.0, waited))
        return "in part" if taken.more else "all"

    async def _history(self, taken: Taken) -> History:
        """The conversation so far; a first message begins one."""
        history = await self._store.history(taken.conversation_id)
        if history is not None:
            return history
        arrival = taken.kept[0].arrival
        owner = await self._pilot.owner(taken.conversation_id)
        customer = self._addresses.customer(arrival)
        known = await self._turns.customer(customer)
        conversation = Conversation(
            id=taken.conversation_id,
            tenant=self._tenant,
            customer_id=customer,
            channel=arrival.address.channel,
            opened_at=self._turns.context.clock.now(),
            language=starting_language(known.lang),
            owner=owner,
            group=arrival.address.group,
        )
        await self._store.open(conversation)
        return History(conversation)

    async def _think(self, taken: Taken, history: History) -> tuple[Taken, ConversationState]:
        taken, state = await self._read(taken, history)
        while _only_asks(state):
            waited = (self._wall.now() - taken.kept[-1].received_at).total_seconds()
            grown = await self._inbox.more(taken, max(0.0, self._burst_seconds - waited))
            if grown is None:
                break
            # Nothing was done yet, so the turn may be read again with more words.
            taken, state = await self._read(grown, history)
        return taken, state

    async def _read(self, taken: Taken, history: History) -> tuple[Taken, ConversationState]:
        """The turn; anew with more words when the customer writes again while it is only read.

        Only a model reads for so long that this happens, and half a question is not worth its answer.
        """
        for _ in range(MOST_STOPS):
            turnstile = Turnstile()
            reading = asyncio.create_task(self._once(taken, history, turnstile))
            try:
                if not await self._overtaken(reading, taken) or not turnstile.stop():
                    return taken, await reading
            finally:
                await _ended(reading)
            log.info("reading_stopped", turn_id=taken.turn_id)
            # Only now are the new words claimed: a turn that goes on without them must not hold them.
            grown = await self._inbox.more(taken, 0.0)
            if grown is None:  # a turn holds no more
                break
            taken = grown
        return taken, await self._once(taken, history, Turnstile())

    async def _overtaken(self, reading: asyncio.Task[ConversationState], taken: Taken) -> bool:
        """Did something arrive before the turn was finished?"""
        with self._inbox.watched(taken.conversation_id) as event:
            arriving = asyncio.create_task(event.wait())
            try:
                await asyncio.wait([reading, arriving], return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _ended(arriving)
        return event.is_set()

    async def _once(
        self, taken: Taken, history: History, turnstile: Turnstile
    ) -> ConversationState:
        state = await self._start(taken, history)
        clicks = [kept.arrival.click.value for kept in taken.kept if kept.arrival.click]
        answered = await self._turns.aside(history, state, clicks[-1] if clicks else "")
        if answered is not None:
            return answered
        if state.conversation.owner == "person" or await self._pilot.stopped():
            return self._with_people(state)
        return await self._turns.think(state, turnstile)

    async def _start(self, taken: Taken, history: History) -> ConversationState:
        last = taken.kept[-1]
        conversation = history.conversation
        speaker = self._addresses.customer(taken.kept[0].arrival)
        message = Message(
            id=taken.turn_id,
            conversation_id=conversation.id,
            author="customer" if speaker == conversation.customer_id else "bystander",
            sent_at=self._heard_at(taken),
            text=self._said(taken, history),
            language=conversation.language,
            external_id=last.arrival.external_id,
        )
        return await self._turns.begin(history, message)

    def _heard_at(self, taken: Taken) -> datetime:
        """When the first words of a turn came in, by the company's clock."""
        waited = self._wall.now() - taken.kept[0].received_at
        return self._turns.context.clock.now() - max(waited, timedelta())

    def _said(self, taken: Taken, history: History) -> str:
        """What was said in words; a button that still stands for what is asked says its own word."""
        shown = shown_now(history.tasks)
        language = history.conversation.language
        words = []
        for kept in taken.kept:
            value = kept.arrival.click.value if kept.arrival.click else ""
            said, _, about = value.partition(":")
            if said not in (YES, NO):  # words, or a button that is worth its words
                words.append(kept.arrival.text)
            elif shown and about == shown:
                words.append(self._turns.context.replies.say(f"said.{said}", language))
        text = "\n".join(word for word in words if word.strip())
        return text.encode("utf-8", "replace").decode()  # half a character is none

    def _with_people(self, state: ConversationState) -> ConversationState:
        """A person has this conversation: the first message raises the case, later ones only reach the desk."""
        if state.conversation.standing.handover_reason is not None:
            return state
        return to_people(state, self._turns.context, "talk.to_people")

    async def _keep(self, taken: Taken, state: ConversationState) -> None:
        kept = self._turns.record(state)
        outgoing = self._reply(taken, kept, state.outcome.awaiting, state.tasks)
        await self._turns.keep(state, replace(kept, outgoing=outgoing, taken=taken.turn_id))
        log.debug("kept", turn_id=taken.turn_id)

    def _reply(
        self, taken: Taken, kept: TurnRecord, waits: tuple[str, ...], tasks: tuple[Task, ...]
    ) -> list[Outgoing]:
        if kept.reply is None:
            return []
        arrival = taken.kept[-1].arrival
        language = kept.conversation.language
        buttons = self._buttons(tasks, language) if CONFIRMATION in waits else ()
        return [
            Outgoing(
                id=kept.reply.id,
                conversation_id=kept.conversation.id,
                address=arrival.address,
                text=kept.reply.text,
                language=language,
                buttons=buttons,
                route=arrival.route,
            )
        ]

    def _buttons(self, tasks: tuple[Task, ...], language: Language) -> tuple[Button, ...]:
        shown, say = shown_now(tasks), self._turns.context.replies.say
        return tuple(
            Button(f"{said}:{shown}", say(f"button.{said}", language)) for said in (YES, NO)
        )


async def _ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task that still runs, and see it end."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.exception()  # looked at, or it would be printed with whatever words stand in it


def shown_now(tasks: tuple[Task, ...]) -> str:
    """A mark of everything that waits for a yes, values included; empty when nothing does.

    A button carries it, so that a yes under an old question does not confirm a new one.
    """
    waiting = [f"{task.id} {task.shown}" for task in tasks if task.awaits_yes]
    return hashlib.sha256("\n".join(waiting).encode()).hexdigest()[:20] if waiting else ""


def _only_asks(state: ConversationState) -> bool:
    """Does the turn do nothing but ask for what is missing? Then the next message may bring it.

    Whoever ends with a question mark has finished, and waits for us.
    """
    if state.message.text.rstrip().endswith(("?", "？")):
        return False
    moved = [task for task in state.tasks if task.touched == state.message.id]
    return bool(moved) and all(
        task.status == "awaiting_customer" and task.missing for task in moved
    )
