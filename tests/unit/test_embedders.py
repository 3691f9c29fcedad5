"""Which embedder and which reranker the settings open."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from connectors.embeddings_embedded import EmbeddedEmbedder
from connectors.embeddings_openai import OpenAIEmbedder
from domain.errors import ConfigurationError
from domain.settings import ProviderSettings, Settings
from embedders import open_embedder, open_reranker


def test_the_usual_one_needs_nothing() -> None:
    assert isinstance(open_embedder(Settings()), EmbeddedEmbedder)
    assert open_reranker(Settings()) is None


def test_a_provider_is_opened_with_its_address_key_and_length() -> None:
    made = open_embedder(
        Settings(
            embedder="dashscope_intl:text-embedding-v4",
            providers={"dashscope_intl": ProviderSettings(key=SecretStr("sk-1"), dimensions=512)},
        )
    )
    assert isinstance(made, OpenAIEmbedder)
    assert (made.name, made.dimensions) == ("dashscope-intl:text-embedding-v4/512", 512)
    made.close()


def test_the_name_of_a_model_may_have_a_colon() -> None:
    settings = Settings(
        embedder="ollama:nomic-embed-text:v1.5",
        providers={"ollama": ProviderSettings(dimensions=768)},
    )
    made = open_embedder(settings)
    assert isinstance(made, OpenAIEmbedder)
    assert made.name == "ollama:nomic-embed-text:v1.5/768"
    made.close()


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("dashscope", "names no model"),
        ("sentence-transformers:", "names no model"),
        ("embeded:x", "no provider"),
        ("dashscope:text-embedding-v4", "NIGHTDESK_PROVIDERS__DASHSCOPE__KEY"),
    ],
)
def test_what_cannot_be_opened_is_named_with_its_setting(wanted: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        open_embedder(Settings(embedder=wanted))
    assert "NIGHTDESK_EMBEDDER" in str(caught.value)


@pytest.mark.parametrize("wanted", ["bge", "dashscope:gte-rerank", "sentence-transformers:"])
def test_a_reranker_that_does_not_exist_is_named(wanted: str) -> None:
    with pytest.raises(ConfigurationError, match="NIGHTDESK_RERANKER"):
        open_reranker(Settings(reranker=wanted))
