"""Vectors that a simulated service gives: counts of hashed pieces of words, which know spelling and no meaning."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from simulators.model.answer import Usage
from simulators.model.asked import Asked, Body, Message
from simulators.model.wire import error

USUAL_DIMENSIONS = 1024
LABEL = "hashed character n-grams, for tests of the wiring only"
_LONGEST_PIECE = 3
_READ = 20_000  # characters of a text

Rows = list[JsonValue]
Spoil = Callable[[Rows], Rows]


class EmbeddingBody(BaseModel):
    """The body of a request; fields that nothing depends on are let through, as real services do."""

    model_config = ConfigDict(extra="allow")

    model: str
    input: str | list[str]
    dimensions: int = Field(default=USUAL_DIMENSIONS, ge=1, le=4096)
    encoding_format: Literal["float", "base64"] = "float"

    @property
    def texts(self) -> list[str]:
        return [self.input] if isinstance(self.input, str) else self.input


@dataclass(frozen=True)
class Embedding:
    """One request for vectors."""

    body: EmbeddingBody
    asked: Asked = field(repr=False)
    """The texts as if each had been said, which is how the journal counts them."""

    @classmethod
    def of(cls, body: EmbeddingBody, number: int, key: str) -> Embedding:
        said = [Message(role="user", content=text) for text in body.texts] or [Message(role="user")]
        return cls(body, Asked(Body(model=body.model, messages=said), {}, number, key))

    def refused(self, most: int) -> Response | None:
        """The error for a request that real services refuse, too."""
        texts = self.body.texts
        if not texts or not all(texts):
            return error(400, "'$.input' is invalid. An empty text cannot be embedded.")
        if len(texts) > most:
            return error(
                400, f"batch size is invalid, it should not be larger than {most}.: input.contents"
            )
        return None

    def answer(self, mode: str, usage: Usage) -> Response:
        """The vectors, spoilt where the mode is one of those that spoil them."""
        rows: Rows = [
            {
                "object": "embedding",
                "index": number,
                "embedding": self._written(hashed(text, self.body.dimensions)),
            }
            for number, text in enumerate(self.body.texts)
        ]
        spoilt = VECTORS[mode](rows) if mode in VECTORS else rows
        body: JsonValue = {
            "object": "list",
            "data": spoilt,
            "model": self.body.model,
            "usage": {"prompt_tokens": usage.prompt, "total_tokens": usage.prompt},
        }
        return _Lenient(body, headers={"x-simulated-vectors": LABEL})

    def _written(self, row: np.ndarray[tuple[int], np.dtype[np.float32]]) -> JsonValue:
        if self.body.encoding_format == "base64":
            return base64.b64encode(row.astype("<f4").tobytes()).decode()
        return [float(one) for one in row]


class _Lenient(JSONResponse):
    """JSON as some servers write it, with NaN where a number is none."""

    def render(self, content: JsonValue) -> bytes:
        return json.dumps(content, ensure_ascii=False).encode()


def hashed(text: str, dimensions: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The same unit vector for the same text, always; texts that share pieces are near."""
    row = np.zeros(dimensions, dtype=np.float64)
    read = f" {text[:_READ].casefold()} "
    for length in range(1, _LONGEST_PIECE + 1):
        for start in range(len(read) - length + 1):
            piece = read[start : start + length].encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(piece, digest_size=8).digest()
            place = int.from_bytes(digest[:6], "little") % dimensions
            row[place] += 1 if digest[7] & 1 else -1
    if not row.any():  # pieces that cancelled each other out
        row[0] = 1.0
    size = np.linalg.norm(row)
    return np.asarray(row / size, dtype=np.float32)


def too_few_vectors(rows: Rows) -> Rows:
    """The last text gets no vector."""
    return rows[:-1]


def vectors_twice(rows: Rows) -> Rows:
    """Every text gets the index of the first one."""
    return [_with(row, index=0) for row in rows]


def shuffled_vectors(rows: Rows) -> Rows:
    """Well formed, in another order: only the index says whose a vector is."""
    return rows[::-1]


def nan_vectors(rows: Rows) -> Rows:
    """One number in the middle is none."""
    return [_with(row, embedding=[*_numbers(row)[:-1], float("nan")]) for row in rows]


def zero_vectors(rows: Rows) -> Rows:
    """Vectors without a direction."""
    return [_with(row, embedding=[0.0 for _ in _numbers(row)]) for row in rows]


def huge_vectors(rows: Rows) -> Rows:
    """Right directions, with numbers so large that their squares are none."""
    return [
        _with(row, embedding=[1e300 * one for one in _numbers(row) if isinstance(one, float)])
        for row in rows
    ]


def short_vectors(rows: Rows) -> Rows:
    """Half as many numbers as were asked for."""
    return [_with(row, embedding=_numbers(row)[: len(_numbers(row)) // 2]) for row in rows]


def uneven_vectors(rows: Rows) -> Rows:
    """One number is missing in the last vector."""
    return [*rows[:-1], _with(rows[-1], embedding=_numbers(rows[-1])[:-1])]


def vectors_of_words(rows: Rows) -> Rows:
    """Numbers as texts."""
    return [_with(row, embedding=[str(one) for one in _numbers(row)]) for row in rows]


VECTORS: Mapping[str, Spoil] = {
    one.__name__: one
    for one in (
        too_few_vectors,
        vectors_twice,
        shuffled_vectors,
        nan_vectors,
        zero_vectors,
        huge_vectors,
        short_vectors,
        uneven_vectors,
        vectors_of_words,
    )
}
"""Lists of vectors that are well formed as JSON and not to be used, or not as they stand, by name."""


def _numbers(row: JsonValue) -> list[JsonValue]:
    found = row["embedding"] if isinstance(row, dict) else None
    return found if isinstance(found, list) else []


def _with(row: JsonValue, **changed: JsonValue) -> JsonValue:
    return {**row, **changed} if isinstance(row, dict) else row
