"""YAML read as text, so that every value is what it looks like, with the line of every word."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

Step = str | int
Path = tuple[Step, ...]


class UnreadableYaml(Exception):
    """The text is no YAML, or a word stands in it twice; `line` says where."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class TextDocument:
    """Nested dicts, lists and strings, and the line on which each of them begins."""

    data: object
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a place, or of the nearest place around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_text_yaml(text: str) -> TextDocument:
    """Read one document. Nothing is turned into a number, a date or a yes.

    Raises:
        UnreadableYaml: names the line.
    """
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "this is not YAML"
        raise UnreadableYaml(mark.line + 1 if mark else 1, problem) from error
    lines: dict[Path, int] = {}
    return TextDocument(None if root is None else _plain(root, (), lines), lines)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int]) -> object:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*path, place), lines) for place, one in enumerate(node.value)]
    return str(node.value)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in node.value:
        word, line = str(key.value), key.start_mark.line + 1
        if word in found:
            raise UnreadableYaml(line, f"`{word}` stands here twice")
        lines[(*path, word)] = line
        found[word] = _plain(value, (*path, word), lines)
    return found
