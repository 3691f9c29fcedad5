from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from connectors.model_openai.answers import MOST_CHARACTERS
from connectors.model_openai.model import OpenAIModel
from domain.errors import (
    ConfigurationError,
    InvalidModelOutput,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from domain.model_usage import Endpoint
from domain.models import Call, Completion, Function, Line, Prompt, Usage
from tests.unit.connectors.endpoint import FakeEndpoint, call, running

KEY = "sk-never-shown-anywhere"
FIND = Function("find_order", "Finds an order.", {"type": "object", "properties": {}})
ASK = Prompt(
    "understand", "You read requests.", (Line("user", "我張單去咗邊?"),), (FIND,), max_tokens=90
)
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 7,
    "total_tokens": 107,
    "prompt_tokens_details": {"cached_tokens": 64},
}


@pytest.fixture
async def fake() -> AsyncIterator[FakeEndpoint]:
    async with running() as endpoint:
        yield endpoint


def endpoint(fake: FakeEndpoint) -> Endpoint:
    return Endpoint("dashscope", "qwen-plus", fake.url, SecretStr(KEY))


@pytest.fixture
async def model(fake: FakeEndpoint) -> AsyncIterator[OpenAIModel]:
    made = OpenAIModel(endpoint(fake), seconds=5)
    yield made
    await made.close()


async def heard(
    model: OpenAIModel, pieces: list[str] | None = None, pause: float = 0
) -> tuple[list[str], Completion]:
    pieces = [] if pieces is None else pieces
    async for one in model.stream(ASK):
        if isinstance(one, Completion):
            return pieces, one
        pieces.append(one)
        await asyncio.sleep(pause)
    raise AssertionError("the whole is missing")


async def test_what_is_asked_is_what_the_endpoint_reads(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.say({"content": "好"})
    await model.complete(ASK)
    asked = fake.asked[0]
    assert asked["model"] == "qwen-plus"
    assert asked["max_tokens"] == 90
    assert asked["temperature"] == 0
    assert asked["messages"] == [
        {"role": "system", "content": "You read requests."},
        {"role": "user", "content": "我張單去咗邊?"},
    ]
    assert asked["tools"][0]["function"]["name"] == "find_order"
    assert f"Bearer {KEY}" in fake.heads[0]


async def test_a_providers_own_fields_and_the_newer_length_are_sent(fake: FakeEndpoint) -> None:
    fake.say({"content": "ok"})
    own = replace(
        endpoint(fake), extra_body={"enable_thinking": False}, length_field="max_completion_tokens"
    )
    made = OpenAIModel(own)
    await made.complete(ASK)
    await made.close()
    assert fake.asked[0]["enable_thinking"] is False
    assert fake.asked[0]["max_completion_tokens"] == 90
    assert "max_tokens" not in fake.asked[0]


async def test_an_answer_has_its_text_calls_and_tokens(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    calls = [call("find_order", '{"order": "HK-1"}'), call("find_order", "{}", "c2")]
    fake.say({"content": "好", "tool_calls": calls}, usage=USAGE)
    answer = await model.complete(ASK)
    assert answer.text == "好"
    assert answer.calls == (Call("find_order", {"order": "HK-1"}), Call("find_order", {}))
    assert answer.usage == Usage(100, 64, 7)
    assert (answer.provider, answer.model) == ("dashscope", "qwen-plus")
    assert answer.seconds > 0


async def test_a_call_whose_arguments_are_no_object_is_dropped_and_the_others_stay(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    bad: list[object] = ["[1, 2]", '"text"', "{cut", "null", {"an": "object"}, 7, None]
    calls = [call("find_order", one, f"b{n}") for n, one in enumerate(bad)]
    fake.say({"tool_calls": [*calls, call("find_order", '{"order": "HK-1"}', "good")]})
    with capture_logs() as logs:
        answer = await model.complete(ASK)
    assert answer.calls == (Call("find_order", {"order": "HK-1"}),)
    assert [one["count"] for one in logs if one["event"] == "model_calls_dropped"] == [len(bad)]


async def test_a_call_written_as_text_counts_only_where_calls_were_asked_for(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.say({"content": '<tool_call>{"name": "find_order"}</tool_call>'})
    assert (await model.complete(ASK)).calls == (Call("find_order", {}),)
    assert (await model.complete(replace(ASK, functions=()))).calls == ()


@pytest.mark.parametrize(
    ("status", "fault", "names"),
    [
        (401, ModelRefused, "NIGHTDESK_PROVIDERS__DASHSCOPE__KEY"),
        (403, ModelRefused, "NIGHTDESK_PROVIDERS__DASHSCOPE__KEY"),
        (404, ModelRefused, "NIGHTDESK_PROVIDERS__DASHSCOPE__MODEL"),
        (400, ModelRefused, "NIGHTDESK_PROVIDERS__DASHSCOPE__MODEL"),
        (302, ModelRefused, "NIGHTDESK_PROVIDERS__DASHSCOPE__BASE_URL"),
        (429, ModelUnavailable, "429"),
        (500, ModelUnavailable, "500"),
        (503, ModelUnavailable, "503"),
    ],
)
async def test_every_status_is_one_of_our_errors(
    fake: FakeEndpoint, model: OpenAIModel, status: int, fault: type[ModelError], names: str
) -> None:
    fake.error(status)
    with pytest.raises(fault, match=names):
        await model.complete(ASK)
    with pytest.raises(fault, match=names):
        await heard(model)
    assert len(fake.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_an_endpoint_repeats_is_not_passed_on(
    fake: FakeEndpoint,
    model: OpenAIModel,
    status: int,
    streamed: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    fake.error(status, f"Incorrect API key {KEY} for 我張單去咗邊?")
    with pytest.raises(ModelError) as caught:
        await (heard(model) if streamed else model.complete(ASK))
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert KEY not in shown
    assert "我張單" not in shown
    assert caught.value.__context__ is None


BODIES = [
    b"<html><body>Sign in to the hotel's wifi</body></html>",
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b'{"choices": null}',
    b'{"choices": []}',
    b'{"choices": [{}]}',
    b'{"choices": [null]}',
    b'{"choices": [{"message": null}]}',
    b'{"choices": [{"message": "text"}]}',
    b'{"choices": [{"message": {"role": "assistant", "content": 7}}]}',
    b'{"choices": [{"message": {"role": "assistant", "content": null}}]}',
    b'{"choices": [{"message": {"role": "assistant", "content": "a", "tool_calls": 5}}]}',
    b'{"choices": "abc"}',
    b'{"error": {"message": "no"}}',
    b'{"choices": [{"message": {"role": "assistant", "content": "a"}}], "usage": "many"}',
    b"\xff\xfe{",
    b'{"a":' * 5000,
]


@pytest.mark.parametrize("body", BODIES, ids=lambda one: repr(one[:60]))
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
async def test_a_body_that_is_no_answer_is_said_to_be_none(
    fake: FakeEndpoint, model: OpenAIModel, body: bytes, kind: str
) -> None:
    fake.raw(body, kind=kind)
    with pytest.raises(InvalidModelOutput):
        await model.complete(ASK)


@pytest.mark.parametrize("body", BODIES, ids=lambda one: repr(one[:60]))
async def test_a_stream_of_what_is_no_answer_ends_in_one_of_our_errors(
    fake: FakeEndpoint, model: OpenAIModel, body: bytes
) -> None:
    fake.raw(b"data: " + body + b"\n\n", kind="text/event-stream")
    with pytest.raises((InvalidModelOutput, ModelUnavailable)):
        await heard(model)


async def test_an_answer_that_was_cut_off_is_none(fake: FakeEndpoint, model: OpenAIModel) -> None:
    message = {"role": "assistant", "content": "你張單會喺"}
    fake.say(choices=[{"index": 0, "finish_reason": "length", "message": message}])
    with pytest.raises(InvalidModelOutput, match="cut off"):
        await model.complete(ASK)


async def test_a_response_without_end_is_left_soon(fake: FakeEndpoint, model: OpenAIModel) -> None:
    fake.raw(b" " * 100_000)
    fake.endless = True
    async with asyncio.timeout(4):
        with pytest.raises(InvalidModelOutput, match="without end"):
            await model.complete(ASK)


async def test_a_slow_endpoint_is_unavailable_in_time(fake: FakeEndpoint) -> None:
    fake.say({"content": "ok"})
    fake.pause = 5
    made = OpenAIModel(endpoint(fake), seconds=0.2)
    async with asyncio.timeout(1.5):
        with pytest.raises(ModelUnavailable, match=r"within 0.2 s"):
            await made.complete(ASK)
        with pytest.raises(ModelUnavailable, match=r"within 0.2 s"):
            await heard(made)
    await made.close()


async def test_an_endpoint_that_trickles_is_left_when_its_time_is_over(fake: FakeEndpoint) -> None:
    fake.stream({"content": "a"}, finish=None)
    fake.pause, fake.endless = 0.01, True
    made = OpenAIModel(endpoint(fake), seconds=0.4)
    async with asyncio.timeout(2):
        with pytest.raises(ModelUnavailable, match=r"within 0.4 s"):
            await heard(made)
    await made.close()


async def test_a_stream_longer_than_any_answer_is_left(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.stream({"content": "a" * 2000}, finish=None)
    fake.endless = True
    pieces: list[str] = []
    with pytest.raises(InvalidModelOutput, match="does not end"):
        await heard(model, pieces)
    assert 0 < sum(len(one) for one in pieces) <= MOST_CHARACTERS


async def test_nobody_listening_is_unavailable_and_names_the_address() -> None:
    nowhere = Endpoint("ollama", "m", "http://127.0.0.1:9/v1")
    made = OpenAIModel(nowhere, seconds=2)
    with pytest.raises(ModelUnavailable, match="NIGHTDESK_PROVIDERS__OLLAMA__BASE_URL"):
        await made.complete(ASK)
    await made.close()


@pytest.mark.parametrize("url", ["", "api.example.com/v1", "ftp://example.com", "http://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ConfigurationError, match="NIGHTDESK_PROVIDERS__VLLM__BASE_URL"):
        OpenAIModel(Endpoint("vllm", "m", url))


@pytest.mark.parametrize("key", [None, SecretStr("")])
def test_a_missing_key_is_refused_at_once(key: SecretStr | None) -> None:
    with pytest.raises(ConfigurationError, match="NIGHTDESK_PROVIDERS__DASHSCOPE_INTL__KEY"):
        OpenAIModel(Endpoint("dashscope-intl", "m", "https://x.example/v1", key, key_needed=True))


def test_neither_a_model_nor_its_endpoint_shows_the_key(fake: FakeEndpoint) -> None:
    made = OpenAIModel(endpoint(fake))
    assert KEY not in repr(made) + repr(vars(made)) + repr(endpoint(fake))


async def test_a_stream_has_its_pieces_and_then_the_whole(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.stream({"content": "你張單"}, {"content": "已寄出。"}, usage=USAGE)
    pieces, whole = await heard(model)
    assert pieces == ["你張單", "已寄出。"]
    assert whole.text == "你張單已寄出。"
    assert whole.usage == Usage(100, 64, 7)
    assert fake.asked[0]["stream_options"] == {"include_usage": True}


def part(
    index: int, text: str, call_id: str | None = None, name: str | None = None
) -> dict[str, object]:
    function = {"name": name, "arguments": text}
    return {
        "tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]
    }


async def test_calls_that_come_in_pieces_are_put_together(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.stream(
        part(0, '{"or', "c1", "find_order"),
        part(1, "", "c2", "find_order"),
        part(0, 'der": "HK-1"}'),
        part(1, '{"order": "HK-2"}'),
        part(2, '{"order": "HK-100', "c3", "find_order"),
        finish="tool_calls",
    )
    _, whole = await heard(model)
    assert whole.calls == (
        Call("find_order", {"order": "HK-1"}),
        Call("find_order", {"order": "HK-2"}),
    )


async def test_calls_that_are_all_numbered_nought_stay_apart(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.stream(
        part(0, '{"order": "HK-1"}', "c1", "find_order"),
        part(0, '{"order": "HK-2"}', "c2", "find_order"),
        finish="tool_calls",
    )
    _, whole = await heard(model)
    assert [one.arguments["order"] for one in whole.calls] == ["HK-1", "HK-2"]


async def test_a_stream_that_stops_in_the_middle_is_no_answer(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.stream({"content": "你張單會"}, finish=None)
    with pytest.raises(ModelUnavailable, match="broke its answer off"):
        await heard(model)


async def test_a_stream_with_an_error_in_it_is_unavailable(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    body = json.dumps({"error": {"message": f"out of memory, {KEY}"}}).encode()
    fake.raw(b"data: " + body + b"\n\n", kind="text/event-stream")
    with pytest.raises(ModelUnavailable) as caught:
        await heard(model)
    assert KEY not in "".join(traceback.format_exception(caught.value))


async def test_thoughts_are_neither_streamed_nor_kept(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    text = "<think>客人想退款,\n訂單 HK-9</think>好,2 < 3。<"
    fake.stream(*({"content": one} for one in text))
    pieces, whole = await heard(model)
    assert "".join(pieces) == whole.text == "好,2 < 3。<"


async def test_a_customer_who_writes_again_ends_the_call(
    fake: FakeEndpoint, model: OpenAIModel
) -> None:
    fake.stream({"content": "a"}, finish=None)
    fake.pause, fake.endless = 0.01, True
    begun = asyncio.Event()

    async def listen() -> None:
        async for _ in model.stream(ASK):
            begun.set()

    task = asyncio.create_task(listen())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2):
        await fake.left.wait()


async def test_a_listener_who_takes_its_time_is_not_cut_off(fake: FakeEndpoint) -> None:
    fake.stream({"content": "a"}, {"content": "b"})
    made = OpenAIModel(endpoint(fake), seconds=0.5)
    pieces: list[str] = []
    with pytest.raises(ModelUnavailable, match="within"):
        await heard(made, pieces, pause=0.7)  # a timeout of ours would break into this pause
    await made.close()
    assert pieces == ["a"]
