"""Answer one question: from the company's rules where they say it, else from its documents, else say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from langgraph.runtime import Runtime

from agent.consulting import SURE, DocumentsDown, Found, look_up, tell
from agent.outcomes import packed
from agent.state import AgentContext, TaskStep, Update
from domain.casework import Citation
from domain.tooling import Declined, Done

TOPIC_UNKNOWN = "other_question"
SURE_TOPIC = 0.93  # a question that is surely about a rule is answered by the rule


async def retrieve(state: TaskStep, runtime: Runtime[AgentContext]) -> Update:
    """Find what answers, and cite it; below the threshold nothing is claimed.

    Rules win over documents that speak of the same, for a document may be old. A document that is about
    something else, and surely answers, shows that the question was about something else.
    """
    context, task = runtime.context, state.task
    runtime.stream_writer({"tool": "search_knowledge"})
    topic = task.slots.get("topic", TOPIC_UNKNOWN)
    answer = context.answers.answer(topic, task.text, context.clock.now())
    unknown = Declined("knowledge.unknown", {})
    try:
        found = await look_up(state, context, least=0.0 if answer is None else SURE)
    except DocumentsDown:
        found, unknown = None, Declined("knowledge.unavailable", {})
    if (
        answer is not None
        and found is not None
        and await _surely_about(topic, found, state, context)
    ):
        found = None
    if found is not None:
        return _done(state, await tell(found, state, context), found.citations)
    if answer is not None:
        rules = Citation("rules", context.names.en, answer.section, "", answer.reply, 1.0)
        return _done(state, Done(answer.reply, answer.values), (rules,))
    return {"tasks": (replace(task, status="declined", outcome=packed(unknown)),)}


async def _surely_about(topic: str, found: Found, state: TaskStep, context: AgentContext) -> bool:
    """Whether the question is about the topic of the rule, or else what was found is."""
    of_question = await asyncio.to_thread(context.topic_of, state.task.text)
    of_passage = await asyncio.to_thread(context.topic_of, found.passage)
    return topic in (of_passage[0], of_question[0] if of_question[1] >= SURE_TOPIC else "")


def _done(state: TaskStep, done: Done, citations: tuple[Citation, ...]) -> Update:
    return {
        "tasks": (replace(state.task, status="done", outcome=packed(done)),),
        "citations": citations,
    }
