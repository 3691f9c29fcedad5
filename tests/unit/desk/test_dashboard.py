"""The pages of figures: what they show, how they are narrowed, and what they let out."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from desk.company import Entrance
from desk.dashboard import DASHBOARD, FORMULAS, WARNINGS
from desk.exports import BOM, PRIVATE
from desk.figures import CARDS
from desk.routes import router
from domain.errors import UpstreamError
from domain.office import Colleague
from domain.settings import ROOT
from retrieval.unanswered import Wanted
from storage.database import Database
from storage.kpis import SqlKpis
from storage.mood_groups import SqlMoods
from storage.office_tables import moods, tickets
from support.kpi_rules import KpiRules
from support.kpis import Kpis
from support.staff import Staff
from support.warnings import Warnings
from tests.unit.desk.conftest import EVIL, NOW, Office, SmallDesk, client_of, log_in

RULES = KpiRules.read(ROOT / "playbook" / "rules" / "kpis.yaml", low_score=2)
DAY = 86400.0
CSV, TICKETS = f"{DASHBOARD}.csv", "/desk/tickets.csv"
ESCAPED = "&lt;img src=x onerror="


@dataclass
class Figured:
    """The figures of a small company."""

    kpis: Kpis
    warnings: Warnings
    questions: list[Wanted] = field(default_factory=list)
    fails: bool = False
    waits: asyncio.Event | None = None

    async def wanted(self) -> Sequence[Wanted]:
        if self.waits is not None:
            await self.waits.wait()
        if self.fails:
            raise UpstreamError("the embedder is away")
        return self.questions

    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def database(office: Office) -> AsyncIterator[Database]:
    opened = await Database.open(office.folder)
    yield opened
    await opened.close()


@pytest.fixture
def figured(database: Database) -> Figured:
    return Figured(
        Kpis(SqlKpis(database, "harbourside"), RULES),
        Warnings(SqlMoods(database, "harbourside"), RULES.warnings),
    )


def served(desk: SmallDesk, entrance: Entrance, figured: Figured) -> FastAPI:
    app = FastAPI()
    app.include_router(router(desk, entrance, now=lambda: NOW, language="en", dashboard=figured))
    return app


@pytest.fixture
def app(desk: SmallDesk, office: Office, figured: Figured) -> FastAPI:
    return served(desk, office.entrance(), figured)


@dataclass
class Tickets:
    """Puts tickets into the database, one a call."""

    database: Database
    number: int = 0

    async def put(self, days_ago: float = 5.0, **fields: Any) -> None:
        self.number += 1
        at = NOW.timestamp() - days_ago * DAY
        row = {
            "id": f"ticket-{self.number}",
            "tenant": "harbourside",
            "conversation_id": f"talk-{self.number}",
            "customer_id": f"C-{self.number}",
            "category": "find_order",
            "priority": "normal",
            "status": "closed",
            "team": "customer_care",
            "channel": "web",
            "language": "yue",
            "staffed": True,
            "opened": at,
            "updated": at,
            "customer_at": at,
            "first_reply": at + 2,
            "messages": 1,
            "solved": at + 60,
            "solved_by": "assistant",
        }
        async with self.database.transaction() as connection:
            await connection.execute(tickets.insert().values(**(row | fields)))


@pytest.fixture
def office_tickets(database: Database) -> Tickets:
    return Tickets(database)


async def page(client: httpx.AsyncClient, address: str = DASHBOARD, **query: str) -> str:
    response = await client.get(address, params=query)
    assert response.status_code == 200, response.text
    return response.text.replace("\u00a0", " ")


async def rows(client: httpx.AsyncClient, address: str, **query: str) -> list[dict[str, str]]:
    text = await page(client, address, **query)
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


async def test_an_empty_house_has_no_data_and_no_nought(client: httpx.AsyncClient) -> None:
    text = await page(client)
    assert text.count("No data") > len(CARDS)
    assert "0.0 %" not in text
    assert "Nothing is open." in text
    assert "Every question found an answer." in text
    assert 'data-value=""' in text


async def test_figures_stand_beside_their_counts_and_the_days_before(
    client: httpx.AsyncClient, office_tickets: Tickets
) -> None:
    for _ in range(3):
        await office_tickets.put(surveyed=1.0, csat=5)
    await office_tickets.put(raised=NOW.timestamp(), reason="anger", solved_by="ST-1")
    await office_tickets.put(days_ago=40)
    text = await page(client)
    assert "75.0 %" in text
    assert "3 of 4" in text
    assert "Period before: 100.0 %; ▼ down 25.0 points" in text
    assert "Customer is angry" in text
    assert "95 % interval 43.9 to 100.0 %" in text
    assert "3 tickets × 6 minutes (assumed)" in text


async def test_every_chart_has_its_table(
    client: httpx.AsyncClient, office_tickets: Tickets
) -> None:
    await office_tickets.put(raised=1.0, reason="anger")
    await office_tickets.put(status="new", solved=None)
    text = await page(client)
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert len(figures) == 7
    for figure in figures:
        assert "<table>" in figure
        assert "data-series" in figure
        assert "<figcaption>" in figure
    assert "<script>" not in text
    assert "style=" not in text


async def test_figures_are_narrowed_and_links_keep_it(
    client: httpx.AsyncClient, office_tickets: Tickets
) -> None:
    await office_tickets.put()
    await office_tickets.put(channel="whatsapp", team="vip", language="en")
    text = await page(client, days="7", channel="whatsapp", team="vip")
    assert "1 of 1" in text
    assert '<option value="whatsapp" selected>WhatsApp</option>' in text
    assert "/desk/dashboard.csv?days=7&amp;channel=whatsapp&amp;team=vip" in text
    assert "/desk/dashboard?days=30&amp;channel=whatsapp&amp;team=vip" in text
    span = {"from": "2026-03-01", "to": "2026-03-02"}
    text = await page(client, **span)
    assert "2026-03-01 to 2026-03-02 (Hong Kong time, 2 days)" in text
    assert "from=2026-03-01&amp;to=2026-03-02" in text


@pytest.mark.parametrize("address", [DASHBOARD, FORMULAS, CSV, TICKETS])
@pytest.mark.parametrize(
    "query",
    [
        {"days": "-1"},
        {"days": "9" * 5000},
        {"from": "0000-00-00", "to": "9999-99-99"},
        {"from": "9999-12-31", "to": "0001-01-01"},
        {"channel": "*"},
        {"channel": EVIL, "team": "' or 1=1 --", "language": "\x00"},
    ],
)
async def test_an_address_that_makes_no_sense_breaks_nothing(
    client: httpx.AsyncClient, address: str, query: dict[str, str]
) -> None:
    assert EVIL not in await page(client, address, **query)


async def test_what_strangers_named_is_escaped(
    client: httpx.AsyncClient, office_tickets: Tickets, figured: Figured
) -> None:
    await office_tickets.put(channel=EVIL, team=EVIL, raised=1.0, reason=EVIL)
    figured.questions = [Wanted(EVIL, "en", 3, (), NOW)]
    text = await page(client)
    assert EVIL not in text
    assert text.count(ESCAPED) >= 4


async def test_the_questions_do_not_hold_up_the_figures(
    client: httpx.AsyncClient, figured: Figured
) -> None:
    figured.waits = asyncio.Event()
    figured.questions = [Wanted("Do you deliver to Lamma?", "en", 7, (), NOW)]
    assert "They are being put together" in await page(client)
    figured.waits.set()
    await asyncio.sleep(0)
    assert "Do you deliver to Lamma?" in await page(client)


async def test_without_the_questions_there_are_the_figures(
    client: httpx.AsyncClient, figured: Figured
) -> None:
    figured.fails = True
    assert "They are being put together" in await page(client)
    figured.fails = False
    assert "Every question found an answer." in await page(client)


async def test_every_formula_is_published_with_its_counts(
    client: httpx.AsyncClient, office_tickets: Tickets
) -> None:
    await office_tickets.put(days_ago=10)
    await office_tickets.put(days_ago=10, reopened=1)
    await office_tickets.put(days_ago=10, csat=1, surveyed=1.0)
    text = await page(client, FORMULAS)
    for names in CARDS:
        for name in names:
            assert f'id="{name}"' in text
    assert "1 of 3" in text
    assert "Reopened: <strong>1</strong>" in text
    assert "Score of 2 or lower: <strong>1</strong>" in text
    assert "{" not in re.sub(r"<[^>]*>", "", text)


async def test_the_table_of_figures_has_raw_counts(
    client: httpx.AsyncClient, office_tickets: Tickets
) -> None:
    await office_tickets.put(raised=1.0, reason="=cmd|'/C calc'!A0", solved_by="ST-1")
    await office_tickets.put()
    found = await rows(client, CSV, days="7")
    by_name = {(row["period"], row["figure"], row["label"]): row for row in found}
    contained = by_name["range", "containment", "Containment"]
    assert (contained["value"], contained["numerator"], contained["denominator"]) == (
        "0.5",
        "1",
        "2",
    )
    assert by_name["before", "containment", "Containment"]["value"] == ""
    assert by_name["range", "reason", "'=cmd|'/C calc'!A0"]["value"] == "1"
    assert sum(row["period"] == "day" and row["figure"] == "tickets" for row in found) == 7
    assert {row["figure"] for row in found} >= {name for names in CARDS for name in names}


async def test_the_list_of_tickets_is_harmless_and_narrowed(
    client: httpx.AsyncClient, office_tickets: Tickets
) -> None:
    await office_tickets.put(order_number='=HYPERLINK("x")', category="+1", negative=0.5, moods=2)
    await office_tickets.put(channel="whatsapp")
    await office_tickets.put(days_ago=50)
    first, second = await rows(client, TICKETS)
    assert (first["order_number"], first["category"]) == ('\'=HYPERLINK("x")', "'+1")
    assert (first["negative"], first["first_reply_seconds"]) == ("0.25", "2.0")
    assert (second["number"], second["opened"]) == ("T00002", "2026-03-07 10:30:00")
    assert len(await rows(client, TICKETS, channel="whatsapp")) == 1


async def test_a_table_is_downloaded_under_its_days(client: httpx.AsyncClient) -> None:
    response = await client.get(TICKETS, params={"days": "7"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    expected = 'attachment; filename="nightdesk-tickets-2026-03-06_2026-03-12.csv"'
    assert response.headers["content-disposition"] == expected
    assert response.headers["cache-control"] == "no-store"


async def test_who_may_not_read_tickets_sees_no_customers(
    desk: SmallDesk, office: Office, figured: Figured, office_tickets: Tickets
) -> None:
    await office_tickets.put()
    await office.hire("Kim")
    kim = Colleague(id="Kim", name="Kim Lau", role="knowledge_manager", reads="en")
    entrance = replace(office.entrance(), staff=Staff([kim]))
    async with client_of(served(desk, entrance, figured)) as client:
        await log_in(client, "Kim")
        (row,) = await rows(client, TICKETS)
        assert not set(row) & set(PRIVATE)
        assert row["number"] == "T00001"


@pytest.mark.parametrize("address", [DASHBOARD, FORMULAS, WARNINGS, CSV, TICKETS])
async def test_figures_need_their_scope(app: FastAPI, address: str) -> None:
    async with client_of(app) as client:
        assert (await client.get(address)).status_code == 303
        await log_in(client, "bo")
        response = await client.get(address)
        assert response.status_code == 403
        assert "dashboard:read" in response.text


async def test_a_product_that_turned_is_warned_of_with_its_conversations(
    client: httpx.AsyncClient, database: Database
) -> None:
    assert "Nothing has turned for the worse." in await page(client, WARNINGS)
    said = []
    for number in range(120):
        recent = number < 30
        negative = 0.9 if (recent and number % 2) or number == 100 else 0.1
        at = NOW - timedelta(days=1 if recent else 15)
        said.append(
            {
                "message_id": f"m{number}",
                "tenant": "harbourside",
                "conversation_id": f"talk-{number}",
                "customer_id": f"C-{number}",
                "at": at.timestamp(),
                "anger": negative,
                "negative": negative,
                "topic": "returns",
                "product": EVIL,
            }
        )
    async with database.transaction() as connection:
        await connection.execute(moods.insert(), said)
    text = await page(client, WARNINGS)
    assert EVIL not in text
    assert ESCAPED in text
    sentence = "15 of 30 conversations in the last 7 days sounded negative (50 %)"
    assert text.count(sentence) == 3  # the product, its topic, and the whole house
    assert "1 of 90 (1 %)" in text
    assert "/desk/conversation?id=talk-" in text
    assert "fewer than one would be mere chance" in text


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
async def test_every_page_is_there_in_every_language(
    client: httpx.AsyncClient, office_tickets: Tickets, language: str
) -> None:
    await office_tickets.put(raised=1.0, reason="anger", acknowledged=4000.0, accepted=200_000.0)
    client.cookies.set("nightdesk_language", language)
    for address in (DASHBOARD, FORMULAS, WARNINGS):
        text = await page(client, address)
        assert "dash." not in re.sub(r"<[^>]*>", "", text)
