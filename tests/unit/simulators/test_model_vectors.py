from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import pytest

from simulators.model.embedding import LABEL, VECTORS, hashed
from simulators.model.server import ModelSpec
from tests.unit.simulators.model_world import ask, asking

SPEC = ModelSpec(texts_at_once=3)


async def embed(http: httpx.AsyncClient, texts: Any, **more: Any) -> httpx.Response:
    return await http.post("/v1/embeddings", json={"model": "scripted", "input": texts, **more})


async def test_every_text_gets_a_unit_vector_that_is_labelled_as_what_it_is() -> None:
    async with asking(SPEC) as http:
        answered = await embed(http, ["退貨期限", "return policy"], dimensions=64)
        entries = (await http.get("/simulator/journal")).json()["entries"]
    body = answered.raise_for_status().json()
    rows = np.array([one["embedding"] for one in body["data"]])
    assert rows.shape == (2, 64)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert [one["index"] for one in body["data"]] == [0, 1]
    assert answered.headers["x-simulated-vectors"] == LABEL
    assert entries[0]["messages"] == 2
    assert body["usage"]["total_tokens"] == entries[0]["prompt_tokens"] > 0


async def test_the_form_that_the_official_client_asks_for_holds_the_same_numbers() -> None:
    async with asking(SPEC) as http:
        plain = (await embed(http, "退貨期限")).json()["data"][0]["embedding"]
        packed = (await embed(http, "退貨期限", encoding_format="base64")).json()
    held = np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), dtype="<f4")
    assert held == pytest.approx(np.array(plain), abs=1e-7)


@pytest.mark.parametrize(
    ("texts", "more"),
    [([], {}), (["a", ""], {}), (["a"] * 4, {}), ([[1, 2]], {}), ("a", {"dimensions": 0})],
)
async def test_what_real_services_refuse_is_refused(texts: Any, more: dict[str, Any]) -> None:
    async with asking(SPEC) as http:
        answered = await embed(http, texts, **more)
    assert answered.status_code == 400
    assert answered.json()["error"]["type"] == "invalid_request_error"


async def test_a_stranger_and_an_unknown_model_get_nothing() -> None:
    async with asking(ModelSpec(key="sk-1")) as http:
        assert (await embed(http, "a")).status_code == 401
    async with asking(SPEC) as http:
        assert (await embed(http, "a", model="other")).status_code == 404


@pytest.mark.parametrize("mode", sorted(VECTORS))
async def test_where_vectors_are_spoilt_words_are_not(mode: str) -> None:
    async with asking(SPEC) as http:
        usual = (await embed(http, ["一", "二"])).json()["data"]
        await http.put("/simulator/mode", json={"mode": mode})
        spoilt = (await embed(http, ["一", "二"])).json()["data"]
        assert (await ask(http)).json()["choices"][0]["message"]["content"] == "OK."
    assert spoilt != usual


def test_texts_that_share_pieces_are_near_and_the_same_text_is_the_same() -> None:
    one, near, far = (hashed(text, 512) for text in ("退貨期限", "退貨期限幾耐", "breakfast"))
    assert np.array_equal(one, hashed("退貨期限", 512))
    assert one @ near > one @ far
    assert np.linalg.norm(hashed("", 2)) == pytest.approx(1.0)
