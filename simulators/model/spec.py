"""How a simulated model behaves: what it says, how fast, how wrong, and where it is written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from domain.errors import ConfigurationError

_LONGEST = 600.0
_SLOWEST_TOKEN = 10.0


def estimate(text: str) -> int:
    """About how many tokens a text has: one for two characters, too few for Chinese, too many for English."""
    return (len(text) + 1) // 2


class Planned(BaseModel):
    """A call that the script makes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arguments: Mapping[str, JsonValue] = Field(default_factory=dict)


class Entry(BaseModel):
    """What is answered when the customer says something that contains, or as a regex matches, `when`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: str
    calls: tuple[Planned, ...] = ()
    text: str = ""

    @field_validator("when")
    @classmethod
    def _is_a_pattern(cls, when: str) -> str:
        re.compile(when)
        return when

    def fits(self, said: str) -> bool:
        """Whether the customer said it."""
        return self.when in said or re.search(self.when, said) is not None


@dataclass(frozen=True)
class Upstream:
    """The real endpoint that replies are recorded from; `model` replaces the one that was asked for."""

    base_url: str
    key: str = field(default="", repr=False)
    model: str = ""
    timeout_seconds: float = 60.0


@dataclass(frozen=True)
class ModelSpec:
    """A simulated model.

    `mode` is `script`, `record`, `replay`, or one of the names of what may go wrong. With `calls_at_once` all
    calls of a script's entry come together; without, one for each request, as an agent gets them that reads each
    result first. What stands in the last user message between `<message>` and `</message>`, or another mark that
    `customer` names, is what the customer said; without marks all of it is. `count` counts tokens; the default is
    an estimate, and the journal says so. `texts_at_once` is how many texts one request for vectors may have.
    """

    mode: str = "script"
    models: tuple[str, ...] = ("scripted",)
    key: str = field(default="", repr=False)
    script: Sequence[Entry] = ()
    calls_at_once: bool = True
    otherwise: str = "OK."
    customer: tuple[str, ...] = ("message", "customer")
    first_token_seconds: float = 0.0
    seconds_per_token: float = 0.0
    longest_seconds: float = 300.0
    retry_after_seconds: int = 2
    texts_at_once: int = 2048
    id_shapes: tuple[str, ...] = ("HB-######", "HK-#####")
    recordings: Path | None = None
    upstream: Upstream | None = None
    mask: Callable[[str], str] | None = None
    count: Callable[[str], int] = estimate
    journal: Path | None = None

    def __post_init__(self) -> None:
        limits = {
            "first_token_seconds": _LONGEST,
            "seconds_per_token": _SLOWEST_TOKEN,
            "longest_seconds": _LONGEST,
        }
        for name, most in limits.items():
            if not 0 <= getattr(self, name) <= most:
                raise ConfigurationError(
                    f"{name} of the simulated model is not within 0 and {most}"
                )
        if not self.models:
            raise ConfigurationError("the simulated model has no name; give `models` at least one")


def read_script(file: Path) -> tuple[Entry, ...]:
    """The entries of a YAML file.

    Raises:
        ConfigurationError: the file is missing or is no script; names it and what is wrong.
    """
    try:
        return TypeAdapter(tuple[Entry, ...]).validate_python(
            yaml.safe_load(file.read_text("utf-8"))
        )
    except (OSError, yaml.YAMLError, ValidationError, re.error) as error:
        raise ConfigurationError(f"{file} is no script of a model: {error}") from error
