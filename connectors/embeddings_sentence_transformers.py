"""Turns texts into vectors on this machine, with any model of the sentence-transformers library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from domain.errors import ConfigurationError, InvalidModelOutput
from domain.ports import EmbedMode, Vectors

LONGEST = 4_000  # longer texts hold up everybody else and say nothing more about their topic
_BATCH = 16
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# The models of the e5 family were taught with these words, and their folders do not say so.
_E5 = re.compile(r"(?:^|[-_])e5(?:[-_]|$)(?!.*(?:instruct|mistral))", re.IGNORECASE)
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}
_UNLOADABLE = (OSError, ValueError, RuntimeError, LookupError, ImportError, AttributeError)


class SentenceTransformersEmbedder:
    """Implements `Embedder`; safe to share between threads, of which one computes at a time.

    Args:
        model: its name (BAAI/bge-m3), or a folder.
        downloads: whether a model that is not on this machine may be fetched.

    Raises:
        ConfigurationError: the extra or the model is missing; names the remedy.
    """

    def __init__(self, model: str, *, downloads: bool = False) -> None:
        # An extra of 1.3 GB, imported only where it is used.
        try:
            from huggingface_hub import constants
            from safetensors import SafetensorError
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ConfigurationError(
                "NIGHTDESK_EMBEDDER needs the extra `embeddings`, which is not installed: install torch first,"
                " then '.[embeddings]' (docs/guides/operator.md)"
            ) from error
        if not downloads:
            # Even when it is told to look at local files only, the library asks the hub other things.
            constants.HF_HUB_OFFLINE = True
        try:
            self._model = SentenceTransformer(model, local_files_only=not downloads)
        except (*_UNLOADABLE, SafetensorError) as error:
            raise ConfigurationError(_remedy(model, downloads, type(error).__name__)) from error
        self._model.prompts = _prompts(model, self._model.prompts)
        self._lock = Lock()
        self.name = f"sentence-transformers:{model}"
        self.dimensions = self.embed(["."], "query").shape[1]

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        """One unit vector a text, in the order given.

        Raises:
            InvalidModelOutput: the model gave numbers that are none.
        """
        cleaned = [_clean(text) for text in texts]
        if not cleaned:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        # Texts of like length together: a batch takes as long as its longest text.
        unique = sorted(set(cleaned), key=len)
        rows = np.vstack([self._encode(batch, mode) for batch in _batches(unique)])
        place = {text: number for number, text in enumerate(unique)}
        return rows[[place[text] for text in cleaned]]

    def _encode(self, batch: list[str], mode: EmbedMode) -> Vectors:
        encode = self._model.encode_query if mode == "query" else self._model.encode_document
        # Its tokeniser cannot be used by two threads at once. Released after each batch, so that a customer's
        # question does not wait until a whole folder is indexed.
        with self._lock:
            rows = encode(batch, batch_size=_BATCH, show_progress_bar=False)
        rows = np.asarray(rows, dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(rows).all() or not (lengths > 0).all():
            raise InvalidModelOutput(f"{self.name} gave vectors without a direction")
        return np.asarray(rows / lengths, dtype=np.float32)


def _clean(text: str | None) -> str:
    kept = _SURROGATE.sub(" ", (text or "")[:LONGEST]).replace("\x00", " ").strip()
    return kept or "."  # an empty text has no direction; a full stop has a harmless one


def _prompts(model: str, own: Mapping[str, str | None]) -> dict[str, str]:
    """What stands before questions and passages, as the model was taught."""
    found = {name: text for name, text in own.items() if text}
    if not found and _E5.search(Path(model).name):
        return dict(_E5_PROMPTS)
    # Models name it in three ways, and the library reads an empty one before those that are not.
    document = next(
        (found[name] for name in ("document", "passage", "corpus") if name in found), ""
    )
    return {"query": "", **found, "document": document}


def _batches(texts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), _BATCH):
        yield texts[start : start + _BATCH]


def _remedy(model: str, downloads: bool, cause: str) -> str:
    if downloads:
        return (
            f"the model {model!r} of NIGHTDESK_EMBEDDER cannot be fetched or loaded ({cause}); check its name,"
            " the network and the disk"
        )
    return (
        f"the model {model!r} of NIGHTDESK_EMBEDDER is not on this machine or cannot be loaded ({cause}); fetch it"
        f" with `hf download {model}`, name a folder that holds it, or set NIGHTDESK_EMBEDDER_DOWNLOADS=1 once"
    )
