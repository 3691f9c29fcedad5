"""Cancel a hotel stay."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.company import Booking, Room
from domain.eligibility import hong_kong_day
from domain.own_records import own_booking
from domain.policies import Policies
from domain.ports import HotelSystem
from domain.slots import Text, ToolRequest
from domain.stays import too_late
from domain.tooling import Caller, Declined, Proposal, ToolAnswer, ToolPolicy, Values, tool


class CancelBooking(ToolRequest):
    """Which stay to cancel."""

    booking: Text = Field(default=None, description="Booking number, as the customer wrote it")


@tool(ToolPolicy(scope="hotel:write", effect="write"))
async def cancel_booking(
    request: CancelBooking, *, hotel: HotelSystem, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Cancel a stay before the company's deadline."""
    customer = caller.customer.id
    found = own_booking(
        await hotel.bookings(customer),
        request.booking,
        today=hong_kong_day(caller.now),
        asked="booking" in caller.asked,
    )
    if not isinstance(found, Booking):
        return found
    late = too_late(found, policies.hotel_rule, caller.now)
    if late is not None:
        return Declined("cancel_booking.too_late", late, hands_over="beyond_limit")

    async def act(key: str) -> Values:
        await hotel.cancel_booking(customer, found.id, key=key)
        return {}

    values = _values(found, await hotel.rooms())
    return Proposal("cancel_booking.confirm", "cancel_booking.done", values, act)


def _values(booking: Booking, rooms: list[Room]) -> dict[str, Any]:
    room = next((one for one in rooms if one.type == booking.room), None)
    return {
        "booking": booking.id,
        "room_zh": room.name_zh if room else booking.room,
        "room_en": room.name_en if room else booking.room,
        "checkin": booking.checkin,
        "nights": booking.nights,
        "amount": booking.amount_hkd,
    }
