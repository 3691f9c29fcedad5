"""The demo company as it is on the day of one golden conversation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from connectors.demo_shop import parse_world
from domain.company import World
from evals.scenario import Given

_LISTS = ("customers", "products", "orders", "invoices", "refunds", "accounts", "bookings")


class Company:
    """The demo company as a file, and what a conversation says is different that day."""

    def __init__(self, path: Path) -> None:
        self._text = path.read_text(encoding="utf-8")
        self._usual = parse_world(yaml.safe_load(self._text))

    @property
    def usual(self) -> World:
        return self._usual

    def world(self, given: Given) -> World:
        """The company of one conversation."""
        written = given.model_dump(include={*_LISTS, "history", "availability", "policies"})
        if not any(written.values()):
            return self._usual
        document = yaml.safe_load(self._text)
        for kind in _LISTS:
            _put(document[kind], written[kind], "sku" if kind == "products" else "id")
        document["history"] += written["history"]
        free = document["hotel"]["availability"]
        for night, rooms in written["availability"].items():
            free.setdefault(date.fromisoformat(night), {}).update(rooms)
        _merge(document["policies"], written["policies"])
        return parse_world(document)


def _put(records: list[dict[str, Any]], changes: list[dict[str, Any]], key: str) -> None:
    by_id = {str(one[key]): one for one in records}
    for change in changes:
        if change.get(key) in by_id:
            by_id[str(change[key])].update(change)
        else:
            records.append(change)


def _merge(into: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
