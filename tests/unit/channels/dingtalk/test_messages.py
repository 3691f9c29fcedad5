"""Robot messages, each kind and each quirk that was seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.dingtalk.messages import Bot, parse_message
from domain.channels import Arrival
from domain.errors import InputError
from tests.unit.channels.dingtalk.world import NOW, RECORDINGS, ROBOT, payload, recording

BOT = Bot(ROBOT, "客服助手")
MESSAGES = sorted(
    path.stem for path in RECORDINGS.glob("*.json") if not path.stem.startswith("click")
)


def parsed(bot: Bot = BOT, name: str = "text", **changed: Any) -> Arrival:
    return parse_message(payload(name, **changed), bot, NOW, "frame-1")


def test_conversations_whose_ids_differ_only_after_60_characters_are_two_conversations() -> None:
    shared = "cid" + "A" * 60
    first, second = (parsed(conversationId=f"{shared}{end}==") for end in "XY")
    assert first.address.thread == f"{shared}X=="
    assert first.address.conversation_id != second.address.conversation_id
    assert first.route["thread"] != second.route["thread"]


@pytest.mark.parametrize("kind", ["1", "2"])
def test_people_whose_ids_differ_only_after_60_characters_are_two_people(kind: str) -> None:
    shared = "staff" + "7" * 60
    first, second = (parsed(conversationType=kind, senderStaffId=f"{shared}{end}") for end in "XY")
    assert first.sender.id != second.sender.id
    assert first.address.conversation_id != second.address.conversation_id


@pytest.mark.parametrize("name", MESSAGES)
def test_every_recorded_message_is_read_as_it_says(name: str) -> None:
    found = recording(name)
    expected = found["expected"]
    arrival = parse_message(found["payload"], BOT, NOW)
    parts = [[part.kind, part.text, part.reference, part.name] for part in arrival.parts]
    assert parts == expected["parts"]
    assert arrival.quoted == expected.get("quoted", "")
    assert arrival.address.group == expected.get("group", False)
    assert arrival.sender.id == expected.get("sender", "manager4321")
    assert arrival.sender.organisation == expected.get("organisation", "dingcorpdemo0001")


def test_recordings_say_that_they_are_composed() -> None:
    assert len(MESSAGES) >= 30
    assert all("Composed" in recording(name)["note"] for name in MESSAGES)


def test_an_arrival_carries_what_is_needed_to_answer_it() -> None:
    arrival = parsed(name="text_group")
    assert arrival.external_id == "msgA1b2C3d4E5f6=="
    assert arrival.address.account == ROBOT
    assert arrival.address.user == "manager4321"
    assert arrival.sent_at == datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC)
    assert arrival.sender.name == "Zhang San"
    assert dict(arrival.route) == {
        "webhook": "https://oapi.dingtalk.com/robot/sendBySession?session=demo0001",
        "webhook_expires": "1767231000123",
        "staff": "manager4321",
        "nick": "Zhang San",
        "robot": ROBOT,
        "thread": "cidGroupDemo02==",
        "group": "1",
        "msg": "msgA1b2C3d4E5f6==",
    }


def test_a_group_is_one_conversation_only_where_the_setting_says_so() -> None:
    shared = Bot(ROBOT, session="per_group")
    ann, bob = (parsed(shared, "text_group", senderStaffId=staff) for staff in ("ann", "bob"))
    assert ann.address == bob.address
    assert ann.sender.id != bob.sender.id
    ann, bob = (parsed(BOT, "text_group", senderStaffId=staff) for staff in ("ann", "bob"))
    assert ann.address != bob.address
    alone = parsed(shared, "text")
    assert alone.address.user == "manager4321"


def test_somebody_without_a_staff_id_is_vouched_for_by_nobody() -> None:
    arrival = parsed(senderStaffId=None, senderCorpId="dingcorpdemo0001")
    assert arrival.sender.id == "$:LWCP_v1:$zhangDemo"
    assert arrival.sender.organisation == ""
    assert arrival.route["staff"] == ""


def test_the_word_for_customers_that_the_company_signed_for_is_no_organisation() -> None:
    with pytest.raises(InputError, match="senderCorpId"):
        parsed(senderCorpId="verified", senderStaffId="C-1001")


@pytest.mark.parametrize("name", ["@客服助手", "@客服助手 "])
def test_a_mention_and_nothing_else_says_nothing(name: str) -> None:
    assert parsed(name="text_group", text={"content": name}).parts == ()


def test_only_our_own_exact_leading_name_is_taken_out() -> None:
    assert (
        parsed(name="text_group", text={"content": "@客服助手二號 hi"}).text == "@客服助手二號 hi"
    )
    assert parsed(name="text_group", text={"content": "問 @客服助手"}).text == "問 @客服助手"


@pytest.mark.parametrize(
    "wrong",
    [
        {"msgtype": None},
        {"conversationId": None},
        {"conversationId": 7.5j},
        {"conversationType": None},
        {"conversationType": "3"},
        {"senderId": None, "senderStaffId": None},
        {"robotCode": "somebody-else"},
        {"msgId": "m\x00"},
        {"senderStaffId": "\ud800"},
        {"msgtype": "richText", "content": {"richText": "no list"}},
    ],
)
def test_a_message_that_cannot_be_used_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        parsed(**wrong)
    assert "訂單" not in str(caught.value)
    assert any(word in str(caught.value) for word in (*wrong, "robotCode", "rich text"))


def test_a_message_without_an_id_is_known_by_its_frame() -> None:
    assert parsed(msgId=None).external_id == "frame-1"
    with pytest.raises(InputError, match="msgId"):
        parse_message(payload(msgId=None), BOT, NOW)


@pytest.mark.parametrize("when", [None, "soon", 10**30, True, -(10**20)])
def test_a_time_that_is_none_is_the_time_of_arrival(when: object) -> None:
    assert parsed(createAt=when).sent_at == NOW


def test_what_no_database_keeps_is_taken_out_of_words() -> None:
    arrival = parsed(text={"content": "a\x00b\ud800c\u200bd"}, senderNick="\ufeffAnn")
    assert arrival.text == "abcd"
    assert arrival.sender.name == "Ann"


def test_words_in_places_where_only_some_clients_put_them_are_found() -> None:
    assert parsed(text=json.dumps({"content": "hi"})).text == "hi"
    assert parsed(text="hi").text == "hi"
    assert parsed(text=None, content={"text": "hi"}).text == "hi"
    assert parsed(text=None, content="plain words").text == "plain words"
    assert parsed(msgtype="markdown", text=None, content={"text": "**hi**"}).text == "**hi**"


@pytest.mark.parametrize("members", [{"content": "[1"}, {"content": [1, 2]}, {"text": 4.2}, {}])
def test_members_of_the_wrong_type_say_nothing_and_break_nothing(
    members: dict[str, Any],
) -> None:
    for kind in ("picture", "audio", "video", "file", "chatRecord", "interactiveCard"):
        assert len(parsed(msgtype=kind, **members).parts) == 1
