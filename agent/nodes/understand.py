"""One turn becomes a list of tasks: new ones, and earlier ones that it answered, confirmed or took back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import structlog
from langgraph.runtime import Runtime

from agent.consulting import look_aside
from agent.state import AgentContext, ConversationState, TaskStep, Update
from domain.conversation import ASK, ASK_PERSON, COMPLAIN, OUT_OF_SCOPE, PRIVACY, Task
from domain.reading import ReadingContext

log = structlog.get_logger()
_COMPLAINTS = frozenset(
    {
        "incident",
        "safety",
        "tier_grievance",
        "anger_repeated",
        "anger_once",
        "delivery_dispute",
        "code_given",
    }
)
# While a person has to find out what happened, no money moves and nothing is sent back.
_FROZEN_BY = frozenset({"safety", "delivery_dispute", "payment_dispute"})
_FROZEN = frozenset({"refund_order", "return_order", "exchange_item"})


async def understand(state: ConversationState, runtime: Runtime[AgentContext]) -> Update:
    """Read the message against the open tasks, then check a one-time code if one was given.

    Raises:
        CancelledError: the customer wrote again while the message was read.
    """
    context = runtime.context
    standing = state.conversation.standing
    reading = await context.reader.read(
        state.message.text,
        ReadingContext(
            now=context.clock.now(),
            language=state.conversation.language,
            tasks=state.tasks,
            records=state.records,
            focus=standing.focus,
            signals=state.screening.signals,
            tenant=state.conversation.tenant,
            turn=state.message.id,
        ),
    )
    context.turnstile.go_on()
    read = [await _asked_again(task, state, context) for task in reading.tasks]
    start = max((task.position for task in state.tasks), default=-1) + 1
    known = {task.id for task in state.tasks}
    tasks: list[Task] = []
    for task in (*read, *for_people(state.verdict.triggers, state.message.text)):
        moved = replace(task, touched=state.message.id)
        if task.id not in known:
            # From the message and the place in it: the same message read again makes the same proposal.
            moved = replace(
                moved, id=f"{state.message.id}-{len(tasks)}", position=start + len(tasks)
            )
        tasks.append(moved)
    conversation = state.conversation
    for index, task in enumerate(tasks):
        tasks[index], conversation = await context.runner.step_up(
            task, state.customer, conversation
        )
    tasks = [_frozen(task, state) for task in tasks]
    log.debug("understood", turn_id=state.message.id, tasks=len(tasks))
    nothing = not tasks and not state.verdict.triggers and reading.act == "none"
    standing = replace(
        conversation.standing,
        unclear=standing.unclear + 1 if nothing else 0,
        focus={**standing.focus, **reading.focus},
    )
    return {"tasks": tuple(tasks), "conversation": replace(conversation, standing=standing)}


async def _asked_again(task: Task, state: ConversationState, context: AgentContext) -> Task:
    """What seems none of our business is a question after all, if our documents answer it.

    So is a wish for something that this company does not have at all, rooms for one.
    """
    if task.kind in context.not_offered:
        return replace(task, kind=ASK, status="open", slots={}, missing=(), asked=())
    if task.kind != OUT_OF_SCOPE or not task.text:
        return task
    found = await look_aside(TaskStep(task, state.conversation, state.customer), context)
    return replace(task, kind=ASK) if found is not None else task


def for_people(triggers: Collection[str], text: str) -> list[Task]:
    """What only a person can do, as tasks, so that it is on the list and in the brief."""
    kinds = []
    if _COMPLAINTS & set(triggers):
        kinds.append(COMPLAIN)
    if "ask_person" in triggers:
        kinds.append(ASK_PERSON)
    if "privacy" in triggers:
        kinds.append(PRIVACY)
    return [Task(id="", kind=kind, text=text, status="handed_over") for kind in kinds]


def _frozen(task: Task, state: ConversationState) -> Task:
    if task.kind in _FROZEN and task.unfinished and set(state.verdict.triggers) & _FROZEN_BY:
        return replace(task, status="handed_over")
    return task
