"""Card callbacks, in every place where clients were seen to put what was pressed."""

from __future__ import annotations

import pytest

from channels.dingtalk.clicks import parse_click
from domain.channels import Address, Click, Sender
from domain.errors import InputError
from tests.unit.channels.dingtalk.world import NOW, RECORDINGS, ROBOT, payload, recording

CLICKS = sorted(path.stem for path in RECORDINGS.glob("click*.json"))


@pytest.mark.parametrize("name", CLICKS)
def test_every_recorded_click_is_read_as_it_says(name: str) -> None:
    found = recording(name)
    arrival = parse_click(found["payload"], ROBOT, NOW)
    assert arrival.click == Click(found["expected"]["value"], "card-7c1f-0001")
    assert arrival.text == found["expected"]["comment"]
    assert arrival.sender.id == "manager4321"


def test_a_click_names_the_bot_and_the_person_and_leaves_the_conversation_to_the_card() -> None:
    arrival = parse_click(payload("click"), ROBOT, NOW)
    assert arrival.address == Address("dingtalk", ROBOT, "")
    assert arrival.sender == Sender("manager4321", "", "dingcorpdemo0001")
    assert arrival.route["staff"] == "manager4321"
    assert "thread" not in arrival.route


def test_the_same_press_delivered_twice_has_one_id_and_another_press_another() -> None:
    first, again = (parse_click(payload("click"), ROBOT, NOW) for _ in range(2))
    others = [
        parse_click(payload("click", userId="ann"), ROBOT, NOW),
        parse_click(payload("click", outTrackId="card-7c1f-0002"), ROBOT, NOW),
        parse_click(payload("click_form"), ROBOT, NOW),
    ]
    assert first.external_id == again.external_id
    assert len({first.external_id, *(one.external_id for one in others)}) == 4


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"outTrackId": None}, "outTrackId"),
        ({"userId": None}, "userId"),
        ({"content": "{"}, "which button"),
        ({"content": "{}"}, "which button"),
    ],
)
def test_a_callback_that_cannot_be_used_is_named(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        parse_click(payload("click", **wrong), ROBOT, NOW)
