"""What all processes of a desk share besides conversations: switches, leases and monthly counts."""

from __future__ import annotations

from sqlalchemy import delete, or_, select

from domain.ports import Clock
from storage.database import Database, upsert
from storage.tables import leases, quotas, switches


class SqlSwitches:
    """Implements `Switches`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, name: str) -> str | None:
        async with self._database.transaction() as connection:
            query = select(switches.c.value).where(switches.c.name == name)
            return (await connection.execute(query)).scalar()

    async def write(self, name: str, value: str) -> None:
        async with self._database.transaction() as connection:
            statement = upsert(connection, switches).values(name=name, value=value)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})
            )


class SqlLease:
    """Implements `Lease`: a row with an end, taken over by another holder only after it."""

    def __init__(self, database: Database, clock: Clock, holder: str) -> None:
        self._database = database
        self._clock = clock
        self._holder = holder

    async def hold(self, name: str, seconds: float) -> bool:
        now = self._clock.now().timestamp()
        row = {"holder": self._holder, "until": now + seconds}
        async with self._database.transaction() as connection:
            statement = upsert(connection, leases).values(name=name, **row)
            taken = statement.on_conflict_do_update(
                index_elements=["name"],
                set_=row,
                where=or_(leases.c.holder == self._holder, leases.c.until < now),
            ).returning(leases.c.name)
            return (await connection.execute(taken)).scalar() is not None

    async def release(self, name: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(leases).where(leases.c.name == name, leases.c.holder == self._holder)
            )


class SqlQuota:
    """Implements `Quota`: calls by name and calendar month (UTC)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def used(self, name: str) -> int:
        month = f"{self._clock.now():%Y-%m}"
        async with self._database.transaction() as connection:
            query = select(quotas.c.used).where(quotas.c.name == name, quotas.c.month == month)
            return (await connection.execute(query)).scalar() or 0

    async def spend(self, name: str, calls: int = 1) -> int:
        month = f"{self._clock.now():%Y-%m}"
        async with self._database.transaction() as connection:
            statement = upsert(connection, quotas).values(name=name, month=month, used=calls)
            counted = statement.on_conflict_do_update(
                index_elements=["name", "month"], set_={"used": quotas.c.used + calls}
            ).returning(quotas.c.used)
            return int((await connection.execute(counted)).scalar_one())
