"""How customers sounded is put together by customer, product and topic."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.kpis import MoodGroup, MoodWeek
from storage.database import Database
from storage.mood_groups import SqlMoods
from storage.office_tables import moods, tickets
from tests.unit.storage.test_kpis import put, ticket

NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
SPLIT, SINCE = NOW - timedelta(days=7), NOW - timedelta(days=35)
DAY = 86400.0


class Said:
    """Messages as the office keeps how they sounded."""

    def __init__(self, database: Database) -> None:
        self.database, self.number = database, 0

    async def __call__(self, days_ago: float, negative: float, **fields: Any) -> None:
        self.number += 1
        row = {
            "message_id": f"m{self.number}",
            "tenant": "harbourside",
            "conversation_id": "talk",
            "customer_id": "C-1",
            "at": NOW.timestamp() - days_ago * DAY,
            "anger": negative,
            "negative": negative,
            "topic": "",
            "product": "",
        }
        async with self.database.transaction() as connection:
            await connection.execute(moods.insert().values(**(row | fields)))


@pytest.fixture
def said(database: Database) -> Said:
    return Said(database)


async def groups(database: Database) -> dict[tuple[str, str, str], MoodGroup]:
    found = await SqlMoods(database, "harbourside").groups(SPLIT, SINCE, NOW)
    return {(one.kind, one.name, one.measure): one for one in found}


async def test_without_a_word_there_is_no_group(database: Database) -> None:
    assert await groups(database) == {}


async def test_a_customer_is_counted_by_messages(database: Database, said: Said) -> None:
    for days, negative in ((1, 0.9), (2, 0.5), (3, 0.49), (10, 0.1), (34, 0.8)):
        await said(days, negative)
    await said(36, 1.0)  # too long ago
    await said(1, 1.0, tenant="elsewhere")
    await said(1, 1.0, customer_id="new here", conversation_id="new")
    found = await groups(database)
    assert found["customer", "C-1", "negative"] == MoodGroup(
        "customer", "C-1", "negative", 2, 3, 1, 2, people=1
    )
    assert ("customer", "new here", "negative") not in found  # nothing to compare with


async def test_a_product_is_counted_by_conversations(database: Database, said: Said) -> None:
    for _ in range(30):
        await said(1, 0.9, product="KETTLE", topic="returns", conversation_id="angry")
    await said(2, 0.2, product="KETTLE", topic="returns", conversation_id="calm", customer_id="C-2")
    await said(9, 0.1, product="KETTLE", topic="returns", conversation_id="earlier")
    found = await groups(database)
    expected = MoodGroup("product", "KETTLE", "negative", 1, 2, 0, 1, people=1)
    assert found["product", "KETTLE", "negative"] == expected
    assert found["topic", "returns", "negative"].recent_of == 2
    assert found["overall", "", "negative"].recent == 1
    assert ("product", "", "negative") not in found


async def test_red_alerts_are_counted_unless_they_were_called_false(database: Database) -> None:
    at = NOW.timestamp()
    await put(
        database,
        ticket("a", category="safety", opened=at - DAY, red_alert=True),
        ticket("b", category="safety", opened=at - DAY, red_alert=True, false_alarm=True),
        ticket("c", category="safety", opened=at - 20 * DAY, red_alert=True),
        ticket("d", category="find_order", opened=at - DAY),
    )
    found = await groups(database)
    expected = MoodGroup("topic", "safety", "red_alert", 1, 2, 1, 1, people=1)
    assert found["topic", "safety", "red_alert"] == expected
    assert found["overall", "", "red_alert"].recent_of == 3
    kept = SqlMoods(database, "harbourside")
    assert await kept.conversations(expected, SPLIT, 5) == ["talk-a"]
    async with database.transaction() as connection:
        await connection.execute(tickets.delete())
    assert await groups(database) == {}


async def test_the_worst_conversations_come_first(database: Database, said: Said) -> None:
    for name, negative in (("calm", 0.1), ("worst", 0.9), ("bad", 0.6)):
        await said(1, negative, conversation_id=name, product="KETTLE")
    await said(1, 1.0, conversation_id="another", product="LAMP", customer_id="C-2")
    kept = SqlMoods(database, "harbourside")
    kettle = MoodGroup("product", "KETTLE", "negative", 2, 3, 0, 1)
    assert await kept.conversations(kettle, SPLIT, 2) == ["worst", "bad"]
    customer = MoodGroup("customer", "C-1", "negative", 2, 3, 0, 1)
    assert await kept.conversations(customer, SPLIT, 1) == ["worst"]
    overall = MoodGroup("overall", "", "negative", 2, 3, 0, 1)
    assert await kept.conversations(overall, SPLIT, 1) == ["another"]


async def test_a_customer_week_by_week(database: Database, said: Said) -> None:
    for days, negative in ((0, 0.9), (1, 0.5), (7, 0.2), (60, 1.0)):
        await said(days, negative)
    weeks = await SqlMoods(database, "harbourside").weeks("C-1", SINCE)
    assert weeks == [MoodWeek(date(2026, 3, 2), 0.2, 1), MoodWeek(date(2026, 3, 9), 0.7, 2)]
