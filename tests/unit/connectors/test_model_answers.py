from __future__ import annotations

import pytest

from connectors.model_openai.answers import Thoughts, without_thoughts


@pytest.mark.parametrize("size", range(1, 12))
def test_a_thought_is_left_out_wherever_the_text_is_cut(size: int) -> None:
    text = "a<think>b</think>c<thin<think>d</thi</think>e"
    thoughts = Thoughts()
    shown = [thoughts.hear(text[i : i + size]) for i in range(0, len(text), size)]
    assert "".join(shown) + thoughts.rest() == "ac<thine"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("好", "好"),
        ("<think>x", ""),
        ("x</think>好", "好"),
        ("<think></think>好", "好"),
        ("a<think>x</think>b", "ab"),
    ],
)
def test_a_whole_text_has_no_thoughts(text: str, shown: str) -> None:
    assert without_thoughts(text) == shown
