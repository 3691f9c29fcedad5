"""An office with conversations in a database of its own: real storage, real deeds, the demo company's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from agent.prompts.loader import load
from connectors.clocks import FixedClock
from connectors.demo_shop import DemoShop, read_world
from domain.casework import Citation, Handover, Ticket
from domain.conversation import Conversation, Message, Task
from domain.language import Language
from domain.models import Completion, Usage
from domain.office import Approval, Colleague, Mood, TicketEvent
from domain.records import AuditEntry, TurnRecord
from domain.settings import ROOT
from house import parse_policies
from retrieval.sentences import Sentences
from storage.casework import SqlCasebook
from storage.conversations import SqlConversations
from storage.database import Database
from storage.desk_lists import SqlDesk
from storage.outbox import SqlOutbox
from storage.surveys import SqlSurveys
from support.calendar import StaffCalendar
from support.cases import CaseDesk
from support.duty import DutyRoster
from support.escalation import Escalation
from support.office import Office
from support.outbox import Outbox
from support.replies import Replies
from support.sla import Sla
from support.staff import Staff
from support.surveys import SurveyRules, Surveys
from support.takeover import TakeoverRules
from support.takeovers import OfficeWords, Takeovers
from support.tickets import Tickets
from support.writing.translation import Translator
from tests.unit.support.model_fakes import ScriptedModel
from tests.unit.support.undone import NothingDone

PLAYBOOK = ROOT / "playbook"
RULES = PLAYBOOK / "rules"
WORLD = read_world(PLAYBOOK / "demo" / "world.yaml")
NOON = datetime.fromisoformat("2026-03-12T12:00:00+08:00")
TENANT = "demo"


@dataclass
class Waiting:
    """What waits for a yes; every decision once."""

    items: list[Approval] = field(default_factory=list)
    decided: list[tuple[str, str, bool]] = field(default_factory=list)

    async def waiting(self) -> list[Approval]:
        done = {one[0] for one in self.decided}
        return [one for one in self.items if one.task_id not in done]

    async def decide(self, task_id: str, me: Colleague, *, yes: bool) -> bool:
        if task_id not in {one.task_id for one in await self.waiting()}:
            return False
        self.decided.append((task_id, me.id, yes))
        return True


def translator(*texts: str) -> Translator:
    """One that says these texts, one after the other."""
    said = [[Completion(text=one, usage=Usage(1, 0, 1), provider="p", model="m")] for one in texts]
    return Translator(ScriptedModel(said), load("translate"))


class OfficeRoom:
    """Implements `OfficeDesk` over one database."""

    def __init__(self, database: Database, staff: Staff, clock: FixedClock) -> None:
        self.database, self.staff, self.clock = database, staff, clock
        self.store = SqlDesk(database)
        self.conversations = SqlConversations(database)
        self.casebook = SqlCasebook(database)
        self.systems = DemoShop(WORLD, clock)
        self.translator: Translator | None = None
        self.replies = Replies.read(PLAYBOOK / "replies")
        self.approvals = Waiting()
        self.durable = NothingDone()
        self.hushed: list[str] = []
        self.suggestions: list[str] = []
        policies = parse_policies(WORLD.policies)
        self.calendar = StaffCalendar(policies.hours)
        self.office = self._office(policies.escalation)

    def now(self) -> datetime:
        return self.clock.now()

    async def suggest(self, conversation_id: str) -> list[str]:
        assert conversation_id
        return self.suggestions

    def _office(self, escalation: Any) -> Office:
        clock, store = self.clock, self.store
        words = OfficeWords(Sentences.read(PLAYBOOK / "reports").say, "en")
        outbox = Outbox(SqlOutbox(self.database), {}, self.durable, clock)
        rules = TakeoverRules.read(RULES / "takeover.yaml")
        table = Escalation.read(RULES / "escalation.yaml", escalation)
        desk = CaseDesk(table, self.calendar, "duty_manager", rules)
        tickets = Tickets(desk, Sla.read(RULES / "sla.yaml"), self.calendar)
        takeovers = Takeovers(
            store=store,
            rules=rules,
            calendar=self.calendar,
            staff=self.staff,
            duty=DutyRoster({}, ()),
            durable=self.durable,
            outbox=outbox,
            clock=clock,
            words=words,
        )
        surveys = Surveys(
            rules=SurveyRules.read(RULES / "surveys.yaml"),
            store=SqlSurveys(self.database),
            office=store,
            outbox=outbox,
            replies=self.replies,
            clock=clock,
        )
        return Office(
            store=store,
            takeovers=takeovers,
            tickets=tickets,
            surveys=surveys,
            staff=self.staff,
            rules=rules,
            calendar=self.calendar,
            outbox=outbox,
            replies=self.replies,
            words=words,
            clock=clock,
            hush=self.hushed.append,
        )

    async def opens(self, talk: str, customer: str = "C-118", **fields: Any) -> Conversation:
        """A conversation begins."""
        opened = Conversation(
            talk, TENANT, customer, fields.pop("channel", "web"), self.now(), **fields
        )
        await self.conversations.open(opened)
        return opened

    async def turn(
        self, talk: str, said: str, answer: str | None = "收到。", **left: Any
    ) -> Ticket:
        """The customer says something; the assistant answers, and leaves this behind."""
        history = await self.conversations.history(talk)
        assert history is not None
        conversation: Conversation = left.pop("began", history.conversation)
        at = left.pop("at", self.now())
        key = left.pop("key", uuid4().hex)
        language: Language = conversation.language
        received = Message(key, talk, "customer", at, said, language)
        reply = Message(f"re-{key}", talk, "assistant", at, answer, language) if answer else None
        ticket = self._ticket(conversation, at, said, left.pop("ticket", {}))
        handover: Handover | None = left.pop("handover", None)
        events = list(left.pop("events", ()))
        if conversation.ticket is None:
            events.insert(0, TicketEvent(ticket.id, talk, at, "opened", "assistant"))
        if handover is not None:
            handover = replace(handover, conversation_id=talk, ticket_id=ticket.id, raised_at=at)
            detail = {"reason": handover.reason, "red_alert": handover.red_alert}
            events.append(TicketEvent(ticket.id, talk, at, "flagged", "assistant", detail))
        if "anger" in left:
            left["mood"] = Mood(key, talk, conversation.customer_id, at, left.pop("anger"), 0.5)
        await self.conversations.finish(
            TurnRecord(
                conversation,
                key,
                received,
                reply,
                ticket=ticket,
                handover=handover,
                events=events,
                at=at,
                **left,
            ),
            len,
        )
        found = await self.store.current(talk)
        assert found is not None
        return found

    def _ticket(
        self, conversation: Conversation, at: datetime, said: str, changed: dict[str, Any]
    ) -> Ticket:
        ticket = conversation.ticket or Ticket(
            id=f"ticket-{conversation.id}",
            number="",
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            subject=said,
            summary="",
            category="ask",
            priority="normal",
            status="open",
            team="customer_care",
            opened_at=at,
            channel=conversation.channel,
            language=conversation.language,
        )
        return replace(ticket, **changed)


def handover(reason: str = "explicit_request", **changed: Any) -> Handover:
    """Somebody is needed; the next stage is in five minutes."""
    raised = changed.pop("raised_at", NOON)
    usual = Handover(
        conversation_id="",
        ticket_id="",
        reason=reason,
        brief=f"reason: {reason}\nsaid: …",
        raised_at=raised,
        answers_by=raised,
        on_duty=True,
        id=uuid4().hex,
        team="customer_care",
        deadline=raised + timedelta(minutes=5),
    )
    return replace(usual, **changed)


def waits(**changed: Any) -> dict[str, Any]:
    """How a ticket stands while somebody is needed."""
    return {"status": "new", "respond_by": NOON + timedelta(minutes=30)} | changed


ALARMED = {"red_alert": True, "priority": "urgent"}


async def an_evening(room: OfficeRoom) -> None:
    """A few conversations as they are at an ordinary desk."""
    clock, minute = room.clock, timedelta(minutes=1)
    await room.opens("kettle", "C-118")
    await room.turn("kettle", "你好，我買咗個水壺", "你好！有咩幫到你？", key="k1")
    clock.moment += minute
    await room.turn(
        "kettle",
        "個水壺一插電就著火呀！我隻手燶咗，你哋搞咩呀？！電話 5318 2046",
        "非常抱歉，我即刻請同事跟進。",
        key="k2",
        anger=0.9,
        ticket=waits(priority="urgent", respond_by=clock.moment + 12 * minute, subject="水壺著火"),
        handover=handover("red_alert", brief=BRIEF, **ALARMED, language="yue"),
        tasks=TASKS,
        audit=AUDIT,
    )
    await room.opens("parcel", "C-317", channel="whatsapp")
    late = clock.moment - 8 * minute
    await room.turn(
        "parcel",
        "等咗五日都未收到貨，想搵真人",
        "我請同事幫你跟進。",
        anger=0.4,
        ticket=waits(respond_by=late, priority="high"),
        handover=handover(language="yue"),
    )
    await room.opens("invoice", "C-204", language="en", channel="dingtalk")
    cited = [Citation("faq/payment/invoices.md", "Invoices", "Company name", "2", "…", 0.9, "p1")]
    await room.turn(
        "invoice",
        "Can you put our company name on the invoice? <script>alert(1)</script>",
        "Yes, tell me the name.",
        citations=cited,
        ticket={"vip": "gold", "status": "pending"},
    )
    await room.opens("hans", "C-118", language="zh-Hans")
    await room.turn("hans", "请问营业时间是几点？", "星期一至五，上午九点至下午六点。")
    room.approvals.items.append(
        Approval(
            "task-9", "parcel", "C-317", "T00002", "refund_order", "HB-203098", Decimal(664), NOON
        )
    )


BRIEF = (
    "reason: red_alert · priority: urgent · language: yue\ncustomer: C-118\n"
    "said: 個水壺一插電就著火呀！電話 [PHONE]\nopen: return_order(order=HB-203115)"
)
TASKS: Sequence[Task] = (
    Task("task-1", "return_order", {"order": "HB-203115", "otp": "482913"}, "handed_over"),
)
AUDIT = (AuditEntry(NOON, "kettle", "assistant", "orders:read", "HB-203115", "allowed"),)
