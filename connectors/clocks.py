"""Clocks: the real one, one that stands still, and the demo company's, which starts on its own first day."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Implements `Clock` with the time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands at the moment it was given, for tests and evaluations."""

    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment


class DemoClock:
    """Runs like a real clock from the demo company's first day, so that its orders never grow old."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._since = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._since)
