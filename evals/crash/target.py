"""The desk as the crash campaign runs it: the real one, dying where the campaign wants it to.

Crash points are the log events of the product, so that the product holds no code for the campaign. A sabotage
takes one safety away, to show that the campaign would notice.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import structlog
import uvicorn

from agent.runner import Runner
from domain.channels import Arrival
from domain.conversation import Conversation, Task
from domain.mailbox import Kept, Taken
from domain.settings import Settings
from domain.tooling import Tool
from server import create_app, work  # noqa: TID251 - the campaign runs the whole desk
from storage.inbox import SqlInbox

Sabotage = Literal["", "key", "order", "ack"]
POINTS = (
    "inbox_kept",
    "taken",
    "understood",
    "act_begun",
    "act_done",
    "act_recorded",
    "composed",
    "kept",
    "sending",
    "sent",
)
ACKNOWLEDGED = "acknowledged"  # a point of the sabotage "ack": told that it arrived, and not kept
log = structlog.get_logger()


@dataclass(frozen=True)
class Target:
    """How a desk of the campaign is started. `dies_at` is an event and which time it is, such as ("kept", 2)."""

    data: Path
    world: Path
    dingtalk: str
    erp: str
    port: int
    worker: str = "desk"
    database_url: str | None = None
    dies_at: tuple[str, int] | None = None
    sabotage: Sabotage = ""

    def settings(self) -> Settings:
        section = {
            "client_id": "dingdemo",
            "client_secret": "demo-secret-for-the-simulator",
            "api": self.dingtalk,
            "legacy_api": self.dingtalk,
        }
        return Settings(
            data=self.data,
            world=self.world,
            erp_url=self.erp,
            worker=self.worker,
            database_url=self.database_url,
            port=self.port,
            burst_seconds=1.0,
            channels={"dingtalk": section},
        )


def run(target: Target) -> None:
    """Run the desk, or a worker of it, until it is killed."""
    log_level = logging.DEBUG if target.dies_at else logging.WARNING
    structlog.configure(
        processors=[_bomb(target.dies_at), *structlog.get_config()["processors"]],
        wrapper_class=structlog.make_filtering_bound_logger(log_level),
        logger_factory=structlog.WriteLoggerFactory(
            (target.data.parent / f"{target.worker}.log").open("a", encoding="utf-8")
        ),
    )
    sabotage(target.sabotage)
    settings = target.settings()
    if target.worker != "desk":
        asyncio.run(work(settings))
        return
    uvicorn.run(create_app(settings), host="127.0.0.1", port=settings.port, log_level="critical")


def _bomb(dies_at: tuple[str, int] | None) -> Callable[..., Any]:
    seen: Counter[str] = Counter()

    def process(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        name = str(event.get("event"))
        seen[name] += 1
        if dies_at is not None and (name, seen[name]) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if name in (*POINTS, ACKNOWLEDGED):
            raise structlog.DropEvent
        return event

    return process


def sabotage(which: Sabotage) -> None:
    """Take one safety away, in this process only."""
    if which == "key":
        Runner._key = _random_key  # type: ignore[assignment,method-assign]
    elif which == "order":
        SqlInbox.take = _newest_first  # type: ignore[method-assign]
    elif which == "ack":
        SqlInbox.keep = _acknowledge_first  # type: ignore[method-assign]


def _random_key(_self: Runner, _tool: Tool, _task: Task, _conversation: Conversation) -> str:
    return uuid4().hex


_keep = SqlInbox.keep
_LATE: set[asyncio.Task[Kept | None]] = set()
_take = SqlInbox.take


async def _newest_first(self: SqlInbox, conversation_id: str) -> Taken | None:
    """Every arrival a turn of its own, the newest first."""
    taken = await _take(self, conversation_id)
    if taken is None:
        return None
    newest = taken.kept[-1]
    async with self._database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE inbox SET turn_id = id WHERE answered = false")
    return Taken(newest.id, (newest,), more=len(taken.kept) > 1)


async def _acknowledge_first(self: SqlInbox, arrival: Arrival, conversation_id: str) -> Kept | None:
    async def late() -> Kept | None:
        await asyncio.sleep(0.3)
        log.debug(ACKNOWLEDGED)
        return await _keep(self, arrival, conversation_id)

    task = asyncio.create_task(late())
    _LATE.add(task)
    task.add_done_callback(_LATE.discard)
    return Kept(uuid4().hex, 1, conversation_id, arrival.sent_at, arrival)
