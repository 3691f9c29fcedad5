from __future__ import annotations

import json
import random
from typing import Any

import pytest

from simulators.model.asked import Offered
from simulators.model.hostile import ANSWERS
from simulators.model.malicious import harmful
from simulators.model.prompts import ids, invent, neighbours, secrets
from simulators.model.server import ModelSpec
from tests.unit.simulators.model_world import (
    INVOICE,
    REFUND,
    SAID,
    SCRIPT,
    TOOLS,
    arguments,
    ask,
    asking,
    events,
    message,
    names,
)

DRAFT = "<draft>\n已退 HKD 480.00,單號 HB-203115。\n</draft>"


def playing(mode: str, **more: Any) -> ModelSpec:
    return ModelSpec(mode=mode, script=SCRIPT, **more)


@pytest.mark.parametrize("mode", ANSWERS)
@pytest.mark.parametrize("tools", [None, TOOLS, [INVOICE]], ids=["none", "both", "one"])
@pytest.mark.parametrize("said", [SAID, DRAFT, "", "😀"], ids=["said", "draft", "empty", "emoji"])
async def test_every_hostile_answer_is_delivered_whole_and_streamed(
    mode: str, tools: list[dict[str, Any]] | None, said: str
) -> None:
    async with asking(playing(mode)) as http:
        whole = await ask(http, said, tools)
        streamed = await ask(http, said, tools, stream=True)
    assert whole.status_code == 200
    assert whole.json()["choices"]
    assert events(streamed)[-1]["choices"][0]["finish_reason"] in ("stop", "tool_calls")


async def test_unknown_tools_are_none_that_were_offered() -> None:
    async with asking(playing("unknown_tool")) as http:
        called = names(await message(http, SAID, TOOLS))
    assert not {"refund_order", "edit_invoice"} & set(called)
    assert {"delete_customer", "refund_order_now"} <= set(called)


async def test_invented_ids_look_right_and_stand_nowhere_in_the_prompt() -> None:
    async with asking(playing("invented_ids")) as http:
        said = await message(http, SAID, TOOLS)
        words = (await message(http, DRAFT))["content"]
    refund, invoice = arguments(said)
    assert refund["order"] != "HB-203115"
    assert len(refund["order"]) == len("HB-203115")
    assert refund["order"].startswith("HB-")
    assert isinstance(refund["amount"], float)
    assert refund["date"].startswith("20")
    assert invoice["to"]["agreed"] in ("no", "yes")
    assert words.startswith("已退 HKD 480.00")
    assert len(words) > len("已退 HKD 480.00,單號 HB-203115。") + 10


async def test_calls_as_text_are_words_and_no_calls_in_every_form() -> None:
    async with asking(playing("calls_as_text")) as http:
        said = [await message(http, SAID, TOOLS) for _ in range(5)]
    assert not any("tool_calls" in one for one in said)
    assert all("refund_order" in one["content"] and "HB-203115" in one["content"] for one in said)
    assert len({one["content"] for one in said}) == 5
    assert said[0]["content"].startswith("<tool_call>")


async def test_thoughts_stand_before_the_answer() -> None:
    async with asking(playing("think_blocks")) as http:
        said = [(await message(http, DRAFT))["content"] for _ in range(4)]
        called = await message(http, SAID, TOOLS)
    assert all("已退 HKD 480.00" in one and "think>" in one for one in said)
    assert [("<think>" in one, "</think>" in one) for one in said[:3]] == [
        (True, True),
        (False, True),
        (True, False),
    ]
    assert names(called) == ["refund_order", "edit_invoice"]


async def test_wrong_types_come_in_many_kinds() -> None:
    async with asking(playing("wrong_types")) as http:
        said = [await message(http, SAID, TOOLS) for _ in range(18)]
        texts = [(await message(http, DRAFT))["content"] for _ in range(5)]
    given = [one["tool_calls"][0]["function"]["arguments"] for one in said]
    assert len({json.dumps(one) for one in given}) == 18
    assert None in given
    assert any(isinstance(one, dict) for one in given)
    assert json.loads(given[0])["order"] == ["HB-203115"]
    assert sum(not isinstance(one, str) for one in texts) == 4


async def test_huge_is_five_megabytes_and_streams() -> None:
    async with asking(playing("huge")) as http:
        said = await message(http, DRAFT)
        streamed = await ask(http, DRAFT, stream=True)
    assert len(said["content"].encode()) >= 5 * 1024 * 1024
    assert len(streamed.content) >= 5 * 1024 * 1024
    assert len(events(streamed)) < 1000


async def test_the_same_call_comes_fifty_times_under_one_id_or_many() -> None:
    async with asking(playing("duplicate_calls")) as http:
        said = [await message(http, SAID, TOOLS) for _ in range(2)]
    assert [len(one["tool_calls"]) for one in said] == [50, 50]
    assert [len({call["id"] for call in one["tool_calls"]}) for one in said] == [50, 1]
    assert {json.dumps(one) for one in arguments(said[0])} == {
        '{"order": "HB-203115", "amount": 480}'
    }


async def test_a_wrong_language_keeps_the_facts() -> None:
    async with asking(playing("wrong_language")) as http:
        said = (await message(http, DRAFT))["content"]
    assert "480.00" in said
    assert "HB-203115" in said
    assert "已退" not in said


async def test_malicious_tries_every_tool_for_what_it_saw_and_for_others() -> None:
    async with asking(playing("malicious")) as http:
        said = await message(http, SAID, TOOLS)
    assert set(names(said)) == {"refund_order", "edit_invoice"}
    assert names(said)[0] == "refund_order"
    refunds = [a for n, a in zip(names(said), arguments(said), strict=True) if n == "refund_order"]
    assert {"HB-203115", "HB-203116", "HB-203114"} <= {one["order"] for one in refunds}
    assert all(one["amount"] == 500 and one["confirmed"] is True for one in refunds)
    assert all(set(one) == {"order", "amount", "confirmed", "date"} for one in refunds)


async def test_malicious_promises_and_tells_all_it_was_shown() -> None:
    async with asking(playing("malicious", key="sk-of-the-desk")) as http:
        http.headers["Authorization"] = "Bearer sk-of-the-desk"
        said = (await message(http, "<draft>好</draft> my mail is ann@example.com"))["content"]
    for told in ("退款 HKD", "compensation", "sk-secret-123", "ann@example.com", "sk-of-the-desk"):
        assert told in said


def test_harm_follows_the_schema_of_any_tool() -> None:
    refund, invoice = (Offered.model_validate(one["function"]) for one in TOOLS)
    title = harmful(invoice, "HB-1")["to"]
    assert isinstance(title, dict)
    assert title["agreed"] == "yes"
    assert isinstance(title["names"], list)
    assert harmful(invoice, "HB-1")["confirmed"] is True  # its schema does not forbid more
    assert "verified" not in harmful(refund, "HB-1")
    assert harmful(Offered(name="anything"), "HB-1")["agreed"] is True


async def test_malicious_tries_each_of_many_tools() -> None:
    many = [
        {"type": "function", "function": {**REFUND["function"], "name": f"tool_{number}"}}
        for number in range(90)
    ]
    async with asking(playing("malicious")) as http:
        assert len(set(names(await message(http, SAID, many)))) == 90


def test_the_ids_beside_one_are_somebody_elses() -> None:
    assert neighbours("HB-203115") == ("HB-203116", "HB-203114")
    assert neighbours("A000") == ("A001",)
    assert neighbours("none") == ()


def test_ids_and_secrets_are_found_between_chinese_words() -> None:
    assert ids("退HB-203115同10023啦") == ("10023", "HB-203115")
    assert "4111 1111 1111 1111" in secrets("卡號4111 1111 1111 1111")
    assert ids("冇") == ()


def test_an_invented_id_is_not_the_known_one() -> None:
    dice = random.Random(1)
    known = " ".join(f"A{n}" for n in range(9))
    assert invent("A#", dice, known) == "A9"
