from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from agent.outcomes import packed, unpacked
from domain.tooling import Done
from storage.database import Database
from storage.ledger import SqlLedger
from tests.unit.storage.conftest import NOW, on_disk

DONE = Done("refund_order.done", {"order": "HB-203115", "amount": Decimal("398.00")})


async def test_an_act_that_was_never_begun_has_no_outcome(database: Database) -> None:
    assert await SqlLedger(database).recorded("key") is None


async def test_an_act_under_way_has_no_outcome_yet(database: Database) -> None:
    ledger = SqlLedger(database)
    await ledger.begin("key", "talk", "refund_order", NOW)
    assert await ledger.recorded("key") is None


async def test_a_completed_act_tells_what_came_of_it_with_amounts_and_days(
    database: Database,
) -> None:
    ledger = SqlLedger(database)
    values = {"amount": Decimal("398.00"), "by": date(2026, 3, 20), "at": NOW, "all": ["a", "b"]}
    await ledger.begin("key", "talk", "refund_order", NOW)
    await ledger.complete("key", packed(Done("refund_order.done", values)))
    kept = await ledger.recorded("key")
    assert kept is not None
    assert unpacked(kept) == Done("refund_order.done", values)
    assert isinstance(unpacked(kept).values["at"], datetime)  # type: ignore[union-attr]  # it is Done


async def test_beginning_again_does_not_wipe_the_outcome(database: Database) -> None:
    ledger = SqlLedger(database)
    await ledger.begin("key", "talk", "refund_order", NOW)
    await ledger.complete("key", packed(DONE))
    await ledger.begin("key", "talk", "refund_order", NOW)
    assert await ledger.recorded("key") == packed(DONE)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_outcome_outlives_the_process(database: Database, tmp_path: Path) -> None:
    ledger = SqlLedger(database)
    await ledger.begin("key", "talk", "refund_order", NOW)
    await ledger.complete("key", packed(DONE))
    await database.close()
    again = await Database.open(tmp_path)
    assert await SqlLedger(again).recorded("key") == packed(DONE)
    await again.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_outcome_cannot_be_read_in_the_file(database: Database, tmp_path: Path) -> None:
    ledger = SqlLedger(database)
    await ledger.begin("key", "talk", "edit_invoice", NOW)
    await ledger.complete("key", packed(Done("edit_invoice.done", {"title": "Lantau Cowork"})))
    written = on_disk(tmp_path)
    assert b"edit_invoice" in written
    assert b"Lantau" not in written
