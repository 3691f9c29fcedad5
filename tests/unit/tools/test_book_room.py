from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import Counter, a_world, availability, reply, values
from tools.book_room import book_room

FREE = availability(date(2026, 5, 20), loft=[1, 0, 0], twin=[2, 3, 0])
STAY = {"room": "twin", "checkin": "2026-05-20", "nights": "2", "guests": "2"}


async def test_a_room_that_is_free_every_night_is_booked_once() -> None:
    counter = Counter(a_world(free=FREE))
    proposal = await counter.ask(book_room, **STAY)
    assert reply(proposal) == "book_room.confirm"
    assert values(proposal)["total"] == Decimal(1400)
    assert values(proposal)["checkout"] == date(2026, 5, 22)
    first = await counter.carry_out(proposal)
    second = await counter.carry_out(proposal)
    assert first["booking"] == second["booking"]
    assert counter.kinds == ["booking.create"]
    assert await counter.shop.free("twin", date(2026, 5, 20), 1) == 1


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        (("room",), ("room",)),
        (("guests", "checkin"), ("checkin", "guests")),
        (("room", "checkin", "nights", "guests"), ("room", "checkin", "nights", "guests")),
    ],
)
async def test_all_that_is_missing_is_asked_for_together(
    without: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    slots = {name: value for name, value in STAY.items() if name not in without}
    answer = await Counter(a_world(free=FREE)).ask(book_room, **slots)
    options = ("loft", "twin") if "room" in without else ()
    assert answer == NeedsInput(expected, options)


async def test_guests_are_asked_for_only_when_the_rules_need_them() -> None:
    world = a_world(free=FREE, policies={"hotel_rule": {"needs": ["checkin"]}})
    slots = {name: value for name, value in STAY.items() if name != "guests"}
    assert reply(await Counter(world).ask(book_room, **slots)) == "book_room.confirm_no_guests"


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"room": "loft"}, "book_room.full"),
        ({"nights": "3"}, "book_room.full_no_alternatives"),
        ({"nights": "360"}, "book_room.full_no_alternatives"),
        ({"room": "igloo"}, "hotel.no_such_room"),
        ({"checkin": "2026-05-19"}, "hotel.past_date"),
        ({"checkin": "2026-05-19", "room": ""}, "hotel.past_date"),
    ],
)
async def test_what_cannot_be_booked_is_said_so(slots: dict[str, str], expected: str) -> None:
    counter = Counter(a_world(free=FREE))
    answer = await counter.ask(book_room, **{**STAY, **slots})
    assert isinstance(answer, Declined)
    assert answer.reply == expected
    assert counter.kinds == []


async def test_other_rooms_that_are_free_then_are_named() -> None:
    answer = await Counter(a_world(free=FREE)).ask(book_room, **{**STAY, "room": "loft"})
    assert values(answer)["alternatives_zh"] == ["雙床房"]
