from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from domain.errors import ConfigurationError
from simulators.model.recordings import digest
from simulators.model.server import ModelSpec, Upstream, create_app, running
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
    assert "[ORDER]" in entry["request"]["messages"][1]["content"]
    assert "[ORDER]" in json.dumps(entry["reply"])
    assert entry["digest"] == digest(body(SAID, TOOLS))


async def test_a_question_that_was_never_recorded_is_named_with_the_remedy(file: Path) -> None:
    write(file, "")
    async with asking(ModelSpec(mode="replay", recordings=file)) as http:
        missing = await ask(http)
    error = missing.json()["error"]
    assert missing.status_code == 404
    assert error["code"] == "not_recorded"
    assert digest(body()) in error["message"]
    assert "record again" in error["message"]


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


def test_the_digest_knows_the_question_and_not_the_model() -> None:
    one = body(SAID, TOOLS)
    same = {**one, "model": "other", "stream": True, "user": "x", "temperature": None}
    assert digest(one) == digest(same)
    assert digest(one) != digest(body(SAID, TOOLS[:1]))
    assert digest(one) != digest(body(SAID + "!", TOOLS))
    assert digest(one) != digest({**one, "temperature": 0.5})


def test_a_file_that_cannot_be_replayed_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="record"):
        create_app(ModelSpec(mode="replay", recordings=file))
    for line in ("{", '{"digest": "x"}', '{"digest": "x", "reply": {"choices": []}}'):
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
