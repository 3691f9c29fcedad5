from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from pydantic import SecretStr

from doctor import check_models
from domain.settings import ProviderSettings, RoleSettings, Settings
from tests.unit.connectors.endpoint import FakeEndpoint, call, running

KEY = "sk-never-shown"
CALLED = {"tool_calls": [call("note_colour", '{"colour": "blue"}')]}


@pytest.fixture
async def fake() -> AsyncIterator[FakeEndpoint]:
    async with running() as endpoint:
        yield endpoint


def settings(fake: FakeEndpoint) -> Settings:
    ours = ProviderSettings(
        base_url=fake.url,
        key=SecretStr(KEY),
        model="qwen",
        price_in=Decimal(0),
        price_out=Decimal(0),
        currency="HKD",
    )
    return Settings(model="ours", providers={"ours": ours})


async def said(chosen: Settings) -> str:
    found = await check_models(chosen)
    return "\n".join(f"{one.state}: {one.what} | {one.remedy}" for one in found)


async def test_a_model_that_calls_functions_is_good(fake: FakeEndpoint) -> None:
    fake.say(CALLED)
    text = await said(settings(fake))
    assert text.startswith("good: ours (qwen, for understand, compose, summarise, judge)")
    assert len(fake.asked) == 1


async def test_without_a_model_the_desk_runs_on_the_embedded_path() -> None:
    assert await said(Settings()) == (
        "note: No language model is set: the desk runs on the embedded path | "
    )


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (401, "NIGHTDESK_PROVIDERS__OURS__KEY"),
        (404, "NIGHTDESK_PROVIDERS__OURS__MODEL or NIGHTDESK_PROVIDERS__OURS__BASE_URL"),
        (429, "NIGHTDESK_PROVIDERS__OURS__BASE_URL"),
    ],
)
async def test_the_setting_and_the_remedy_are_named(
    fake: FakeEndpoint, status: int, names: str
) -> None:
    fake.error(status, KEY)
    text = await said(settings(fake))
    assert text.startswith("wrong: ")
    assert names in text
    assert "runs on the embedded path" in text
    assert KEY not in text


async def test_a_page_instead_of_an_api_names_the_address(fake: FakeEndpoint) -> None:
    fake.raw(b"<html>welcome</html>", kind="text/html")
    assert "NIGHTDESK_PROVIDERS__OURS__BASE_URL ends where the API begins" in await said(
        settings(fake)
    )


async def test_a_server_that_is_down_names_the_address(fake: FakeEndpoint) -> None:
    fake.url = "http://127.0.0.1:9/v1"
    assert "NIGHTDESK_PROVIDERS__OURS__BASE_URL" in await said(settings(fake))


async def test_an_endpoint_that_refuses_functions_is_told_apart_from_one_that_refuses(
    fake: FakeEndpoint,
) -> None:
    fake.error(400, "tools are not supported")
    fake.say({"content": "OK"})
    assert "does not call functions" in await said(settings(fake))
    fake.answers.clear()
    fake.error(400)
    assert "refuses" in await said(settings(fake))


async def test_an_endpoint_that_ignores_functions_is_found(fake: FakeEndpoint) -> None:
    fake.say({"content": "blue"})
    assert "does not call functions" in await said(settings(fake))


async def test_a_model_that_only_words_replies_needs_no_functions(fake: FakeEndpoint) -> None:
    fake.say({"content": "OK"})
    chosen = settings(fake)
    chosen.model = None
    chosen.models = {"compose": RoleSettings(use="ours")}
    assert (await said(chosen)).startswith("good: ours (qwen, for compose)")


async def test_a_missing_key_and_an_unknown_provider_are_named_once() -> None:
    text = await said(Settings(model="dashscope"))
    assert text.count("NIGHTDESK_PROVIDERS__DASHSCOPE__KEY is empty") == 1
    text = await said(Settings(model="dashscop"))
    assert text.count("NIGHTDESK_MODEL names 'dashscop'") == 1
    assert "embedded path" in text


async def test_an_expert_is_tried_too(fake: FakeEndpoint) -> None:
    fake.say(CALLED)
    chosen = settings(fake)
    chosen.experts = {"book_room": "ours:hotel", "topic": "ours:words"}
    text = await said(chosen)
    assert "good: ours (qwen, for understand" in text
    assert "good: ours (hotel, for book_room)" in text
    assert "good: ours (words, for topic)" in text
    tools = {one["model"]: "tools" in one for one in fake.asked}
    assert tools == {"qwen": True, "hotel": True, "words": False}  # nothing is read about a topic


async def test_an_expert_in_nothing_is_named_once(fake: FakeEndpoint) -> None:
    fake.say(CALLED)
    chosen = settings(fake)
    chosen.experts = {"book_romo": "ours"}
    text = await said(chosen)
    assert text.count("NIGHTDESK_EXPERTS__BOOK_ROMO names 'book_romo'") == 1
    assert "book_room" in text
    assert "good: ours (qwen" in text


async def test_a_budget_in_money_without_a_price_is_wrong() -> None:
    text = await said(Settings(model="dashscope", daily_cost=Decimal(1)))
    assert (
        "wrong: dashscope (qwen-plus, for understand, compose, summarise, judge): the price" in text
    )
    assert "NIGHTDESK_PROVIDERS__DASHSCOPE__PRICE_IN" in text
