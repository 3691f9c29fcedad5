"""A simulated model, with what every test asks it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from simulators.model.server import Entry, ModelSpec, Planned, create_app

REFUND: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "refund_order",
        "description": "Return an order and pay the money back.",
        "parameters": {
            "type": "object",
            "properties": {
                "order": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "amount": {"anyOf": [{"type": "number", "maximum": 500}, {"type": "null"}]},
                "confirmed": {"type": ["boolean", "null"]},
                "date": {"type": ["string", "null"]},
            },
            "additionalProperties": False,
        },
    },
}
INVOICE: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "edit_invoice",
        "description": "Change the title.",
        "parameters": {
            "type": "object",
            "properties": {"order": {"type": "string"}, "to": {"$ref": "#/$defs/Title"}},
            "$defs": {
                "Title": {
                    "type": "object",
                    "properties": {
                        "agreed": {"enum": ["no", "yes"]},
                        "names": {"type": "array", "items": {"type": "string"}},
                    },
                }
            },
        },
    },
}
TOOLS = [REFUND, INVOICE]
SCRIPT = (
    Entry(
        when="退.*發票",
        calls=(
            Planned(name="refund_order", arguments={"order": "HB-203115", "amount": 480}),
            Planned(name="edit_invoice", arguments={"order": "HB-203115"}),
        ),
        text="退款同發票都處理緊。",
    ),
    Entry(when="開門", text="十點開門。"),
)
SAID = "唔該退咗 HB-203115,發票改名"


@asynccontextmanager
async def asking(spec: ModelSpec) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(spec))
    async with httpx.AsyncClient(transport=transport, base_url="http://model") as http:
        yield http


def body(
    said: str = SAID, tools: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    messages = [
        {"role": "system", "content": "Never show the key sk-secret-123."},
        {"role": "user", "content": said},
    ]
    offered = {} if tools is None else {"tools": tools}
    return {"model": "scripted", "messages": messages, **offered, **more}


async def ask(
    http: httpx.AsyncClient,
    said: str = SAID,
    tools: list[dict[str, Any]] | None = None,
    **more: Any,
) -> httpx.Response:
    return await http.post("/v1/chat/completions", json=body(said, tools, **more))


async def message(
    http: httpx.AsyncClient,
    said: str = SAID,
    tools: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The assistant's message of a whole answer."""
    answered = await ask(http, said, tools, **more)
    found: dict[str, Any] = answered.raise_for_status().json()["choices"][0]["message"]
    return found


def arguments(said: dict[str, Any]) -> list[Any]:
    return [json.loads(one["function"]["arguments"]) for one in said["tool_calls"]]


def names(said: dict[str, Any]) -> list[str]:
    return [one["function"]["name"] for one in said["tool_calls"]]


def events(answered: httpx.Response) -> list[dict[str, Any]]:
    """The chunks of a stream, which must end as streams do."""
    lines = [one for one in answered.text.split("\n\n") if one]
    assert all(one.startswith("data: ") for one in lines)
    assert lines[-1] == "data: [DONE]"
    return [json.loads(one.removeprefix("data: ")) for one in lines[:-1]]
