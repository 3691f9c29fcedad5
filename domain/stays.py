"""Rooms and stays: which room is meant, when it is free, until when a stay may be changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.company import Booking, Room
from domain.eligibility import HONG_KONG
from domain.own_records import same
from domain.policies import HotelRule
from domain.ports import HotelSystem
from domain.tooling import Declined


def room_named(rooms: Sequence[Room], wanted: str) -> Room | Declined:
    """The kind of room by its type or either name."""
    for room in rooms:
        if any(same(wanted, word) for word in (room.type, room.name_zh, room.name_en)):
            return room
    return Declined("hotel.no_such_room", {"wanted": wanted, **_lists("rooms", rooms)})


def room_names(room: Room) -> dict[str, str]:
    """A room's two names, for the sentences."""
    return {"room_zh": room.name_zh, "room_en": room.name_en}


async def alternatives(
    hotel: HotelSystem, rooms: Sequence[Room], but: Room, checkin: date, nights: int
) -> dict[str, list[str]]:
    """Other kinds of room that are free on every one of these nights; empty when there are none."""
    others = [one for one in rooms if one.type != but.type]
    free = [one for one in others if await hotel.free(one.type, checkin, nights) > 0]
    return _lists("alternatives", free) if free else {}


async def free_with_own_nights(
    hotel: HotelSystem, booking: Booking, room: str, checkin: date, nights: int
) -> bool:
    """Whether a stay could move there; nights it holds in the same room already are free to it."""
    for night in (checkin + timedelta(days=step) for step in range(nights)):
        held = booking.checkin <= night < booking.checkin + timedelta(days=booking.nights)
        own = room == booking.room and held
        if not own and await hotel.free(room, night, 1) < 1:
            return False
    return True


def free_until(booking: Booking, rule: HotelRule) -> datetime | None:
    """The last moment at which this stay may be changed free of charge; None when no rule says."""
    if rule.free_change_hours_before_checkin is None:
        return None
    arrival = datetime.combine(booking.checkin, time.fromisoformat(rule.checkin_time), HONG_KONG)
    return arrival - timedelta(hours=rule.free_change_hours_before_checkin)


def too_late(booking: Booking, rule: HotelRule, now: datetime) -> dict[str, Any] | None:
    """The figures that say it is too late, or None when the stay may still be changed."""
    deadline = free_until(booking, rule)
    if deadline is None or now <= deadline:
        return None
    return {
        "booking": booking.id,
        "checkin": booking.checkin,
        "hours": rule.free_change_hours_before_checkin,
        "deadline_day": deadline.date(),
        "deadline_time": f"{deadline:%H:%M}",
    }


def _lists(name: str, rooms: Sequence[Room]) -> dict[str, list[str]]:
    return {
        f"{name}_zh": [one.name_zh for one in rooms],
        f"{name}_en": [one.name_en for one in rooms],
    }
