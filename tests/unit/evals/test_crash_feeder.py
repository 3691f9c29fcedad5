from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from typer import Typer
from typer.testing import CliRunner

from connectors.demo_shop import parse_world, read_world
from domain.company import World
from domain.policies import Policies
from domain.settings import Settings
from evals.crash import checker
from evals.crash.checker import Verdict, check_files
from evals.crash.feeder import Course, feed
from evals.crash.plan import Dialogue, dialogues
from evals.crash.records import when
from evals.crash.world import ADDRESSES, make_document, people, users, write_addresses, write_world
from security.identity import AddressBook

DEMO = Settings().world
ORDER = re.compile(r"HB-\d{6}")


def world(customers: int = 4, orders: int = 12, seed: int = 7) -> World:
    """A company without invoices: the desk of these tests knows orders alone."""
    return parse_world(make_document(DEMO, customers, orders, seed) | {"invoices": []})


@dataclass
class Desk:
    """A simulator with a desk behind it that answers at once; `forgets`, `repeats` and `dies` are its faults."""

    folder: Path
    forgets: int = 0
    repeats: bool = False
    dies: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/simulator/messages")
        async def take(body: dict[str, Any]) -> dict[str, str]:
            user, msg_id = body["user"], body["msg_id"]
            self.note("push", msgId=msg_id, user=user, conversation=f"cid-{user}")
            if self.dies:
                self.dies -= 1
                return {"msgId": msg_id}
            self.note("ack", msgId=msg_id, code=200)
            if msg_id not in self.seen:
                self.seen.add(msg_id)
                self.answer(user, body["text"])
            return {"msgId": msg_id}

        return app

    def answer(self, user: str, text: str) -> None:
        named = ORDER.findall(text)
        order = named[0] if named else self.waiting[user]
        if not named:
            self.change(order)
        self.waiting[user] = order
        if self.forgets:
            self.forgets -= 1
            return
        self.note("send", conversation=f"cid-{user}", text=f"{order}: {text}")

    def change(self, order: str) -> None:
        for _ in range(2 if self.repeats else 1):
            entry = {"at": time.time(), "effects": [{"kind": "order.cancel", "order": order}]}
            with (self.folder / "erp.jsonl").open("a") as file:
                file.write(json.dumps(entry) + "\n")

    def note(self, kind: str, **fields: Any) -> None:
        with (self.folder / "journal.jsonl").open("a") as file:
            file.write(json.dumps({"kind": kind, "at": time.time(), **fields}) + "\n")


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task


async def campaign(
    desk: Desk, company: World, until: Path | None = None, patience: float = 0.5
) -> Verdict:
    journal, out = desk.folder / "journal.jsonl", desk.folder / "feed.jsonl"
    known = users(company, ADDRESSES)
    async with serving(desk.app()) as url, asyncio.timeout(30):
        await feed(
            simulator=url,
            world=company,
            known=known,
            journal=journal,
            out=out,
            course=Course(20, until, patience, pause=0.0),
            seed=1,
        )
    return check_files(journal, desk.folder / "erp.jsonl", out)


async def test_customers_speak_of_every_order_once_and_the_checker_agrees(tmp_path: Path) -> None:
    company = world()
    verdict = await campaign(Desk(tmp_path), company)
    assert verdict.clean
    assert verdict.said == verdict.accepted == verdict.sends > len(company.orders)
    assert verdict.effects > 0


async def test_a_message_that_is_taken_and_forgotten_is_found(tmp_path: Path) -> None:
    verdict = await campaign(Desk(tmp_path, forgets=1), world(2, 4))
    assert len(verdict.lost) == 1


async def test_what_was_not_acknowledged_is_delivered_again(tmp_path: Path) -> None:
    verdict = await campaign(Desk(tmp_path, dies=3), world(2, 4), patience=9)
    assert verdict.clean
    assert verdict.accepted == verdict.said


async def test_nobody_begins_anything_once_the_end_was_called(tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    verdict = await campaign(Desk(tmp_path), world(2, 4), until=tmp_path / "stop")
    assert (verdict.said, verdict.clean) == (0, False)


async def test_an_effect_that_happens_twice_is_found(tmp_path: Path) -> None:
    verdict = await campaign(Desk(tmp_path, repeats=True), world(2, 6))
    assert len(verdict.doubled) == verdict.effects / 2 > 0


async def test_the_command_prints_the_table_and_fails_where_something_is_lost(
    tmp_path: Path,
) -> None:
    await campaign(Desk(tmp_path, forgets=1), world(2, 4))
    command = Typer()
    command.command()(checker.main)
    names = {"--journal": "journal", "--erp": "erp", "--feed": "feed"}
    given = [part for key, name in names.items() for part in (key, str(tmp_path / f"{name}.jsonl"))]
    result = CliRunner().invoke(command, given)
    assert result.exit_code == 1
    assert "never answered" in result.output


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    assert world() == world()
    assert not {one.id for one in world().orders} & {one.id for one in world(seed=8).orders}


def test_a_world_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    assert write_world(DEMO, file, 2, 4, seed=3) == read_world(file)


def test_no_order_of_a_campaign_is_one_of_the_demos() -> None:
    made = [one.id for one in world(20, 30).orders]
    assert len(set(made)) == len(made) == 600
    assert all(one not in DEMO.read_text("utf-8") for one in made)


def test_a_campaign_has_the_demos_rules_and_its_people_first() -> None:
    company = world(14, 2)
    assert Policies.model_validate(company.policies).cancel_rule.statuses
    assert [one.id for one in company.customers][:2] == ["C-118", "C-204"]
    assert len({one.id for one in company.customers}) == 14


def test_everybody_has_an_address_of_their_own(tmp_path: Path) -> None:
    company = world(14, 2)
    known = users(company, ADDRESSES)
    assert known["C-118"] == "chan.wingyan"
    assert len(set(known.values())) == 14
    assert [one["user_id"] for one in people(company, ADDRESSES)] == list(known.values())
    file = tmp_path / "addresses.yaml"
    write_addresses(company, ADDRESSES, file)
    AddressBook.read(file)
    assert users(company, file) == known


def said(one: Dialogue) -> list[str]:
    return [line.order for turn in one.rounds for line in turn.lines if not line.agrees]


def test_every_order_is_spoken_of_once_and_by_its_owner() -> None:
    company = world(3, 40)
    for customer in company.customers:
        spoken = [
            order
            for one in dialogues(company, customer.id, customer.lang, 1)
            for order in said(one)
        ]
        mine = [one.id for one in company.orders if one.customer == customer.id]
        assert sorted(spoken) == sorted(mine)


def test_every_kind_of_dialogue_comes_up() -> None:
    company = world(1, 40)
    kinds = {one.kind for one in dialogues(company, "C-118", "yue", 1)}
    assert kinds == {"track", "cancel", "return", "burst", "twice"}


def test_an_invoice_is_asked_for_again_in_one_message() -> None:
    company = parse_world(make_document(DEMO, 1, 40, 7))
    asked = [one for one in dialogues(company, "C-118", "yue", 1) if one.kind == "invoice"]
    lines = [line for one in asked for turn in one.rounds for line in turn.lines]
    assert lines != []
    assert all(line.agrees and line.order in line.text for line in lines)


@pytest.mark.parametrize("language", ["yue", "zh-Hant", "zh-Hans", "en", "mix"])
def test_a_message_names_its_order_unless_it_says_yes(language: str) -> None:
    for one in dialogues(world(1, 40), "C-118", language, 1):
        for line in (line for turn in one.rounds for line in turn.lines):
            assert (line.order in line.text) == (not line.agrees)


@pytest.mark.parametrize(
    "value", [1767225600, 1767225600000, "1767225600.0", "2026-01-01T00:00:00+00:00"]
)
def test_a_time_is_understood_however_it_is_written(value: str | float) -> None:
    assert when(value) == 1767225600
