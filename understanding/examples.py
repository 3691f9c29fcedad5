"""The utterances that teach the offline reader, as people wrote them in `playbook/examples/`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from domain.errors import ConfigurationError

FROM_THE_DESK = (
    "from_the_desk"  # what colleagues said was no alarm; it comes in whatever languages it came in
)
LANGUAGES = ("yue", "zh-Hant", "zh-Hans", "en", "mix")

# An identifier in an example is written as its kind; here it gets the shapes that identifiers have.
_SHAPES = {
    "order": ("HB-203115", "#58120", "SO2210-7", "A10088", "ORD-7731"),
    "invoice": ("INV-88021", "IV20931", "F-30018"),
    "booking": ("HI-3321", "BK40017", "RES-811"),
    "account": ("HP-7002", "AC-1190"),
    "sku": ("KET-17", "B-LAMP2"),
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FILLINGS = 2  # of each frame: more would teach the frames alone
QUESTION = "ask"  # the label of every general question
Fill = Callable[[str], str]


@dataclass(frozen=True)
class Example:
    """One utterance, what it stands for, and the language it was filed under."""

    text: str
    label: str
    language: str


def read_labels(folder: Path, fill: Fill | None = None) -> list[Example]:
    """Every example of a folder with one file per label; `fill` says what stands for an identifier.

    Raises:
        ConfigurationError: names the file and what it lacks.
    """
    examples = []
    for path in sorted(folder.glob("*.yaml")):
        document = _load(path)
        label = document.get("label")
        if label != path.stem:
            raise ConfigurationError(f"{path.name}: `label` must be {path.stem!r}, it is {label!r}")
        examples += _by_language(document, str(label), path, fill or filled)
    if not examples:
        raise ConfigurationError(f"{folder} holds no examples; the offline reader cannot learn")
    return examples


def prompt_examples(folder: Path) -> list[Example]:
    """What a model is shown: requests and questions, with a gap where an identifier would stand."""
    questions = read_labels(folder / "topics", blank)
    asked = [Example(one.text, QUESTION, one.language) for one in questions]
    return read_labels(folder / "tasks", blank) + asked


def read_keys(path: Path) -> list[Example]:
    """Every example of a file whose top keys are the labels."""
    document = _load(path)
    return [
        one
        for label, block in document.items()
        for one in _by_language(block, str(label), path, filled)
    ]


def read_frames(path: Path) -> list[str]:
    """Every frame filled with some of the incidents of its language, each time the same ones."""
    document = _load(path)
    found = []
    for language in LANGUAGES:
        incidents, frames = document["incidents"][language], document["frames"][language]
        for place, frame in enumerate(frames):
            for step in range(_FILLINGS):
                incident = incidents[(place * 5 + step * 7) % len(incidents)]
                found.append(str(frame).replace("{it}", str(incident)))
    return found


def digest(*folders: Path) -> str:
    """A hash of everything that is learnt from, so that a change is noticed."""
    seen = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")) if folder.is_dir() else [folder]:
            seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def filled(text: str) -> str:
    """The utterance with identifiers in place of placeholders; the same utterance gets the same ones."""

    def identifier(match: re.Match[str]) -> str:
        shapes = _SHAPES.get(match[1], ("X100",))
        return shapes[int(hashlib.sha256(text.encode()).hexdigest(), 16) % len(shapes)]

    return _PLACEHOLDER.sub(identifier, text)


def blank(text: str) -> str:
    """The utterance with a gap for each identifier, so that no model can copy one."""
    return _PLACEHOLDER.sub("___", text)


def _by_language(block: Any, label: str, path: Path, fill: Fill) -> list[Example]:
    missing = [language for language in LANGUAGES if not block.get(language)]
    if missing and label != FROM_THE_DESK:
        raise ConfigurationError(f"{path.name}: {label} has no examples in {', '.join(missing)}")
    return [
        Example(fill(str(text)), label, language)
        for language in LANGUAGES
        for text in block.get(language) or ()
    ]


def _load(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(
            f"{path.name}: expected keys and lists, found {type(document).__name__}"
        )
    return document
