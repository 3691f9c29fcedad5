"""Book a hotel room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from domain.company import Room
from domain.eligibility import hong_kong_day
from domain.policies import Policies
from domain.ports import HotelSystem
from domain.slots import Count, Day, Text, ToolRequest
from domain.stays import alternatives, room_named, room_names
from domain.tooling import (
    Caller,
    Declined,
    NeedsInput,
    Proposal,
    ToolAnswer,
    ToolPolicy,
    Values,
    tool,
)

_WITHOUT_WHICH_NOT = ("room", "checkin", "nights")


class BookRoom(ToolRequest):
    """Which room, from when, for how long, for how many."""

    room: Text = Field(default=None, description="Kind of room")
    checkin: Day = Field(default=None, description="First night, as YYYY-MM-DD")
    nights: Count = Field(default=None, description="Number of nights")
    guests: Count = Field(default=None, description="Number of guests")


@tool(ToolPolicy(scope="hotel:write", effect="write"))
async def book_room(
    request: BookRoom, *, hotel: HotelSystem, policies: Policies, caller: Caller
) -> ToolAnswer:
    """Book a room that is free on every night of the stay."""
    checkin, nights = request.checkin, request.nights
    if checkin is not None and checkin < hong_kong_day(caller.now):
        return Declined("hotel.past_date", {"checkin": checkin})
    rooms = await hotel.rooms()
    room = room_named(rooms, request.room) if request.room is not None else None
    if isinstance(room, Declined):
        return room
    missing = _missing(request, policies)
    if missing or room is None or checkin is None or nights is None:
        return NeedsInput(missing, tuple(one.type for one in rooms) if "room" in missing else ())
    values = _values(request, room)
    if await hotel.free(room.type, checkin, nights) < 1:
        others = await alternatives(hotel, rooms, room, checkin, nights)
        reply = "book_room.full" if others else "book_room.full_no_alternatives"
        return Declined(reply, {**values, **others})

    async def act(key: str) -> Values:
        booked = await hotel.create_booking(caller.customer.id, room.type, checkin, nights, key=key)
        return {"booking": booked}

    known = request.guests is not None
    summary = "book_room.confirm" if known else "book_room.confirm_no_guests"
    return Proposal(summary, "book_room.done", values, act)


def _missing(request: BookRoom, policies: Policies) -> tuple[str, ...]:
    """What the company's rules need, and what no stay can be booked without."""
    asked = (*_WITHOUT_WHICH_NOT, "guests")
    needed = {*_WITHOUT_WHICH_NOT, *policies.hotel_rule.needs}
    return tuple(name for name in asked if name in needed and getattr(request, name) is None)


def _values(request: BookRoom, room: Room) -> dict[str, Any]:
    assert request.checkin is not None
    assert request.nights is not None
    values = {
        **room_names(room),
        "checkin": request.checkin,
        "checkout": request.checkin + timedelta(days=request.nights),
        "nights": request.nights,
        "price": room.rate_hkd,
        "total": room.rate_hkd * request.nights,
    }
    return values if request.guests is None else {**values, "guests": request.guests}
