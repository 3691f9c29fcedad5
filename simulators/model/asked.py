"""What somebody asks a simulated model: the body of one request, and what may be read out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Message(BaseModel):
    """One message of a prompt, as OpenAI-compatible services take it."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: JsonValue = None

    @property
    def text(self) -> str:
        """Its words, whether they came as one string or as parts."""
        if isinstance(self.content, str):
            return self.content
        parts = self.content if isinstance(self.content, list) else []
        texts = [part.get("text") for part in parts if isinstance(part, dict)]
        return "\n".join(one for one in texts if isinstance(one, str))


class Offered(BaseModel):
    """The function that a tool of the request describes."""

    model_config = ConfigDict(extra="allow")

    name: str
    description: str = ""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)


class OfferedTool(BaseModel):
    """A tool of the request."""

    model_config = ConfigDict(extra="allow")

    type: str = "function"
    function: Offered


class StreamOptions(BaseModel):
    """What a stream ends with."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class Body(BaseModel):
    """The body of a request; fields that nothing depends on are let through, as real services do."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1)
    tools: list[OfferedTool] | None = None
    tool_choice: JsonValue = None
    parallel_tool_calls: bool | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None


@dataclass(frozen=True)
class Asked:
    """One request; `number` counts them from 0, `key` is what the caller showed."""

    body: Body
    raw: Mapping[str, JsonValue]
    number: int = 0
    key: str = ""
    customer: tuple[str, ...] = ()
    id_shapes: tuple[str, ...] = ()

    @property
    def tools(self) -> tuple[Offered, ...]:
        """What may be called."""
        if self.body.tool_choice == "none":
            return ()
        return tuple(tool.function for tool in self.body.tools or ())

    @property
    def streams(self) -> bool:
        return bool(self.body.stream)

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with its usage."""
        return self.body.stream_options is not None and self.body.stream_options.include_usage

    @property
    def system(self) -> str:
        """What the model was told about itself."""
        told = [one.text for one in self.body.messages if one.role in ("system", "developer")]
        return "\n".join(told)

    @property
    def last(self) -> str:
        """The last message of the user, with everything that code has put around it."""
        said = [one.text for one in self.body.messages if one.role == "user"]
        return said[-1] if said else ""

    @property
    def said(self) -> str:
        """What the customer said last."""
        found = (between(self.last, mark) for mark in self.customer)
        return next((one for one in found if one is not None), self.last)

    @property
    def draft(self) -> str | None:
        """What a writer's prompt asks to be put better."""
        return between(self.last, "draft")

    @property
    def results(self) -> int:
        """How many results of tools the model has read since the user last spoke."""
        count = 0
        for message in reversed(self.body.messages):
            if message.role == "user":
                break
            count += message.role == "tool"
        return count

    @property
    def prompt(self) -> str:
        """Everything that the model reads, in the order in which Qwen's template lays it out."""
        tools = [tool.model_dump(exclude_none=True) for tool in self.body.tools or ()]
        messages = [one.model_dump(exclude_none=True) for one in self.body.messages]
        lead = 0
        while lead < len(messages) and messages[lead]["role"] in ("system", "developer"):
            lead += 1
        parts: list[object] = [*messages[:lead], *tools, *messages[lead:]]
        return "\n".join(json.dumps(part, ensure_ascii=False, sort_keys=True) for part in parts)


def between(text: str, mark: str) -> str | None:
    """What stands between `<mark>` and `</mark>`, the last time; None where there is none."""
    opening, closing = f"<{mark}>", f"</{mark}>"
    start = text.rfind(opening)
    end = text.find(closing, start) if start >= 0 else -1
    return text[start + len(opening) : end].strip("\r\n") if end >= 0 else None
