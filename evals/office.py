"""The people behind the desk, as golden conversations lead them: take over, reply, hand back, solve."""

from __future__ import annotations

from collections.abc import Mapping

from agent.turns import Turns
from connectors.clocks import FixedClock
from domain.errors import ConfigurationError
from domain.mailbox import Work
from evals.scenario import ColleagueDeed
from house import House
from office_room import OfficeRoom, open_office
from storage.outbox import SqlOutbox
from support.outbox import Outbox


class Unhurried:
    """Implements `Durable` for a clock that stands still: nothing is due until the conversation looks for it."""

    async def start(self, works: Mapping[str, Work]) -> None: ...

    async def enqueue(
        self, work: str, key: str, argument: str, *, lane: str, order: int, delay: float = 0.0
    ) -> None: ...

    async def cancel(self, _key: str) -> None: ...

    async def status(self, _key: str) -> str | None:
        return None

    async def stop(self) -> None: ...


class GoldenOffice:
    """The office behind one golden conversation."""

    def __init__(self, house: House, turns: Turns, clock: FixedClock, conversation_id: str) -> None:
        durable = Unhurried()
        outbox = Outbox(SqlOutbox(house.database), {}, durable, clock)
        self._room: OfficeRoom = open_office(
            house, turns, durable=durable, outbox=outbox, reached=()
        )
        self._id = conversation_id

    async def does(self, deed: ColleagueDeed) -> None:
        """What a colleague does, in the order of the words.

        Raises:
            ConfigurationError: there is no such colleague, or somebody else was quicker.
        """
        me = self._room.staff.find(deed.who)
        if me is None:
            raise ConfigurationError(f"colleague `{deed.who}` is not in staff.yaml")
        office = self._room.office
        if deed.takes_over == "yes":
            taken = await office.take(self._id, me)
            if taken.by != me.id:
                raise ConfigurationError(f"`{taken.by}` has the conversation, not `{me.id}`")
        if deed.replies:
            await office.reply(self._id, me, deed.replies)
        if deed.hands_back == "yes":
            await office.give_back(self._id, me)
        if deed.solves == "yes":
            await office.solve(self._id, me)

    async def time_passes(self) -> None:
        """What is due by now happens: stages of a takeover, quiet tickets, surveys."""
        case = await self._room.store.newest(self._id)
        if case is not None:
            await self._room.takeovers.advance(case.id)
        await self._room.surveys.sweep(self._id)
