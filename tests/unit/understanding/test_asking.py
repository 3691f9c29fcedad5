"""What a prompt says that it is about, for the desk alone: the single likeliest task."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from domain.reading import ReadingContext
from understanding.asking import Asked, Asking
from understanding.examples import Example
from understanding.lexicon import Lexicon


class Nothing(BaseModel):
    """A request without slots."""


@pytest.mark.parametrize(
    ("likely", "about"),
    [
        (["book_room", "find_rooms"], ("book_room",)),
        (["ask", "smalltalk", "find_rooms", "book_room"], ("find_rooms",)),
        (["ask", "handover"], ()),
        ([], ()),
    ],
)
def test_a_prompt_is_about_the_likeliest_tool(likely: list[str], about: tuple[str, ...]) -> None:
    tools = [Asked(name, name, Nothing) for name in ("book_room", "find_rooms")]
    asking = Asking("Read.", "understand@1", tools, [Example("hi", "ask", "en")], Lexicon({}))
    context = ReadingContext(now=datetime(2026, 3, 12, tzinfo=UTC))
    prompt = asking.prompt("x", context, likely, tenant="", turn="")
    assert prompt.about == about
