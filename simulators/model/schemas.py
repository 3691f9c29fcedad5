"""Arguments for any tool, made from nothing but the schema that the request describes it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pydantic import JsonValue

Schema = Mapping[str, JsonValue]
Choose = Callable[[str, Schema], JsonValue]
"""A value for an argument of this name and schema; only asked where the schema leaves a choice."""

_DEEPEST = 6


def fill(schema: Schema, choose: Choose) -> dict[str, JsonValue]:
    """One value for every argument that the schema knows."""
    return _object(schema, schema, choose, 0)


def properties(schema: Schema) -> dict[str, Schema]:
    """The arguments by name, each with its schema, references followed and null left out."""
    known = schema.get("properties")
    if not isinstance(known, dict):
        return {}
    return {name: solid(one, schema) for name, one in known.items()}


def kind(schema: Schema) -> str:
    """The JSON type that the schema asks for."""
    named = schema.get("type")
    if isinstance(named, list):
        named = next((one for one in named if one != "null"), None)
    if isinstance(named, str):
        return named
    return "object" if "properties" in schema else "string"


def solid(schema: JsonValue, root: Schema) -> Schema:
    """The schema without its wrapping: a reference followed, the first branch that is not null."""
    found: Schema = schema if isinstance(schema, dict) else {}
    for _ in range(_DEEPEST):
        inner = next(_inside(found, root), None)
        if inner is None:
            break
        # The description of a nullable argument stands outside of its branches.
        found = {**{k: v for k, v in found.items() if k == "description"}, **inner}
    return found


def _inside(schema: Schema, root: Schema) -> Iterator[Schema]:
    pointer = schema.get("$ref")
    if isinstance(pointer, str):
        target: JsonValue = dict(root)
        for step in pointer.lstrip("#/").split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        if isinstance(target, dict):
            yield target
    for word in ("anyOf", "oneOf", "allOf"):
        branches = schema.get(word)
        for branch in branches if isinstance(branches, list) else []:
            if isinstance(branch, dict) and branch.get("type") != "null":
                yield branch


def _value(name: str, schema: Schema, root: Schema, choose: Choose, depth: int) -> JsonValue:
    of = kind(schema)
    if "const" in schema:
        return schema["const"]
    if depth < _DEEPEST and of == "object" and "properties" in schema:
        return _object(schema, root, choose, depth + 1)
    if depth < _DEEPEST and of == "array":
        items = solid(schema.get("items"), root)
        return [_value(name, items, root, choose, depth + 1)]
    return choose(name, schema)


def _object(schema: Schema, root: Schema, choose: Choose, depth: int) -> dict[str, JsonValue]:
    known = schema.get("properties")
    return {
        name: _value(name, solid(one, root), root, choose, depth)
        for name, one in (known.items() if isinstance(known, dict) else ())
    }
