"""Every call of a language model, and what is left of a company's day."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import BudgetSpent
from domain.model_usage import MILLION, Limits, ModelCall, Planned, Settled
from domain.models import Usage
from storage.database import Database, exclusive
from storage.tables import model_calls

_RESERVING_CALLS = 3  # the name of an advisory lock; database.py has the others


class SqlUsage:
    """Implements `UsageStore`. What is set aside is a row like any other until the call has ended.

    A process that dies in a call leaves what it set aside counted for the rest of the day: too much rather than
    too little.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, planned: Planned, limits: Limits) -> int:
        async with self._database.transaction() as connection:
            await exclusive(connection, _RESERVING_CALLS)
            # Written before it is read: on SQLite that is what keeps other processes out until the end.
            number = await connection.execute(
                insert(model_calls).values(**_row(planned)).returning(model_calls.c.number)
            )
            await _check(connection, planned, limits)
            return int(number.scalar_one())

    async def settle(self, number: int, settled: Settled) -> None:
        row = {
            "read": settled.usage.read,
            "cached": settled.usage.cached,
            "written": settled.usage.written,
            "cost_millionths": _millionths(settled.cost),
            "seconds": settled.seconds,
            "result": settled.result,
        }
        async with self._database.transaction() as connection:
            await connection.execute(
                update(model_calls).where(model_calls.c.number == number).values(**row)
            )

    async def calls(self, since: datetime, until: datetime) -> list[ModelCall]:
        query = select(model_calls).where(_within(since, until)).order_by(model_calls.c.number)
        async with self._database.transaction() as connection:
            return [_call(row) for row in (await connection.execute(query)).mappings()]


async def _check(connection: AsyncConnection, planned: Planned, limits: Limits) -> None:
    """Refuse if, with this call, more would be used than may be; the row goes with the transaction."""
    kept = model_calls.c
    tokens = kept.read + kept.written
    today = _within(limits.since, limits.until) & (kept.tenant == planned.tenant)
    wanted = (
        (limits.tokens, func.sum(tokens), today, "the company's model tokens of the day"),
        (
            limits.role_tokens,
            func.sum(tokens),
            today & (kept.role == planned.role),
            f"the model tokens of the day for {planned.role!r}",
        ),
        (
            _millionths(limits.cost),
            func.sum(kept.cost_millionths),
            today,
            "the company's model money of the day",
        ),
        (
            limits.calls_per_turn if planned.turn else None,
            func.count(),
            # A call that was stopped because the customer wrote again is paid for, and no call of the turn.
            (kept.turn == planned.turn)
            & (kept.tenant == planned.tenant)
            & (kept.result != "cancelled"),
            "the turn's model calls",
        ),
    )
    for limit, used, which, name in wanted:
        if limit is None:
            continue
        total = (
            await connection.execute(select(used).select_from(model_calls).where(which))
        ).scalar()
        if int(total or 0) > limit:
            raise BudgetSpent(f"{name} are used up")


def _within(since: datetime, until: datetime) -> ColumnElement[bool]:
    return (model_calls.c.at >= since.timestamp()) & (model_calls.c.at < until.timestamp())


def _row(planned: Planned) -> dict[str, str | int | float | None]:
    return {
        "tenant": planned.tenant,
        "turn": planned.turn,
        "role": planned.role,
        "provider": planned.provider,
        "model": planned.model,
        "at": planned.at.timestamp(),
        "read": planned.usage.read,
        "cached": planned.usage.cached,
        "written": planned.usage.written,
        "cost_millionths": _millionths(planned.cost),
        "seconds": 0.0,
        "result": "under way",
    }


def _millionths(cost: Decimal | None) -> int | None:
    """Hong Kong dollars as a whole number, so that sums are exact in both databases."""
    return None if cost is None else int((cost * MILLION).to_integral_value(ROUND_CEILING))


def _call(row: RowMapping) -> ModelCall:
    cost = row["cost_millionths"]
    return ModelCall(
        tenant=row["tenant"],
        turn=row["turn"],
        role=row["role"],
        provider=row["provider"],
        model=row["model"],
        usage=Usage(row["read"], row["cached"], row["written"]),
        cost=None if cost is None else Decimal(cost) / MILLION,
        at=datetime.fromtimestamp(row["at"], UTC),
        seconds=row["seconds"],
        result=row["result"],
    )
