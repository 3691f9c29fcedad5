"""A desk over a real folder, a librarian who finds what it is told to, and a colleague at a browser."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from connectors.clocks import FixedClock
from desk.company import Entrance
from desk.knowledge import HOME
from desk.routes import router
from domain.casework import Citation
from domain.errors import InputError
from domain.knowledge import AskedQuestion, Edition, FoundedAnswer
from domain.language import Language
from domain.office import Colleague
from domain.settings import ROOT
from retrieval.documents import Document, make_document
from retrieval.findings import Finding, Findings
from retrieval.folder import KnowledgeFolder
from retrieval.following import Progress
from retrieval.formats.content import Content
from retrieval.formats.reading import read_content
from retrieval.search import ANYBODY, Hit
from retrieval.sentences import Sentences
from retrieval.unanswered import Wanted
from security.passwords import Passwords
from security.permissions import Permissions
from storage.database import Database
from storage.staff_accounts import SqlStaffAccounts
from support.staff import Staff

HERE = "http://127.0.0.1:8000"
NOW = datetime(2026, 3, 12, 2, 30, tzinfo=UTC)
SENTENCES = Sentences.read(ROOT / "playbook" / "reports")
EVIL = '<img src=x onerror="alert(1)">'
PASSWORD = "wind and tide at noon"
STAFF = (
    Colleague(id="Ada", name="Ada Lok", role="supervisor", reads="en"),
    Colleague(id="bo", name="Bo Yip", role="service", reads="zh-Hans"),
    Colleague(id="eve", name=EVIL, role=EVIL, reads="en"),
)
GRANTS = Permissions.read(ROOT / "playbook" / "roles.yaml")
OURS = {"origin": HERE, "sec-fetch-site": "same-origin"}
# As cheap as it gets: what is tested here is who gets in, not how long guessing takes.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def document(path: str, text: str, number: int = 1) -> Document:
    return replace(make_document(Content(text), path), number=number)


def cited(document: Document, score: float = 0.9) -> Citation:
    passage = document.passages[0]
    return Citation(
        document.path,
        document.title,
        passage.section,
        str(document.number),
        passage.text,
        score,
        passage.id,
    )


@dataclass
class ToldLibrarian:
    """Finds what a test says, and remembers how it was asked."""

    documents: dict[str, Document] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    answers: bool = True
    certain: bool = True
    asked: list[tuple[str, str, int, frozenset[str]]] = field(default_factory=list)

    def search(
        self,
        question: str,
        language: Language,
        k: int = 5,
        readers: Collection[str] = ANYBODY,
    ) -> list[Hit]:
        self.asked.append((question, language, k, frozenset(readers)))
        return self.hits

    def confident(self, hits: Sequence[Hit]) -> bool:
        return self.answers and bool(hits)

    def sure(self, hits: Sequence[Hit]) -> bool:
        return self.certain and bool(hits)


@dataclass
class Kept:
    folder: KnowledgeFolder


@dataclass
class Working:
    progress: Progress = field(default_factory=Progress)


@dataclass
class Asked:
    questions: list[Wanted] = field(default_factory=list)

    async def wanted(self) -> list[Wanted]:
        return self.questions


@dataclass
class Book:
    """What was answered."""

    answers: list[FoundedAnswer] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    async def unanswered(self, since: datetime) -> list[AskedQuestion]:
        raise NotImplementedError(f"the desk asks the inspector, not since {since}")

    async def used(self, since: datetime) -> dict[str, int]:
        assert since < NOW
        return self.counts

    async def why(self, message_id: str) -> FoundedAnswer | None:
        return next((each for each in self.answers if each.message_id == message_id), None)

    async def latest(self, count: int = 10) -> list[FoundedAnswer]:
        return self.answers[:count]


class SmallDesk:
    """The documents of a small company."""

    def __init__(self, root: Path) -> None:
        self.librarian = ToldLibrarian()
        self.keeper = Kept(KnowledgeFolder(root))
        self.follower = Working()
        self.inspector = Asked()
        self.answers = Book()
        self.sentences = SENTENCES
        self.findings = Findings(date(2026, 3, 12))
        self.woken = 0
        self.states: list[Edition] = []
        self.rolled_back: list[int] = []

    def lay(self, path: str, text: str) -> None:
        """Put a document in, and answer from it."""
        self.keeper.folder.put(path, text.encode())
        content = read_content(text.encode(), path)
        self.librarian.documents[path] = replace(make_document(content, path), number=1)

    def find(self, section: str, *found: Finding) -> None:
        sections = {**self.findings.sections, section: found}
        self.findings = replace(self.findings, sections=sections)

    def files(self) -> set[str]:
        root = self.keeper.folder.root
        return {one.relative_to(root).as_posix() for one in root.rglob("*") if one.is_file()}

    def wake(self, by: str) -> None:
        assert by == "desk"  # the history names who changed the folder
        self.woken += 1

    async def editions(self) -> list[Edition]:
        return self.states

    async def roll_back(self, number: int) -> list[str]:
        if number not in {each.number for each in self.states}:
            raise InputError(f"there is no state {number}")
        self.rolled_back.append(number)
        return []


class Browser:
    """Asks for pages as a browser on this machine does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def see(self, page: str = "", /, **query: str) -> str:
        response = await self.client.get(f"{HOME}{page}", params=query)
        assert response.status_code == 200, response.text
        return response.text

    async def token(self) -> str:
        found = re.search(r'data-token="([^"]+)"', await self.see())
        assert found
        return found[1]

    async def send(self, page: str, /, **fields: str) -> httpx.Response:
        """Send a form of one of our own pages."""
        fields["csrf"] = await self.token()
        headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
        return await self.client.post(f"{HOME}{page}", data=fields, headers=headers)

    async def upload(self, name: str, data: bytes, into: str = "") -> httpx.Response:
        headers = {
            "origin": HERE,
            "sec-fetch-site": "same-origin",
            "x-csrf-token": await self.token(),
            "accept": "application/json",
        }
        return await self.client.post(
            f"{HOME}/upload", params={"name": name, "into": into}, content=data, headers=headers
        )


@dataclass
class Office:
    """Who works here, and what the database keeps of them."""

    accounts: SqlStaffAccounts
    clock: FixedClock
    folder: Path
    passwords: Passwords = field(default_factory=lambda: Passwords(CHEAP))

    def entrance(self, *, local: bool = True, demo: bool = False) -> Entrance:
        return Entrance(Staff(STAFF), self.accounts, GRANTS, self.passwords, local, demo)

    async def hire(self, staff_id: str, password: str = PASSWORD) -> None:
        await self.accounts.set_password(staff_id, self.passwords.hash(password))


def app_of(desk: SmallDesk, entrance: Entrance) -> FastAPI:
    app = FastAPI()
    app.include_router(router(desk, entrance, now=lambda: NOW, language="en"))
    return app


def client_of(app: FastAPI, base: str = HERE, asks: str = "127.0.0.1") -> httpx.AsyncClient:
    """A browser that nobody has used yet, on the machine `asks`."""
    transport = httpx.ASGITransport(app=app, client=(asks, 50000))
    return httpx.AsyncClient(transport=transport, base_url=base)


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


async def log_in(
    client: httpx.AsyncClient, staff_id: str, password: str = PASSWORD, onto: str = ""
) -> httpx.Response:
    """Log in by the front door, as a browser does."""
    page = (await client.get("/desk/login", params={"next": onto})).text
    filled = {name: field_of(page, name) for name in ("csrf", "next")}
    data = {**filled, "id": staff_id, "password": password}
    origin = str(client.base_url).rstrip("/")
    return await client.post("/desk/login", data=data, headers={**OURS, "origin": origin})


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database is made already; a copy of it is quicker than another one."""
    folder = tmp_path_factory.mktemp("blank") / "data"

    async def make() -> None:
        await (await Database.open(folder)).close()

    asyncio.run(make())
    return folder


@pytest.fixture
async def office(blank: Path, tmp_path: Path) -> AsyncIterator[Office]:
    folder = tmp_path / "data"
    shutil.copytree(blank, folder)
    database, clock = await Database.open(folder), FixedClock(NOW)
    opened = Office(SqlStaffAccounts(database, clock), clock, folder)
    for each in ("Ada", "bo"):
        await opened.hire(each)
    yield opened
    await database.close()


@pytest.fixture
def desk(tmp_path: Path) -> SmallDesk:
    small = SmallDesk(tmp_path / "knowledge")
    small.lay("faq/parcels.md", "---\nowner: Post room\n---\n# Parcels\n\nThey take three days.\n")
    small.lay("faq/hours.md", "# 營業時間\n\n星期一至五，九時至六時。\n")
    return small


@pytest.fixture
def app(desk: SmallDesk, office: Office) -> FastAPI:
    return app_of(desk, office.entrance())


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on which nobody has logged in."""
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a supervisor."""
    async with client_of(app) as client:
        assert (await log_in(client, "Ada")).status_code == 303
        yield client


@pytest.fixture
def browser(client: httpx.AsyncClient) -> Browser:
    return Browser(client)
