from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from simulators.model.server import MODES, ModelSpec, create_app, read_script
from simulators.model.spec import estimate
from tests.unit.simulators.model_world import (
    INVOICE,
    SAID,
    SCRIPT,
    TOOLS,
    arguments,
    ask,
    asking,
    body,
    events,
    message,
    names,
)

RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "done"}


async def test_all_calls_of_an_entry_come_at_once_and_the_text_after_their_results() -> None:
    async with asking(ModelSpec(script=SCRIPT)) as http:
        first = await ask(http, SAID, TOOLS)
        later = body(SAID, TOOLS)
        later["messages"] += [RESULT, RESULT]
        second = (await http.post("/v1/chat/completions", json=later)).json()
    choice = first.json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert names(choice["message"]) == ["refund_order", "edit_invoice"]
    assert arguments(choice["message"])[0] == {"order": "HB-203115", "amount": 480}
    assert {one["type"] for one in choice["message"]["tool_calls"]} == {"function"}
    assert len({one["id"] for one in choice["message"]["tool_calls"]}) == 2
    assert second["choices"][0]["message"]["content"] == "退款同發票都處理緊。"
    assert second["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("how", ["spec", "request"])
async def test_a_sequential_model_makes_one_call_for_each_result(how: str) -> None:
    more = {"parallel_tool_calls": False} if how == "request" else {}
    async with asking(ModelSpec(script=SCRIPT, calls_at_once=how == "request")) as http:
        asked = body(SAID, TOOLS, **more)
        made = []
        for _ in range(3):
            answered = (await http.post("/v1/chat/completions", json=asked)).json()
            made.append(answered["choices"][0]["message"])
            asked["messages"].append(RESULT)
    assert [names(one) for one in made[:2]] == [["refund_order"], ["edit_invoice"]]
    assert "tool_calls" not in made[2]
    assert made[2]["content"] == "退款同發票都處理緊。"


async def test_only_tools_that_were_offered_are_called() -> None:
    async with asking(ModelSpec(script=SCRIPT)) as http:
        assert names(await message(http, SAID, [INVOICE])) == ["edit_invoice"]
        none = await message(http, SAID, TOOLS, tool_choice="none")
    assert "tool_calls" not in none


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("幾點開門?", "十點開門。"),
        ("<customer>\nx\n</customer>\n<draft>\n多謝。\n再見。\n</draft>", "多謝。\n再見。"),
        ("<message>\n幾點開門\n</message>", "十點開門。"),
        ("開門 stands around <message>\nsomething else\n</message>", "OK."),
        ("<draft> without an end", "OK."),
    ],
)
async def test_without_tools_it_says_its_text_or_the_draft(said: str, expected: str) -> None:
    async with asking(ModelSpec(script=SCRIPT)) as http:
        assert (await message(http, said))["content"] == expected


async def test_text_in_parts_is_read_like_text() -> None:
    asked = body()
    asked["messages"][1]["content"] = [{"type": "text", "text": "幾點開門"}]
    async with asking(ModelSpec(script=SCRIPT)) as http:
        answered = (await http.post("/v1/chat/completions", json=asked)).json()
    assert answered["choices"][0]["message"]["content"] == "十點開門。"


async def test_a_stream_gives_a_call_its_name_first_and_its_arguments_in_pieces() -> None:
    async with asking(ModelSpec(script=SCRIPT)) as http:
        answered = await ask(http, SAID, TOOLS, stream=True, stream_options={"include_usage": True})
    assert answered.headers["content-type"].startswith("text/event-stream")
    chunks = events(answered)
    assert len({one["id"] for one in chunks}) == 1
    deltas = [one["choices"][0]["delta"] for one in chunks if one["choices"]]
    calls = [one["tool_calls"][0] for one in deltas if "tool_calls" in one]
    opening = [one for one in calls if "id" in one]
    assert [(one["index"], one["function"]["name"]) for one in opening] == [
        (0, "refund_order"),
        (1, "edit_invoice"),
    ]
    pieces = [one["function"]["arguments"] for one in calls if one["index"] == 0]
    assert len(pieces) > 3
    assert json.loads("".join(pieces)) == {"order": "HB-203115", "amount": 480}
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    assert all(one["usage"] is None for one in chunks[:-1])


async def test_a_stream_of_text_tells_no_usage_unless_it_was_asked_for() -> None:
    async with asking(ModelSpec(script=SCRIPT)) as http:
        chunks = events(await ask(http, "開門", stream=True))
    text = "".join(one["choices"][0]["delta"].get("content") or "" for one in chunks)
    assert text == "十點開門。"
    assert not any("usage" in one for one in chunks)


async def test_what_a_recent_prompt_began_with_counts_as_cached() -> None:
    rules = "rule. " * 1000
    async with asking(ModelSpec()) as http:
        used = []
        for said in ("one", "two"):
            asked = body(said)
            asked["messages"][0]["content"] = rules
            answered = await http.post("/v1/chat/completions", json=asked)
            used.append(answered.json()["usage"])
    assert used[0]["prompt_tokens_details"]["cached_tokens"] == 0
    cached = used[1]["prompt_tokens_details"]["cached_tokens"]
    assert cached % 128 == 0
    assert estimate(rules) - 128 <= cached < used[1]["prompt_tokens"]
    assert used[1]["total_tokens"] == used[1]["prompt_tokens"] + used[1]["completion_tokens"]


async def test_whoever_shows_no_key_or_a_wrong_one_is_refused_and_not_quoted() -> None:
    async with asking(ModelSpec(key="sk-right-key")) as http:
        none = await ask(http)
        http.headers["Authorization"] = "Bearer sk-wrong-key"
        wrong, listed = await ask(http), await http.get("/v1/models")
        http.headers["Authorization"] = "Bearer sk-right-key"
        right = await ask(http)
        health = await http.get("/health")
    assert (none.status_code, wrong.status_code, listed.status_code) == (401, 401, 401)
    assert wrong.json()["error"]["code"] == "invalid_api_key"
    assert "wrong-key" not in wrong.text
    assert (right.status_code, health.status_code) == (200, 200)
    assert "sk-right-key" not in repr(ModelSpec(key="sk-right-key"))


async def test_a_model_that_is_not_there_is_not_found() -> None:
    async with asking(ModelSpec(models=("qwen-plus",))) as http:
        refused = await ask(http)
        listed = (await http.get("/v1/models")).json()
    assert refused.status_code == 404
    assert refused.json()["error"]["code"] == "model_not_found"
    assert [one["id"] for one in listed["data"]] == ["qwen-plus"]


@pytest.mark.parametrize("sent", [b"{", b"[]", b'{"model": "scripted", "messages": []}'])
async def test_a_request_that_is_none_is_refused(sent: bytes) -> None:
    async with asking(ModelSpec()) as http:
        refused = await http.post("/v1/chat/completions", content=sent)
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "invalid_request_error"


async def test_it_takes_as_long_as_it_is_told_and_no_longer() -> None:
    clock = asyncio.get_running_loop()
    spec = ModelSpec(first_token_seconds=0.2, seconds_per_token=0.01)
    async with asking(spec) as http:
        start = clock.time()
        await ask(http, "<draft>" + "x" * 40 + "</draft>")  # 20 tokens
        took = clock.time() - start
    assert 0.4 <= took < 1.5
    bounded = ModelSpec(first_token_seconds=60, seconds_per_token=5, longest_seconds=0.1)
    async with asking(bounded) as http, asyncio.timeout(3):
        await ask(http, "<draft>" + "x" * 40 + "</draft>")
        await ask(http, "<draft>" + "x" * 40 + "</draft>", stream=True)


async def test_the_journal_counts_requests_and_keeps_no_words(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "journal.jsonl"
    async with asking(ModelSpec(script=SCRIPT, journal=file)) as http:
        await ask(http, SAID, TOOLS)
        await ask(http, "開門", stream=True)
        shown = (await http.get("/simulator/journal")).json()["entries"]
    kept = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert kept == shown
    assert [(one["number"], one["tools"], one["calls"], one["stream"]) for one in kept] == [
        (0, 2, 2, False),
        (1, 0, 0, True),
    ]
    assert all(one["prompt_tokens"] > 0 and one["tokens"] == "estimated" for one in kept)
    assert "HB-203115" not in file.read_text("utf-8")


async def test_tokens_are_counted_where_a_counter_is_given() -> None:
    async with asking(ModelSpec(script=SCRIPT, count=lambda _: 7)) as http:
        used = (await ask(http, "開門")).json()["usage"]
        entry = (await http.get("/simulator/journal")).json()["entries"][0]
    assert (used["prompt_tokens"], used["completion_tokens"]) == (7, 7)
    assert entry["tokens"] == "counted"


async def test_the_mode_can_be_changed_while_it_runs() -> None:
    async with asking(ModelSpec(script=SCRIPT)) as http:
        changed = await http.put("/simulator/mode", json={"mode": "server_error"})
        failed = await ask(http)
        unknown = await http.put("/simulator/mode", json={"mode": "nice"})
        lacking = await http.put("/simulator/mode", json={"mode": "record"})
        health = (await http.get("/health")).json()
    assert (changed.status_code, failed.status_code) == (200, 500)
    assert (unknown.status_code, lacking.status_code) == (422, 422)
    assert health == {"status": "ready", "mode": "server_error"}


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "script.yaml"
    file.write_text(
        "- when: 退貨\n  calls:\n    - {name: refund_order, arguments: {order: null}}\n  text: 好。\n",
        "utf-8",
    )
    (entry,) = read_script(file)
    assert (entry.when, entry.calls[0].name, entry.text) == ("退貨", "refund_order", "好。")


@pytest.mark.parametrize("text", ["- when: '('\n", "- wen: x\n", "a: b\n", "- [\n"])
def test_a_file_that_is_no_script_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "script.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=r"script\.yaml"):
        read_script(file)


def test_what_is_set_wrongly_is_named() -> None:
    with pytest.raises(ConfigurationError, match="seconds_per_token"):
        ModelSpec(seconds_per_token=-1)
    with pytest.raises(ConfigurationError, match="longest_seconds"):
        ModelSpec(longest_seconds=10_000)
    with pytest.raises(ConfigurationError, match=r"nice.*malicious"):
        create_app(ModelSpec(mode="nice"))
    with pytest.raises(ConfigurationError, match="recordings"):
        create_app(ModelSpec(mode="replay"))
    assert len(MODES) == len(set(MODES))
