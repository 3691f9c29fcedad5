"""A message comes out of the outbox as it was put in; one of an earlier version, too."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import update

from domain.channels import Address, Button, Outgoing
from storage.database import Database
from storage.outbox import SqlOutbox
from storage.tables import outbox

PUSH = Outgoing(
    "p-2",
    "push-talk",
    Address("dingtalk", "", "cidDuty==", group=True),
    "✓ 收到",
    "zh-Hant",
    (Button("take:1", "接手"),),
    kind="push",
    push_by="ding",
    route={"staff": "mei"},
    replaces="p-1",
)


async def test_a_push_that_takes_the_place_of_another_comes_back_whole(database: Database) -> None:
    store = SqlOutbox(database)
    await store.put([PUSH])
    assert await store.find("p-2") == PUSH


async def test_a_row_from_before_there_were_replacements_is_a_new_message(
    database: Database,
) -> None:
    store = SqlOutbox(database)
    await store.put([PUSH])
    old = {name: value for name, value in asdict(PUSH).items() if name != "replaces"}
    async with database.transaction() as connection:
        await connection.execute(update(outbox).values(sealed=database.seal(json.dumps(old))))
    found = await store.find("p-2")
    assert found is not None
    assert (found.replaces, found.buttons) == ("", PUSH.buttons)
