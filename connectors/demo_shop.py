"""A whole company in memory, read from a world: for the quick start, the goldens and evaluations.

It implements every business port as a real system would: it checks what it is asked to do, knows idempotency
keys, and keeps its own append-only log of what was really changed, so that a test can count effects from outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

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
    World,
)
from domain.errors import ConfigurationError, InputError
from domain.ports import Clock

Result = TypeVar("Result")
Owned = TypeVar("Owned", Order, Invoice, Booking)


def read_world(path: Path) -> World:
    """The world in a YAML file.

    Raises:
        ConfigurationError: names the file, and the field that is missing or wrong.
    """
    try:
        return parse_world(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{path.name}: {error}") from error


def parse_world(document: object) -> World:
    """A world from an already loaded document; the error lists each field and what is wrong with it."""
    try:
        return World.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'world'}: {e['msg']}" for e in error.errors()[:8]
        )
        raise ConfigurationError(f"the world is not complete: {problems}") from error


class DemoShop:
    """One company. Every instance works on its own copy of the world."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world.model_copy(deep=True)
        self._clock = clock
        self._effects: list[dict[str, Any]] = []
        self._times: list[datetime] = []
        self._answers: dict[str, Any] = {}
        self._lock = asyncio.Lock()

    @property
    def world(self) -> World:
        return self._world

    def effects(self) -> list[dict[str, Any]]:
        """Everything that was really changed, in order."""
        return [dict(effect) for effect in self._effects]

    # Reads

    async def customer(self, customer_id: str) -> Customer | None:
        return next((one for one in self._world.customers if one.id == customer_id), None)

    async def orders(self, customer: str) -> list[Order]:
        return [one.model_copy(deep=True) for one in self._world.orders if one.customer == customer]

    async def invoices(self, customer: str) -> list[Invoice]:
        return [one.model_copy() for one in self._world.invoices if one.customer == customer]

    async def refunds(self, customer: str) -> list[Refund]:
        return [one.model_copy() for one in self._world.refunds if one.customer == customer]

    async def accounts(self, customer: str) -> list[Account]:
        return [one.model_copy() for one in self._world.accounts if one.customer == customer]

    async def bookings(self, customer: str) -> list[Booking]:
        return [one.model_copy() for one in self._world.bookings if one.customer == customer]

    async def past(self, customer: str) -> list[PastWrite]:
        """Writes for this customer, of earlier sessions and of this one."""
        mine = [one for one in self._world.history if one.customer == customer]
        for at, effect in zip(self._times, self._effects, strict=True):
            if effect["customer"] == customer:
                mine.append(PastWrite.model_validate({"at": at, **effect}))
        return mine

    async def products(self) -> list[Product]:
        return list(self._world.products)

    async def rooms(self) -> list[Room]:
        return list(self._world.hotel.rooms)

    async def free(self, room: str, checkin: date, nights: int) -> int:
        return self._free(room, checkin, nights)

    async def check_code(self, customer: str, code: str) -> bool:
        mine = [one.otp_fixture for one in self._world.accounts if one.customer == customer]
        return any(compare_digest(code.encode(), right.encode()) for right in mine)

    # Writes

    async def cancel_order(self, customer: str, order: str, *, key: str) -> None:
        def act() -> None:
            found = self._own(self._world.orders, customer, order)
            self._cancel(found)
            self._log(customer, "order.cancel", order=order)

        await self._once(key, act)

    async def update_address(self, customer: str, order: str, address: str, *, key: str) -> None:
        def act() -> None:
            self._own(self._world.orders, customer, order).address = address
            self._log(customer, "order.update_address", order=order, address=address)

        await self._once(key, act)

    async def remove_item(self, customer: str, order: str, sku: str, *, key: str) -> None:
        def act() -> None:
            found = self._own(self._world.orders, customer, order)
            price = next(
                (one.price_hkd for one in self._world.products if one.sku == sku), Decimal(0)
            )
            gone = [line for line in found.items if line.sku == sku]
            if not gone or len(gone) == len(found.items):
                raise InputError(
                    f"{sku} cannot be taken out of {order}: it is not there, or it is all of it"
                )
            found.items = [line for line in found.items if line.sku != sku]
            found.amount_hkd -= sum((price * line.qty for line in gone), Decimal(0))
            self._log(customer, "order.remove_item", order=order, sku=sku)

        await self._once(key, act)

    async def create_return(self, customer: str, order: str, *, key: str) -> None:
        def act() -> None:
            self._own(self._world.orders, customer, order)
            self._log(customer, "return.create", order=order)

        await self._once(key, act)

    async def create_exchange(
        self, customer: str, order: str, from_sku: str, to_sku: str, *, key: str
    ) -> None:
        def act() -> None:
            self._own(self._world.orders, customer, order)
            self._log(customer, "exchange.create", order=order, from_sku=from_sku, to_sku=to_sku)

        await self._once(key, act)

    async def expedite(self, customer: str, order: str, *, key: str) -> None:
        def act() -> None:
            self._own(self._world.orders, customer, order)
            self._log(customer, "logistics.expedite", order=order)

        await self._once(key, act)

    async def create_refund(self, customer: str, order: str, amount: Decimal, *, key: str) -> None:
        def act() -> None:
            found = self._own(self._world.orders, customer, order)
            if amount <= 0 or amount > found.amount_hkd:
                raise InputError(f"HKD {amount} cannot be refunded on {order}")
            today = self._clock.now().date()
            refund_id = f"RF-{len(self._world.refunds) + 1:04d}"
            self._world.refunds.append(
                Refund(
                    id=refund_id,
                    order=order,
                    customer=customer,
                    amount_hkd=amount,
                    status="processing",
                    created=today,
                )
            )
            self._log(customer, "refund.create", order=order, amount_hkd=float(amount))

        await self._once(key, act)

    async def request_approval(
        self, customer: str, order: str, amount: Decimal, *, key: str
    ) -> None:
        def act() -> None:
            self._own(self._world.orders, customer, order)
            self._log(
                customer, "approval.request", about="refund", order=order, amount_hkd=float(amount)
            )

        await self._once(key, act)

    async def update_invoice(
        self, customer: str, invoice: str, field: str, value: str, *, key: str
    ) -> None:
        def act() -> None:
            found = self._own(self._world.invoices, customer, invoice)
            if field not in ("title", "tax_id", "email"):
                raise InputError(f"an invoice's {field} is changed by finance only")
            setattr(found, field, value)
            self._log(customer, "invoice.update", invoice=invoice, field=field, value=value)

        await self._once(key, act)

    async def reissue_invoice(self, customer: str, invoice: str, *, key: str) -> None:
        def act() -> None:
            self._own(self._world.invoices, customer, invoice)
            self._log(customer, "invoice.reissue", invoice=invoice)

        await self._once(key, act)

    async def create_booking(
        self, customer: str, room: str, checkin: date, nights: int, *, key: str
    ) -> str:
        def act() -> str:
            self._take(room, checkin, nights, -1)
            rate = next(one.rate_hkd for one in self._world.hotel.rooms if one.type == room)
            booking_id = f"NEW-{len(self._world.bookings) + 1:04d}"
            self._world.bookings.append(
                Booking(
                    id=booking_id,
                    customer=customer,
                    room=room,
                    checkin=checkin,
                    nights=nights,
                    amount_hkd=rate * nights,
                )
            )
            self._log(
                customer,
                "booking.create",
                booking=booking_id,
                room=room,
                checkin=checkin.isoformat(),
                nights=nights,
            )
            return booking_id

        return await self._once(key, act)

    async def update_booking(
        self, customer: str, booking: str, room: str, checkin: date, nights: int, *, key: str
    ) -> None:
        def act() -> None:
            found = self._own(self._world.bookings, customer, booking)
            self._take(found.room, found.checkin, found.nights, 1)
            try:
                self._take(room, checkin, nights, -1)
            except InputError:
                self._take(found.room, found.checkin, found.nights, -1)
                raise
            rate = next(one.rate_hkd for one in self._world.hotel.rooms if one.type == room)
            found.room, found.checkin, found.nights, found.amount_hkd = (
                room,
                checkin,
                nights,
                rate * nights,
            )
            self._log(
                customer,
                "booking.update",
                booking=booking,
                room=room,
                checkin=checkin.isoformat(),
                nights=nights,
            )

        await self._once(key, act)

    async def cancel_booking(self, customer: str, booking: str, *, key: str) -> None:
        def act() -> None:
            found = self._own(self._world.bookings, customer, booking)
            self._take(found.room, found.checkin, found.nights, 1)
            self._world.bookings.remove(found)
            self._log(customer, "booking.cancel", booking=booking)

        await self._once(key, act)

    # Inside

    async def _once(self, key: str, act: Callable[[], Result]) -> Result:
        """Run `act` unless this key was used; the same key returns the first answer."""
        async with self._lock:
            if key not in self._answers:
                self._answers[key] = act()
            answer: Result = self._answers[key]
            return answer

    def _own(self, records: list[Owned], customer: str, wanted: str) -> Owned:
        found = next(
            (one for one in records if one.id == wanted and one.customer == customer), None
        )
        if found is None:
            raise InputError(f"{wanted} is not a record of this customer")
        return found

    def _cancel(self, order: Order) -> None:
        if order.status in ("shipped", "delivered", "cancelled", "refunded"):
            raise InputError(f"{order.id} is {order.status} and cannot be cancelled")
        order.status = "cancelled"

    def _nights(self, checkin: date, nights: int) -> list[date]:
        return [checkin + timedelta(days=night) for night in range(nights)]

    def _free(self, room: str, checkin: date, nights: int) -> int:
        calendar = self._world.hotel.availability
        return min(
            (calendar.get(night, {}).get(room, 0) for night in self._nights(checkin, nights)),
            default=0,
        )

    def _take(self, room: str, checkin: date, nights: int, change: int) -> None:
        """Give back (+1) or take (-1) a room on every night of a stay; never below none."""
        if change < 0 and self._free(room, checkin, nights) < 1:
            raise InputError(f"no {room} is free on every night from {checkin}")
        for night in self._nights(checkin, nights):
            free = self._world.hotel.availability.setdefault(night, {})
            free[room] = free.get(room, 0) + change

    def _log(self, customer: str, kind: str, **fields: Any) -> None:
        self._effects.append({"kind": kind, "customer": customer, **fields})
        self._times.append(self._clock.now())
