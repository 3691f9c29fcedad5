"""Clocks: the real one, one that stands still, the demo company's own day, and one as fast as it is told."""

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
    """Runs like a real clock from the demo company's first day.

    `began` is when that day began, in seconds since 1970. Over a restart it has to stay the same: what waits for a
    deadline must not find itself in the past.
    """

    def __init__(self, start: datetime, began: float | None = None) -> None:
        self._start = start
        self._began = time.time() if began is None else began

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.time() - self._began)


class PacedClock:
    """Begins at a moment of its own, and runs as much faster than a real clock as it is told; never backwards."""

    def __init__(self, start: datetime) -> None:
        self._since = start
        self._factor = 1.0
        self._until: datetime | None = None
        self._real = time.monotonic()

    def now(self) -> datetime:
        passed = timedelta(seconds=(time.monotonic() - self._real) * self._factor)
        moment = self._since + passed
        if self._until is not None and moment > self._until:
            moment = self._until
        return moment.astimezone(self._since.tzinfo)

    def run(self, factor: float, until: datetime | None = None) -> None:
        """From now on run `factor` times as fast, and stand still at `until`."""
        self._go_on(self.now(), factor, until)

    def jump(self, moment: datetime) -> None:
        """Be at a later moment at once, and go on like a real clock; what is past stays past."""
        self._go_on(max(moment, self.now()), 1.0, None)

    def _go_on(self, moment: datetime, factor: float, until: datetime | None) -> None:
        self._since, self._factor = moment.astimezone(self._since.tzinfo), factor
        self._until = None if until is None else max(until, moment)
        self._real = time.monotonic()
