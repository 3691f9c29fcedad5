"""Reads a prompt file: its front matter, the text that stays the same and the line that changes every time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from domain.errors import ConfigurationError
from domain.models import ROLES, Role
from support.writing.wording import FIELD, Wording

PROMPTS = Path(__file__).parent
LINE = "=== line ==="  # below it stands what is said anew in every call
_FENCE = "---\n"
_WANTED = ("name", "version", "role", "inputs")


@dataclass(frozen=True)
class PromptFile:
    """A prompt as it stands in its file. `text` never changes; `line` is filled with `inputs`, or is empty."""

    name: str
    version: int
    role: Role
    inputs: tuple[str, ...]
    text: str
    line: str

    @property
    def source(self) -> str:
        """The file and its version, as traces and recordings name it."""
        return f"{self.name}@{self.version}"


def read_prompt(path: Path) -> PromptFile:
    """Read one file.

    Raises:
        ConfigurationError: names the file, and the input or the part that is missing or unused.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"prompt {path.name} cannot be read as UTF-8 text") from error
    front, body = _parts(path.name, text)
    _check_front(path, front)
    system, _, line = body.partition(f"\n{LINE}\n")
    if not system.strip():
        raise ConfigurationError(f"{path.name}: says nothing")
    inputs = tuple(str(one) for one in front["inputs"])
    _check_inputs(path.name, set(inputs), system, line)
    return PromptFile(
        path.stem, front["version"], front["role"], inputs, system.strip(), line.strip()
    )


def load(name: str, folder: Path = PROMPTS) -> Wording:
    """Read `<name>.md` for a writer; it needs a last line.

    Raises:
        ConfigurationError: as `read_prompt`, and when the file has no last line.
    """
    prompt = read_prompt(folder / f"{name}.md")
    if not prompt.line:
        raise ConfigurationError(f"{name}.md: needs a line {LINE!r} and a last line below it")
    return Wording(prompt.source, prompt.role, prompt.text, prompt.line)


def _parts(where: str, text: str) -> tuple[dict[str, Any], str]:
    opened, _, rest = text.partition(_FENCE)
    head, closed, body = rest.partition(f"\n{_FENCE}")
    if opened or not closed:
        raise ConfigurationError(f"{where}: must begin with front matter between --- lines")
    try:
        front = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{where}: the front matter is no YAML") from error
    if not isinstance(front, dict):
        raise ConfigurationError(f"{where}: the front matter is no YAML mapping")
    return front, body


def _check_front(path: Path, front: dict[str, Any]) -> None:
    where = path.name
    if lacking := [key for key in _WANTED if key not in front]:
        raise ConfigurationError(f"{where}: front matter lacks {', '.join(lacking)}")
    if front["name"] != path.stem:
        raise ConfigurationError(f"{where}: is named {front['name']!r} inside")
    if front["role"] not in ROLES:
        raise ConfigurationError(f"{where}: role {front['role']!r} is none of {', '.join(ROLES)}")
    if type(front["version"]) is not int:
        raise ConfigurationError(f"{where}: version must be a whole number")
    if not isinstance(front["inputs"], list):
        raise ConfigurationError(f"{where}: inputs must be a list of names")


def _check_inputs(where: str, named: set[str], system: str, line: str) -> None:
    if fields := FIELD.findall(system):
        raise ConfigurationError(
            f"{where}: {', '.join(fields)} stands above {LINE!r}; that part must not change"
        )
    used = set(FIELD.findall(line))
    if missing := sorted(used - named):
        raise ConfigurationError(f"{where}: uses {', '.join(missing)}, which inputs does not name")
    if unused := sorted(named - used):
        raise ConfigurationError(f"{where}: inputs names {', '.join(unused)}, which nothing uses")
