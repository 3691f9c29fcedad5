"""How quickly the dashboard is there over a million messages: `python -m evals.bench_dashboard`.

A year of made-up tickets, numbers from a seeded generator and nobody's words, is written to a database of its own;
then the desk's pages are asked for as a browser asks. The first look counts every day; who looks later reads what
was counted, and counts the days anew on which something has changed since. Where others use the machine too, what
the processor worked tells more than the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request, Response

from desk.dashboard import serve_dashboard
from desk.rendering import Pages
from domain.office import Colleague
from domain.settings import ROOT
from retrieval.sentences import Sentences
from retrieval.unanswered import Wanted
from security.permissions import Permissions
from storage.database import Database
from storage.kpis import SqlKpis
from storage.mood_groups import SqlMoods
from storage.office_tables import moods, tickets
from support.kpi_rules import KpiRules
from support.kpis import Kpis
from support.surveys import SurveyRules
from support.warnings import Warnings

TENANT = "bench"
TICKETS, MESSAGES_EACH, DAYS = 250_000, 4, 365
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
HOUR, DAY = 3600.0, 86400.0
_AT_ONCE = 5_000  # rows of an insert
_CATEGORIES = ("find_order", "refund_order", "edit_invoice", "ask", "returns", "talk", "book_room")
_CHANNELS = ("web", "whatsapp", "dingtalk")
_LANGUAGES = ("yue", "zh-Hant", "zh-Hans", "en")
_TEAMS = ("customer_care", "finance", "logistics", "vip", "quality")
_REASONS = ("anger", "explicit_request", "policy_limit", "low_confidence", "complaint")
_PRODUCTS = ("", "", "", *(f"GOODS-{number:02}" for number in range(30)))
PAGES = {
    "today": "/desk/dashboard?days=today",
    "7 days": "/desk/dashboard?days=7",
    "30 days": "/desk/dashboard?days=30",
    "90 days": "/desk/dashboard?days=90",
    "the whole year": "/desk/dashboard?from=2025-03-12&to=2026-03-12",
    "the year, one channel": "/desk/dashboard?from=2025-03-12&to=2026-03-12&channel=whatsapp",
    "the year, team and language": "/desk/dashboard?from=2025-03-12&to=2026-03-12&team=vip&language=en",
    "formulas, the whole year": "/desk/formulas?from=2025-03-12&to=2026-03-12",
    "figures as CSV, the year": "/desk/dashboard.csv?from=2025-03-12&to=2026-03-12",
    "early warnings": "/desk/warnings",
}


@dataclass(frozen=True)
class BenchDesk:
    """The figures of the made-up company."""

    kpis: Kpis
    warnings: Warnings

    async def wanted(self) -> Sequence[Wanted]:
        return []

    def now(self) -> datetime:
        return NOW


def made_up_tickets(number: int) -> Iterator[dict[str, Any]]:
    """Tickets over a year; half of them outside staffed hours, one in seven with a person."""
    chance = random.Random(6)  # noqa: S311 - made-up tickets are no secret
    for serial in range(number):
        opened = NOW.timestamp() - chance.random() * DAYS * DAY
        person = chance.random() < 0.15
        solved = opened + chance.expovariate(1 / HOUR) if chance.random() < 0.94 else None
        reply = opened + (chance.expovariate(1 / 3) if chance.random() < 0.97 else 300.5)
        angry = chance.random() < 0.08
        yield {
            "id": f"{serial:032x}",
            "tenant": TENANT,
            "conversation_id": f"{serial // 2:032x}",
            "customer_id": f"C-{int(chance.random() ** 2 * 60_000)}",
            "category": chance.choice(_CATEGORIES),
            "priority": "high" if person else "normal",
            "status": "closed" if solved else "new" if person else "open",
            "team": chance.choice(_TEAMS),
            "channel": chance.choice(_CHANNELS),
            "language": chance.choice(_LANGUAGES),
            "staffed": chance.random() < 0.5,
            "opened": opened,
            "updated": solved or reply,
            "customer_at": opened,
            "first_reply": reply,
            "resolve_by": opened + 9 * HOUR,
            "messages": MESSAGES_EACH,
            "replies": MESSAGES_EACH,
            "reopened": int(chance.random() < 0.04),
            "red_alert": angry and person,
            **_with_a_person(opened, person, chance),
            "solved": solved,
            "solved_by": ("ST-01" if person else "assistant") if solved else "",
            "abandoned": False,
            "surveyed": solved if chance.random() < 0.6 else None,
            "csat": chance.choice((1, 3, 4, 4, 5, 5, 5)) if chance.random() < 0.3 else None,
            "anger": 3.0 if angry else 0.3,
            "negative": 3.2 if angry else 0.8,
            "moods": MESSAGES_EACH,
        }


def _with_a_person(opened: float, person: bool, chance: random.Random) -> dict[str, Any]:
    """What is kept of the person who was brought in, if one was."""
    return {
        "first_person": opened + 900 if person else None,
        "respond_by": opened + HOUR if person else None,
        "staff_replies": 2 if person else 0,
        "reason": chance.choice(_REASONS) if person else "",
        "raised": opened + 60 if person else None,
        "acknowledged": opened + 60 + chance.expovariate(1 / 120) if person else None,
        "accepted": opened + 90 + chance.expovariate(1 / 300) if person else None,
    }


def made_up_moods(number: int) -> Iterator[dict[str, Any]]:
    """How a million messages sounded; nothing turns, so that nothing should be warned of."""
    chance = random.Random(28)  # noqa: S311 - as above
    for serial in range(number):
        talk = serial // (2 * MESSAGES_EACH)
        yield {
            "message_id": f"{serial:032x}",
            "tenant": TENANT,
            "conversation_id": f"{talk:032x}",
            "customer_id": f"C-{talk * 7919 % 60_000}",
            "at": NOW.timestamp() - (talk * 104_729 % 125_000) / 125_000 * DAYS * DAY,
            "anger": round(chance.random() ** 4, 3),
            "negative": round(chance.random() ** 3, 3),
            "topic": chance.choice(_CATEGORIES),
            "product": chance.choice(_PRODUCTS),
        }


async def fill(database: Database, number: int) -> None:
    """Write the tickets and the moods of their messages."""
    for table, rows in (
        (tickets, made_up_tickets(number)),
        (moods, made_up_moods(number * MESSAGES_EACH)),
    ):
        while some := list(islice(rows, _AT_ONCE)):
            async with database.transaction() as connection:
                await connection.execute(table.insert(), some)


def desk_of(database: Database) -> BenchDesk:
    """The figures of a database, by the rules of the playbook."""
    rules = ROOT / "playbook" / "rules"
    low = SurveyRules.read(rules / "surveys.yaml").low_score
    kpis = KpiRules.read(rules / "kpis.yaml", low)
    return BenchDesk(
        Kpis(SqlKpis(database, TENANT), kpis), Warnings(SqlMoods(database, TENANT), kpis.warnings)
    )


def app_of(desk: BenchDesk) -> FastAPI:
    """The pages of figures, for a supervisor who is logged in; the guard is measured with the desk."""
    permissions = Permissions.read(ROOT / "playbook" / "roles.yaml")
    pages = Pages(Sentences.read(ROOT / "playbook" / "reports"), "zh-Hant", permissions)
    routes = APIRouter()
    serve_dashboard(routes, desk, pages, permissions)
    app = FastAPI()

    @app.middleware("http")
    async def logged_in(request: Request, go_on: Callable[[Request], Any]) -> Response:
        request.state.session = None
        request.state.colleague = Colleague(id="sup", name="Supervisor", role="supervisor")
        answer: Response = await go_on(request)
        return answer

    app.include_router(routes)
    return app


async def measure(database: Database, rounds: int) -> None:
    """Ask for every page, and print how long it took."""
    transport = httpx.ASGITransport(app=app_of(desk_of(database)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:

        async def look(address: str) -> tuple[float, float]:
            """Milliseconds until the page is there, and what they cost the processor."""
            started, worked = time.perf_counter(), time.process_time()
            answer = await client.get(address)
            assert answer.status_code == 200, answer.text
            return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)

        first, work = await look(PAGES["the whole year"])
        print(f"the first look, which counts every day: {first:,.0f} ms (processor {work:,.0f})\n")
        print(f"{'page':<34}{'p50 ms':>9}{'p95 ms':>9}{'worst ms':>10}{'processor ms':>14}")
        for name, address in PAGES.items():
            took = []
            for _ in range(rounds):
                await _something_happens(database)
                took.append(await look(address))
            ordered = sorted(wall for wall, _ in took)
            middle, late = statistics.median(ordered), ordered[max(0, round(0.95 * rounds) - 1)]
            work = statistics.median(worked for _, worked in took)
            print(f"{name:<34}{middle:>9.0f}{late:>9.0f}{ordered[-1]:>10.0f}{work:>14.0f}")


async def _something_happens(database: Database) -> None:
    """The office goes on: ten tickets of the last days change between two looks."""
    mine = tickets.c
    since = (NOW - timedelta(days=4)).timestamp()
    async with database.transaction() as connection:
        newest = tickets.select().with_only_columns(mine.id).where(mine.opened >= since).limit(10)
        chosen = list((await connection.execute(newest)).scalars())
        change = tickets.update().where(mine.id.in_(chosen))
        await connection.execute(change.values(messages=mine.messages + 1))


async def run(number: int, rounds: int, url: str | None) -> None:
    """Fill a database and measure over it."""
    with TemporaryDirectory() as folder:
        database = await Database.open(Path(folder), url)
        started = time.perf_counter()
        await fill(database, number)
        took = time.perf_counter() - started
        print(f"{number:,} tickets, {number * MESSAGES_EACH:,} messages, written in {took:.0f} s")
        await measure(database, rounds)
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--url", default=None, help="a Postgres, empty; else SQLite")
    given = parser.parse_args()
    asyncio.run(run(given.tickets, given.rounds, given.url))
