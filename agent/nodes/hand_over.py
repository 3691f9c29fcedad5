"""Bring in a person, with a brief and whatever is left to do."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent.awaiting import codes
from agent.routes import triggers
from agent.state import AgentContext, ConversationState, TurnOutcome, Update
from domain.casework import higher
from support.cases import Concern


async def hand_over(state: ConversationState, runtime: Runtime[AgentContext]) -> Update:
    """Open the case; a conversation that already has one keeps it, with the newest brief."""
    context = runtime.context
    why = triggers(state)
    verdict = context.escalation.decide(why)
    standing = state.conversation.standing
    conversation = replace(
        state.conversation,
        standing=replace(
            standing,
            priority=higher(standing.priority, verdict.priority),
            handover_reason=standing.handover_reason
            or verdict.reason
            or context.escalation.reason(why[0]),
        ),
    )
    case = context.desk.open(
        Concern(
            conversation,
            state.customer,
            why,
            state.message.text,
            state.tasks,
            context.clock.now(),
            tuple(codes(state.tasks, state.message.text)),
        )
    )
    return {"conversation": conversation, "outcome": TurnOutcome(case=case)}
