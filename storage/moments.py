"""Times as the office's tables keep them: seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(moment: datetime | None) -> float | None:
    """A moment as the tables keep it."""
    return None if moment is None else moment.timestamp()


def moment(kept: float | None) -> datetime | None:
    """A moment as it was kept; in UTC."""
    return None if kept is None else datetime.fromtimestamp(kept, UTC)
