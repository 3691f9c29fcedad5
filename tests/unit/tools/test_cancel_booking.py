from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.company import Booking
from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import HONG_KONG, Counter, a_world, reply, values
from tools.cancel_booking import cancel_booking

DEADLINE = datetime(2026, 5, 29, 2, 0, tzinfo=HONG_KONG)


def a_stay(booking_id: str = "ST9", **fields: Any) -> Booking:
    given = {"customer": "mei", "room": "loft", "checkin": date(2026, 5, 30), "nights": 2, **fields}
    return Booking(id=booking_id, amount_hkd=Decimal(1800), **given)


async def test_a_stay_is_cancelled_once_and_its_nights_are_free_again() -> None:
    counter = Counter(a_world(bookings=[a_stay()]))
    proposal = await counter.ask(cancel_booking)
    assert reply(proposal) == "cancel_booking.confirm"
    assert values(proposal)["room_en"] == "Loft"
    await counter.carry_out(proposal)
    await counter.carry_out(proposal)
    assert counter.shop.effects() == [
        {"kind": "booking.cancel", "customer": "mei", "booking": "ST9"}
    ]
    assert await counter.shop.free("loft", date(2026, 5, 30), 2) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (DEADLINE, "cancel_booking.confirm"),
        (DEADLINE + timedelta(seconds=1), "cancel_booking.too_late"),
    ],
)
async def test_the_deadline_counts_to_the_second(now: datetime, expected: str) -> None:
    counter = Counter(a_world(bookings=[a_stay()]), now=now)
    assert reply(await counter.ask(cancel_booking)) == expected


async def test_too_late_hands_over() -> None:
    counter = Counter(a_world(bookings=[a_stay()]), now=DEADLINE + timedelta(days=1))
    answer = await counter.ask(cancel_booking)
    assert isinstance(answer, Declined)
    assert answer.hands_over == "beyond_limit"


async def test_a_room_that_is_let_no_more_is_named_by_its_type() -> None:
    answer = await Counter(a_world(bookings=[a_stay(room="barge")])).ask(cancel_booking)
    assert values(answer)["room_zh"] == "barge"


async def test_which_of_several_stays_is_asked_and_those_of_others_are_not_found() -> None:
    stays = [a_stay("S1"), a_stay("S2"), a_stay("S7", customer="tom")]
    counter = Counter(a_world(bookings=stays))
    assert await counter.ask(cancel_booking) == NeedsInput(("booking",), ("S1", "S2"))
    answer = await counter.ask(cancel_booking, booking="S7")
    assert answer == Declined("booking.not_found", {"booking": "S7"})
