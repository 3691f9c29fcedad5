"""Answer one question: from the company's rules where they say it, else from its documents, else say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from langgraph.runtime import Runtime

from agent.outcomes import packed
from agent.state import AgentContext, TaskStep, Update
from domain.casework import Citation
from domain.tooling import Declined, Done

TOPIC_UNKNOWN = "other_question"


async def retrieve(state: TaskStep, runtime: Runtime[AgentContext]) -> Update:
    """Find the passage that answers, and cite it; below the threshold nothing is claimed."""
    context, task, language = runtime.context, state.task, state.conversation.language
    runtime.stream_writer({"tool": "search_knowledge"})
    topic = task.slots.get("topic", TOPIC_UNKNOWN)
    answer = context.answers.answer(topic, task.text, context.clock.now())
    if answer is not None:
        rules = Citation("rules", context.names.en, answer.section, "", answer.reply, 1.0)
        done = Done(answer.reply, answer.values)
        return {
            "tasks": (replace(task, status="done", outcome=packed(done)),),
            "citations": (rules,),
        }
    hits = await asyncio.to_thread(context.librarian.search, task.text, language)
    if hits and context.librarian.confident(hits):
        best = hits[0]
        done = Done(
            "knowledge.answer", {"passage": best.passage.text, "title": best.citation.title}
        )
        return {
            "tasks": (replace(task, status="done", outcome=packed(done)),),
            "citations": (best.citation,),
        }
    unknown = Declined("knowledge.unknown", {})
    return {"tasks": (replace(task, status="declined", outcome=packed(unknown)),)}
