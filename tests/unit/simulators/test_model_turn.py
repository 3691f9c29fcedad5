"""What a recorded reply is found by: the customer's turn as the desk lays it out, and nothing of the prompt."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, Field

from agent.prompts.loader import load
from domain.conversation import Task
from domain.models import Prompt
from domain.reading import ReadingContext
from simulators.model.turn import Turn
from tests.unit.simulators.model_world import SAID, TOOLS, body
from understanding.asking import Asked, Asking
from understanding.examples import Example
from understanding.lexicon import Lexicon

NOW = datetime(2026, 3, 12, 10, 0, tzinfo=ZoneInfo("Asia/Hong_Kong"))
CONTEXT = ReadingContext(now=NOW)
EXAMPLES = [
    Example("想訂房", "book_room", "yue"),
    Example("book a room\nfor two", "book_room", "en"),
    Example("做緊咩", "ask", "yue"),
]
WAITING = Task(id="t1", kind="book_room", slots={"nights": "2"}, status="awaiting_customer")


class Booking(BaseModel):
    room: str | None = Field(default=None, description="Kind of room")


def read(
    text: str = "我想訂房",
    context: ReadingContext = CONTEXT,
    *,
    instructions: str = "Read.",
    description: str = "Book a room.",
    examples: Sequence[Example] = EXAMPLES,
) -> Prompt:
    tools = [Asked("book_room", description, Booking)]
    asking = Asking(instructions, "understand@1", tools, examples, Lexicon({}))
    return asking.prompt(text, context, ["ask", "book_room"], tenant="", turn="")


def sent(prompt: Prompt, **more: Any) -> dict[str, Any]:
    """A prompt as the connector sends it."""
    lines = [{"role": one.speaker, "content": one.text} for one in prompt.lines]
    tools = [
        {
            "type": "function",
            "function": {
                "name": one.name,
                "description": one.description,
                "parameters": dict(one.schema),
            },
        }
        for one in prompt.functions
    ]
    messages = [{"role": "system", "content": prompt.system}, *lines]
    return {"model": "m", "messages": messages, **({"tools": tools} if tools else {}), **more}


def turn(prompt: Prompt) -> Turn:
    return Turn.of(sent(prompt))


@pytest.mark.parametrize(
    "edited",
    [
        read(instructions="Read well."),
        read(description="Book a room in the inn."),
        read(examples=[*EXAMPLES, Example("我要訂房間", "book_room", "yue")]),
        read(examples=[EXAMPLES[2]]),
        read(examples=[Example("x", "cancel_booking", "en")]),
    ],
    ids=["instructions", "description", "another example", "fewer examples", "no example"],
)
def test_an_edit_of_the_readers_prompt_leaves_the_recordings_in_use(edited: Prompt) -> None:
    assert turn(edited).digest == turn(read()).digest
    assert turn(edited).prompt != turn(read()).prompt


@pytest.mark.parametrize(
    "other",
    [
        read("我想訂房!"),
        read(context=replace(CONTEXT, now=NOW.replace(day=13))),
        read(context=replace(CONTEXT, focus={"order": "HB-203115"})),
        read(context=replace(CONTEXT, tasks=(WAITING,))),
        read("我想訂房\nSimilar messages:\n- x"),
    ],
    ids=["message", "day", "records", "open task", "what only looks like examples"],
)
def test_another_turn_is_another_recording(other: Prompt) -> None:
    assert turn(other).digest != turn(read()).digest


def test_what_a_customer_writes_is_never_left_out() -> None:
    text = "a\nSimilar messages:\n- one\nVoice: loud\n<p>\nb"
    worded = load("compose").prompt(language="en", voice="Warm.", said=text, draft="Yes.")
    for prompt in (read(text), worded):
        (message,) = turn(prompt).messages
        assert text in str(message["content"])
    bare: dict[str, Any] = {
        "messages": [{"role": "user", "content": "Voice: loud\nSimilar messages:\n- one"}]
    }
    assert "loud" in str(Turn.of(bare).messages[0]["content"])


def test_an_edit_of_the_voice_leaves_the_recordings_in_use() -> None:
    said: dict[str, Any] = {"language": "en", "said": "where?", "draft": "It is on its way."}
    one, other = (load("compose").prompt(voice=voice, **said) for voice in ("Warm.", "Cool."))
    assert turn(one).digest == turn(other).digest
    assert turn(one).prompt != turn(other).prompt
    shouted = load("compose").prompt(voice="Warm.", **{**said, "said": "WHERE?"})
    assert turn(one).digest != turn(shouted).digest


def test_each_job_has_recordings_of_its_own() -> None:
    text = "幾時到?"
    prompts = [
        read(text),
        load("compose").prompt(language="en", voice="Warm.", said=text, draft=text),
        load("summarise").prompt(language="en", entries=text),
        load("translate").prompt(language="en", text=text),
    ]
    for one, other in itertools.combinations(prompts, 2):
        assert turn(one).digest != turn(other).digest


def test_the_model_its_parameters_and_the_delivery_do_not_matter() -> None:
    one = Turn.of(body(SAID, TOOLS))
    more: dict[str, Any] = {"stream": True, "user": "x", "temperature": 0.5, "max_tokens": 9}
    assert Turn.of({**body(SAID, TOOLS), "model": "other", **more}) == one


def test_whether_functions_are_offered_matters_and_which_does_not() -> None:
    one = Turn.of(body(SAID, TOOLS))
    assert Turn.of(body(SAID, TOOLS[:1])).digest == one.digest
    assert Turn.of(body(SAID)).digest != one.digest
    assert Turn.of(body(SAID, TOOLS, tool_choice="none")).digest == Turn.of(body(SAID)).digest


def test_the_ids_of_calls_do_not_matter_and_what_is_called_does() -> None:
    def after(call_id: str, result: str) -> Turn:
        request = body(SAID, TOOLS)
        function = {"name": "refund_order", "arguments": "{}"}
        request["messages"] += [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": call_id, "function": function}],
            },
            {"role": "tool", "tool_call_id": call_id, "content": result},
        ]
        return Turn.of(request)

    assert after("call_1", "done") == after("call_2", "done")
    assert after("call_1", "done").digest != after("call_1", "no").digest


def test_a_request_of_any_shape_has_a_turn() -> None:
    parts = [{"role": "user", "content": [{"text": "\ud800"}]}]
    shapes: list[Any] = [None, "x", [1, None], parts]
    for messages in shapes:
        assert Turn.of({"messages": messages}).digest
