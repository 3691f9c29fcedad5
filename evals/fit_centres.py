"""Learns the mean e5 vector of Chinese and of English from our own texts.

Run `python -m evals.fit_centres` after large changes to `playbook/examples` or `knowledge`, and
commit the file it writes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from connectors.embeddings_embedded import CENTRES, EmbeddedEmbedder, chinese_share
from domain.ports import EmbedMode, Vectors
from retrieval.reading import read_folder

_LANGUAGES = ("yue", "zh-Hant", "zh-Hans", "en", "mix")


def examples(folder: Path) -> list[str]:
    """Every example sentence of the playbook, in all languages."""
    return list(dict.fromkeys(_sentences(folder)))


def passages(folder: Path) -> list[str]:
    """Every passage of the knowledge folder as it is embedded."""
    documents, _ = read_folder(folder)
    return [passage.searchable for document in documents for passage in document.passages]


def fit(queries: list[str], documents: list[str]) -> dict[str, Vectors]:
    """The four means: two languages, questions and passages."""
    embedder = EmbeddedEmbedder(centred=False)
    centres: dict[str, Vectors] = {}
    texts: dict[EmbedMode, list[str]] = {"query": queries, "passage": documents}
    for mode, all_of_them in texts.items():
        for language in ("zh", "en"):
            own = [t for t in all_of_them if (chinese_share(t) > 0.5) == (language == "zh")]
            mean = embedder.e5(own, mode).mean(axis=0)
            centres[f"{language}_{mode}"] = mean.astype(np.float16)
    return centres


def main() -> None:
    """Write the centres beside the embedder."""
    root = Path(__file__).parent.parent
    queries = examples(root / "playbook" / "examples")
    documents = passages(root / "knowledge")
    CENTRES.parent.mkdir(exist_ok=True)
    centres = fit(queries, documents)
    np.savez(CENTRES, allow_pickle=False, **centres)
    sys.stdout.write(f"{len(queries)} sentences, {len(documents)} passages → {CENTRES.name}\n")


def _sentences(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for language in _LANGUAGES:
            yield from (str(sentence) for sentence in data.get(language) or ())


if __name__ == "__main__":
    main()
