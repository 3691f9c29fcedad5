"""No prompt changes unnoticed: each is registered with its version, its text and what was measured with it."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from agent.prompts.loader import PROMPTS, PromptFile, read_prompt

REGISTER = Path(__file__).parents[2] / "evals" / "prompts.yaml"
REMEDY = (
    "raise its version in the front matter, run"
    " `nightdesk evals --reader embedded --reader cascade --reader model`,"
    " and write its table into evals/prompts.yaml as a new entry"
)


class Measured(BaseModel):
    """One run of the evaluations with this version of a prompt."""

    model_config = ConfigDict(extra="forbid")

    date: datetime.date
    command: str = Field(min_length=1)
    model: str = Field(min_length=1)
    table: str = Field(min_length=1)


class Entry(BaseModel):
    """One version of a prompt."""

    model_config = ConfigDict(extra="forbid")

    name: str
    version: int = Field(ge=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    measured: list[Measured]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def objection(prompt: PromptFile, text: str, entries: Sequence[Entry]) -> str | None:
    """Why the register does not speak for a prompt; None when it does. The last entry of a name counts."""
    own = [one for one in entries if one.name == prompt.name]
    now = f"version {prompt.version}, sha256 {digest(text)}"
    if not own:
        return f"{prompt.name}.md is not registered ({now}): {REMEDY}"
    last = own[-1]
    if [one.version for one in own] != sorted({one.version for one in own}):
        return f"{prompt.name}: the versions in evals/prompts.yaml must rise"
    if last.sha256 != digest(text):
        return f"{prompt.name}.md is not the text that is registered (now {now}): {REMEDY}"
    if last.version != prompt.version:
        return f"{prompt.name}.md says version {prompt.version}, its entry {last.version}: {REMEDY}"
    if last.version > 1 and not last.measured:
        return f"{prompt.name}.md was changed and nothing is measured: {REMEDY}"
    return None


def read_register() -> list[Entry]:
    return TypeAdapter(list[Entry]).validate_python(yaml.safe_load(REGISTER.read_text("utf-8")))


@pytest.mark.parametrize("path", sorted(PROMPTS.glob("*.md")), ids=lambda path: path.stem)
def test_a_prompt_is_the_text_that_was_registered(path: Path) -> None:
    wrong = objection(read_prompt(path), path.read_text("utf-8"), read_register())
    assert wrong is None, wrong


def test_nothing_is_registered_that_is_no_prompt() -> None:
    assert {one.name for one in read_register()} == {path.stem for path in PROMPTS.glob("*.md")}


PROMPT = PromptFile("one", 2, "compose", (), "Say it.", "")
FIRST = Entry(name="one", version=1, sha256=digest("old"), measured=[])
RUN = Measured(date=datetime.date(2026, 3, 12), command="nightdesk evals", model="m", table="9 / 9")
SECOND = Entry(name="one", version=2, sha256=digest("new"), measured=[RUN])


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ([], r"not registered .*raise its version.*nightdesk evals --reader embedded"),
        ([FIRST], "not the text that is registered .*raise its version"),
        ([FIRST, SECOND.model_copy(update={"sha256": digest("new ")})], "not the text"),
        ([FIRST.model_copy(update={"sha256": digest("new")})], "says version 2, its entry 1"),
        ([SECOND.model_copy(update={"measured": []})], "nothing is measured: .*prompts.yaml"),
        ([SECOND, SECOND], "must rise"),
        ([SECOND, FIRST], "must rise"),
    ],
)
def test_what_the_register_does_not_speak_for_is_named(
    entries: list[Entry], complaint: str
) -> None:
    found = objection(PROMPT, "new", entries)
    assert found is not None
    assert re.search(complaint, found)


def test_a_measured_change_is_fine_and_its_history_stays() -> None:
    assert objection(PROMPT, "new", [FIRST, SECOND]) is None
    assert objection(PROMPT, "new", [SECOND]) is None
