"""What the simulated DingTalk knows: people, chats, tickets, tokens, reply addresses, cards, and its journal."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

CORP = "dingcorpdemo0001"
TICKET_SECONDS = 90.0
_SHARED = (
    "cid" + "TheSameForEverybodyInThisOrganisation" * 2
)  # two chats differ after character 60 only


class Person(BaseModel):
    """Somebody with a telephone. People of other organisations are `external` and have no staff id for us.

    `staff` are the company's own people, listed by themselves on the page.
    """

    model_config = ConfigDict(extra="forbid")

    user_id: str
    name: str
    corp: str = CORP
    language: str = "yue"
    external: bool = False
    staff: bool = False


class Group(BaseModel):
    """A group chat that the robot is in."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: str
    title: str
    members: list[str]


class SimulatorSpec(BaseModel):
    """The organisation and the app that are played, and how the platform behaves."""

    model_config = ConfigDict(extra="forbid")

    client_id: str
    client_secret: str
    people: list[Person]
    groups: list[Group] = Field(default_factory=list)
    templates: dict[str, str] = Field(
        default_factory=lambda: {"nightdesk-answer.schema": "content"},
        description="Card templates and the name of their streaming variable",
    )
    redeliver_after: float = 60.0
    redeliver_same_header: bool = False
    deliveries: int = 3
    goodbye_seconds: float = 10.0
    click_seconds: float = 2.0
    webhook_seconds: float = 5400.0
    expire_in: int = 7200
    card_calls_per_second: int = 40
    journal: Path | None = None
    callback_url: str | None = None


@dataclass
class Chat:
    """A conversation as the people in it see it."""

    conversation_id: str
    title: str
    members: list[str]
    group: bool
    shown: list[dict[str, Any]] = field(default_factory=list)
    robot_in: bool = True


@dataclass
class Card:
    """A card by the id its sender gave it."""

    id: str
    template: str
    conversation_id: str
    values: dict[str, str]
    takes_clicks: bool
    finished: bool = False
    carrier: str = ""


class Journal:
    """Everything that happened, in memory and, a line each, in a file."""

    def __init__(self, path: Path | None) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=50_000)
        self._file: IO[str] | None = path.open("a", encoding="utf-8") if path else None
        self._listeners: set[asyncio.Queue[dict[str, Any]]] = set()

    def write(self, kind: str, **fields: Any) -> None:
        entry = {"kind": kind, "at": round(time.time(), 4), **fields}
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()
        for listener in self._listeners:
            listener.put_nowait(entry)

    def listen(self) -> asyncio.Queue[dict[str, Any]]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def forget(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        self._listeners.discard(queue)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class Platform:
    """The state behind all endpoints."""

    def __init__(self, spec: SimulatorSpec) -> None:
        self.spec = spec
        self.journal = Journal(spec.journal)
        self.people = {person.user_id: person for person in spec.people}
        self.chats: dict[str, Chat] = {}
        self.cards: dict[str, Card] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.calls: Counter[str] = Counter()
        self.calls_by_second: dict[str, Counter[int]] = defaultdict(Counter)
        self.known_as = ""
        self._tickets: dict[str, float] = {}
        self._webhooks: dict[str, tuple[str, float]] = {}
        self._token = ""
        self._token_until = 0.0
        self._card_calls: deque[float] = deque()
        for number, person in enumerate(spec.people):
            cid = f"{_SHARED}{number:04d}=="
            self.chats[cid] = Chat(cid, person.name, [person.user_id], group=False)
        for group in spec.groups:
            cid = group.conversation_id
            self.chats[cid] = Chat(cid, group.title, group.members, group=True)

    def chat_of(self, user: str) -> Chat:
        """Somebody's own chat with the robot."""
        return next(
            chat for chat in self.chats.values() if not chat.group and chat.members == [user]
        )

    def of_staff(self, chat: Chat) -> bool:
        """True for the own chat of one of the company's people."""
        return not chat.group and self.people[chat.members[0]].staff

    def staff(self, user: str) -> Chat | None:
        """The chat of somebody whom an id reaches: of the organisation, and in touch with the robot."""
        person = self.people.get(user)
        return None if person is None or person.external else self.chat_of(user)

    def show(self, chat: Chat, **message: Any) -> None:
        """Put something on the screens of a chat. `at` may be who is mentioned, so the time stands there twice."""
        now = time.time()
        chat.shown.append({"at": now, "time": now, "id": uuid4().hex, **message})

    def ticket(self) -> str:
        ticket = uuid4().hex
        self._tickets[ticket] = time.monotonic() + TICKET_SECONDS
        return ticket

    def redeem(self, ticket: str) -> bool:
        """A ticket opens one connection, within 90 seconds."""
        return self._tickets.pop(ticket, 0.0) > time.monotonic()

    def token(self) -> str:
        """The access token; the same one as long as it lives."""
        if time.monotonic() >= self._token_until:
            self._token = uuid4().hex
            self._token_until = time.monotonic() + (self.spec.expire_in or 7200)
        return self._token

    def revoke(self) -> None:
        self._token_until = 0.0

    def knows_token(self, token: str | None) -> bool:
        return bool(token) and token == self._token and time.monotonic() < self._token_until

    def webhook(self, chat: Chat) -> tuple[str, int]:
        """A new reply address for a chat: its session and the milliseconds at which it ends."""
        session = uuid4().hex
        until = time.time() + self.spec.webhook_seconds
        self._webhooks[session] = (chat.conversation_id, until)
        return session, int(until * 1000)

    def chat_of_session(self, session: str) -> Chat | None:
        cid, until = self._webhooks.get(session, ("", 0.0))
        return self.chats.get(cid) if until > time.time() else None

    def expire_webhooks(self) -> None:
        self._webhooks.clear()

    def count(self, endpoint: str) -> None:
        self.calls[endpoint] += 1
        self.calls_by_second[endpoint][int(time.time())] += 1

    def within_card_rate(self) -> bool:
        """Count a card call; false when there were too many in the last second."""
        now = time.monotonic()
        while self._card_calls and self._card_calls[0] <= now - 1.0:
            self._card_calls.popleft()
        if len(self._card_calls) >= self.spec.card_calls_per_second:
            return False
        self._card_calls.append(now)
        return True
