"""Read what people call things and rooms from `playbook/glossary/`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from domain.errors import ConfigurationError
from understanding.normalise import fold

_GENERAL = frozenset({"warehouse", "online shop", "shop"})


@dataclass(frozen=True)
class Kinds:
    """Words by the kind of thing they name, folded. `weak` words name nothing on their own."""

    nouns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modifiers: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    idioms: tuple[str, ...] = ()
    weak: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Glossary:
    """What products, rooms and places are called; each place with all its names."""

    products: Kinds = field(default_factory=Kinds)
    rooms: Kinds = field(default_factory=Kinds)
    places: tuple[tuple[str, ...], ...] = ()


def read_glossary(folder: Path) -> Glossary:
    """The words of `products.yaml`, `rooms.yaml` and `places.yaml`.

    Raises:
        ConfigurationError: names the file and what it lacks.
    """
    products, rooms = (
        _load(folder / "products.yaml", "nouns"),
        _load(folder / "rooms.yaml", "rooms"),
    )
    same = {fold(word): fold(group[0]) for group in products.get("same", []) for word in group}
    modifiers = frozenset(fold(str(word)) for word in products.get("modifiers", [])) | set(same)
    idioms = _longest_first(products.get("idioms", []))
    return Glossary(
        places=_places(folder / "places.yaml"),
        products=Kinds(_nouns(products["nouns"]), modifiers, same, idioms),
        rooms=Kinds(
            _nouns(rooms["rooms"]),
            weak=frozenset(fold(word) for word in rooms.get("weak_rooms", [])),
        ),
    )


def _nouns(lines: Mapping[str, list[Any]]) -> dict[str, tuple[str, ...]]:
    return {kind: _longest_first(words) for kind, words in lines.items()}


def _longest_first(words: list[Any]) -> tuple[str, ...]:
    return tuple(sorted({fold(str(word)) for word in words}, key=lambda word: (-len(word), word)))


def _load(path: Path, key: str) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get(key), dict):
        raise ConfigurationError(
            f"{path.name}: expected `{key}:` with a list of words on each line"
        )
    return document


def aliases(keys: Collection[str], places: Sequence[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What each store of a company may be called, folded; a name may stand for several stores."""
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        plain = fold(key).replace("_", " ").replace("-", " ").strip()
        lines = [line for line in places if any(_within(word, plain) for word in line)]
        # 觀塘 tells more than 倉: the general word counts only where nothing else is known.
        telling = [line for line in lines if line[1] not in _GENERAL] or lines
        names = {plain, plain.replace(" ", ""), *(word for line in telling for word in line)}
        for name in names:
            found.setdefault(name, []).append(key)
    return {name: tuple(each) for name, each in found.items() if name}


def _within(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return f" {word} " in f" {text} " or (
        len(word) > 4 and word.replace(" ", "") in text.replace(" ", "")
    )


def _places(path: Path) -> tuple[tuple[str, ...], ...]:
    lines = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return tuple(
        tuple(fold(str(word)) for word in (line["zh"], line["en"], *line.get("words", [])))
        for line in lines
    )
