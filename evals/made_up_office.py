"""A busy office that never was: open conversations, some of them long, and everything that was solved before."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from domain.conversation import Author, Conversation, Message
from domain.language import Language
from evals.bench_dashboard import made_up_tickets
from storage.database import Database
from storage.knowledge_tables import citations
from storage.made_up import SqlMadeUp
from storage.office_tables import handovers, ownership, ticket_events
from storage.tables import audit, notices, tasks

TENANT = "demo"
LONG = 120  # messages of a long conversation; one in five is long
_SEED = 20
_CUSTOMERS = ("C-118", "C-204", "C-317", "C-326", "C-455", "C-501", "C-602", "C-617", "C-700")
_LANGUAGES: tuple[Language, ...] = ("yue", "yue", "zh-Hant", "zh-Hans", "en")
_SAID = (
    "喂？個包裹去到邊呀，等咗成個禮拜都未見",
    "訂單 HB-203098 寫住已送達，但係我同管理處都冇收過，可唔可以查下係邊個簽收？",
    "请问可以改送货地址吗？原来的地址写错了座号，应该是 B 座。",
    "The kettle I bought last month leaks at the base. I have the receipt and photos, what do you need from me?",
    "可以退嘅話幫我退返去張信用卡，唔該",
    "請問星期六下午三點後可以送到嗎？平日家裡沒有人。",
    "OK, thanks.",
)
_ANSWERED = (
    "幫你查到：包裹今朝到咗沙田分站，最遲聽日下晝送到。到之前司機會打畀你。",
    "收到，我幫你記低咗，同事會喺今日收工之前覆你。",
    "已经为您改好送货地址，新的送货单会在半小时内发到您的手机。",
    "I have noted the fault. Could you tell me the order number, so that I can book the collection?",
)


@dataclass(frozen=True)
class Held:
    """An open conversation, how long it is, and who of the staff has it, if anybody."""

    id: str
    messages: int
    holder: str


@dataclass
class Rows:
    """Everything that is written, by table."""

    talks: list[Conversation] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    moods: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    owned: list[dict[str, Any]] = field(default_factory=list)
    handovers: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    cited: list[dict[str, Any]] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)


class MadeUpOffice:
    """Makes an office up; a third of what is open is held, a third waits, and a third is the assistant's."""

    def __init__(self, database: Database, now: datetime, staff: Sequence[str]) -> None:
        self._database, self._now, self._staff = database, now, staff
        self._store, self._rows = SqlMadeUp(database), Rows()
        self._chance = random.Random(_SEED)  # noqa: S311 - made up, no secret

    async def write(self, *, open_talks: int, solved: int) -> list[Held]:
        """Write it; returns the conversations that are open."""
        bases = made_up_tickets(open_talks + solved)
        for number, base in enumerate(islice(bases, solved)):
            at = self._now - timedelta(days=1 + 30 * number / solved)
            talk, _ = self._talk(f"past-{number:027}", base, 4, at)
            ended = {"status": "closed", "solved": at.timestamp(), "solved_by": "assistant"}
            self._rows.tickets[-1] |= ended
            self._rows.events.append(_event(talk, at, "status", "assistant", {"to": "solved"}))
        held = []
        for number, base in enumerate(bases):
            length = LONG if number % 5 == 0 else self._chance.randint(4, 24)
            holder = self._staff[number % len(self._staff)] if number % 3 == 0 else ""
            talk, said = self._talk(f"open-{number:027}", base, length, self._now)
            self._beside(talk, said, holder)
            if number % 3 < 2:
                self._case(talk, holder)
            held.append(Held(talk.id, length, holder))
        await self._insert()
        return held

    async def _insert(self) -> None:
        rows = self._rows
        await self._store.write(
            rows.talks,
            rows.said,
            of_tickets=rows.tickets,
            words=rows.words,
            sounded=rows.moods,
            asked=[],
        )
        async with self._database.transaction() as connection:
            for table, some in (
                (ticket_events, rows.events),
                (ownership, rows.owned),
                (handovers, rows.handovers),
                (tasks, rows.tasks),
                (citations, rows.cited),
                (audit, rows.audit),
                (notices, rows.told),
            ):
                await connection.execute(table.insert(), some)

    def _talk(
        self, talk_id: str, base: dict[str, Any], length: int, now: datetime
    ) -> tuple[Conversation, list[Message]]:
        """A conversation with so many messages, the last of them a few minutes ago, and its ticket."""
        chance, rows = self._chance, self._rows
        end = now - timedelta(minutes=chance.uniform(1, 15))
        began = end - timedelta(minutes=length)
        language, customer = chance.choice(_LANGUAGES), chance.choice(_CUSTOMERS)
        talk = Conversation(talk_id, TENANT, customer, "web", began, language)
        said = []
        for number in range(length):
            at, asks = began + timedelta(minutes=number), number % 2 == 0
            text = chance.choice(_SAID if asks else _ANSWERED)
            answers: Author = "assistant" if number < length // 2 else "staff"
            author: Author = "customer" if asks else answers
            said.append(Message(f"{talk_id}-{number}", talk_id, author, at, text, language))
            if asks:
                rows.moods.append(_mood(said[-1].id, talk, at, chance))
        rows.talks.append(talk)
        rows.said += said
        rows.tickets.append(_ticket(base, talk, end.timestamp(), length))
        words = {"subject": chance.choice(_SAID)[:60], "summary": f"said: {chance.choice(_SAID)}"}
        rows.words.append({"ticket_id": f"t-{talk.id}", "conversation_id": talk.id, **words})
        rows.events.append(_event(talk, began, "opened", "assistant", {}))
        return talk, said

    def _beside(self, talk: Conversation, said: Sequence[Message], holder: str) -> None:
        """What is kept beside the words: what the assistant did and cited, and who replied."""
        answers = [one for one in said if one.author == "assistant"]
        for number, one in enumerate(answers):
            self._rows.cited.append(_cited(talk, one, number))
            self._rows.audit.append(_looked_up(talk, one))
            self._rows.tasks.append(_task(self._store, talk, number))
        for one in said:
            if one.author == "staff":
                detail = {"message": one.id}
                event = _event(talk, one.sent_at, "replied", holder or "ST-02", detail)
                self._rows.events.append(event)

    def _case(self, talk: Conversation, holder: str) -> None:
        """A person is needed, and has taken it, or not yet."""
        ticket, rows = self._rows.tickets[-1], self._rows
        raised, urgent = ticket["customer_at"] - 120.0, self._chance.random() < 0.2
        reason = "red_alert" if urgent else "explicit_request"
        rows.events.append(_event(talk, self._now, "flagged", "assistant", {"reason": reason}))
        rows.handovers.append(
            {
                "id": f"h-{talk.id}",
                "conversation_id": talk.id,
                "ticket_id": ticket["id"],
                "stage": "accepted" if holder else "supervisor_alerted",
                "reason": reason,
                "brief": f"said: {self._chance.choice(_SAID)}\nopen: track_parcel",
                "team": ticket["team"],
                "priority": "urgent" if urgent else "normal",
                "red_alert": urgent,
                "language": talk.language,
                "raised": raised,
                "on_duty": True,
                "deadline": None if holder else self._now.timestamp() + 3 * 3600,
                "accepted_by": holder,
                "accepted": raised + 60 if holder else None,
            }
        )
        changed = {"raised": raised, "red_alert": urgent, "assignee": holder, "reason": reason}
        ticket |= {**changed, "respond_by": None if holder else self._now.timestamp() + 1800}
        notice = {"conversation_id": talk.id, "kind": "alert", "recipient": "ST-01"}
        rows.told.append({**notice, "sent_at": self._now.isoformat(), "text": "made up"})
        if holder:
            owner = {"owner": "person", "holder": holder, "fence": 1, "since": raised}
            rows.owned.append({"conversation_id": talk.id, **owner})


def _ticket(base: dict[str, Any], talk: Conversation, end: float, length: int) -> dict[str, Any]:
    never = dict.fromkeys(("first_person", "respond_by", "raised", "acknowledged", "accepted"))
    return {
        **base,
        **never,
        "id": f"t-{talk.id}",
        "tenant": TENANT,
        "conversation_id": talk.id,
        "customer_id": talk.customer_id,
        "channel": "web",
        "language": talk.language,
        "status": "open",
        "assignee": "",
        "reason": "",
        "red_alert": False,
        "opened": talk.opened_at.timestamp(),
        "updated": end,
        "customer_at": end,
        "first_reply": end,
        "resolve_by": end + 6 * 3600,
        "messages": length,
        "solved": None,
        "solved_by": "",
        "surveyed": None,
        "csat": None,
    }


def _event(
    talk: Conversation, at: datetime, kind: str, actor: str, detail: dict[str, str]
) -> dict[str, Any]:
    return {
        "ticket_id": f"t-{talk.id}",
        "conversation_id": talk.id,
        "at": at.timestamp(),
        "kind": kind,
        "actor": actor,
        "detail": json.dumps(detail),
        "sealed": None,
    }


def _mood(key: str, talk: Conversation, at: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "message_id": key,
        "tenant": TENANT,
        "conversation_id": talk.id,
        "customer_id": talk.customer_id,
        "at": at.timestamp(),
        "anger": chance.random() ** 3,
        "negative": chance.random() ** 2,
        "topic": "find_order",
        "product": "",
    }


def _cited(talk: Conversation, said: Message, number: int) -> dict[str, Any]:
    return {
        "tenant": TENANT,
        "conversation_id": talk.id,
        "message_id": said.id,
        "at": said.sent_at.isoformat(),
        "document": "faq/delivery.zh-Hant.md",
        "document_version": 1,
        "passage_id": f"p{number % 40}",
        "title": "送貨",
        "section": "送貨時間",
        "passage": "市區訂單一般兩至三個工作天送到。",
        "score": 0.8,
    }


def _looked_up(talk: Conversation, said: Message) -> dict[str, Any]:
    row = {"at": said.sent_at.isoformat(), "conversation_id": talk.id, "principal": "assistant"}
    found = {"action": "orders:read", "resource": "HB-203098", "decision": "allowed"}
    return {**row, **found, "previous_hash": "", "hash": ""}


def _task(store: SqlMadeUp, talk: Conversation, number: int) -> dict[str, Any]:
    task = {
        "id": f"{talk.id}-task-{number}",
        "kind": "track_parcel",
        "slots": {"order": "HB-203098"},
        "status": "done",
        "missing": [],
        "asked": [],
        "position": number,
    }
    kept = {
        "conversation_id": talk.id,
        "position": number,
        "kind": "track_parcel",
        "status": "done",
    }
    return {"id": task["id"], **kept, "sealed": store.seal(task)}
