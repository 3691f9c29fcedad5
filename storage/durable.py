"""Durable work on DBOS: a queue with lanes, timers, and recovery. The only file that knows DBOS."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos._serialization import DBOSPortableJSONSerializer
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import ConfigurationError
from domain.mailbox import Remembered, Work

log = structlog.get_logger()
LANES = "lanes"
# The version that pending work belongs to. It changes only when the steps of a work change so much that an old
# one could not be continued; otherwise work of the release before would stay behind.
WORK_VERSION = "1"
POLL_SECONDS = 0.1  # a poll costs some milliseconds of processor, an idle message waits half of it
AT_ONCE = 24  # pieces of work in one process
KEPT = timedelta(days=2)  # finished work, for an operator who asks what happened
_SWEEP_SECONDS = 3600.0
_STATES = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "CANCELLED": "cancelled",
}


class DbosDurable:
    """Implements `Durable`. DBOS is one per process, so this is too.

    On SQLite its tables are written without waiting for the disk: what a power cut takes from them, the inbox
    and the outbox, which are, put back at the next start. A killed process loses nothing of either.
    """

    _works: Mapping[str, Work] = {}

    def __init__(self, folder: Path, url: str | None, worker: str) -> None:
        engine = None if url else _sqlite(folder / "durable.db")
        self._engine = engine
        config: DBOSConfig = {
            "name": "nightdesk",
            "application_version": WORK_VERSION,
            "executor_id": worker,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "run_migrations": True,
            "notification_listener_polling_interval_sec": 1.0,
        }
        if engine is None:
            config["system_database_url"] = url
        else:
            config["system_database_url"] = str(engine.url)
            config["system_database_engine"] = engine
        self._config = config
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self, works: Mapping[str, Work]) -> None:
        """Begin, and pick up what a process of the same name left unfinished.

        Raises:
            ConfigurationError: the database does not answer.
        """
        DbosDurable._works = works
        logging.getLogger("dbos").setLevel(logging.ERROR)
        try:
            DBOS(config=self._config)
            DBOS.launch()  # on this loop, so that work runs where the rest of the house lives
            await asyncio.to_thread(
                DBOS.register_queue,
                LANES,
                partition_concurrency=1,
                worker_concurrency=AT_ONCE,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )
        except SQLAlchemyError as error:
            raise ConfigurationError(
                f"the queue's database cannot be opened ({type(error).__name__})"
            ) from error
        self._sweeper = asyncio.create_task(self._sweep())

    async def enqueue(
        self, work: str, key: str, argument: str, *, lane: str, order: int, delay: float = 0.0
    ) -> None:
        options = SetEnqueueOptions(
            queue_partition_key=lane,
            priority=max(1, order % 2**31),
            delay_seconds=delay if delay > 0 else None,
        )

        async def put() -> None:
            with SetWorkflowID(key), options:
                await DBOS.enqueue_workflow_async(LANES, _run, work, argument)

        # In a context of its own: from inside a step DBOS would take it for a child of that workflow.
        await asyncio.create_task(put(), context=Context())

    async def cancel(self, key: str) -> None:
        await DBOS.cancel_workflow_async(key)

    async def status(self, key: str) -> str | None:
        found = await DBOS.get_workflow_status_async(key)
        return None if found is None else _STATES.get(found.status, "failed")

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=10)
        # DBOS made its own threads the loop's, and has ended them: whoever comes next needs some.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        if self._engine is not None:
            self._engine.dispose()

    async def _sweep(self) -> None:
        """Delete finished work of former days, or its table grows for ever."""
        while True:
            before = (datetime.now(UTC) - KEPT).isoformat()
            old = await DBOS.list_workflows_async(
                completed_before=before, limit=1000, load_input=False, load_output=False
            )
            if old:
                await DBOS.delete_workflows_async([one.workflow_id for one in old])
            else:
                await asyncio.sleep(_SWEEP_SECONDS)


@DBOS.workflow(name="nightdesk.work")
async def _run(work: str, argument: str) -> None:
    await DbosDurable._works[work](argument, _step)


async def _step(name: str, part: Callable[[], Awaitable[Remembered]], /) -> Remembered:
    async def once() -> Remembered:
        return await part()

    return await DBOS.run_step_async({"name": name}, once)


def _sqlite(path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", pool_size=4, max_overflow=4, pool_timeout=60)
    opened = 0

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        nonlocal opened
        connection.isolation_level = "IMMEDIATE"
        # SQLite before 3.51.3 may corrupt a write-ahead log that two connections checkpoint at once: one does.
        pages = 1000 if opened == 0 else 0
        opened += 1
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "busy_timeout=30000",
            "foreign_keys=ON",
            f"wal_autocheckpoint={pages}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine
