from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.company import Booking
from domain.tooling import Declined, Done, NeedsInput
from tests.unit.tools.world import (
    HONG_KONG,
    Counter,
    a_world,
    availability,
    reply,
    values,
)
from tools.change_booking import change_booking

# Deadline of the stay below: 36 hours before 30 May 14:00, that is 29 May 02:00.
DEADLINE = datetime(2026, 5, 29, 2, 0, tzinfo=HONG_KONG)
FREE = availability(date(2026, 5, 29), loft=[0, 0, 0, 1, 1, 0], twin=[1, 1, 0, 1, 1, 0])


def a_stay(booking_id: str = "ST9", **fields: Any) -> Booking:
    given = {"customer": "mei", "room": "loft", "checkin": date(2026, 5, 30), "nights": 2, **fields}
    return Booking(id=booking_id, amount_hkd=Decimal(1800), **given)


def counter_with(*stays: Booking, **fields: Any) -> Counter:
    return Counter(a_world(bookings=stays or [a_stay()], free=FREE), **fields)


async def test_a_stay_moves_once_and_gives_its_old_nights_back() -> None:
    counter = counter_with()
    proposal = await counter.ask(change_booking, checkin="2026-06-01")
    assert reply(proposal) == "change_booking.confirm"
    assert values(proposal)["old_checkin"] == date(2026, 5, 30)
    assert values(proposal)["total"] == Decimal(1800)
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.kinds == ["booking.update"]
    assert await counter.shop.free("loft", date(2026, 5, 30), 2) == 1
    assert await counter.shop.free("loft", date(2026, 6, 1), 2) == 0


async def test_nights_that_the_stay_holds_already_count_as_free() -> None:
    counter = counter_with()
    assert reply(await counter.ask(change_booking, nights="3")) == "change_booking.confirm"
    assert reply(await counter.ask(change_booking, nights="1")) == "change_booking.confirm"
    answer = await counter.ask(change_booking, checkin="2026-05-31")
    assert reply(answer) == "change_booking.confirm"
    await counter.carry_out(answer)
    assert counter.kinds == ["booking.update"]


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"checkin": "2026-05-29"}, "book_room.full"),
        ({"checkin": "2026-05-29", "nights": "1"}, "book_room.full"),
        ({"new_room": "twin"}, "book_room.full_no_alternatives"),
        ({"new_room": "twin", "nights": "1"}, "change_booking.confirm"),
        ({"room": "twin", "nights": "1"}, "change_booking.confirm"),
        ({"nights": "5"}, "book_room.full_no_alternatives"),
        ({"new_room": "igloo"}, "hotel.no_such_room"),
        ({"checkin": "2026-05-01"}, "hotel.past_date"),
    ],
)
async def test_the_new_stay_must_be_possible(slots: dict[str, str], expected: str) -> None:
    assert reply(await counter_with().ask(change_booking, **slots)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (DEADLINE, "change_booking.confirm"),
        (DEADLINE + timedelta(seconds=1), "change_booking.too_late"),
        (DEADLINE + timedelta(days=9), "change_booking.too_late"),
    ],
)
async def test_the_deadline_counts_to_the_second(now: datetime, expected: str) -> None:
    answer = await counter_with(now=now).ask(change_booking, booking="st9", checkin="2026-06-01")
    assert reply(answer) == expected


async def test_too_late_gives_its_figures_asks_nothing_and_hands_over() -> None:
    answer = await counter_with(now=DEADLINE + timedelta(hours=1)).ask(change_booking)
    assert isinstance(answer, Declined)
    assert answer.hands_over == "beyond_limit"
    assert answer.values["hours"] == 36
    assert answer.values["deadline_day"] == date(2026, 5, 29)
    assert answer.values["deadline_time"] == "02:00"


async def test_without_a_rule_there_is_no_deadline() -> None:
    world = a_world(bookings=[a_stay()], free=FREE, policies={"hotel_rule": {}})
    counter = Counter(world, now=DEADLINE + timedelta(hours=5))
    assert reply(await counter.ask(change_booking, nights="1")) == "change_booking.confirm"


async def test_what_is_new_is_asked_for_and_the_same_again_needs_no_change() -> None:
    counter = counter_with()
    assert await counter.ask(change_booking) == NeedsInput(("checkin",))
    answer = await counter.ask(change_booking, checkin="2026-05-30", room="loft")
    assert isinstance(answer, Done)
    assert answer.reply == "change_booking.already"


async def test_a_room_that_is_let_no_more_is_named_by_its_type() -> None:
    counter = counter_with(a_stay(room="barge"))
    answer = await counter.ask(change_booking, new_room="twin", nights="1")
    assert values(answer)["old_room_en"] == "barge"


async def test_which_of_several_stays_is_asked_with_what_is_missing() -> None:
    counter = counter_with(a_stay("S1"), a_stay("S2"), a_stay("S0", checkin=date(2026, 5, 1)))
    assert await counter.ask(change_booking) == NeedsInput(("booking", "checkin"), ("S1", "S2"))
    assert await counter.ask(change_booking, nights="1") == NeedsInput(("booking",), ("S1", "S2"))


async def test_a_stay_of_somebody_else_is_not_found() -> None:
    counter = counter_with(a_stay("S7", customer="tom"))
    answer = await counter.ask(change_booking, booking="S7", nights="1")
    assert answer == Declined("booking.not_found", {"booking": "S7"})
    assert await counter.ask(change_booking, nights="1") == Declined("booking.none")
