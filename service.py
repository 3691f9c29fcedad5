"""The running desk: channels, inbox, durable work and outbox joined around one company's turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import structlog
import yaml

from agent.turns import Turns
from agent.work import DeskWork
from channels.web import CHANNEL, WebChat
from connectors.clocks import SystemClock
from domain.channels import Channel, Services
from domain.errors import ConfigurationError
from domain.mailbox import Durable
from domain.settings import Settings
from house import House
from office_room import OfficeRoom, open_office
from security.identity import AddressBook
from storage.counters import SqlLease, SqlQuota, SqlSwitches
from storage.database import Database
from storage.durable import DbosDurable
from storage.inbox import SqlInbox
from storage.outbox import SqlOutbox
from support.inbox import Inbox
from support.outbox import Outbox
from support.pilot import Pilot
from support.presses import Presses

log = structlog.get_logger()
RECOVERY_SECONDS = 60.0
TIDY_SECONDS = 20.0
PUNCTUAL_SECONDS = 0.2


class OpenChannel(Protocol):
    """What a channel's file offers."""

    def __call__(self, section: Mapping[str, str], services: Services) -> Channel: ...


@dataclass
class Service:
    """One process of the desk. Several share a Postgres; on SQLite there is one."""

    database: Database
    durable: Durable
    inbox: Inbox
    outbox: Outbox
    channels: Mapping[str, Channel]
    work: DeskWork
    pilot: Pilot
    room: OfficeRoom
    _running: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def join(
        cls, house: House, turns: Turns, tenant: str, channels: Mapping[str, Channel] | None = None
    ) -> Service:
        """Everything between the channels (those of the settings, if none are given) and one company's turns.

        Raises:
            ConfigurationError: names the setting or file that is wrong.
        """
        settings, database, wall = house.settings, house.database, SystemClock()
        durable = DbosDurable(settings.data, settings.database_url, settings.worker)
        sent = SqlOutbox(database)
        services = Services(
            quota=SqlQuota(database, wall),
            lease=SqlLease(database, wall, settings.worker),
            transcript=sent,
            clock=wall,
        )
        if channels is None:
            channels = open_channels(settings, services)
        channels = {**channels, CHANNEL: WebChat()}
        inbox = Inbox(SqlInbox(database, wall), sent, durable)
        outbox = Outbox(sent, channels, durable, wall)
        room = open_office(house, turns, durable=durable, outbox=outbox, reached=set(channels))
        presses = Presses(
            office=room.office,
            store=room.store,
            approvals=room.approvals,
            staff=room.staff,
            permissions=house.permissions,
            inbox=inbox,
            sent=sent,
            outbox=outbox,
            words=room.words,
        )
        pilot = Pilot(SqlSwitches(database), settings.pilot_percent)
        work = DeskWork(
            turns=turns,
            inbox=inbox,
            outbox=outbox,
            store=house.store,
            addresses=AddressBook.read(settings.playbook / "demo" / "addresses.yaml"),
            pilot=pilot,
            presses=presses,
            escalate=room.takeovers.escalate,
            wall=wall,
            tenant=tenant,
            burst_seconds=settings.burst_seconds,
        )
        return cls(database, durable, inbox, outbox, channels, work, pilot, room)

    async def start(self, *, listen: bool) -> None:
        """Take up what an earlier process left, then receive. A worker only works: it does not `listen`."""
        await self.durable.start(self.work.works())
        self._running.append(asyncio.create_task(self._recover()))
        self._running.append(asyncio.create_task(again(self._tidy, TIDY_SECONDS)))
        punctual = self.room.takeovers.punctual
        self._running.append(asyncio.create_task(again(punctual, PUNCTUAL_SECONDS)))
        if listen:
            for channel in self.channels.values():
                self._running.append(asyncio.create_task(channel.listen(self.inbox.accept)))

    async def stop(self) -> None:
        """Stop receiving, finish what runs, let go of everything."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.durable.stop()
        await self.work.turns.settled()
        for channel in self.channels.values():
            await channel.close()

    def beside(self, deed: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Do something every so often as long as this runs."""
        self._running.append(asyncio.create_task(again(deed, seconds)))

    async def _recover(self) -> None:
        """Look for work that nobody is called to: after a start, and after a queue that lost its tail."""
        await self.outbox.recover()
        while True:
            found = await self.inbox.recover()
            log.debug("recovered", conversations=found)
            await asyncio.sleep(RECOVERY_SECONDS)

    async def _tidy(self) -> None:
        """Catch up on handovers that a dead process left, end what is quiet, ask and remind customers."""
        await self.room.takeovers.recover()
        await self.room.surveys.sweep()


async def again(deed: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do something every so often until cancelled; a database that was busy once must not end it for good."""
    while True:
        doing = asyncio.ensure_future(deed())
        try:
            await asyncio.wait([doing])
        finally:
            doing.cancel()
        error = None if doing.cancelled() else doing.exception()
        if error is not None:
            log.error("office_not_tidied", cause=type(error).__name__)
        await asyncio.sleep(seconds)


def open_channels(settings: Settings, services: Services) -> dict[str, Channel]:
    """The channels that have a section in the settings, by name.

    Raises:
        ConfigurationError: there is no such channel, or its section is wrong.
    """
    sections = settings.channels
    if sections is None:
        sections = demo_sections(settings.playbook / "demo" / "channels.yaml")
    return {name: _opener(name)(section, services) for name, section in sections.items()}


def demo_sections(path: Path) -> dict[str, dict[str, str]]:
    """The channels of the demo company, which lead to the simulators on loopback."""
    sections: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return sections


def _opener(name: str) -> OpenChannel:
    """`channels/<name>.py`, or `channels/<name>/channel.py` where one file is not enough."""
    found = find_spec(f"channels.{name}") if name.isidentifier() else None
    if found is None:
        raise ConfigurationError(f"there is no channel {name!r}: look at NIGHTDESK_CHANNELS__…")
    folder = found.submodule_search_locations is not None
    module = import_module(f"channels.{name}.channel" if folder else f"channels.{name}")
    opener: OpenChannel | None = getattr(module, "open_channel", None)
    if opener is None:
        raise ConfigurationError(f"the channel {name!r} cannot be configured in the settings")
    return opener
