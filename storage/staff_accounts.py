"""Keeps who of the staff has which password, who is logged in, and how often somebody tried a wrong one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ports import Clock
from storage.database import Database, exclusive, upsert
from storage.staff_tables import passwords, sessions, tries

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
WINDOW = timedelta(minutes=15)
WRONG_PER_ACCOUNT, WRONG_PER_ADDRESS = 5, 20
_TOKEN_BYTES = 32
_SEEN_EVERY = 60  # seconds; not every page is worth a write
_COUNTING_TRIES = 4  # name of an advisory lock


@dataclass(frozen=True)
class StaffSession:
    """Somebody who is logged in."""

    staff_id: str
    csrf: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    """A session that begins; only the browser keeps its token."""

    token: str = field(repr=False)
    session: StaffSession


@dataclass(frozen=True)
class Try:
    """A try to log in: counted before anybody looks at the password, or told to `wait` so many seconds."""

    number: int
    wait: float = 0.0


class SqlStaffAccounts:
    """What the database keeps of the staff. Its clock is the real one, also in the demo: it guards a door."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def password(self, staff_id: str) -> str | None:
        """The hash of somebody's password; None while they have none."""
        query = select(passwords.c.hash).where(passwords.c.staff_id == staff_id)
        async with self._database.transaction() as connection:
            return (await connection.execute(query)).scalar()

    async def set_password(self, staff_id: str, hashed: str) -> None:
        """Change a password; whoever is logged in with the old one is logged out."""
        row = {"hash": hashed, "changed_at": self._now()}
        async with self._database.transaction() as connection:
            statement = upsert(connection, passwords).values(staff_id=staff_id, **row)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["staff_id"], set_=row)
            )
            await connection.execute(delete(sessions).where(sessions.c.staff_id == staff_id))

    async def strengthen(self, staff_id: str, old: str, new: str) -> None:
        """Keep another hash of the very same password; nobody is logged out."""
        row = (passwords.c.staff_id == staff_id) & (passwords.c.hash == old)
        async with self._database.transaction() as connection:
            await connection.execute(update(passwords).where(row).values(hash=new))

    async def open(self, staff_id: str, verified: str | None) -> Opened | None:
        """Begin a session, always with a token of its own.

        `verified` is the hash that the password was found right by: if it was changed meanwhile, there is no
        session. None is for the demo, where nobody needs a password.
        """
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._now()
        row: dict[str, str | float] = {
            "key": _key(token),
            "staff_id": staff_id,
            "csrf": secrets.token_urlsafe(_TOKEN_BYTES),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + LONGEST.total_seconds(),
        }
        kept = select(passwords.c.hash).where(passwords.c.staff_id == staff_id).with_for_update()
        async with self._database.transaction() as connection:
            # Written before it is read: on SQLite that is what keeps other processes out until the end.
            await connection.execute(delete(sessions).where(~_alive(now)))
            if verified is not None and (await connection.execute(kept)).scalar() != verified:
                return None
            await connection.execute(insert(sessions).values(**row))
        return Opened(token, _session(row))

    async def find(self, token: str, *, touch: bool = True) -> StaffSession | None:
        """Who is logged in with a token; `touch` says that they are at work now, so that they stay so."""
        now = self._now()
        one = (sessions.c.key == _key(token)) & _alive(now)
        async with self._database.reading() as connection:  # every page asks, few have to write
            row = (await connection.execute(select(sessions).where(one))).mappings().first()
        if row is None:
            return None
        if touch and now - row["seen_at"] >= _SEEN_EVERY:
            async with self._database.transaction() as connection:
                await connection.execute(update(sessions).where(one).values(seen_at=now))
        return _session(row)

    async def end(self, token: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(delete(sessions).where(sessions.c.key == _key(token)))

    async def end_all(self, staff_id: str) -> int:
        """Log somebody out everywhere; how often they were logged in."""
        one = (sessions.c.staff_id == staff_id) & _alive(self._now())
        counted = select(func.count()).select_from(sessions).where(one)
        async with self._database.transaction() as connection:
            count = int((await connection.execute(counted)).scalar_one())
            await connection.execute(delete(sessions).where(sessions.c.staff_id == staff_id))
            return count

    async def standing(self) -> dict[str, tuple[bool, int]]:
        """Who has a password, and how often each is logged in."""
        logged_in = (
            select(sessions.c.staff_id, func.count().label("count"))
            .where(_alive(self._now()))
            .group_by(sessions.c.staff_id)
        )
        async with self._database.transaction() as connection:
            known = set((await connection.execute(select(passwords.c.staff_id))).scalars())
            counts = {
                row["staff_id"]: int(row["count"])
                for row in (await connection.execute(logged_in)).mappings()
            }
        return {each: (each in known, counts.get(each, 0)) for each in known | counts.keys()}

    async def attempt(self, account: str, address: str) -> Try:
        """Count a try before the password is looked at, so that many at once are not more than may be."""
        now, name = self._now(), _key(account)
        async with self._database.transaction() as connection:
            await exclusive(connection, _COUNTING_TRIES)
            # Written before it is read, as above.
            await connection.execute(
                delete(tries).where(tries.c.at <= now - WINDOW.total_seconds())
            )
            wait = max(
                await _wait(connection, tries.c.account == name, WRONG_PER_ACCOUNT, now),
                await _wait(connection, tries.c.address == address, WRONG_PER_ADDRESS, now),
            )
            if wait:
                return Try(0, wait)
            row = insert(tries).values(account=name, address=address, at=now).returning(tries.c.seq)
            return Try(int((await connection.execute(row)).scalar_one()))

    async def succeeded(self, number: int, account: str) -> None:
        """A counted try was right: the account begins anew, and the address is no worse for it."""
        theirs = tries.c.account == _key(account)
        async with self._database.transaction() as connection:
            await connection.execute(delete(tries).where(tries.c.seq == number))
            await connection.execute(update(tries).where(theirs).values(account=None))

    def _now(self) -> float:
        return self._clock.now().timestamp()


async def _wait(
    connection: AsyncConnection, whose: ColumnElement[bool], most: int, now: float
) -> float:
    """How many seconds until one of the latest wrong tries no longer counts; 0 while there were fewer."""
    query = select(tries.c.at).where(whose).order_by(tries.c.at.desc()).offset(most - 1).limit(1)
    counted = (await connection.execute(query)).scalar()
    return 0.0 if counted is None else max(1.0, counted + WINDOW.total_seconds() - now)


def _alive(now: float) -> ColumnElement[bool]:
    fresh = sessions.c.seen_at > now - IDLE.total_seconds()
    return fresh & (sessions.c.expires_at > now)


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _session(row: RowMapping | dict[str, str | float]) -> StaffSession:
    ends = datetime.fromtimestamp(float(row["expires_at"]), UTC)
    return StaffSession(str(row["staff_id"]), str(row["csrf"]), ends)
