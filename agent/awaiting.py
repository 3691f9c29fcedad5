"""What the last reply waits for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from domain.conversation import Task

CONFIRMATION = "confirmation"
OTP = "otp"


def awaiting(tasks: Sequence[Task]) -> tuple[str, ...]:
    """Names of the slots asked for, then `confirmation` if a yes is waited for."""
    slots = [slot for task in tasks if task.status == "awaiting_customer" for slot in task.missing]
    waits = [CONFIRMATION] if any(task.awaits_yes for task in tasks) else []
    return tuple(dict.fromkeys([*slots, *waits]))


def codes(tasks: Sequence[Task], text: str) -> list[str]:
    """What may be a one-time code while one is asked for: right or wrong, it stands in no log and no brief."""
    return code_like(text) if asks_code(tasks) else []


def asks_code(tasks: Sequence[Task]) -> bool:
    """Was a one-time code asked for?"""
    return any(OTP in (*task.missing, *task.asked) for task in tasks)


def code_like(text: str) -> list[str]:
    """Every number that could be a one-time code."""
    return re.findall(r"\d{4,8}", unicodedata.normalize("NFKC", text))
