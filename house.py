"""The composition root: settings, storage, connectors, tools and the agent joined into one house."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from agent.graph import Graph, build
from agent.runner import Runner
from agent.state import AgentContext
from agent.toolbox import find_tools, supply
from agent.turns import Turns
from connectors.embeddings_embedded import EmbeddedEmbedder
from connectors.tokens_qwen import QwenTokens
from domain.company import CompanyNames, World
from domain.errors import ConfigurationError
from domain.glossary import Glossary
from domain.policies import Policies
from domain.ports import (
    AccountSystem,
    Catalogue,
    Clock,
    Company,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    RefundSystem,
)
from domain.settings import Settings
from domain.tooling import Tool
from retrieval.documents import read_folder
from retrieval.search import Librarian
from retrieval.wordings import Wordings
from security.permissions import Permissions
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database
from storage.ledger import SqlLedger
from support.calendar import StaffCalendar
from support.cases import CaseDesk
from support.escalation import Escalation
from support.policy_answers import PolicyAnswers
from support.replies import Replies
from understanding.embedded import EmbeddedReader
from understanding.filling import Filler
from understanding.glossary import Glossary as WordGlossary
from understanding.glossary import read_glossary as read_words
from understanding.identifiers import CompanyWords
from understanding.models import Models, learn
from understanding.screening import EmbeddedScreener


@dataclass(frozen=True)
class House:
    """What every company shares: storage, what was learnt, the sentences, the graph."""

    settings: Settings
    database: Database
    embedder: EmbeddedEmbedder
    tokens: QwenTokens
    models: Models
    replies: Replies
    permissions: Permissions
    glossary: Glossary
    words: WordGlossary
    tools: dict[str, Tool]
    graph: Graph
    store: SqlConversations
    casebook: SqlCasebook

    @classmethod
    async def open(cls, settings: Settings) -> House:
        """Open storage, load what was learnt, and check that everything fits together.

        Raises:
            ConfigurationError: names the setting or file, and the remedy.
        """
        playbook = settings.playbook
        embedder = EmbeddedEmbedder()
        await asyncio.to_thread(embedder.warm)
        database = await Database.open(settings.data, settings.database_url)
        return cls(
            settings=settings,
            database=database,
            embedder=embedder,
            tokens=QwenTokens(),
            models=learn(playbook, settings.cache, embedder),
            replies=Replies.read(playbook / "replies"),
            permissions=Permissions.read(playbook / "roles.yaml"),
            glossary=read_glossary(playbook / "glossary"),
            words=read_words(playbook / "glossary"),
            tools=find_tools(),
            graph=build(),
            store=SqlConversations(database),
            casebook=SqlCasebook(database),
        )

    def library(self, clock: Clock, tenant: str, *, empty: bool = False) -> Librarian:
        """The documents of `knowledge/`, or none: a company under evaluation has only its own rules."""
        wordings = Wordings.read(self.settings.playbook / "search" / "wordings.yaml")
        # The index has one owner: each process that shares a database keeps its own.
        folder = None if empty else self.settings.data / f"index-{self.settings.worker}"
        librarian = Librarian(self.embedder, clock, wordings, tenant=tenant, folder=folder)
        if not empty:
            librarian.load(read_folder(self.settings.knowledge)[0])
        return librarian

    def serve(self, world: World, shop: Company, clock: Clock, librarian: Librarian) -> Turns:
        """Everything that one company's conversations need.

        Raises:
            ConfigurationError: the company's rules are incomplete, or a tool lacks a system it asks for.
        """
        policies = parse_policies(world.policies)
        calendar = StaffCalendar(policies.hours)
        escalation = Escalation.read(
            self.settings.playbook / "rules" / "escalation.yaml", policies.escalation
        )
        systems: dict[type[Any], object] = {
            kind: shop
            for kind in (
                OrderSystem,
                RefundSystem,
                InvoiceSystem,
                Catalogue,
                HotelSystem,
                AccountSystem,
            )
        }
        systems |= {Policies: policies, Glossary: self.glossary, CompanyNames: world.company}
        runner = Runner(
            tools=self.tools,
            supplied=supply(self.tools, systems),
            permissions=self.permissions,
            ledger=SqlLedger(self.database),
            accounts=shop,
            policies=policies,
            clock=clock,
        )
        duty = next((one.id for one in world.staff if one.role == "duty_manager"), "duty_manager")
        context = AgentContext(
            names=world.company,
            policies=policies,
            calendar=calendar,
            escalation=escalation,
            answers=PolicyAnswers(
                policies, calendar, world.company, world.products, world.hotel.rooms
            ),
            catalogue=shop,
            librarian=librarian,
            reader=self.reader(world),
            screener=EmbeddedScreener(self.models),
            runner=runner,
            replies=self.replies,
            clock=clock,
            desk=CaseDesk(escalation, calendar, duty),
        )
        return Turns(self.graph, context, self.store, shop, self.tokens)

    def reader(self, world: World | None) -> EmbeddedReader:
        """A reader that knows a company's ids and products, or none."""
        words = (
            CompanyWords.of_world(world, self.words) if world else CompanyWords(glossary=self.words)
        )
        return EmbeddedReader(
            self.models,
            words,
            Filler(words, world.products if world else []),
            fields={name: tuple(tool.request.model_fields) for name, tool in self.tools.items()},
            writes=[name for name, tool in self.tools.items() if tool.policy.effect != "read"],
            at_once=[name for name, tool in self.tools.items() if tool.policy.confirm == "never"],
        )

    async def close(self) -> None:
        await self.database.close()


def parse_policies(document: object) -> Policies:
    """The company's rules; the error lists each rule and what is wrong with it."""
    try:
        return Policies.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(
            f"policies.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:8]
        )
        raise ConfigurationError(problems) from error


def read_glossary(folder: Path) -> Glossary:
    """The wordings that tools need."""
    fields = {
        name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("topics", "places")
    }
    return Glossary.model_validate(fields)
