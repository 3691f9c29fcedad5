"""Replies of a real model, written down once and told again, so that tests need no endpoint and cost nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

from domain.errors import ConfigurationError, InvalidModelOutput, ModelUnavailable
from simulators.model.answer import Answer, Called, Usage
from simulators.model.spec import Upstream

Json = Mapping[str, JsonValue]
# What an answer depends on. The model's name is not in it, nor is how the answer is delivered.
_DECIDES = (
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
)
_LINE = TypeAdapter(dict[str, JsonValue])


class _Function(BaseModel):
    name: str
    arguments: JsonValue = None


class _Called(BaseModel):
    id: str = ""
    function: _Function


class _Said(BaseModel):
    content: JsonValue = None
    tool_calls: list[_Called] | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Counted(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Cached | None = None


class _Reply(BaseModel):
    """Of a real reply, what is told again."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Counted | None = None

    @property
    def counted(self) -> Usage | None:
        if self.usage is None:
            return None
        kept = self.usage.prompt_tokens_details
        cached = (kept.cached_tokens if kept else 0) or 0
        return Usage(self.usage.prompt_tokens, cached, self.usage.completion_tokens, recorded=True)


class Refused(Exception):
    """What the real endpoint answered instead of a reply."""

    def __init__(self, status: int, body: JsonValue) -> None:
        super().__init__(f"the endpoint answered {status}")
        self.status, self.body = status, body


def digest(request: Json) -> str:
    """The same for the same question, whichever model is asked and whether it streams."""
    decides = {name: request[name] for name in _DECIDES if request.get(name) is not None}
    text = json.dumps(decides, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Recordings:
    """A file of replies, one in a line; of several for the same question the last one counts."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._answers: dict[str, Answer] = {}

    def load(self) -> None:
        """Read the file.

        Raises:
            ConfigurationError: it is missing, or a line is no recording; names it.
        """
        try:
            lines = self.file.read_text("utf-8").splitlines()
        except OSError as wrong:
            raise ConfigurationError(
                f"{self.file} cannot be read; record replies first, with mode `record`"
            ) from wrong
        for number, line in enumerate(lines, start=1):
            try:
                entry = _LINE.validate_json(line)
                self._answers[str(entry["digest"])] = answer_of(entry["reply"])
            except (ValidationError, KeyError, InvalidModelOutput) as wrong:
                raise ConfigurationError(f"{self.file}:{number} is no recorded reply") from wrong

    def find(self, request: Json) -> Answer | None:
        """The answer that was recorded; None where there is none."""
        return self._answers.get(digest(request))

    def keep(self, request: Json, reply: JsonValue, mask: Callable[[str], str]) -> None:
        """Write a reply down, without what names a person."""
        entry = {
            "digest": digest(request),
            "request": masked(dict(request), mask),
            "reply": masked(reply, mask),
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def masked(value: JsonValue, mask: Callable[[str], str]) -> JsonValue:
    """The value with every text in it masked; the names of fields stay."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [masked(one, mask) for one in value]
    if isinstance(value, dict):
        return {name: masked(one, mask) for name, one in value.items()}
    return value


async def forward(upstream: Upstream, request: Json, http: httpx.AsyncClient) -> JsonValue:
    """Ask the real endpoint, always for the whole answer at once.

    Raises:
        Refused: it answered with an error, which the caller is to see.
        ModelUnavailable: it did not answer, or not in JSON.
    """
    asked = {name: one for name, one in request.items() if name not in ("stream", "stream_options")}
    if upstream.model:
        asked["model"] = upstream.model
    try:
        reply = await http.post(
            f"{upstream.base_url.rstrip('/')}/chat/completions",
            json=asked,
            headers={"Authorization": f"Bearer {upstream.key}"} if upstream.key else {},
            timeout=upstream.timeout_seconds,
        )
        body: JsonValue = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as wrong:
        raise ModelUnavailable(
            f"no answer to record from {upstream.base_url}: {type(wrong).__name__}"
        ) from wrong
    if reply.status_code != 200:
        raise Refused(reply.status_code, body)
    return body


def answer_of(reply: JsonValue) -> Answer:
    """The answer in a real reply, to be told at any pace.

    Raises:
        InvalidModelOutput: there is none in it.
    """
    try:
        read = _Reply.model_validate(reply)
    except ValidationError as wrong:
        raise InvalidModelOutput("the reply has no message in it") from wrong
    choice = read.choices[0]
    calls = tuple(
        Called(one.function.name, one.function.arguments, one.id)
        for one in choice.message.tool_calls or ()
    )
    return Answer(choice.message.content, calls, choice.finish_reason or "", read.counted)
