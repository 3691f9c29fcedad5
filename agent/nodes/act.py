"""Run one action task through the tool runner."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent.consulting import look_aside, tell
from agent.outcomes import packed
from agent.state import AgentContext, TaskStep, Update
from domain.tooling import NeedsInput


async def act(state: TaskStep, runtime: Runtime[AgentContext]) -> Update:
    """Take the task one step further; what came of it is in the task.

    A look-up that could only ask back, because nothing was named, is a question where the documents answer it.
    """
    context, task = runtime.context, state.task
    runtime.stream_writer({"tool": task.kind})
    ran = await context.runner.run(task, state.customer, state.conversation)
    vague = isinstance(ran.outcome, NeedsInput) and not task.slots and not task.asked
    if vague and context.runner.only_reads(task.kind):
        found = await look_aside(state, context)
        if found is not None:
            told = await tell(found, state, context)
            done = replace(task, status="done", outcome=packed(told))
            return {"tasks": (done,), "citations": found.citations}
    return {"tasks": (ran.task,)}
