"""Turns that are answered without running the graph: a fixed sentence, or straight to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.awaiting import codes
from agent.nodes.screen import look
from agent.state import AgentContext, ConversationState, TurnOutcome
from domain.casework import Handover, higher
from support.cases import Concern
from support.surveys import Score

LOW_SCORE = "low_score"  # the trigger of a survey that was answered badly
NO_ONE_ELSE = "unsupported"  # the trigger of the escalation table for what the assistant cannot do


def sentence(state: ConversationState, context: AgentContext, key: str) -> ConversationState:
    """The turn with one of the playbook's sentences for an answer."""
    reply = context.replies.say(key, state.conversation.language)
    return replace(state, outcome=TurnOutcome(reply=reply))


async def listen(state: ConversationState, context: AgentContext) -> ConversationState:
    """The turn of a customer who speaks with a colleague: the assistant listens, and says nothing."""
    return replace(state, **await look(state, context))


def scored(state: ConversationState, context: AgentContext, score: Score) -> ConversationState:
    """The turn as the answer to a survey; a bad one brings in a person."""
    now = context.clock.now()
    if score.value > context.surveys.low_score:
        said = sentence(state, context, "survey.thanks")
        return replace(said, outcome=replace(said.outcome, survey=score.answered(now)))
    sorry = to_people(state, context, "survey.sorry", why=LOW_SCORE)
    return replace(sorry, outcome=replace(sorry.outcome, survey=score.answered(now)))


def to_people(
    state: ConversationState, context: AgentContext, key: str, *, why: str = NO_ONE_ELSE
) -> ConversationState:
    """The turn as a case for a person, and the sentence that says so and when they will answer."""
    standing = state.conversation.standing
    standing = replace(
        standing,
        handover_reason=standing.handover_reason or context.escalation.reason(why),
        priority=higher(standing.priority, context.escalation.decide((why,)).priority),
    )
    conversation = replace(state.conversation, standing=standing)
    case = context.desk.open(
        Concern(
            conversation,
            state.customer,
            (why,),
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
