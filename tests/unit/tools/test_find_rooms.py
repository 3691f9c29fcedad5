from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.tooling import Declined, NeedsInput
from tests.unit.tools.world import Counter, a_world, availability, reply, values
from tools.find_rooms import find_rooms

FREE = availability(date(2026, 5, 20), loft=[1, 0, 0, 1], twin=[2, 3, 0, 1])


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"checkin": "2026-05-20"}, "find_rooms.list"),
        ({"checkin": "2026-05-22"}, "find_rooms.none"),
        ({"checkin": "2026-05-20", "nights": "3"}, "find_rooms.none"),
        ({"checkin": "2026-05-20", "room": "loft"}, "find_rooms.one"),
        ({"checkin": "2026-05-21", "room": "閣樓房"}, "find_rooms.full"),
        ({"checkin": "2026-05-22", "room": "Loft"}, "find_rooms.none"),
        ({"checkin": "2026-09-09"}, "find_rooms.none"),
        ({"checkin": "2026-05-20", "room": "igloo"}, "hotel.no_such_room"),
    ],
)
async def test_a_room_must_be_free_on_every_night(slots: dict[str, str], expected: str) -> None:
    assert reply(await Counter(a_world(free=FREE)).ask(find_rooms, **slots)) == expected


async def test_rooms_are_listed_with_price_and_how_many_are_left() -> None:
    counter = Counter(a_world(free=FREE))
    told = values(await counter.ask(find_rooms, checkin="2026-05-20"))
    assert told["rooms_en"] == ["Loft HK$900 (1)", "Twin HK$700 (2)"]
    assert told["rooms_zh"] == ["閣樓房 HK$900 (1)", "雙床房 HK$700 (2)"]
    told = values(await counter.ask(find_rooms, checkin="2026-05-20", nights="2"))
    assert told["rooms_en"] == ["Twin HK$700 (2)"]


async def test_one_room_is_told_with_its_total_and_a_full_one_with_the_others() -> None:
    counter = Counter(a_world(free=FREE))
    told = values(await counter.ask(find_rooms, checkin="2026-05-20", nights="2", room="twin"))
    assert (told["free"], told["total"]) == (2, Decimal(1400))
    told = values(await counter.ask(find_rooms, checkin="2026-05-21", room="loft"))
    assert told["alternatives_en"] == ["Twin"]


@pytest.mark.parametrize("slots", [{}, {"checkin": "some day"}])
async def test_the_day_is_asked_for(slots: dict[str, str]) -> None:
    assert await Counter(a_world()).ask(find_rooms, **slots) == NeedsInput(("checkin",))


async def test_yesterday_cannot_be_booked() -> None:
    answer = await Counter(a_world()).ask(find_rooms, checkin="2026-05-19")
    assert answer == Declined("hotel.past_date", {"checkin": date(2026, 5, 19)})
