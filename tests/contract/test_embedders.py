from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from structlog.testing import capture_logs

from connectors.embeddings_embedded import LONGEST, EmbeddedEmbedder, chinese_share, clean
from domain.ports import Embedder, EmbedMode

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


@pytest.fixture(scope="module", params=["both", "use alone"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return EmbeddedEmbedder(with_e5=request.param == "both")


@pytest.mark.parametrize("mode", MODES)
def test_every_text_gets_one_unit_vector_in_order(embedder: Embedder, mode: EmbedMode) -> None:
    texts = ["退貨期限", "how long is the warranty", "退貨期限"]
    vectors = embedder.embed(texts, mode)
    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)
    assert np.array_equal(vectors[0], vectors[2])


@pytest.mark.parametrize("mode", MODES)
def test_no_texts_give_no_vectors(embedder: Embedder, mode: EmbedMode) -> None:
    assert embedder.embed([], mode).shape == (0, embedder.dimensions)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("mode", MODES)
def test_no_text_crashes_it(embedder: Embedder, mode: EmbedMode, text: str) -> None:
    vector = embedder.embed([text], mode)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


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


def test_threads_share_it_and_get_the_same_vectors(embedder: Embedder) -> None:
    texts = [f"張單 {number} 幾時到" for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: embedder.embed([text], "query")[0], texts))
    together = embedder.embed(texts, "query")
    assert np.abs(np.stack(alone) - together).max() < 1e-5


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
