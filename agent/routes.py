"""Every branch of the graph, as pure functions of the state."""

from __future__ import annotations

from langgraph.types import Send

from agent.outcomes import unpacked
from agent.state import ConversationState, TaskStep
from domain.conversation import (
    ASK,
    ASK_PERSON,
    COMPLAIN,
    INJECTION,
    OUT_OF_SCOPE,
    PRIVACY,
    SMALLTALK,
    Task,
)
from domain.tooling import Declined, Done, Failed

MOST_STEPS = 8  # task steps a turn; what is left stays open and is said to be
MOST_UNCLEAR = 2  # times we say that we did not understand before a person is brought in
TALK = frozenset({SMALLTALK, OUT_OF_SCOPE, INJECTION})
FOR_PEOPLE = frozenset({ASK_PERSON, COMPLAIN, PRIVACY})


def after_screen(state: ConversationState) -> str:
    """What must not be acted on is only answered."""
    return (
        "compose"
        if state.screening.blocked or state.message.author == "bystander"
        else "understand"
    )


def next_tasks(state: ConversationState) -> list[Send] | str:
    """Every task that can take a step now, side by side; then whoever is left goes to a person."""
    steps = [
        Send(
            "retrieve" if task.kind == ASK else "act",
            TaskStep(task, state.conversation, state.customer),
        )
        for task in runnable(state.tasks)[:MOST_STEPS]
    ]
    return steps or after_tasks(state)


def after_tasks(state: ConversationState) -> str:
    """Handover is last, so that a person receives only what is left."""
    return "hand_over" if triggers(state) else "compose"


def runnable(tasks: tuple[Task, ...]) -> list[Task]:
    """Tasks that a step can move on."""
    return [task for task in tasks if task.status == "open" and task.kind not in TALK | FOR_PEOPLE]


def triggers(state: ConversationState) -> tuple[str, ...]:
    """Why a person has to be brought in with this reply; empty when nothing calls for one."""
    found = list(state.verdict.triggers) if state.verdict.handover else []
    for task in state.tasks:
        if task.status == "failed" and task.outcome and isinstance(unpacked(task.outcome), Failed):
            found.append("unsupported")
        elif task.kind == "check_balance" and _reason(task) == "wrong_codes":
            found.append("wrong_codes")
    if state.conversation.standing.unclear > MOST_UNCLEAR:
        found.append("unsupported")
    return tuple(dict.fromkeys(found))


def _reason(task: Task) -> str | None:
    outcome = unpacked(task.outcome) if task.outcome and task.status == "declined" else None
    return outcome.hands_over if isinstance(outcome, Declined | Done) else None
