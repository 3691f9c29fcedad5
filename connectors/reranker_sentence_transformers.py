"""Reads a question and each passage together and says how well it answers, with a model on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import Lock

import numpy as np

from domain.errors import ConfigurationError, InvalidModelOutput

LONGEST = 4_000  # characters of a text; models read less than that
_BATCH = 16
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNLOADABLE = (OSError, ValueError, RuntimeError, LookupError, ImportError, AttributeError)


class SentenceTransformersReranker:
    """Implements `Reranker`; safe to share between threads, of which one computes at a time.

    Scores are between 0 (does not answer) and 1 (answers) for most models; a model that was made with another last
    step keeps its own scale.

    Args:
        model: the name of a cross-encoder (BAAI/bge-reranker-v2-m3), or a folder.
        downloads: whether a model that is not on this machine may be fetched.

    Raises:
        ConfigurationError: the extra or the model is missing, or the model is no reranker; names the remedy.
    """

    def __init__(self, model: str, *, downloads: bool = False) -> None:
        # An extra of 1.3 GB, imported only where it is used.
        try:
            from huggingface_hub import constants
            from safetensors import SafetensorError
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise ConfigurationError(
                "NIGHTDESK_RERANKER needs the extra `embeddings`, which is not installed: install torch first,"
                " then '.[embeddings]' (docs/guides/operator.md)"
            ) from error
        if not downloads:
            # Even when it is told to look at local files only, the library asks the hub other things.
            constants.HF_HUB_OFFLINE = True
        try:
            self._model = CrossEncoder(model, local_files_only=not downloads)
        except (*_UNLOADABLE, SafetensorError) as error:
            raise ConfigurationError(_remedy(model, downloads, type(error).__name__)) from error
        if self._model.num_labels != 1:
            raise ConfigurationError(
                f"the model {model!r} of NIGHTDESK_RERANKER sorts into {self._model.num_labels} classes instead of"
                " giving one score; name a reranker, or unset it"
            )
        self._lock = Lock()
        self.name = f"sentence-transformers:{model}"

    def score(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """How well each passage answers, in the order given.

        Raises:
            InvalidModelOutput: the model gave numbers that are none.
        """
        if not passages:
            return []
        asked = _clean(question)
        pairs = [(asked, _clean(passage)) for passage in passages]
        with self._lock:  # its tokeniser cannot be used by two threads at once
            scores = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)
        found = np.asarray(scores, dtype=np.float64).reshape(-1)
        if len(found) != len(pairs) or not np.isfinite(found).all():
            raise InvalidModelOutput(f"{self.name} gave scores that are none")
        return [float(one) for one in found]


def _clean(text: str | None) -> str:
    return _SURROGATE.sub(" ", (text or "")[:LONGEST]).replace("\x00", " ").strip() or "."


def _remedy(model: str, downloads: bool, cause: str) -> str:
    if downloads:
        return (
            f"the model {model!r} of NIGHTDESK_RERANKER cannot be fetched or loaded ({cause}); check its name,"
            " the network and the disk"
        )
    return (
        f"the model {model!r} of NIGHTDESK_RERANKER is not on this machine or cannot be loaded ({cause}); fetch it"
        f" with `hf download {model}`, name a folder that holds it, or set NIGHTDESK_EMBEDDER_DOWNLOADS=1 once"
    )
