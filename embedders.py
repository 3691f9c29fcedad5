"""Chooses what turns texts into vectors, and what puts passages into a better order, by the settings."""

from __future__ import annotations

from connectors.embeddings_embedded import EmbeddedEmbedder
from connectors.embeddings_openai import OpenAIEmbedder
from connectors.embeddings_sentence_transformers import SentenceTransformersEmbedder
from connectors.providers import embedding_endpoint
from connectors.reranker_sentence_transformers import SentenceTransformersReranker
from domain.errors import ConfigurationError
from domain.ports import Embedder, Reranker
from domain.settings import Settings

_LOCAL = "sentence-transformers"


def open_embedder(settings: Settings) -> Embedder:
    """The embedder of NIGHTDESK_EMBEDDER.

    Raises:
        ConfigurationError: it does not exist, or lacks something; names the setting and the remedy.
        ModelError: a service that has to be asked how long its vectors are did not answer.
    """
    if settings.embedder.strip() == "embedded":
        return EmbeddedEmbedder()
    kind, _, model = settings.embedder.partition(":")
    if kind.strip() == _LOCAL and model.strip():
        return SentenceTransformersEmbedder(model.strip(), downloads=settings.embedder_downloads)
    return OpenAIEmbedder(embedding_endpoint(settings))


def open_reranker(settings: Settings) -> Reranker | None:
    """The reranker of NIGHTDESK_RERANKER; None where there is none.

    Raises:
        ConfigurationError: it does not exist, or lacks something; names the setting and the remedy.
    """
    wanted = (settings.reranker or "").strip()
    if not wanted:
        return None
    kind, _, model = wanted.partition(":")
    if kind.strip() != _LOCAL or not model.strip():
        raise ConfigurationError(
            f"NIGHTDESK_RERANKER is {wanted!r}; write {_LOCAL}:MODEL, or unset it"
        )
    return SentenceTransformersReranker(model.strip(), downloads=settings.embedder_downloads)
