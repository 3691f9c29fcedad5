"""Turns texts into vectors with any OpenAI-compatible service: Tongyi Qianwen, OpenAI, vLLM, Ollama, llama.cpp."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import httpx
import numpy as np
import stamina
from pydantic import BaseModel, Field, ValidationError

from domain.errors import ConfigurationError, InvalidModelOutput, ModelRefused, ModelUnavailable
from domain.model_usage import Endpoint
from domain.ports import EmbedMode, Vectors

USUAL_DIMENSIONS = {
    "text-embedding-v3": 1024,
    "text-embedding-v4": 1024,
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
}
"""Models that take `dimensions`, with what is asked of them when the operator does not say."""
LONGEST_BYTES = (
    8_000  # a token is a byte at least, and the tightest service takes 8,191 tokens a text
)
TRIES = 3
PATIENCE: dict[EmbedMode, float] = {"query": 2.0, "passage": 30.0}
"""Seconds that a service may ask us to wait: a customer waits for a query, nobody for a passage."""
_QWEN_BATCH, _BATCH = 10, 64
_WORKERS = 4
_MOST_BYTES = (
    32_000_000  # of a response; sixty-four long vectors with every digit are a third of it
)
_PASSING = (408, 409, 425, 429)  # and everything from 500: the same request may succeed later
_ENDS = "nightdesk_ends"
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Row(BaseModel):
    index: int
    embedding: list[Annotated[float, Field(strict=True)]]


class _Answer(BaseModel):
    data: list[_Row]


class _Busy(ModelUnavailable):
    """The service says when to come back."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message)
        self.after = after


class _TooLong(httpx.TransportError):
    """More bytes than any answer has."""


class OpenAIEmbedder:
    """Implements `Embedder`; safe to share between threads. A question and a passage are embedded alike.

    Args:
        endpoint: its model; the operator's `dimensions` go with every request.
        seconds: how long one request may take.

    Raises:
        ConfigurationError: the address is none, or the key is missing.
        ModelError: how long the vectors of this model are had to be asked, and was not answered.
    """

    def __init__(self, endpoint: Endpoint, *, seconds: float = 20.0) -> None:
        _check(endpoint)
        # Imported here because it takes most of a second, which a desk that embeds offline need not wait.
        import openai

        self._endpoint, self._seconds = endpoint, seconds
        self._web = httpx.Client(
            timeout=httpx.Timeout(seconds, connect=min(3.0, seconds)),
            event_hooks={"request": [self._stamp], "response": [_bound]},
        )
        self._client = openai.OpenAI(
            base_url=endpoint.base_url,
            # A local server wants no key, the client wants one.
            api_key=endpoint.key.get_secret_value() if endpoint.key else "none",
            timeout=seconds,
            max_retries=0,
            http_client=self._web,  # type: ignore[arg-type]  # it takes both generations of httpx, its types one
        )
        self._faults = (openai.OpenAIError, httpx.HTTPError)
        self._wanted = endpoint.dimensions or USUAL_DIMENSIONS.get(endpoint.model)
        self.dimensions = self._wanted or self._ask(["."], None).shape[1]
        # The length is part of the name: vectors of two lengths never share a cache or an index.
        self.name = f"{endpoint.provider}:{endpoint.model}/{self.dimensions}"

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def embed(self, texts: Sequence[str], mode: EmbedMode) -> Vectors:
        """One unit vector a text, in the order given.

        Raises:
            ModelUnavailable: the service did not answer, also not when it was asked again.
            ModelRefused: the key, the model's name or the request is wrong.
            InvalidModelOutput: what came are not the vectors that were asked for.
        """
        cleaned = [_clean(text) for text in texts]
        unique = list(dict.fromkeys(cleaned))
        if not unique:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        size = _QWEN_BATCH if self._endpoint.model.startswith("text-embedding-v") else _BATCH
        batches = [unique[start : start + size] for start in range(0, len(unique), size)]

        def one(batch: list[str]) -> Vectors:
            return self._patiently(batch, mode)

        if len(batches) == 1:
            rows = one(batches[0])
        else:
            with ThreadPoolExecutor(min(_WORKERS, len(batches))) as pool:
                rows = np.vstack(list(pool.map(one, batches)))
        place = {text: number for number, text in enumerate(unique)}
        return rows[[place[text] for text in cleaned]]

    def _patiently(self, batch: list[str], mode: EmbedMode) -> Vectors:
        """Ask again what may succeed later: nothing is changed by asking twice."""
        for attempt in stamina.retry_context(on=_again(PATIENCE[mode]), attempts=TRIES):
            with attempt:
                return self._ask(batch, self.dimensions)
        raise AssertionError("stamina returns or raises")

    def _ask(self, batch: list[str], dimensions: int | None) -> Vectors:
        import openai

        try:
            raw = self._client.embeddings.with_raw_response.create(
                model=self._endpoint.model,
                input=batch,
                encoding_format="float",  # not every service knows the client's usual one
                dimensions=self._wanted or openai.omit,
            )
            return _vectors(raw.content, len(batch), dimensions, self._endpoint.provider)
        except self._faults as error:
            fault = _translated(error, self._endpoint, self._seconds)
        raise fault  # outside of the handler, so that the vendor's error and its words are not its context

    def _stamp(self, request: httpx.Request) -> None:
        request.extensions[_ENDS] = time.monotonic() + self._seconds


def _clean(text: str | None) -> str:
    """A text that can be sent: no half characters, not empty, not longer than services take."""
    kept = _SURROGATE.sub(" ", (text or "")[:LONGEST_BYTES]).replace("\x00", " ").strip()
    return kept.encode()[:LONGEST_BYTES].decode(errors="ignore") or "."


def _vectors(body: bytes, count: int, dimensions: int | None, provider: str) -> Vectors:
    """The vectors of an answer in the order of the texts, each with length one."""
    problem = f"{provider} sent something that are no vectors"
    try:
        found = {row.index: row.embedding for row in _Answer.model_validate_json(body).data}
    except ValidationError as error:
        # Without its words, which repeat what was sent.
        fault = InvalidModelOutput(f"{problem} ({error.error_count()} faults)")
    else:
        if sorted(found) != list(range(count)):
            raise InvalidModelOutput(f"{provider} sent {len(found)} vectors for {count} texts")
        lengths = {len(row) for row in found.values()}
        if len(lengths) != 1 or lengths != {dimensions or max(lengths)} or lengths == {0}:
            raise InvalidModelOutput(
                f"{provider} sent vectors of {sorted(lengths)} numbers instead of {dimensions or 'one length'}"
            )
        return _unit(np.array([found[number] for number in range(count)]), problem)
    raise fault


def _unit(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]], problem: str) -> Vectors:
    largest = np.abs(rows).max(axis=1, keepdims=True)
    if not np.isfinite(rows).all() or not (largest > 0).all():
        raise InvalidModelOutput(f"{problem} (not finite, or without a direction)")
    rows = rows / largest  # first, because the squares of large numbers are not finite
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _again(patience: float) -> Callable[[Exception], bool | float]:
    def hook(error: Exception) -> bool | float:
        if isinstance(error, _Busy):
            return error.after if error.after <= patience else False
        return isinstance(error, ModelUnavailable)

    return hook


class _Bounded(httpx.SyncByteStream):
    """A response that may be neither endless nor endlessly slow."""

    def __init__(self, inner: httpx.SyncByteStream, ends: float) -> None:
        self._inner, self._ends = inner, ends

    def __iter__(self) -> Iterator[bytes]:
        left = _MOST_BYTES
        for piece in self._inner:
            left -= len(piece)
            if left < 0:
                raise _TooLong("the response does not end")
            if time.monotonic() > self._ends:
                raise httpx.ReadTimeout("the response takes too long")
            yield piece

    def close(self) -> None:
        self._inner.close()


def _bound(response: httpx.Response) -> None:
    assert isinstance(response.stream, httpx.SyncByteStream)
    response.stream = _Bounded(response.stream, response.request.extensions[_ENDS])


def _translated(error: Exception, one: Endpoint, seconds: float) -> Exception:
    """Our error in words of our own: a vendor's message may repeat the key or the customer's words."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refusal(one, error.status_code, error.response.headers.get("retry-after", ""))
    if isinstance(error.__cause__ or error, _TooLong):
        return InvalidModelOutput(f"{one.provider} sent a response without end")
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return ModelUnavailable(f"{one.provider} did not answer within {seconds:g} s")
    if isinstance(error.__cause__ or error, httpx.ReadError | httpx.RemoteProtocolError):
        return ModelUnavailable(f"{one.provider} broke the connection off")
    return ModelUnavailable(
        f"{one.provider} cannot be reached at {one.base_url}; check {one.setting('BASE_URL')}"
    )


def _refusal(one: Endpoint, status: int, after: str) -> Exception:
    if status in _PASSING or status >= 500:
        message = f"{one.provider} answered {status}"
        return _Busy(message, float(after)) if after.isdecimal() else ModelUnavailable(message)
    if status in (401, 403):
        remedy = f"does not take the key; set {one.setting('KEY')}"
    elif status == 402:
        remedy = "wants to be paid; top up the account"
    elif status == 404:
        remedy = (
            f"knows no embedding model {one.model!r} at {one.base_url}; set NIGHTDESK_EMBEDDER"
            f" or {one.setting('BASE_URL')}"
        )
    elif status < 400:
        remedy = f"has moved from {one.base_url}; set {one.setting('BASE_URL')}"
    else:
        remedy = (
            f"does not take the request; check NIGHTDESK_EMBEDDER and {one.setting('DIMENSIONS')}"
        )
    return ModelRefused(f"{one.provider} {remedy} (status {status})")


def _check(endpoint: Endpoint) -> None:
    try:
        address = httpx.URL(endpoint.base_url)
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise ConfigurationError(
            f"{endpoint.setting('BASE_URL')} must begin with http:// or https://"
        )
    if endpoint.key_needed and not (endpoint.key and endpoint.key.get_secret_value()):
        raise ConfigurationError(
            f"{endpoint.setting('KEY')} is empty; set it, or set NIGHTDESK_EMBEDDER to embedded"
        )
