"""The composition root: settings, storage, connectors, tools and the agent joined into one house."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import structlog
import yaml
from pydantic import ValidationError

from agent.graph import Graph, build
from agent.prompts.loader import PROMPTS, load, read_prompt
from agent.remembering import Remembering
from agent.runner import Runner
from agent.state import AgentContext
from agent.toolbox import find_tools, supply
from agent.turns import Turns
from connectors.clocks import SystemClock
from connectors.embeddings_embedded import EmbeddedEmbedder
from connectors.model_openai.model import OpenAIModel
from connectors.providers import EXPERT_ROLES, endpoints, experts
from connectors.tokens_qwen import QwenTokens
from domain.company import CompanyNames, World
from domain.errors import ConfigurationError
from domain.glossary import Glossary
from domain.model_usage import Endpoint, UsageStore
from domain.models import ROLES, Model
from domain.policies import Hours, Policies
from domain.ports import (
    AccountSystem,
    Catalogue,
    Clock,
    Company,
    Embedder,
    HotelSystem,
    InvoiceSystem,
    OrderSystem,
    RefundSystem,
    VectorCache,
)
from domain.reading import Reader
from domain.settings import Settings
from domain.tooling import Tool
from embedders import open_reranker
from retrieval.search import Librarian
from retrieval.wordings import Wordings
from security.permissions import Permissions
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database
from storage.ledger import SqlLedger
from storage.usage import SqlUsage
from support.calendar import HONG_KONG, StaffCalendar, observes_holidays, read_holidays
from support.cases import CaseDesk
from support.escalation import Escalation
from support.models.assembly import assemble, budget
from support.models.metered import Meter
from support.policy_answers import PolicyAnswers
from support.replies import Replies
from support.sla import Sla
from support.surveys import SurveyRules
from support.takeover import TakeoverRules
from support.tickets import Tickets
from support.writing.summaries import Summariser
from support.writing.translation import Translator
from support.writing.voice import Voice
from support.writing.writer import Writer
from understanding.asking import Asked, Asking
from understanding.cascade import ALWAYS, CascadeReader, read_threshold
from understanding.embedded import EmbeddedReader
from understanding.examples import prompt_examples
from understanding.filling import Filler
from understanding.glossary import Glossary as WordGlossary
from understanding.glossary import read_glossary as read_words
from understanding.identifiers import CompanyWords
from understanding.model import Kinds, ModelReader
from understanding.models import Models, learn
from understanding.questions import Questions
from understanding.screening import EmbeddedScreener
from understanding.settling import Settler

log = structlog.get_logger()
_STAYS = frozenset({"find_rooms", "book_room", "change_booking", "cancel_booking"})


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
    model: Model | None = None
    connected: Sequence[OpenAIModel] = ()

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
        tokens = QwenTokens()
        model, connected = open_models(settings, SqlUsage(database), tokens.count)
        return cls(
            settings=settings,
            database=database,
            embedder=embedder,
            tokens=tokens,
            models=learn(playbook, settings.cache, embedder),
            replies=Replies.read(playbook / "replies"),
            permissions=Permissions.read(playbook / "roles.yaml"),
            glossary=read_glossary(playbook / "glossary"),
            words=read_words(playbook / "glossary"),
            tools=find_tools(),
            graph=build(),
            store=SqlConversations(database),
            casebook=SqlCasebook(database),
            model=model,
            connected=connected,
        )

    def librarian(
        self,
        clock: Clock,
        tenant: str,
        embedder: Embedder | None = None,
        *,
        place: Path | str | None = None,
        cache: VectorCache | None = None,
    ) -> Librarian:
        """Somebody who searches documents and has none yet; in memory if no `place` is given."""
        return Librarian(
            embedder or self.embedder,
            clock,
            Wordings.read(self.settings.playbook / "search" / "wordings.yaml"),
            tenant=tenant,
            place=place,
            cache=cache,
            reranker=open_reranker(self.settings) if place else None,
        )

    def serve(self, world: World, shop: Company, clock: Clock, librarian: Librarian) -> Turns:
        """Everything that one company's conversations need.

        Raises:
            ConfigurationError: the company's rules are incomplete, or a tool lacks a system it asks for.
        """
        policies = parse_policies(world.policies)
        rules = self.settings.playbook / "rules"
        calendar = StaffCalendar(policies.hours, _holidays(policies.hours, rules))
        escalation = Escalation.read(rules / "escalation.yaml", policies.escalation)
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
        takeover = TakeoverRules.read(rules / "takeover.yaml")
        duty = next((one.id for one in world.staff if one.role == "duty_manager"), "duty_manager")
        desk = CaseDesk(escalation, calendar, duty, takeover)
        context = AgentContext(
            names=world.company,
            policies=policies,
            calendar=calendar,
            escalation=escalation,
            answers=PolicyAnswers(
                policies,
                calendar,
                world.company,
                world.products,
                world.hotel.rooms,
                glossary=self.settings.playbook / "glossary",
            ),
            catalogue=shop,
            librarian=librarian,
            reader=self.reader(world),
            screener=EmbeddedScreener(self.models),
            runner=runner,
            replies=self.replies,
            clock=clock,
            desk=desk,
            tickets=Tickets(desk, Sla.read(rules / "sla.yaml"), calendar),
            surveys=SurveyRules.read(rules / "surveys.yaml"),
            topic_of=Questions(self.models).topic,
            not_offered=frozenset() if world.hotel.rooms else _STAYS,
            writer=self.writer(),
            translator=Translator(self._wording_model(), load("translate")),
        )
        remembering = Remembering(
            Summariser(self._wording_model(), load("summarise")),
            Translator(self._wording_model(), load("translate")),
            self.settings.staff_language,
            store=self.store,
            casebook=self.casebook,
        )
        return Turns(
            self.graph, context, self.store, shop, tokens=self.tokens, remembering=remembering
        )

    def reader(self, world: World) -> Reader:
        """The reader that the settings ask for; offline where no model is set."""
        offline = self.embedded_reader(world)
        if self.model is None or self.settings.reader == "embedded":
            return offline
        sure = read_threshold(self.settings.playbook / "rules" / "cascade.yaml")
        threshold = ALWAYS if self.settings.reader == "model" else sure
        return CascadeReader(offline, self.model_reader(world, self.model), threshold)

    def writer(self) -> Writer | None:
        """Who words what may be worded freely; nobody where no model is set."""
        model = self._wording_model()
        if model is None:
            return None
        voice = Voice.read(self.settings.playbook / "voices" / "demo.yaml")
        return Writer(model, load("compose"), voice)

    def _wording_model(self) -> Model | None:
        """The model that words replies, summaries and translations, where one may."""
        return None if self.settings.writer == "templates" else self.model

    def embedded_reader(self, world: World | None) -> EmbeddedReader:
        """The offline reader of a company; without one it knows no ids and no products."""
        words = self._words_of(world)
        return EmbeddedReader(self.models, words, self._settler(world, words))

    def model_reader(self, world: World | None, model: Model) -> ModelReader:
        """A reader that asks this model."""
        prompt = read_prompt(PROMPTS / "understand.md")
        examples = self.settings.playbook / "examples"
        asking = Asking(
            prompt.text,
            prompt.source,
            [
                Asked(name, (inspect.getdoc(tool.function) or "").split("\n")[0], tool.request)
                for name, tool in self.tools.items()
            ],
            prompt_examples(examples),
            self.models.features.lexicon,
        )
        settler = self._settler(world, self._words_of(world))
        return ModelReader(model, asking, settler, self.models, self._kinds())

    def _words_of(self, world: World | None) -> CompanyWords:
        if world is None:
            return CompanyWords(glossary=self.words)
        return CompanyWords.of_world(world, self.words)

    def _settler(self, world: World | None, words: CompanyWords) -> Settler:
        kinds = self._kinds()
        return Settler(
            self.models,
            Filler(words, world.products if world else []),
            fields={name: tuple(tool.request.model_fields) for name, tool in self.tools.items()},
            writes=kinds.writes,
            at_once=kinds.at_once,
        )

    def _kinds(self) -> Kinds:
        policies = {name: tool.policy for name, tool in self.tools.items()}
        return Kinds(
            writes=frozenset(name for name, one in policies.items() if one.effect != "read"),
            at_once=frozenset(name for name, one in policies.items() if one.confirm == "never"),
        )

    async def close(self) -> None:
        for one in self.connected:
            await one.close()
        await self.database.close()


def open_models(
    settings: Settings, usage: UsageStore, count: Callable[[str], int]
) -> tuple[Model | None, Sequence[OpenAIModel]]:
    """The models that the settings name, or None, and the connections that have to be closed in the end.

    A setting of a model that is wrong stops no desk: it is named in the log, and the desk reads and words offline.
    """
    meter = Meter(usage, budget(settings), SystemClock(), HONG_KONG, count)
    connected: list[OpenAIModel] = []

    def connect(endpoint: Endpoint) -> Model:
        connected.append(OpenAIModel(endpoint))
        return connected[-1]

    try:
        kinds = expert_kinds(settings)
        found = assemble(
            settings,
            {role: endpoints(settings, role) for role in ROLES},
            connect,
            meter,
            {role: experts(settings, role, kinds) for role in EXPERT_ROLES},
        )
    except ConfigurationError as error:
        log.error("model_not_used", cause=str(error), path="embedded", remedy="nightdesk doctor")
        return None, connected
    log.info(
        "reading", path=settings.reader if found else "embedded", experts=len(settings.experts)
    )
    return found, connected


def _holidays(hours: Hours, rules: Path) -> Sequence[date]:
    """Public holidays of the years that a company's own list says nothing of; none for one that keeps open."""
    if not observes_holidays(hours):
        return ()
    told = {day.year for day in hours.public_holidays}
    return [day for day in read_holidays(rules / "holidays.yaml") if day.year not in told]


def expert_kinds(settings: Settings) -> set[str]:
    """What a model may be an expert in: every tool, and every family of sentences that may be reworded."""
    if not settings.experts:
        return set()
    voice = Voice.read(settings.playbook / "voices" / "demo.yaml")
    return {*find_tools(), *(key.partition(".")[0] for key in voice.may_reword)}


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
