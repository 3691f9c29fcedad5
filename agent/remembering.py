"""What is done after a reply: what no longer fits the memory is summed up, and so is what a person takes over.

It runs beside the next turns, because no customer waits for it. What a crash takes away is summed up again by a
later turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from agent.awaiting import asks_code, code_like
from agent.memory import Entry
from agent.state import ConversationState
from domain.language import Language
from domain.records import Casebook, ConversationStore
from security.identity import GUEST
from support.writing.summaries import Said, Summariser
from support.writing.translation import Translator

log = structlog.get_logger()
LONGEST_SUMMARY = 2_000  # characters; the oldest lines go first
LONGEST_TRANSLATED = 1_000


class Remembering:
    """Sums up for memory and for the brief."""

    def __init__(
        self,
        summariser: Summariser,
        translator: Translator,
        staff_language: Language,
        *,
        store: ConversationStore,
        casebook: Casebook,
    ) -> None:
        self._summariser = summariser
        self._translator = translator
        self._staff_language = staff_language
        self._store = store
        self._casebook = casebook
        self._running: set[asyncio.Task[None]] = set()
        self._summing: set[str] = set()

    def after(self, state: ConversationState) -> None:
        """Begin whatever a finished turn leaves to sum up."""
        older, here = state.window.older, state.conversation.id
        # Of somebody whose records could not be read, it is not known what has to be masked.
        known = bool(state.customer.name) or state.customer.id.startswith(GUEST)
        if older and known and here not in self._summing:
            self._summing.add(here)
            self._begin(self._sum_up(state))
        if state.outcome.case is not None:
            self._begin(self._brief(state))

    async def settled(self) -> None:
        """Wait for what was begun."""
        while self._running:
            await asyncio.wait(set(self._running))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("not_summed_up", cause=type(fault).__name__)

    async def _sum_up(self, state: ConversationState) -> None:
        """Move what has fallen out of the window into the summary."""
        older, here = state.window.older, state.conversation.id
        try:
            lines = state.conversation.standing.summary.split("\n")
            lines += (await self._summary(state, older)).split("\n")
            while len(lines) > 1 and sum(map(len, lines)) > LONGEST_SUMMARY:
                lines.pop(0)
            summary = "\n".join(line for line in lines if line)[-LONGEST_SUMMARY:]
            await self._store.sum_up(here, summary, older[-1].message)
        finally:
            self._summing.discard(here)

    async def _brief(self, state: ConversationState) -> None:
        """Put what was said before, and a translation where staff need one, into the brief of a new case."""
        lines = []
        if (state.conversation.language == "en") != (self._staff_language == "en"):
            text = await self._translator.translate(
                state.message.text[:LONGEST_TRANSLATED],
                self._staff_language,
                "staff",
                known=_known(state, state.message.text),
                tenant=state.conversation.tenant,
                turn=f"{state.message.id}-after",
            )
            lines += [f"translated: {text}"] if text else []
        before = [one for one in state.window.entries if one.message != state.message.id]
        if before:
            lines.append(f"so far:\n{await self._summary(state, before)}")
        if lines:
            await self._casebook.add_to_brief(state.conversation.id, "\n".join(lines))

    async def _summary(self, state: ConversationState, entries: Sequence[Entry]) -> str:
        said = [
            Said("customer" if one.role == "customer" else "assistant", one.text) for one in entries
        ]
        conversation = state.conversation
        return await self._summariser.sum_up(
            said,
            (),
            conversation.language,
            known=_known(state, *(one.text for one in entries)),
            tenant=conversation.tenant,
            turn=f"{state.message.id}-after",
        )


def _known(state: ConversationState, *texts: str) -> tuple[str, ...]:
    """What stands in no summary: the customer's own values, and every code in these texts."""
    records = state.records
    own = [
        *(one.id for one in records.orders),
        *(one.id for one in records.invoices),
        *(one.id for one in records.bookings),
        *(one.id for one in records.accounts),
    ]
    asked = state.conversation.standing.code_asked or asks_code(state.tasks)
    numbers = {number for text in texts for number in code_like(text)} if asked else set()
    # A number of their own order is no code, and staff need it.
    secret = sorted(number for number in numbers if not any(number in one for one in own))
    return tuple(one for one in (*state.customer.private(), state.customer.name, *secret) if one)
