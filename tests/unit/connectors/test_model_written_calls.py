"""Calls that a model wrote into its text."""

from __future__ import annotations

import pytest

from connectors.model_openai.answers import written_calls
from domain.models import Call

ORDER = Call("find_order", {"order": "HK-1"})
WRITTEN = '{"name": "find_order", "arguments": {"order": "HK-1"}}'


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (WRITTEN, [ORDER]),
        (f"[{WRITTEN}, {WRITTEN}]", [ORDER, ORDER]),
        (f"```json\n{WRITTEN}\n```", [ORDER]),
        (f"```\n[{WRITTEN}]\n```", [ORDER]),
        (
            f"好，我查下。\n<tool_call>\n{WRITTEN}\n</tool_call>\n<tool_call>{WRITTEN}</tool_call>",
            [ORDER, ORDER],
        ),
        ('{"name": "find_order", "arguments": "{\\"order\\": \\"HK-1\\"}"}', [ORDER]),
        ('{"name": "find_order"}', [Call("find_order", {})]),
        ('{"name": "find_order", "arguments": null}', [Call("find_order", {})]),
    ],
)
def test_a_whole_call_is_read(text: str, calls: list[Call]) -> None:
    assert written_calls(text) == calls


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你張單已寄出。",
        WRITTEN[:-2],
        f"<tool_call>{WRITTEN[:-2]}</tool_call>",
        f"我會叫 {WRITTEN}",
        '{"name": 7}',
        '{"name": "find_order", "arguments": [1]}',
        '"find_order"',
        "7",
        "[" * 100_000,
    ],
)
def test_anything_else_stays_text(text: str) -> None:
    assert written_calls(text) == []
