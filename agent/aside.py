"""Turns that are answered without running the graph: a fixed sentence, or straight to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.awaiting import codes
from agent.state import AgentContext, ConversationState, TurnOutcome
from domain.casework import Handover
from support.cases import Concern

NO_ONE_ELSE = "unsupported"  # the trigger of the escalation table for what the assistant cannot do


def sentence(state: ConversationState, context: AgentContext, key: str) -> ConversationState:
    """The turn with one of the playbook's sentences for an answer."""
    reply = context.replies.say(key, state.conversation.language)
    return replace(state, outcome=TurnOutcome(reply=reply))


def to_people(state: ConversationState, context: AgentContext, key: str) -> ConversationState:
    """The turn as a case for a person, and the sentence that says so and when they will answer."""
    standing = state.conversation.standing
    reason = standing.handover_reason or context.escalation.reason(NO_ONE_ELSE)
    conversation = replace(state.conversation, standing=replace(standing, handover_reason=reason))
    case = context.desk.open(
        Concern(
            conversation,
            state.customer,
            (NO_ONE_ELSE,),
            state.message.text,
            state.tasks,
            context.clock.now(),
            tuple(codes(state.tasks, state.message.text)),
        )
    )

    def say(name: str, **values: object) -> str:
        return context.replies.say(name, conversation.language, **values)

    reply = "\n".join([say(key), when(case.handover, say)])
    return replace(state, conversation=conversation, outcome=TurnOutcome(reply=reply, case=case))


def when(handover: Handover, say: Callable[..., str]) -> str:
    """When a person will answer, by the company's hours."""
    if handover.on_duty:
        return say("handover.now")
    if handover.answers_by is None:
        return say("handover.ticket")
    return say("handover.later", when=handover.answers_by)
