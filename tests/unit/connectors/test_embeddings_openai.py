from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import stamina
from pydantic import SecretStr
from structlog.testing import capture_logs

from connectors.embeddings_openai import OpenAIEmbedder
from domain.errors import (
    ConfigurationError,
    InvalidModelOutput,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from domain.model_usage import Endpoint
from simulators.model.server import ModelSpec
from tests.unit.connectors.served import asked, choose, served

KEY = "sk-never-shown-anywhere"
WORDS = "我張單幾時到"
SPEC = ModelSpec(
    models=("text-embedding-v4", "mine"),
    key=KEY,
    texts_at_once=10,
    longest_seconds=30,
    retry_after_seconds=1,
)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with served(SPEC) as address:
        yield address


@pytest.fixture
def address(service: str) -> Iterator[str]:
    with stamina.set_testing(True, attempts=2):
        yield service
    choose(service, "script")


@pytest.fixture
def embedder(address: str) -> Iterator[OpenAIEmbedder]:
    made = OpenAIEmbedder(endpoint(address), seconds=5)
    yield made
    made.close()


def endpoint(address: str, model: str = "text-embedding-v4", key: str = KEY) -> Endpoint:
    return Endpoint("dashscope", model, f"{address}/v1", SecretStr(key), key_needed=True)


def test_many_texts_go_in_small_requests_and_come_back_in_order(
    address: str, embedder: OpenAIEmbedder
) -> None:
    texts = [f"第{number}條 return policy {number}" for number in range(47)]
    before = len(asked(address))
    together = embedder.embed(texts, "passage")
    sizes = [one["messages"] for one in asked(address)[before:]]
    assert sorted(sizes, key=str) == [10, 10, 10, 10, 7]
    for number in (0, 9, 10, 46):
        assert np.array_equal(together[number], embedder.embed([texts[number]], "passage")[0])


def test_the_same_text_is_paid_for_once(address: str, embedder: OpenAIEmbedder) -> None:
    before = len(asked(address))
    vectors = embedder.embed(["好", "唔好", "好", "好\ud800"], "passage")
    assert [one["messages"] for one in asked(address)[before:]] == [2]
    assert np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[0], vectors[3])


def test_the_length_is_what_the_operator_wants_and_part_of_the_name(address: str) -> None:
    found = {}
    for wanted in (None, 256):
        one = Endpoint(
            "dashscope", "text-embedding-v4", f"{address}/v1", SecretStr(KEY), dimensions=wanted
        )
        made = OpenAIEmbedder(one)
        found[made.name] = (made.dimensions, made.embed([WORDS], "query").shape)
        made.close()
    assert found == {
        "dashscope:text-embedding-v4/1024": (1024, (1, 1024)),
        "dashscope:text-embedding-v4/256": (256, (1, 256)),
    }


def test_a_model_that_nobody_knows_is_asked_how_long_its_vectors_are(address: str) -> None:
    made = OpenAIEmbedder(endpoint(address, "mine"))
    assert (made.name, made.dimensions) == ("dashscope:mine/1024", 1024)
    made.close()


@pytest.mark.parametrize("mode", ["shuffled_vectors", "huge_vectors"])
def test_what_is_only_odd_gives_the_right_vectors(
    address: str, embedder: OpenAIEmbedder, mode: str
) -> None:
    texts = ["一", "二", "三"]
    usual = embedder.embed(texts, "query")
    choose(address, mode)
    assert np.abs(embedder.embed(texts, "query") - usual).max() < 1e-6


@pytest.mark.parametrize(
    "mode",
    [
        "too_few_vectors",
        "vectors_twice",
        "nan_vectors",
        "zero_vectors",
        "short_vectors",
        "uneven_vectors",
        "vectors_of_words",
        "html_200",
        "null_choices",
    ],
)
def test_what_is_no_list_of_vectors_is_refused_and_not_asked_for_again(
    address: str, embedder: OpenAIEmbedder, mode: str
) -> None:
    choose(address, mode)
    before = len(asked(address))
    with pytest.raises(InvalidModelOutput, match="dashscope"):
        embedder.embed([WORDS, "二"], "passage")
    assert len(asked(address)) == before + 1


@pytest.mark.parametrize("mode", ["rate_limited", "server_error", "drop_midstream"])
def test_what_may_pass_is_asked_for_again_and_is_then_unavailable(
    address: str, embedder: OpenAIEmbedder, mode: str
) -> None:
    choose(address, mode)
    before = len(asked(address))
    with pytest.raises(ModelUnavailable, match="dashscope"):
        embedder.embed([WORDS], "query")
    assert len(asked(address)) == before + 2


def test_a_service_that_recovers_is_answered_from(service: str) -> None:
    choose(service, "rate_limited")
    made = OpenAIEmbedder(endpoint(service), seconds=5)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(made.embed, [WORDS], "query")
        time.sleep(0.3)
        choose(service, "script")
        assert waiting.result(10).shape == (1, 1024)
    made.close()


def test_nobody_waits_long_for_a_question() -> None:
    with served(ModelSpec(models=("text-embedding-v4",), retry_after_seconds=20)) as address:
        choose(address, "rate_limited")
        made = OpenAIEmbedder(endpoint(address), seconds=5)
        begun = time.monotonic()
        with pytest.raises(ModelUnavailable, match="429"):
            made.embed([WORDS], "query")
        assert time.monotonic() - begun < 2
        made.close()


@pytest.mark.parametrize("mode", ["slow", "endless_stream"])
def test_an_answer_that_does_not_come_is_not_waited_for(address: str, mode: str) -> None:
    made = OpenAIEmbedder(endpoint(address), seconds=0.5)
    choose(address, mode)
    begun = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"within 0\.5 s"):
        made.embed([WORDS], "query")
    assert time.monotonic() - begun < 4
    made.close()


def test_a_service_that_is_not_there_is_named_with_its_setting() -> None:
    made = OpenAIEmbedder(endpoint("http://127.0.0.1:9"))
    with (
        stamina.set_testing(True),
        pytest.raises(ModelUnavailable, match="PROVIDERS__DASHSCOPE__BASE_URL"),
    ):
        made.embed([WORDS], "query")
    made.close()


@pytest.mark.parametrize(
    ("model", "key", "remedy"),
    [
        ("text-embedding-v4", "sk-wrong", "NIGHTDESK_PROVIDERS__DASHSCOPE__KEY"),
        ("text-embedding-v3", KEY, "NIGHTDESK_EMBEDDER"),
    ],
)
def test_a_refusal_names_the_setting_that_mends_it(
    address: str, model: str, key: str, remedy: str
) -> None:
    made = OpenAIEmbedder(endpoint(address, model, key))
    with pytest.raises(ModelRefused, match=remedy):
        made.embed([WORDS], "query")
    made.close()


@pytest.mark.parametrize(
    ("one", "setting"),
    [
        (Endpoint("mine", "m", "ftp://x/v1"), "NIGHTDESK_PROVIDERS__MINE__BASE_URL"),
        (Endpoint("mine", "m", "http://x/v1", key_needed=True), "NIGHTDESK_PROVIDERS__MINE__KEY"),
    ],
)
def test_what_cannot_work_is_refused_before_it_is_asked(one: Endpoint, setting: str) -> None:
    with pytest.raises(ConfigurationError, match=setting):
        OpenAIEmbedder(one)


@pytest.mark.parametrize("mode", ["rate_limited", "vectors_of_words", "html_200", "slow"])
def test_neither_the_key_nor_the_words_are_in_an_error_or_the_log(
    address: str, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = OpenAIEmbedder(endpoint(address), seconds=0.5)
    choose(address, mode)
    caplog.set_level(logging.INFO)
    with capture_logs() as logs, pytest.raises(ModelError) as caught:
        made.embed([WORDS], "query")
    told = "".join(traceback.format_exception(caught.value)) + str(logs) + caplog.text
    assert KEY not in told
    assert WORDS not in told.replace(f'WORDS = "{WORDS}"', "")
    made.close()
