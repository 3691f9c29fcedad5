"""Counts tokens with Qwen's own vocabulary, which its client package carries; nothing is downloaded."""

from __future__ import annotations

import base64
import re
from importlib.util import find_spec
from pathlib import Path

import tiktoken

from domain.errors import ConfigurationError

# The pattern Qwen2.5 splits text with before merging bytes (its published tokenizer configuration).
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LONGEST = 400_000  # characters; a longer text is counted in pieces


class QwenTokens:
    """Implements `TokenCounter`."""

    def __init__(self) -> None:
        ranks = dict(_rank(line) for line in _vocabulary().read_bytes().splitlines() if line)
        self._encoding = tiktoken.Encoding(
            "qwen", pat_str=_SPLIT, mergeable_ranks=ranks, special_tokens={}
        )

    def count(self, text: str) -> int:
        """Tokens of a text; special tokens written out count as the characters they are."""
        clean = text.encode("utf-8", "replace").decode()
        pieces = [clean[i : i + _LONGEST] for i in range(0, len(clean), _LONGEST)]
        return sum(len(self._encoding.encode_ordinary(piece)) for piece in pieces)


def _rank(line: bytes) -> tuple[bytes, int]:
    token, rank = re.split(rb"\s+", line.strip())
    return base64.b64decode(token), int(rank)


def _vocabulary() -> Path:
    package = find_spec("dashscope")
    if package is None or package.origin is None:
        raise ConfigurationError(
            "the package `dashscope` carries the Qwen vocabulary and is missing; run `make install`"
        )
    found = sorted(Path(package.origin).parent.rglob("qwen.tiktoken"))
    if not found:
        raise ConfigurationError(
            "this version of `dashscope` has no Qwen vocabulary; install the one in constraints.txt"
        )
    return found[0]
