"""Compound messages with the requests that are in them; nothing learns from these."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, TypeAdapter


class CompoundMessage(BaseModel):
    """One message and its requests, in order."""

    language: str
    text: str
    labels: list[str]


def compound_messages(path: Path) -> list[CompoundMessage]:
    """The messages of `playbook/examples/compound.yaml`."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return TypeAdapter(list[CompoundMessage]).validate_python(document["messages"])
