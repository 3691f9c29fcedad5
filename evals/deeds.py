"""Whether the desk did what it should, exactly once, and nothing else: tools, then records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.outcomes import unpacked
from domain.conversation import Task
from domain.tooling import Done
from evals.expectations import Agent, Fields, wanted_acts
from evals.matching import same
from evals.player import Scene
from evals.vocabulary import READS, effect_of


def lookups(wanted: Agent, scene: Scene) -> list[str]:
    """What should have been looked up and was not, or should not have been and was."""
    found = []
    for name, fields in wanted_acts(wanted.does):
        if name in READS and not any(_looked_up(task, name, fields) for task in scene.tasks):
            found.append(f"should look up {_act(name, fields)} and does not")
    for name in wanted.does_not:
        if name in READS and any(_looked_up(task, name, {}) for task in scene.tasks):
            found.append(f"looks up {name}, which it must not")
    return found


def _looked_up(task: Task, name: str, fields: Fields) -> bool:
    if task.kind != name or task.status != "done" or task.outcome is None:
        return False
    outcome = unpacked(task.outcome)
    told = outcome.values if isinstance(outcome, Done) else {}
    return _fits({**told, **task.slots}, fields)


def effects(wanted: Agent, scene: Scene) -> list[str]:
    """What the shop's own log lacks, and what it has that was not wanted."""
    left, found = list(scene.effects), []
    for name, fields in _written(wanted):
        kind = effect_of(name)
        fitting = next((e for e in left if e["kind"] == kind and _fits(e, fields)), None)
        if fitting is None:
            found.append(f"should do {_act(name, fields)} and does not")
        else:
            left.remove(fitting)
    found += [f"does {_effect(one)}, which nobody agreed to" for one in left]
    return found


def _written(wanted: Agent) -> list[tuple[str, Fields]]:
    """Acts that leave an entry; an invoice's title and number are an entry each."""
    acts: list[tuple[str, Fields]] = []
    for name, fields in wanted_acts(wanted.does):
        parts = [key for key in ("title", "tax_id", "email") if key in fields]
        if effect_of(name) == "invoice.update" and parts:
            rest: Fields = {key: value for key, value in fields.items() if key not in parts}
            acts += [(name, {**rest, "field": key, "value": fields[key]}) for key in parts]
        elif name not in READS:
            acts.append((name, fields))
    return acts


def _fits(effect: Mapping[str, Any], fields: Fields) -> bool:
    return all(key in effect and same(effect[key], value) for key, value in fields.items())


def _act(name: str, fields: Fields) -> str:
    told = ", ".join(f"{key} {value}" for key, value in fields.items())
    return f"{name} ({told})" if told else name


def _effect(effect: Mapping[str, Any]) -> str:
    told = ", ".join(f"{k} {v}" for k, v in effect.items() if k not in ("kind", "customer"))
    return f"{effect['kind']} ({told})"
