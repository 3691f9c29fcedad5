"""Move a hotel stay to other nights or to another kind of room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import Field

from domain.company import Booking, Room
from domain.eligibility import hong_kong_day
from domain.own_records import own_booking
from domain.policies import Policies
from domain.ports import HotelSystem
from domain.slots import Count, Day, Text, ToolRequest
from domain.stays import alternatives, free_with_own_nights, room_named, room_names, too_late
from domain.tooling import (
    Caller,
    Declined,
    Done,
    NeedsInput,
    Proposal,
    ToolAnswer,
    ToolPolicy,
    Values,
    tool,
)


class ChangeBooking(ToolRequest):
    """Which stay, and how it should be."""

    booking: Text = Field(default=None, description="Booking number, as the customer wrote it")
    checkin: Day = Field(default=None, description="New first night, as YYYY-MM-DD")
    nights: Count = Field(default=None, description="New number of nights")
    new_room: Text = Field(default=None, description="New kind of room")
    room: Text = Field(default=None, description="Kind of room, when only one is named")


@tool(ToolPolicy(scope="hotel:write", effect="write"))
async def change_booking(
    request: ChangeBooking, *, hotel: HotelSystem, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Change a stay before the company's deadline, to nights on which the room is free."""
    customer, today = caller.customer.id, hong_kong_day(caller.now)
    found = own_booking(
        await hotel.bookings(customer),
        request.booking,
        today=today,
        asked="booking" in caller.asked,
    )
    said = (request.checkin, request.nights, request.new_room, request.room)
    nothing_new = all(value is None for value in said)
    if isinstance(found, NeedsInput) and nothing_new:
        return NeedsInput((*found.slots, "checkin"), found.options)
    if not isinstance(found, Booking):
        return found
    late = too_late(found, policies.hotel_rule, caller.now)
    if late is not None:
        return Declined("change_booking.too_late", late, hands_over="beyond_limit")
    if nothing_new:
        return NeedsInput(("checkin",))
    rooms = await hotel.rooms()
    room = room_named(rooms, request.new_room or request.room or found.room)
    if isinstance(room, Declined):
        return room
    checkin, nights = request.checkin or found.checkin, request.nights or found.nights
    values = _values(found, rooms, room, checkin, nights)
    no = await _impossible(hotel, found, room, values, today)
    if no is not None:
        return no

    async def act(key: str) -> Values:
        await hotel.update_booking(customer, found.id, room.type, checkin, nights, key=key)
        return {}

    return Proposal("change_booking.confirm", "change_booking.done", values, act)


def _values(
    booking: Booking, rooms: list[Room], room: Room, checkin: date, nights: int
) -> dict[str, Any]:
    old = next((one for one in rooms if one.type == booking.room), None)
    return {
        "booking": booking.id,
        "old_room_zh": old.name_zh if old else booking.room,
        "old_room_en": old.name_en if old else booking.room,
        "old_checkin": booking.checkin,
        "old_nights": booking.nights,
        "old_total": booking.amount_hkd,
        **room_names(room),
        "checkin": checkin,
        "checkout": checkin + timedelta(days=nights),
        "nights": nights,
        "total": room.rate_hkd * nights,
    }


async def _impossible(
    hotel: HotelSystem,
    booking: Booking,
    room: Room,
    values: dict[str, Any],
    today: date,
) -> Done | Declined | None:
    checkin, nights = values["checkin"], values["nights"]
    if (room.type, checkin, nights) == (booking.room, booking.checkin, booking.nights):
        return Done("change_booking.already", values)
    if checkin < today:
        return Declined("hotel.past_date", {"checkin": checkin})
    if await free_with_own_nights(hotel, booking, room.type, checkin, nights):
        return None
    others = await alternatives(hotel, await hotel.rooms(), room, checkin, nights)
    reply = "book_room.full" if others else "book_room.full_no_alternatives"
    return Declined(reply, {**values, **others})
