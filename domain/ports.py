"""What the house needs from the systems around it. Adapters implement these; everyone else receives them.

Every write takes `key`, an idempotency key: the same key again returns the first answer and changes nothing.
Every read and write takes the customer it is for and answers as if records of others did not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from domain.company import (
    Account,
    Booking,
    Customer,
    Invoice,
    Order,
    PastWrite,
    Product,
    Refund,
    Room,
)

Vectors = npt.NDArray[np.float32]
EmbedMode = Literal["query", "passage"]


class Clock(Protocol):
    """Time, passed in so that tests and evaluations choose it. Always with a time zone."""

    def now(self) -> datetime: ...


class Embedder(Protocol):
    """Turns texts into unit vectors, one row each."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors: ...


class Reranker(Protocol):
    """Says how well passages answer a question, reading both together.

    Higher is better. The scale is the implementation's own, so scores of two rerankers cannot be compared.
    """

    name: str

    def score(self, question: str, passages: Sequence[str]) -> Sequence[float]: ...


class VectorCache(Protocol):
    """Vectors that were made before, by the embedder that made them and a key of the content.

    What is not found has to be made again; a cache never fails its caller.
    """

    def get(self, embedder: str, keys: Sequence[str]) -> dict[str, Vectors]: ...
    def put(self, embedder: str, vectors: Mapping[str, Vectors]) -> None: ...


class CustomerDirectory(Protocol):
    """Who the customers are."""

    async def customer(self, customer_id: str) -> Customer | None: ...


class OrderSystem(Protocol):
    """Orders and what can be done to them."""

    async def orders(self, customer: str) -> list[Order]: ...
    async def past(self, customer: str) -> list[PastWrite]: ...
    async def cancel_order(self, customer: str, order: str, *, key: str) -> None: ...
    async def update_address(
        self, customer: str, order: str, address: str, *, key: str
    ) -> None: ...
    async def remove_item(self, customer: str, order: str, sku: str, *, key: str) -> None: ...
    async def create_return(self, customer: str, order: str, *, key: str) -> None: ...
    async def create_exchange(
        self, customer: str, order: str, from_sku: str, to_sku: str, *, key: str
    ) -> None: ...
    async def expedite(self, customer: str, order: str, *, key: str) -> None: ...


class RefundSystem(Protocol):
    """Money that goes back."""

    async def refunds(self, customer: str) -> list[Refund]: ...
    async def create_refund(
        self, customer: str, order: str, amount: Decimal, *, key: str
    ) -> None: ...
    async def request_approval(
        self, customer: str, order: str, amount: Decimal, *, key: str
    ) -> None: ...


class InvoiceSystem(Protocol):
    """Invoices."""

    async def invoices(self, customer: str) -> list[Invoice]: ...
    async def update_invoice(
        self, customer: str, invoice: str, field: str, value: str, *, key: str
    ) -> None: ...
    async def reissue_invoice(self, customer: str, invoice: str, *, key: str) -> None: ...


class Catalogue(Protocol):
    """What is for sale."""

    async def products(self) -> list[Product]: ...


class HotelSystem(Protocol):
    """Rooms and stays. A stay needs its room free on every night."""

    async def rooms(self) -> list[Room]: ...
    async def free(self, room: str, checkin: date, nights: int) -> int: ...
    async def bookings(self, customer: str) -> list[Booking]: ...
    async def create_booking(
        self, customer: str, room: str, checkin: date, nights: int, *, key: str
    ) -> str: ...
    async def update_booking(
        self, customer: str, booking: str, room: str, checkin: date, nights: int, *, key: str
    ) -> None: ...
    async def cancel_booking(self, customer: str, booking: str, *, key: str) -> None: ...


class AccountSystem(Protocol):
    """Stored-value accounts and the one-time codes that open them."""

    async def accounts(self, customer: str) -> list[Account]: ...
    async def check_code(self, customer: str, code: str) -> bool: ...


class Company(
    CustomerDirectory,
    OrderSystem,
    RefundSystem,
    InvoiceSystem,
    Catalogue,
    HotelSystem,
    AccountSystem,
    Protocol,
):
    """All the systems of a company together."""


class EffectLog(Protocol):
    """A business system's own append-only record of what was really changed."""

    def effects(self) -> list[dict[str, Any]]: ...


class TokenCounter(Protocol):
    """Counts tokens as the model that reads them would."""

    def count(self, text: str) -> int: ...
