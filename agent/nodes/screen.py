"""Look at a message before it is understood: its language, its mood, what it reports, whether it attacks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from langgraph.runtime import Runtime

from agent.state import AgentContext, ConversationState, Update
from domain.casework import Verdict, higher
from domain.conversation import Standing
from domain.language import detect, requested
from domain.reading import Screener, Screening

ANGRY = 0.6
MOST = 5  # messages that one turn answers together
SHORTEST = 6  # characters; less tells nothing by itself
_TRIGGERS = {
    "safety": "safety",
    "delay": "incident",
    "damage": "incident",
    "compensation": "incident",
    "complaint": "incident",
    "person": "ask_person",
    "not_received": "delivery_dispute",
    "missing_item": "delivery_dispute",
    "payment_dispute": "payment_dispute",
    "wrong_item": "defect",
    "fault": "defect",
    "refund_late": "defect",
    "code_given": "code_given",
    "suspicious": "suspicious",
    "privacy": "privacy",
}


async def screen(state: ConversationState, runtime: Runtime[AgentContext]) -> Update:
    """Set the language of the reply, and what the message means for priority, alarm and people."""
    return await look(state, runtime.context)


async def look(state: ConversationState, context: AgentContext) -> Update:
    """What a message gives away, whoever will answer it."""
    text = state.message.text
    conversation = state.conversation
    language = requested(text) or detect(text, conversation.language).language
    if state.message.author == "bystander":
        return {"conversation": replace(conversation, language=language)}
    screening = await asyncio.to_thread(screened, context.screener, text)
    standing = conversation.standing
    verdict = Verdict()
    if not screening.blocked:
        found = triggers(screening, standing, state.customer.vip)
        verdict = context.escalation.decide(found)
        standing = replace(
            standing,
            priority=higher(standing.priority, verdict.priority),
            red_alert=standing.red_alert or verdict.red_alert,
            angry_messages=standing.angry_messages + (screening.anger >= ANGRY),
            signals=tuple(sorted({*standing.signals, *screening.signals})),
        )
    return {
        "conversation": replace(conversation, language=language, standing=standing),
        "screening": screening,
        "verdict": verdict,
    }


def screened(screener: Screener, text: str) -> Screening:
    """What a turn gives away: all of it, and each of its messages alone, or an alarm is lost among others."""
    whole = screener.screen(text)
    lines = [line for line in text.split("\n") if len(line.strip()) >= SHORTEST]
    if whole.blocked or len(lines) < 2:
        return whole
    each = [screener.screen(line) for line in lines[-MOST:]]
    heard = [one for one in each if not one.blocked]
    return replace(
        whole,
        signals=whole.signals.union(*(one.signals for one in heard)),
        anger=max(whole.anger, *(one.anger for one in heard), 0.0),
        negative=max(whole.negative, *(one.negative for one in heard), 0.0),
    )


def triggers(screening: Screening, standing: Standing, tier: str | None) -> set[str]:
    """The lines of the escalation table that this message calls up."""
    found = {_TRIGGERS[signal] for signal in screening.signals if signal in _TRIGGERS}
    if screening.anger >= ANGRY or "anger" in screening.signals:
        repeated = standing.angry_messages > 0 or "person" in screening.signals
        found.add("anger_repeated" if repeated else "anger_once")
    if tier and "grievance" in screening.signals:
        found.add("tier_grievance")
    return found
