"""The company's own people in the simulated organisation: each with a chat of their own, and their groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from simulators.dingtalk.state import Group, Person

_GROUP_TITLE = "客服同事群 Service desk"


def read_office(folder: Path) -> tuple[list[Person], list[Group]]:
    """Who works there and the groups they are reached in, from `staff.yaml` and `duty.yaml` of a folder.

    Every colleague who is reached by DingTalk is a person; every group that duties go to has all of them in it.
    """
    people: dict[str, Person] = {}
    groups: dict[str, Group] = {}
    reaches: list[Mapping[str, Any]] = []
    for name, one in [*_entries(folder / "staff.yaml"), *_entries(folder / "duty.yaml")]:
        reach = one.get("reach", one)
        if not isinstance(reach, Mapping) or reach.get("channel") != "dingtalk":
            continue
        reaches.append(reach)
        user = str(reach.get("user") or "")
        if user:
            shown = str(one.get("name") or name)
            people.setdefault(user, Person(user_id=user, name=shown, staff=True))
    for reach in reaches:
        group = str(reach.get("group") or "")
        if group:
            groups[group] = Group(conversation_id=group, title=_GROUP_TITLE, members=list(people))
    return list(people.values()), list(groups.values())


def _entries(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a file with a table, a list, or a table of one list; nothing of a file that is not there."""
    if not path.exists():
        return
    content: Any = yaml.safe_load(path.read_text("utf-8")) or {}
    if isinstance(content, dict) and len(content) == 1:
        (only,) = content.values()
        content = only if isinstance(only, list) else content
    listed = (
        content.items() if isinstance(content, dict) else [(one.get("id"), one) for one in content]
    )
    for name, one in listed:
        if isinstance(one, Mapping):
            yield str(name), one
