"""What the last reply waits for."""

from __future__ import annotations

from collections.abc import Sequence

from domain.conversation import Task

CONFIRMATION = "confirmation"


def awaiting(tasks: Sequence[Task]) -> tuple[str, ...]:
    """Names of the slots asked for, then `confirmation` if a yes is waited for."""
    slots = [slot for task in tasks if task.status == "awaiting_customer" for slot in task.missing]
    waits = [CONFIRMATION] if any(task.awaits_yes for task in tasks) else []
    return tuple(dict.fromkeys([*slots, *waits]))
