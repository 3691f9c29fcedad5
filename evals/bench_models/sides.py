"""Those that are compared: the desk as it is, and LangChain's prebuilt agent with the same tools and model."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import uuid4

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool, StructuredTool
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.outcomes import packed
from agent.turns import Incoming, Turns
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop
from domain.company import Customer, World
from domain.conversation import Conversation, Task
from domain.tooling import Tool
from evals.bench_models.requests import AGENT, CUSTOMER
from house import House
from retrieval.search import Librarian
from support.calendar import HONG_KONG
from understanding.asking import Asked

_INSTRUCTIONS = (
    "You are the customer service of an online shop. Use the tools to answer every request of the "
    "customer's message, then say the results in one reply. Never make up an order, an amount or a date."
)


@dataclass(frozen=True)
class Played:
    """One message answered."""

    seconds: float
    done: int
    """Requests that a tool carried out."""
    reply: str


Side = Callable[[str], Awaitable[Played]]


@dataclass(frozen=True)
class Stage:
    """The demo company on its day."""

    house: House
    world: World
    library: Librarian
    clock: FixedClock

    @classmethod
    def of(cls, house: House, world: World) -> Stage:
        now = world.default_now
        clock = FixedClock(now if now.tzinfo else now.replace(tzinfo=HONG_KONG))
        return cls(house, world, house.librarian(clock, world.world_id), clock)

    def turns(
        self, reader: Literal["cascade", "model"], writer: Literal["templates", "model"]
    ) -> Turns:
        """The desk with these settings, on a fresh copy of the company."""
        settings = self.house.settings.model_copy(update={"reader": reader, "writer": writer})
        shop = DemoShop(self.world, self.clock)
        return replace(self.house, settings=settings).serve(
            self.world, shop, self.clock, self.library
        )

    async def conversation(self) -> Conversation:
        """A new conversation of the customer."""
        opened = Conversation(
            id=f"bench-{uuid4().hex}",
            tenant=self.world.world_id,
            customer_id=CUSTOMER,
            channel="web",
            opened_at=self.clock.now(),
            language="yue",
        )
        await self.house.store.open(opened)
        return opened


def desk(
    stage: Stage, reader: Literal["cascade", "model"], writer: Literal["templates", "model"]
) -> Side:
    """A turn of the desk, storage and commits included."""

    async def play(text: str) -> Played:
        turns, conversation = stage.turns(reader, writer), await stage.conversation()
        began = time.perf_counter()
        answer = await turns.handle(Incoming(conversation.id, text))
        seconds = time.perf_counter() - began
        done = sum(task.status == "done" for task in answer.tasks)
        return Played(seconds, done, answer.message.text)

    return play


def agent(stage: Stage, base_url: str, *, parallel: bool) -> Side:
    """The prebuilt agent; it keeps nothing, and asks nobody for a yes."""
    chat = ChatOpenAI(
        model="scripted",
        base_url=base_url,
        api_key=SecretStr("none"),
        max_retries=0,
        temperature=0,
        model_kwargs={} if parallel else {"parallel_tool_calls": False},
    )

    async def play(text: str) -> Played:
        turns, conversation = stage.turns("model", "templates"), await stage.conversation()
        done: list[str] = []
        customer = await turns.customer(CUSTOMER)
        tools = [
            _offered(tool, turns, customer, conversation, done)
            for tool in stage.house.tools.values()
        ]
        graph = create_agent(chat, tools, system_prompt=_INSTRUCTIONS)
        began = time.perf_counter()
        result = await graph.ainvoke({"messages": [HumanMessage(AGENT + text)]})
        seconds = time.perf_counter() - began
        return Played(seconds, len(done), str(result["messages"][-1].content))

    return play


def _offered(
    tool: Tool, turns: Turns, customer: Customer, conversation: Conversation, done: list[str]
) -> BaseTool:
    """The tool with the schema that our reader shows, run by the same runner."""
    about = (inspect.getdoc(tool.function) or "").split("\n")[0]
    shown = Asked(tool.name, about, tool.request).function()

    async def run(**arguments: str | None) -> str:
        slots = {name: value for name, value in arguments.items() if value and name != "quote"}
        task = Task(uuid4().hex, tool.name, slots)
        ran = await turns.context.runner.run(task, customer, conversation)
        if ran.task.status == "done":
            done.append(tool.name)
        return json.dumps(packed(ran.outcome), ensure_ascii=False, default=str)

    return StructuredTool.from_function(
        coroutine=run,
        name=shown.name,
        description=shown.description,
        args_schema=dict(shown.schema),
    )
