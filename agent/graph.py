"""The whole state machine of a turn, on one screen."""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent import routes
from agent.nodes.act import act
from agent.nodes.compose import compose
from agent.nodes.hand_over import hand_over
from agent.nodes.retrieve import retrieve
from agent.nodes.screen import screen
from agent.nodes.understand import understand
from agent.state import AgentContext, ConversationState, TaskStep

Graph = CompiledStateGraph[ConversationState, AgentContext, ConversationState, ConversationState]


def build() -> Graph:
    """START → screen → understand → {retrieve, act} per task → hand_over last → compose → END."""
    graph = StateGraph(ConversationState, AgentContext)
    graph.add_node("screen", screen)
    graph.add_node("understand", understand)
    graph.add_node("retrieve", retrieve, input_schema=TaskStep)
    graph.add_node("act", act, input_schema=TaskStep)
    graph.add_node("hand_over", hand_over)
    graph.add_node("compose", compose)
    graph.add_edge(START, "screen")
    graph.add_conditional_edges("screen", routes.after_screen, ["understand", "compose"])
    graph.add_conditional_edges(
        "understand", routes.next_tasks, ["retrieve", "act", "hand_over", "compose"]
    )
    graph.add_conditional_edges("retrieve", routes.after_tasks, ["hand_over", "compose"])
    graph.add_conditional_edges("act", routes.after_tasks, ["hand_over", "compose"])
    graph.add_edge("hand_over", "compose")
    graph.add_edge("compose", END)
    return graph.compile()
