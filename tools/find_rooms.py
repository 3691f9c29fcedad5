"""Tell which hotel rooms are free, and what they cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from domain.company import Room
from domain.eligibility import hong_kong_day
from domain.ports import HotelSystem
from domain.slots import Count, Day, Text, ToolRequest
from domain.stays import alternatives, room_named, room_names
from domain.tooling import Caller, Declined, Done, NeedsInput, ToolAnswer, ToolPolicy, tool


class FindRooms(ToolRequest):
    """Which nights, and which kind of room."""

    room: Text = Field(default=None, description="Kind of room, when one is named")
    checkin: Day = Field(default=None, description="First night, as YYYY-MM-DD")
    nights: Count = Field(default=None, description="Number of nights")


@tool(ToolPolicy(scope="hotel:read"))
async def find_rooms(request: FindRooms, *, hotel: HotelSystem, caller: Caller) -> ToolAnswer:
    """List the kinds of room that are free on every night asked about."""
    if request.checkin is None:
        return NeedsInput(("checkin",))
    if request.checkin < hong_kong_day(caller.now):
        return Declined("hotel.past_date", {"checkin": request.checkin})
    rooms = await hotel.rooms()
    nights = request.nights or 1
    if request.room is not None:
        room = room_named(rooms, request.room)
        if isinstance(room, Declined):
            return room
        return await _one(hotel, rooms, room, request.checkin, nights)
    values: dict[str, Any] = {"checkin": request.checkin, "nights": nights}
    free = [(one, await hotel.free(one.type, request.checkin, nights)) for one in rooms]
    listed = [(one, left) for one, left in free if left > 0]
    if not listed:
        return Done("find_rooms.none", values)
    values["rooms_zh"] = [_line(one.name_zh, one.rate_hkd, left) for one, left in listed]
    values["rooms_en"] = [_line(one.name_en, one.rate_hkd, left) for one, left in listed]
    return Done("find_rooms.list", values)


async def _one(
    hotel: HotelSystem, rooms: list[Room], room: Room, checkin: date, nights: int
) -> Done:
    left = await hotel.free(room.type, checkin, nights)
    values: dict[str, Any] = {
        **room_names(room),
        "checkin": checkin,
        "nights": nights,
        "price": room.rate_hkd,
        "total": room.rate_hkd * nights,
        "free": left,
    }
    if left > 0:
        return Done("find_rooms.one", values)
    others = await alternatives(hotel, rooms, room, checkin, nights)
    return Done("find_rooms.full" if others else "find_rooms.none", {**values, **others})


def _line(name: str, rate: Decimal, left: int) -> str:
    """Words of no language: a name, a price a night, and how many are left."""
    shown = f"{rate:,.2f}".removesuffix(".00")
    return f"{name} HK${shown} ({left})"
