from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.model_openai.model import OpenAIModel
from domain.errors import ConfigurationError
from domain.model_usage import Endpoint
from domain.models import Call, Completion, Function, Line, Prompt
from simulators.model.recordings import masked
from simulators.model.server import Entry, ModelSpec, Planned, Upstream, create_app, running
from simulators.model.turn import Turn
from tests.unit.simulators.model_world import SAID, SCRIPT, TOOLS, ask, asking, body, events, names

KEY = "sk-real-endpoint"


def hide(text: str) -> str:
    return text.replace("HB-203115", "[ORDER]")


def recorder(url: str, file: Path, **more: str) -> ModelSpec:
    upstream = Upstream(f"{url}/v1", key=more.get("key", KEY), model="real")
    return ModelSpec(mode="record", recordings=file, upstream=upstream, mask=hide)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recordings" / "replies.jsonl"


def kept(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines() if file.exists() else []


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")


async def test_what_was_recorded_once_is_replayed_without_the_endpoint(file: Path) -> None:
    real = ModelSpec(script=SCRIPT, models=("real",), key=KEY, count=lambda _: 77)
    async with running(real) as url, asking(recorder(url, file)) as http:
        first = (await ask(http, SAID, TOOLS)).raise_for_status().json()
        await ask(http, "開門", stream=True)
    async with asking(ModelSpec(mode="replay", recordings=file, models=("other",))) as http:
        again = (await ask(http, SAID, TOOLS, model="other")).json()
        streamed = events(await ask(http, SAID, TOOLS, model="other", stream=True))
        text = (await ask(http, "開門", model="other")).json()["choices"][0]["message"]["content"]
        entry = (await http.get("/simulator/journal")).json()["entries"][0]
    assert names(first["choices"][0]["message"]) == ["refund_order", "edit_invoice"]
    assert names(again["choices"][0]["message"]) == ["refund_order", "edit_invoice"]
    assert again["usage"]["prompt_tokens"] == 77
    assert entry["tokens"] == "recorded"
    assert streamed[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert text == "十點開門。"


async def test_a_recording_names_nobody_and_holds_no_key(file: Path) -> None:
    real = ModelSpec(script=SCRIPT, models=("real",), key=KEY)
    async with running(real) as url, asking(recorder(url, file)) as http:
        await ask(http, SAID, TOOLS)
    (line,) = kept(file)
    assert "HB-203115" not in line
    assert KEY not in line
    entry = json.loads(line)
    assert [one["role"] for one in entry["request"]["messages"]] == ["user"]
    assert "[ORDER]" in entry["request"]["messages"][0]["content"]
    assert "[ORDER]" in json.dumps(entry["reply"])
    assert "sk-secret-123" not in line  # nor the instructions
    assert "refund_order" not in json.dumps(entry["request"])  # nor the functions
    assert entry["turn"] == Turn.of(body(SAID, TOOLS)).digest


def test_masked_arguments_stay_json() -> None:
    def mask(text: str) -> str:
        return text.replace("91234567", "[PHONE]")

    call = '{"phone": 91234567, "note": "call 91234567", "deep": [{"nights": 2}], "yes": true}'
    reply: dict[str, Any] = {
        "created": 91234567,
        "function": {"arguments": call},
        "content": "It is 91234567.",
    }
    hidden = masked(reply, mask)
    assert isinstance(hidden, dict)
    assert hidden["created"] == 91234567  # a count or a time, never the customer's
    assert hidden["content"] == "It is [PHONE]."
    assert isinstance(hidden["function"], dict)
    assert json.loads(str(hidden["function"]["arguments"])) == {
        "phone": "[PHONE]",
        "note": "call [PHONE]",
        "deep": [{"nights": 2}],
        "yes": True,
    }
    assert masked(call, str) == call


async def test_a_turn_that_was_never_recorded_is_named_with_the_remedy_and_counted(
    file: Path,
) -> None:
    write(file, "")
    async with asking(ModelSpec(mode="replay", recordings=file)) as http:
        missing = await ask(http)
        await ask(http, stream=True)
        journal = (await http.get("/simulator/journal")).json()
    error = missing.json()["error"]
    assert missing.status_code == 422
    assert error["code"] == "not_recorded"
    assert error["type"] == "invalid_request_error"
    assert Turn.of(body()).digest in error["message"]
    assert "--mode record --recordings replies.jsonl" in error["message"]
    assert journal["missing"] == 2
    assert [one["recording"] for one in journal["entries"]] == ["missing", "missing"]


async def test_a_recording_outlives_an_edit_of_the_prompt_and_the_journal_knows(file: Path) -> None:
    real = ModelSpec(script=SCRIPT, models=("real",), key=KEY)
    async with running(real) as url, asking(recorder(url, file)) as http:
        await ask(http, SAID, TOOLS)
    edited = body(SAID, TOOLS[:1])
    edited["messages"][0]["content"] = "Never show any key."
    async with asking(ModelSpec(mode="replay", recordings=file)) as http:
        await ask(http, SAID, TOOLS)
        told = (await http.post("/v1/chat/completions", json=edited)).raise_for_status().json()
        await ask(http, SAID)  # no functions were offered: another job
        journal = (await http.get("/simulator/journal")).json()
    assert names(told["choices"][0]["message"]) == ["refund_order", "edit_invoice"]
    found = [one["recording"] for one in journal["entries"]]
    assert found == ["current", "older", "missing"]
    assert journal["missing"] == 1


LONG = Entry(
    when="退",
    calls=(
        Planned(name="refund_order", arguments={"order": "HB-203115", "note": "壞咗😀" * 30}),
        Planned(name="edit_invoice", arguments={}),
    ),
    text="退款處理緊🙏。" * 40,
)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("said", ["退貨", "唔該"], ids=["calls", "text"])
async def test_a_replay_says_and_calls_what_was_recorded_however_it_is_delivered(
    file: Path, said: str, stream: bool
) -> None:
    """As the desk's own connector hears it: recorded whole or streamed, replayed whole and streamed."""
    spec = ModelSpec(script=(LONG, Entry(when="唔該", text="唔使客氣。\n  再見")), models=("real",))
    prompt = Prompt("understand", "Read.", (Line("user", said),), (Function("f", "", {}),))
    async with running(spec) as real:
        upstream = Upstream(f"{real}/v1", model="real")
        made = ModelSpec(mode="record", recordings=file, upstream=upstream, mask=str)
        async with running(made) as url, connected(url) as model:
            first = await heard(model, prompt, stream=stream)
        async with connected(real, "real") as model:
            truth = await heard(model, prompt, stream=False)
    async with (
        running(ModelSpec(mode="replay", recordings=file)) as url,
        connected(url) as model,
    ):
        again = [await heard(model, prompt, stream=one) for one in (False, True)]
    assert truth[0]
    assert [first, *again] == [truth, truth, truth]


@asynccontextmanager
async def connected(url: str, model: str = "scripted") -> AsyncIterator[OpenAIModel]:
    opened = OpenAIModel(Endpoint("played", model, f"{url}/v1"))
    try:
        yield opened
    finally:
        await opened.close()


async def heard(
    model: OpenAIModel, prompt: Prompt, *, stream: bool
) -> tuple[str, tuple[Call, ...]]:
    """What is said and called, from the pieces where it is streamed."""
    if not stream:
        answer = await model.complete(prompt)
        return answer.text, answer.calls
    *pieces, whole = [piece async for piece in model.stream(prompt)]
    assert isinstance(whole, Completion)
    assert "".join(map(str, pieces)).strip() == whole.text
    return whole.text, whole.calls


async def test_an_error_of_the_endpoint_is_passed_on_and_not_recorded(file: Path) -> None:
    real = ModelSpec(models=("real",), key="another")
    async with running(real) as url, asking(recorder(url, file)) as http:
        refused = await ask(http)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "invalid_api_key"
    assert kept(file) == []


@pytest.mark.parametrize("mode", ["html_200", "null_choices", "empty_choices"])
async def test_what_is_no_reply_is_not_recorded(file: Path, mode: str) -> None:
    real = ModelSpec(mode=mode, models=("real",), key=KEY)
    async with running(real) as url, asking(recorder(url, file)) as http:
        failed = await ask(http)
    assert failed.status_code == 502
    assert KEY not in failed.text
    assert kept(file) == []


async def test_an_endpoint_that_is_not_there_is_an_error_that_names_it(file: Path) -> None:
    async with asking(recorder("http://127.0.0.1:1", file)) as http:
        failed = await ask(http)
    assert failed.status_code == 502
    assert "http://127.0.0.1:1/v1" in failed.json()["error"]["message"]


def test_a_file_that_cannot_be_replayed_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="record"):
        create_app(ModelSpec(mode="replay", recordings=file))
    whole = '{"digest": "x", "reply": {"choices": [{"message": {"content": "ok"}}]}}'
    for line in ("{", '{"turn": "x"}', '{"turn": "x", "reply": {"choices": []}}', whole):
        write(file, line)
        with pytest.raises(ConfigurationError, match=r"replies\.jsonl:1"):
            create_app(ModelSpec(mode="replay", recordings=file))


def test_recording_needs_a_mask(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="mask"):
        create_app(ModelSpec(mode="record", recordings=file, upstream=Upstream("http://x/v1")))
    assert KEY not in repr(recorder("http://x", file))


async def test_later_recordings_can_be_replayed_by_the_same_server(file: Path) -> None:
    real = ModelSpec(script=SCRIPT, models=("real",), key=KEY)
    async with running(real) as url, asking(recorder(url, file)) as http:
        refused = await http.put("/simulator/mode", json={"mode": "replay"})
        await ask(http, "開門")
        (await http.put("/simulator/mode", json={"mode": "replay"})).raise_for_status()
        replayed: httpx.Response = await ask(http, "開門")
    assert refused.status_code == 422
    assert replayed.json()["choices"][0]["message"]["content"] == "十點開門。"
