"""Run one action task through the tool runner."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.state import AgentContext, TaskStep, Update


async def act(state: TaskStep, runtime: Runtime[AgentContext]) -> Update:
    """Take the task one step further; what came of it is in the task."""
    runtime.stream_writer({"tool": state.task.kind})
    ran = await runtime.context.runner.run(state.task, state.customer, state.conversation)
    return {"tasks": (ran.task,)}
