"""The records of one company: who its customers are, what it sells, what they ordered, and its rules.

A *world* is the whole of it in one document (`playbook/demo/world.yaml` is one). Identifiers follow no
fixed pattern; dates are calendar days in Hong Kong; amounts are HKD.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

OrderStatus = Literal[
    "pending",
    "processing",
    "shipped",
    "delivered",
    "cancelled",
    "refunded",
    "returned",
    "exchanged",
]
Tier = str | None


class Record(BaseModel):
    """A record as another system keeps it: fields that we do not know are left alone."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class CompanyNames(Record):
    """What the company calls itself in each language; further names (wallet, hotel) may be present."""

    model_config = ConfigDict(extra="allow")

    zh: str
    en: str

    def every(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.model_dump().values() if name)


class Customer(Record):
    """A customer the channel has identified. `vip` is the tier, None for most."""

    id: str
    name: str
    lang: str = "yue"
    vip: Tier = None
    phone: str | None = None
    hkid: str | None = None
    email: str | None = None
    address: str | None = None
    company: str | None = None

    def private(self) -> tuple[str, ...]:
        """Every value that must not be read in a log."""
        return tuple(value for value in (self.phone, self.hkid, self.email, self.address) if value)


class Product(Record):
    """One thing for sale; `stock` is pieces by place, `tutorial` links by topic."""

    sku: str
    name_zh: str
    name_en: str
    price_hkd: Decimal
    stock: dict[str, int] = Field(default_factory=dict)
    restock: date | None = None
    tutorial: dict[str, str] = Field(default_factory=dict)
    hygiene: bool = False

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_zh


class Line(Record):
    """One line of an order."""

    sku: str
    qty: int = Field(ge=1)


class Order(Record):
    """One order and where it stands."""

    id: str
    customer: str
    items: list[Line]
    amount_hkd: Decimal
    status: str
    paid: bool = True
    placed: date | None = None
    shipped: date | None = None
    delivered: date | None = None
    courier: str | None = None
    tracking: str | None = None
    eta: date | None = None
    note: str | None = None
    address: str | None = None

    def has(self, sku: str) -> bool:
        return any(line.sku == sku for line in self.items)

    @property
    def on_its_way(self) -> bool:
        return self.status == "shipped"


class Invoice(Record):
    """An invoice issued for one order."""

    id: str
    order: str
    customer: str
    title: str | None = None
    tax_id: str | None = None
    amount_hkd: Decimal
    email: str | None = None
    issued: date


class Refund(Record):
    """Money that went, or is going, back."""

    id: str
    order: str
    customer: str
    amount_hkd: Decimal
    status: str
    created: date | None = None
    method: str | None = None


class Account(Record):
    """A stored-value account; `otp_fixture` is the one-time code that the demonstration sends."""

    id: str
    customer: str
    balance_hkd: Decimal
    otp_fixture: str


class Room(Record):
    """A kind of hotel room and its price a night."""

    type: str
    name_zh: str
    name_en: str
    rate_hkd: Decimal

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_zh


class Hotel(Record):
    """Rooms, and how many of each are free on a night."""

    rooms: list[Room] = Field(default_factory=list)
    availability: dict[date, dict[str, int]] = Field(default_factory=dict)


class Booking(Record):
    """A stay that was booked."""

    id: str
    customer: str
    room: str
    checkin: date
    nights: int = Field(ge=1)
    amount_hkd: Decimal


class StaffMember(Record):
    """A person on the staff list."""

    id: str
    role: str
    name: str


class PastWrite(Record):
    """A write of an earlier session; further fields are those of its kind."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    customer: str
    kind: str

    def field(self, name: str) -> str | None:
        value = (self.model_extra or {}).get(name)
        return None if value is None else str(value)


class World(Record):
    """Everything about one company. A missing field is an error that names it."""

    world_id: str
    company: CompanyNames
    default_now: datetime
    policies: dict[str, Any]
    customers: list[Customer]
    products: list[Product] = Field(default_factory=list)
    orders: list[Order] = Field(default_factory=list)
    invoices: list[Invoice] = Field(default_factory=list)
    refunds: list[Refund] = Field(default_factory=list)
    accounts: list[Account] = Field(default_factory=list)
    hotel: Hotel = Field(default_factory=Hotel)
    bookings: list[Booking] = Field(default_factory=list)
    staff: list[StaffMember] = Field(default_factory=list)
    history: list[PastWrite] = Field(default_factory=list)

    @field_validator(
        "products",
        "orders",
        "invoices",
        "refunds",
        "accounts",
        "bookings",
        "staff",
        "history",
        mode="before",
    )
    @classmethod
    def _absent_is_empty(cls, value: Any) -> Any:
        return [] if value is None else value

    @field_validator("hotel", mode="before")
    @classmethod
    def _no_hotel(cls, value: Any) -> Any:
        return {} if value is None else value

    @model_validator(mode="after")
    def _customers_exist(self) -> World:
        known = {customer.id for customer in self.customers}
        for kind in ("orders", "invoices", "refunds", "accounts", "bookings"):
            for record in getattr(self, kind):
                if record.customer not in known:
                    raise ValueError(
                        f"{kind}: {record.id} belongs to customer {record.customer!r}, who is not listed"
                    )
        return self
