"""A company's systems behind HTTP: every business port as `POST /v1/<method>` with JSON in and out.

A write carries its key as `Idempotency-Key`, so the system does it once however often it is told. That is also why
a call that failed, for whatever reason but slowness, is simply made once more.
"""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

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
from domain.errors import (
    ConfigurationError,
    InputError,
    RateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)

Answer = TypeVar("Answer")
TRIES = 2
PAUSE_SECONDS = 0.1
REFUSED = (409, 422)  # the system understood and says no; any other 4xx is our fault or its own
TOO_MANY = 429

_NOTHING: Final = TypeAdapter(type(None))
_TEXT: Final = TypeAdapter(str)
_NUMBER: Final = TypeAdapter(int)
_YES_OR_NO: Final = TypeAdapter(bool)
_CUSTOMER: Final[TypeAdapter[Customer | None]] = TypeAdapter(Customer | None)
_ORDERS: Final = TypeAdapter(list[Order])
_PAST: Final = TypeAdapter(list[PastWrite])
_REFUNDS: Final = TypeAdapter(list[Refund])
_INVOICES: Final = TypeAdapter(list[Invoice])
_PRODUCTS: Final = TypeAdapter(list[Product])
_ROOMS: Final = TypeAdapter(list[Room])
_BOOKINGS: Final = TypeAdapter(list[Booking])
_ACCOUNTS: Final = TypeAdapter(list[Account])


class RestCompany:
    """Implements every business port. `seconds` is how long the system may take to answer.

    Raises:
        ConfigurationError: the address is none.
    """

    def __init__(self, url: str, *, seconds: float = 6.0) -> None:
        if httpx.URL(url).scheme not in ("http", "https"):
            raise ConfigurationError("NIGHTDESK_ERP_URL must begin with http:// or https://")
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(seconds, connect=min(2.0, seconds)),
            # Shorter than servers keep an idle connection, or the next call would find it closed.
            limits=httpx.Limits(max_connections=50, keepalive_expiry=2.0),
        )

    async def close(self) -> None:
        await self._client.aclose()

    # Reads

    async def customer(self, customer_id: str) -> Customer | None:
        return await self._call(_CUSTOMER, "customer", customer_id=customer_id)

    async def orders(self, customer: str) -> list[Order]:
        return await self._call(_ORDERS, "orders", customer=customer)

    async def past(self, customer: str) -> list[PastWrite]:
        return await self._call(_PAST, "past", customer=customer)

    async def refunds(self, customer: str) -> list[Refund]:
        return await self._call(_REFUNDS, "refunds", customer=customer)

    async def invoices(self, customer: str) -> list[Invoice]:
        return await self._call(_INVOICES, "invoices", customer=customer)

    async def products(self) -> list[Product]:
        return await self._call(_PRODUCTS, "products")

    async def rooms(self) -> list[Room]:
        return await self._call(_ROOMS, "rooms")

    async def free(self, room: str, checkin: date, nights: int) -> int:
        return await self._call(_NUMBER, "free", room=room, checkin=checkin, nights=nights)

    async def bookings(self, customer: str) -> list[Booking]:
        return await self._call(_BOOKINGS, "bookings", customer=customer)

    async def accounts(self, customer: str) -> list[Account]:
        return await self._call(_ACCOUNTS, "accounts", customer=customer)

    async def check_code(self, customer: str, code: str) -> bool:
        return await self._call(_YES_OR_NO, "check_code", customer=customer, code=code)

    # Writes

    async def cancel_order(self, customer: str, order: str, *, key: str) -> None:
        await self._call(_NOTHING, "cancel_order", key, customer=customer, order=order)

    async def update_address(self, customer: str, order: str, address: str, *, key: str) -> None:
        await self._call(
            _NOTHING, "update_address", key, customer=customer, order=order, address=address
        )

    async def remove_item(self, customer: str, order: str, sku: str, *, key: str) -> None:
        await self._call(_NOTHING, "remove_item", key, customer=customer, order=order, sku=sku)

    async def create_return(self, customer: str, order: str, *, key: str) -> None:
        await self._call(_NOTHING, "create_return", key, customer=customer, order=order)

    async def create_exchange(
        self, customer: str, order: str, from_sku: str, to_sku: str, *, key: str
    ) -> None:
        arguments = {"customer": customer, "order": order, "from_sku": from_sku, "to_sku": to_sku}
        await self._call(_NOTHING, "create_exchange", key, **arguments)

    async def expedite(self, customer: str, order: str, *, key: str) -> None:
        await self._call(_NOTHING, "expedite", key, customer=customer, order=order)

    async def create_refund(self, customer: str, order: str, amount: Decimal, *, key: str) -> None:
        await self._call(
            _NOTHING, "create_refund", key, customer=customer, order=order, amount=amount
        )

    async def request_approval(
        self, customer: str, order: str, amount: Decimal, *, key: str
    ) -> None:
        await self._call(
            _NOTHING, "request_approval", key, customer=customer, order=order, amount=amount
        )

    async def update_invoice(
        self, customer: str, invoice: str, field: str, value: str, *, key: str
    ) -> None:
        arguments = {"customer": customer, "invoice": invoice, "field": field, "value": value}
        await self._call(_NOTHING, "update_invoice", key, **arguments)

    async def reissue_invoice(self, customer: str, invoice: str, *, key: str) -> None:
        await self._call(_NOTHING, "reissue_invoice", key, customer=customer, invoice=invoice)

    async def create_booking(
        self, customer: str, room: str, checkin: date, nights: int, *, key: str
    ) -> str:
        arguments = {"customer": customer, "room": room, "checkin": checkin, "nights": nights}
        return await self._call(_TEXT, "create_booking", key, **arguments)

    async def update_booking(
        self, customer: str, booking: str, room: str, checkin: date, nights: int, *, key: str
    ) -> None:
        stay = {"booking": booking, "room": room, "checkin": checkin, "nights": nights}
        await self._call(_NOTHING, "update_booking", key, customer=customer, **stay)

    async def cancel_booking(self, customer: str, booking: str, *, key: str) -> None:
        await self._call(_NOTHING, "cancel_booking", key, customer=customer, booking=booking)

    # Inside

    async def _call(
        self,
        answer: TypeAdapter[Answer],
        operation: str,
        key: str | None = None,
        /,
        **arguments: object,
    ) -> Answer:
        """Call an operation.

        Raises:
            InputError: the system refuses what was asked.
            RateLimited: it asks us to slow down.
            UpstreamTimeout: it did not answer in time, and may have acted.
            UpstreamUnavailable: it could not be reached, broke off, failed, or answered what nobody understands.
        """
        for tried in range(1, TRIES + 1):
            try:
                return _understood(answer, operation, await self._post(operation, key, arguments))
            except UpstreamUnavailable:
                if tried == TRIES:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _post(
        self, operation: str, key: str | None, arguments: dict[str, object]
    ) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        body: Any = to_jsonable_python(arguments)
        try:
            return await self._client.post(f"/v1/{operation}", json=body, headers=headers)
        except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise UpstreamUnavailable(f"{operation}: nobody takes the call") from error
        except httpx.TimeoutException as error:
            raise UpstreamTimeout(f"{operation}: no answer within {self._seconds:g} s") from error
        except httpx.RequestError as error:
            raise UpstreamUnavailable(f"{operation}: {type(error).__name__}") from error


def _understood(answer: TypeAdapter[Answer], operation: str, response: httpx.Response) -> Answer:
    if response.status_code in REFUSED:
        raise InputError(_reason(response) or f"{operation} was refused")
    if response.status_code == TOO_MANY:
        raise RateLimited(f"{operation}: too many calls")
    if response.status_code != httpx.codes.OK:
        raise UpstreamUnavailable(f"{operation}: answered {response.status_code}")
    try:
        return answer.validate_json(response.content)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) or "body" for one in error.errors()})
        # Not `from error`: it quotes what it could not read, and that may be a customer's.
        raise UpstreamUnavailable(
            f"{operation}: the answer is not understood at {', '.join(fields[:5])}"
        ) from None


def _reason(response: httpx.Response) -> str:
    try:
        said = response.json()
    except ValueError:
        return ""
    return str(said.get("message", "")) if isinstance(said, dict) else ""
