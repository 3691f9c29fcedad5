from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from channels.whatsapp.inbound import parse_message
from domain.channels import Arrival, Part
from domain.errors import InputError
from tests.unit.channels.whatsapp_world import NOW, NUMBER, RECORDED, recording

OF_ONE_MESSAGE = [name for name in RECORDED if recording(name)["expected"]["arrivals"]]
CONTACTS = [{"profile": {"name": "Ana"}, "wa_id": "15551234567", "user_id": "US.1001demo"}]
TEXT = {"id": "wamid.1", "timestamp": "1767225600", "type": "text", "text": {"body": "你好"}}


def parsed(raw: dict[str, Any], contacts: object = CONTACTS) -> Arrival:
    arrival = parse_message(raw, contacts, NUMBER, NOW)
    assert arrival is not None
    return arrival


def first(name: str) -> Arrival:
    value = recording(name)["payload"]["entry"][0]["changes"][0]["value"]
    return parsed(value["messages"][0], value["contacts"])


@pytest.mark.parametrize("name", OF_ONE_MESSAGE)
def test_a_recorded_message_says_what_was_sent(name: str) -> None:
    arrival, expected = first(name), recording(name)["expected"]
    assert [list(part) for part in expected["parts"]] == [
        [part.kind, part.text, part.reference, part.name] for part in arrival.parts
    ]
    click = arrival.click and [arrival.click.value, arrival.click.message_id]
    assert expected["click"] == click


@pytest.mark.parametrize("name", ["reaction", "reaction_removed", "system_number_changed"])
def test_what_is_no_message_is_no_arrival(name: str) -> None:
    value = recording(name)["payload"]["entry"][0]["changes"][0]["value"]
    assert parse_message(value["messages"][0], value.get("contacts"), NUMBER, NOW) is None


def test_a_customer_is_known_by_the_scoped_id_and_keeps_the_phone_for_answers() -> None:
    arrival = parsed({**TEXT, "from": "15551234567"})
    assert (arrival.sender.id, arrival.address.user) == ("US.1001demo", "US.1001demo")
    assert (arrival.address.account, arrival.address.thread) == (NUMBER, "US.1001demo")
    assert arrival.route == {
        "window_expires": "1767312000000",
        "to": "15551234567",
        "recipient": "US.1001demo",
        "wamid": "wamid.1",
    }


def test_somebody_with_a_username_is_answered_by_the_scoped_id_alone() -> None:
    arrival = first("username_without_phone")
    assert (arrival.route["to"], arrival.route["recipient"]) == ("", "US.1001demo")


def test_somebody_without_a_scoped_id_is_known_by_the_phone() -> None:
    assert first("without_scoped_id").sender.id == "15551234567"


def test_the_scoped_id_in_the_message_is_enough() -> None:
    assert parsed({**TEXT, "from_user_id": "US.9"}, None).sender.id == "US.9"


def test_of_several_people_in_one_webhook_each_says_their_own() -> None:
    contacts = [{"wa_id": "1", "user_id": "US.A"}, {"wa_id": "2", "user_id": "US.B"}]
    assert parsed({**TEXT, "from": "2"}, contacts).sender.id == "US.B"
    assert parsed({**TEXT, "from_user_id": "US.A"}, contacts).route["to"] == "1"
    with pytest.raises(InputError, match="who wrote"):
        parsed(TEXT, contacts)


def test_a_contact_who_did_not_write_lends_nobody_an_id() -> None:
    assert parsed({**TEXT, "from": "15550000000"}).sender.id == "15550000000"


def test_a_message_from_three_days_ago_is_marked() -> None:
    then = NOW - timedelta(days=3)
    arrival = parsed({**TEXT, "from": "1", "timestamp": str(int(then.timestamp()))})
    assert arrival.route["late"] == "1"
    assert int(arrival.route["window_expires"]) < NOW.timestamp() * 1000


@pytest.mark.parametrize("timestamp", ["", "soon", "99999999999999", None, {}])
def test_a_time_that_is_none_is_now(timestamp: object) -> None:
    arrival = parsed({**TEXT, "from": "1", "timestamp": timestamp})
    assert (arrival.sent_at, arrival.route.get("late")) == (NOW, None)


@pytest.mark.parametrize("wamid", [None, "", "a\nb", "a\ud800", {}])
def test_a_message_needs_an_id_that_can_be_kept(wamid: object) -> None:
    with pytest.raises(InputError):
        parsed({**TEXT, "from": "1", "id": wamid})


def test_an_organisation_is_never_taken_from_a_webhook() -> None:
    contacts = [{**CONTACTS[0], "organisation": "verified"}]
    assert parsed({**TEXT, "from": "15551234567"}, contacts).sender.organisation == ""


def test_a_value_may_have_the_mark_that_stands_between() -> None:
    reply = {"type": "button_reply", "button_reply": {"id": "out-7|a|b", "title": "A"}}
    arrival = parsed({**TEXT, "from": "1", "type": "interactive", "interactive": reply})
    assert arrival.click is not None
    assert (arrival.click.message_id, arrival.click.value) == ("out-7", "a|b")


@pytest.mark.parametrize("content", [None, 3, [], {"button_reply": "x"}, {"list_reply": {}}])
def test_an_interactive_message_without_a_reply_is_a_thing_we_cannot_read(content: object) -> None:
    arrival = parsed({**TEXT, "from": "1", "type": "interactive", "interactive": content})
    assert (arrival.click, arrival.parts) == (None, (Part("file", name="interactive"),))
