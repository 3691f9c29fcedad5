from __future__ import annotations

import hashlib

import pytest

from domain.errors import InputError
from support.pilot import Pilot

IDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(4000)]


class Board:
    """Switches in memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def read(self, name: str) -> str | None:
        return self.values.get(name)

    async def write(self, name: str, value: str) -> None:
        self.values[name] = value


async def taken(pilot: Pilot) -> set[str]:
    return {one for one in IDS if await pilot.owner(one) == "assistant"}


async def test_by_default_the_assistant_takes_everything() -> None:
    assert await taken(Pilot(Board(), 100)) == set(IDS)


async def test_a_pilot_of_five_percent_takes_about_five_percent() -> None:
    assert 140 <= len(await taken(Pilot(Board(), 5))) <= 260


async def test_a_larger_share_keeps_those_that_the_smaller_one_had() -> None:
    pilot = Pilot(Board(), 5)
    few = await taken(pilot)
    await pilot.switch(40)
    assert few < await taken(pilot)


async def test_the_switch_wins_over_the_setting_and_outlives_the_process() -> None:
    board = Board()
    await Pilot(board, 100).switch(0)
    restarted = Pilot(board, 100)
    assert await restarted.stopped()
    assert await taken(restarted) == set()


@pytest.mark.parametrize("percent", [-1, 101])
async def test_a_share_that_is_none_is_refused(percent: int) -> None:
    with pytest.raises(InputError, match="between 0 and 100"):
        await Pilot(Board(), 100).switch(percent)
