"""Replies of a real model, written down once and told again, so that tests need no endpoint and cost nothing.

A reply is found by the customer's turn, not by the prompt around it (turn.py says what belongs to which), so
that a prompt, an example or a tool's description can be edited without recording everything again. A recording
may therefore be older than the prompt, and the journal says so; when a prompt changes, it should be made again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

from domain.errors import ConfigurationError, InvalidModelOutput, ModelUnavailable
from simulators.model.answer import Answer, Called, Usage
from simulators.model.spec import Upstream
from simulators.model.turn import Turn

Json = Mapping[str, JsonValue]
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


@dataclass(frozen=True)
class Recorded:
    """An answer that was recorded; `prompt` is a digest of what the model was told then."""

    answer: Answer
    prompt: str


class Recordings:
    """A file of replies, one in a line; of several for the same turn the last one counts."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._found: dict[str, Recorded] = {}

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
                found = Recorded(answer_of(entry["reply"]), str(entry["prompt"]))
                self._found[str(entry["turn"])] = found
            except (ValidationError, KeyError, InvalidModelOutput) as wrong:
                raise ConfigurationError(
                    f"{self.file}:{number} is no recorded reply; record again, with mode `record`"
                ) from wrong

    def find(self, turn: Turn) -> Recorded | None:
        """What was recorded for this turn; None where nothing was."""
        return self._found.get(turn.digest)

    def keep(self, request: Json, reply: JsonValue, mask: Callable[[str], str]) -> None:
        """Write a reply down, and of the request what it is found by, without what names a person."""
        turn = Turn.of(request)
        asked: JsonValue = {"messages": list(turn.messages), "functions": turn.functions}
        entry = {
            "turn": turn.digest,
            "prompt": turn.prompt,
            "request": masked(asked, mask),
            "reply": masked(reply, mask),
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def masked(value: JsonValue, mask: Callable[[str], str], *, numbers: bool = False) -> JsonValue:
    """The value with every text in it masked, or also every number; the names of fields stay."""
    if isinstance(value, str):
        return _masked_text(value, mask)
    if isinstance(value, list):
        return [masked(one, mask, numbers=numbers) for one in value]
    if isinstance(value, dict):
        return {name: masked(one, mask, numbers=numbers) for name, one in value.items()}
    if numbers and isinstance(value, int | float) and mask(str(value)) != str(value):
        return mask(str(value))
    return value


def _masked_text(text: str, mask: Callable[[str], str]) -> str:
    """A call's arguments are JSON in a text, and have to stay JSON: a number in them may be a telephone's."""
    hidden = mask(text)
    if hidden == text:
        return text
    try:
        value = _LINE.validate_json(text)
    except ValidationError:
        return hidden
    return json.dumps(masked(value, mask, numbers=True), ensure_ascii=False)


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
