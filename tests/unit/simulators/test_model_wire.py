"""What goes wrong on the way, over a real port, as the clients of real services meet it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from simulators.model.server import ModelSpec, running
from simulators.model.wire import BREAKS
from tests.unit.simulators.model_world import (
    SAID,
    SCRIPT,
    TOOLS,
    arguments,
    ask,
    body,
    events,
    message,
    names,
)

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

PATH = "/v1/chat/completions"


@asynccontextmanager
async def serving(mode: str = "script", **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    spec = ModelSpec(mode=mode, script=SCRIPT, longest_seconds=more.pop("longest", 20), **more)
    async with (
        asyncio.timeout(15),
        running(spec) as url,
        httpx.AsyncClient(base_url=url, timeout=1) as http,
    ):
        yield http


def chat(http: httpx.AsyncClient) -> ChatOpenAI:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model="scripted",
        api_key=SecretStr("sk-x"),
        base_url=f"{http.base_url}/v1",
        http_async_client=http,
        timeout=1,
        max_retries=0,
        stream_usage=True,
    )


async def read_all(http: httpx.AsyncClient, into: list[str], *, stream: bool = True) -> None:
    async with http.stream("POST", PATH, json=body(stream=stream)) as answered:
        assert answered.status_code == 200
        async for piece in answered.aiter_text():
            into.append(piece)


@pytest.mark.parametrize("mode", ["null_choices", "empty_choices"])
async def test_an_answer_without_choices_is_no_error_on_the_wire(mode: str) -> None:
    expected: list[object] | None = None if mode == "null_choices" else []
    async with serving(mode) as http:
        whole = await ask(http)
        streamed = events(await ask(http, stream=True))
    assert whole.status_code == 200
    assert whole.json()["choices"] == expected
    assert [one["choices"] for one in streamed] == [expected, expected]


async def test_a_page_comes_with_status_200() -> None:
    async with serving("html_200") as http:
        page = await ask(http)
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")


async def test_limits_and_failures_are_told_as_openai_tells_them() -> None:
    async with serving("rate_limited", retry_after_seconds=7) as http:
        limited = await ask(http)
        await http.put("/simulator/mode", json={"mode": "server_error"})
        failed = await ask(http)
        entries = (await http.get("/simulator/journal")).json()["entries"]
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert limited.json()["error"]["code"] == "rate_limit_exceeded"
    assert failed.status_code == 500
    assert [(one["mode"], one["status"]) for one in entries] == [
        ("rate_limited", 429),
        ("server_error", 500),
    ]


async def test_an_endpoint_without_tools_answers_when_it_is_offered_none() -> None:
    async with serving("no_tools") as http:
        refused = await ask(http, SAID, TOOLS)
        answered = await message(http, "開門")
    assert refused.status_code == 400
    assert "does not support tools" in refused.json()["error"]["message"]
    assert answered["content"] == "十點開門。"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_connection_breaks_in_the_middle(stream: bool) -> None:
    read: list[str] = []
    async with serving("drop_midstream") as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await read_all(http, read, stream=stream)
        health = await http.get("/health")
    assert "".join(read)
    assert "[DONE]" not in "".join(read)
    assert health.status_code == 200


async def test_an_answer_that_never_comes_ends_when_the_caller_goes() -> None:
    async with serving("slow") as http:
        with pytest.raises(httpx.ReadTimeout):
            await ask(http)
        entries: list[dict[str, Any]] = []
        while not entries:
            await asyncio.sleep(0.02)
            entries = (await http.get("/simulator/journal")).json()["entries"]
    assert entries[0]["status"] == 499


async def test_a_slow_answer_is_given_up_after_the_longest_time() -> None:
    async with serving("slow", longest=0.2) as http:
        assert (await ask(http)).status_code == 504


async def test_a_stream_that_stalls_has_begun() -> None:
    read: list[str] = []
    async with serving("stalled_stream") as http:
        with pytest.raises(httpx.ReadTimeout):
            await read_all(http, read)
    assert "assistant" in "".join(read)


@pytest.mark.parametrize("stream", [False, True])
async def test_an_endless_answer_keeps_coming_until_the_longest_time(stream: bool) -> None:
    async with serving("endless_stream", longest=1.3) as http:
        started = asyncio.get_running_loop().time()
        answered = await ask(http, stream=stream)  # the read timeout of 1 second does not help
        took = asyncio.get_running_loop().time() - started
    assert 1.2 < took < 5
    assert len(events(answered)) > 20 if stream else answered.json() == {}


@pytest.mark.parametrize("mode", ["endless_stream", "stalled_stream", "slow"])
async def test_an_endless_answer_stops_when_the_caller_goes(mode: str) -> None:
    async with serving(mode, longest=600) as http:
        await http.get("/health")
        before = len(asyncio.all_tasks())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read_all(http, []), 0.3)
        while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110 - the time allowed ends it
            await asyncio.sleep(0.02)


async def test_langchain_reads_calls_whole_and_streamed_with_usage() -> None:
    async with serving() as http:
        model = chat(http).bind_tools(TOOLS)
        whole = await model.ainvoke(SAID)
        pieces = [piece async for piece in model.astream(SAID)]
    streamed: Any = pieces[0]
    for piece in pieces[1:]:
        streamed = streamed + piece
    answers: tuple[Any, ...] = (whole, streamed)
    assert len(pieces) > 8
    for answer in answers:
        assert [one["name"] for one in answer.tool_calls] == ["refund_order", "edit_invoice"]
        assert answer.tool_calls[0]["args"] == {"order": "HB-203115", "amount": 480}
        assert answer.usage_metadata["input_tokens"] > 0


async def test_langchain_reads_text_piece_by_piece_as_slowly_as_it_is_told() -> None:
    times, text = [], ""
    async with serving(first_token_seconds=0.1, seconds_per_token=0.02) as http:
        async for piece in chat(http).astream("<draft>" + "好" * 60 + "</draft>"):
            times.append(asyncio.get_running_loop().time())
            text += str(piece.content)
    assert text == "好" * 60
    assert times[-1] - times[0] > 0.4


async def test_langchain_ends_in_an_error_or_an_answer_in_every_mode_that_breaks() -> None:
    import openai

    outcomes: dict[str, object] = {}
    async with serving() as http:
        model = chat(http).bind_tools(TOOLS)
        for mode in BREAKS:
            await http.put("/simulator/mode", json={"mode": mode})
            asked = asyncio.wait_for(model.ainvoke(SAID), 1.5)
            (outcomes[mode],) = await asyncio.gather(asked, return_exceptions=True)
    assert isinstance(outcomes["rate_limited"], openai.RateLimitError)
    assert isinstance(outcomes["server_error"], openai.InternalServerError)
    assert isinstance(outcomes["no_tools"], openai.BadRequestError)
    assert isinstance(outcomes["drop_midstream"], openai.APIConnectionError)
    assert isinstance(outcomes["slow"], openai.APITimeoutError)
    assert isinstance(outcomes["endless_stream"], TimeoutError)
    assert all(isinstance(one, Exception) for one in outcomes.values())


async def test_langchain_takes_the_malicious_calls_for_calls() -> None:
    async with serving("malicious") as http:
        answer = await chat(http).bind_tools(TOOLS).ainvoke(SAID)
        same = await message(http, SAID, TOOLS)
    assert {one["name"] for one in answer.tool_calls} == {"refund_order", "edit_invoice"}
    assert any(one["args"].get("confirmed") is True for one in answer.tool_calls)
    assert "refund_order" in names(same)
    assert arguments(same)
