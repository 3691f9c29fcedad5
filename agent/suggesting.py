"""What a colleague could answer: what the assistant was about to say, and what it can look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.consulting import DocumentsDown, look_up, tell
from agent.nodes.retrieve import TOPIC_UNKNOWN
from agent.state import AgentContext, ConversationState, TaskStep
from agent.turns import Turns
from domain.conversation import ASK, Task
from domain.errors import NotIdentified
from domain.office_ports import DeskStore
from domain.reading import ReadingContext
from domain.records import ConversationStore, History
from domain.tooling import Done

MOST = 3


class Suggestions:
    """Drafts replies for whoever has taken a conversation over. Nothing is said, and nothing is changed."""

    def __init__(self, turns: Turns, conversations: ConversationStore, store: DeskStore) -> None:
        self._turns = turns
        self._conversations = conversations
        self._store = store

    async def of(self, conversation_id: str) -> list[str]:
        """At most three replies to the customer's last message, the likeliest first.

        Raises:
            NotIdentified: there is no such conversation.
        """
        history = await self._conversations.history(conversation_id)
        if history is None:
            raise NotIdentified("this conversation is unknown")
        found = await self._unsaid(conversation_id)
        said = [one for one in history.messages if one.author == "customer"]
        if said and said[-1].text.strip():
            state = await self._turns.begin(history, said[-1])
            found += await self._looked_up(state, history, self._turns.context)
        return list(dict.fromkeys(found))[:MOST]

    async def _unsaid(self, conversation_id: str) -> list[str]:
        """What the assistant wrote and was not sent, since a colleague spoke last."""
        unsaid: list[str] = []
        for event in await self._store.history(conversation_id):
            if event.kind == "withheld":
                unsaid.append(event.text)
            elif event.kind == "replied":
                unsaid.clear()
        return unsaid[::-1]

    async def _looked_up(
        self, state: ConversationState, history: History, context: AgentContext
    ) -> list[str]:
        conversation = state.conversation
        reading = await context.reader.read(
            state.message.text,
            ReadingContext(
                now=context.clock.now(),
                language=conversation.language,
                records=state.records,
                focus=conversation.standing.focus,
                tenant=conversation.tenant,
                turn=state.message.id,
            ),
        )
        known = {task.id for task in history.tasks}
        fresh: Sequence[Task] = [one for one in reading.tasks if one.id not in known]
        found = []
        for task in fresh:
            step = TaskStep(replace(task, status="open"), conversation, state.customer)
            done = await self._done(step, context)
            if done is not None:
                found.append(context.replies.say(done.reply, conversation.language, **done.values))
        return found

    async def _done(self, step: TaskStep, context: AgentContext) -> Done | None:
        """What a look-up answers; None for everything that would change something, or that nothing answers."""
        task = step.task
        if task.kind != ASK:
            if not (context.runner.knows(task.kind) and context.runner.only_reads(task.kind)):
                return None
            ran = await context.runner.run(task, step.customer, step.conversation)
            return ran.outcome if isinstance(ran.outcome, Done) else None
        rule = context.answers.answer(
            task.slots.get("topic", TOPIC_UNKNOWN), task.text, context.clock.now()
        )
        if rule is not None:
            return Done(rule.reply, rule.values)
        try:
            found = await look_up(step, context)
        except DocumentsDown:
            return None
        return await tell(found, step, context) if found else None
