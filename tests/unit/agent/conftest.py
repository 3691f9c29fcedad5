"""The tool runner over the demo company, real storage and the real tools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.runner import Ran, Runner
from agent.toolbox import find_tools, supply
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.company import CompanyNames, Customer, World
from domain.conversation import Conversation, Task
from domain.glossary import Glossary
from domain.policies import Policies
from domain.ports import (
    AccountSystem,
    Catalogue,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    RefundSystem,
)
from domain.tooling import Tool
from security.permissions import Permissions
from storage.database import Database
from storage.ledger import SqlLedger

PLAYBOOK = Path(__file__).parents[3] / "playbook"
SYSTEMS = (OrderSystem, RefundSystem, InvoiceSystem, Catalogue, HotelSystem, AccountSystem)


@dataclass
class Bench:
    """A runner, and everything around it that a test may want to look at or exchange."""

    world: World
    clock: FixedClock
    shop: DemoShop
    database: Database
    permissions: Permissions
    tools: dict[str, Tool]

    def runner(self) -> Runner:
        policies = Policies.model_validate(self.world.policies)
        return Runner(
            tools=self.tools,
            supplied=supply(self.tools, self.systems(policies)),
            permissions=self.permissions,
            ledger=SqlLedger(self.database),
            accounts=self.shop,
            policies=policies,
            clock=self.clock,
        )

    def systems(self, policies: Policies) -> Mapping[type[Any], object]:
        read = {
            name: yaml.safe_load((PLAYBOOK / "glossary" / f"{name}.yaml").read_text("utf-8"))
            for name in ("topics", "places")
        }
        shop: dict[type[Any], object] = dict.fromkeys(SYSTEMS, self.shop)
        own = {Policies: policies, CompanyNames: self.world.company}
        return shop | own | {Glossary: Glossary.model_validate(read)}

    def customer(self, customer_id: str = "C-118") -> Customer:
        return next(one for one in self.world.customers if one.id == customer_id)

    def conversation(self, customer_id: str = "C-118") -> Conversation:
        return Conversation("talk", "harbourside", customer_id, "web", self.clock.now())

    async def run(self, task: Task, customer_id: str = "C-118") -> Ran:
        """One step by a runner that was started just now: it remembers what storage remembers."""
        runner = self.runner()
        return await runner.run(task, self.customer(customer_id), self.conversation(customer_id))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    world = read_world(PLAYBOOK / "demo" / "world.yaml")
    clock = FixedClock(world.default_now)
    database = await Database.open(tmp_path)
    permissions = Permissions.read(PLAYBOOK / "roles.yaml")
    yield Bench(world, clock, DemoShop(world, clock), database, permissions, find_tools())
    await database.close()
