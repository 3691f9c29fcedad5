"""Where models are reached, what their calls cost, and the port that keeps count of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import JsonValue, SecretStr

from domain.models import Role, Usage

MILLION = 1_000_000
# The weak side of the Hong Kong dollar's peg: what a US dollar costs at most.
HKD_PER_USD = Decimal("7.85")

Result = Literal["under way", "answered", "unavailable", "refused", "invalid", "cancelled"]


@dataclass(frozen=True)
class Price:
    """Hong Kong dollars for a million tokens. A provider's discount for cached tokens is left out."""

    read: Decimal
    written: Decimal

    def of(self, usage: Usage) -> Decimal:
        """What a call cost, at most."""
        return (self.read * usage.read + self.written * usage.written) / MILLION


@dataclass(frozen=True)
class Endpoint:
    """One model at one provider, ready to be asked."""

    provider: str
    model: str
    base_url: str
    key: SecretStr | None = None
    key_needed: bool = False
    extra_body: Mapping[str, JsonValue] = field(default_factory=dict)
    price: Price | None = None
    # Services of OpenAI itself want the newer name, most others know only the older one.
    length_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    dimensions: int | None = None  # of an embedding model; None is what the model usually gives

    def setting(self, name: str) -> str:
        """The environment variable that mends something about this endpoint."""
        return f"NIGHTDESK_PROVIDERS__{self.provider.replace('-', '_')}__{name}".upper()


@dataclass(frozen=True)
class Planned:
    """A call that is about to be made, with the most that it may use."""

    tenant: str
    turn: str
    role: Role
    provider: str
    model: str
    usage: Usage
    cost: Decimal | None
    at: datetime


@dataclass(frozen=True)
class Limits:
    """What may be used in a day that began at `since`; None is no limit."""

    since: datetime
    until: datetime
    tokens: int | None = None
    role_tokens: int | None = None
    cost: Decimal | None = None
    calls_per_turn: int | None = None


@dataclass(frozen=True)
class Settled:
    """What became of a call."""

    usage: Usage
    cost: Decimal | None
    seconds: float
    result: Result


@dataclass(frozen=True)
class ModelCall:
    """A call as it was kept."""

    tenant: str
    turn: str
    role: str
    provider: str
    model: str
    usage: Usage
    cost: Decimal | None
    at: datetime
    seconds: float
    result: str


class UsageStore(Protocol):
    """Every call of a model, and how much of a day is left."""

    async def reserve(self, planned: Planned, limits: Limits) -> int:
        """Set aside the most that a call may use, and return the number it is settled under.

        Checking and setting aside are one act, also between processes: calls that run side by side cannot
        spend together what only one of them may.

        Raises:
            BudgetSpent: there is not enough left.
        """
        ...

    async def settle(self, number: int, settled: Settled) -> None:
        """Put what a call used in the place of what was set aside."""
        ...

    async def calls(self, since: datetime, until: datetime) -> list[ModelCall]:
        """The calls that began in a span of time, oldest first."""
        ...


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a company's day began, and when it ends."""
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone)
    return midnight, datetime.combine(today + timedelta(days=1), time(), zone)
