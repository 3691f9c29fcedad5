"""What a reply may cost: calls by the second for cards, calls by the month for everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import structlog
from aiolimiter import AsyncLimiter
from prometheus_client import Counter, Gauge

from domain.channels import Quota
from domain.errors import StorageError
from domain.ports import Clock

log = structlog.get_logger()
Level = Literal["stream", "card", "markdown"]
_STREAM_BELOW = 0.7
_CARD_BELOW = 0.9
_WRITE_AFTER = 20  # calls, so that counting does not cost a commit each
_WRITE_EVERY = timedelta(seconds=5)
_USED = Gauge("nightdesk_dingtalk_monthly_calls", "Calls of this month that are known of")
_SKIPPED = Counter(
    "nightdesk_dingtalk_updates_skipped", "Card updates left out to stay in the limit"
)


class Budget:
    """Counts calls and says what the next reply may be. One limiter for all cards of this process.

    A leaky bucket that may burst lets up to burst + rate calls through in the worst second, so the limit is shared
    between the two: of 35 a second, 5 at once and 30 more.
    """

    def __init__(
        self, quota: Quota, clock: Clock, name: str, monthly: int, per_second: float
    ) -> None:
        self._quota = quota
        self._clock = clock
        self._name = name
        self._monthly = monthly
        burst = max(1.0, per_second // 7)
        rate = max(per_second - burst, per_second / 2)
        self._limiter = AsyncLimiter(burst, burst / rate)
        self._spare = min(2.0, burst)  # one place stays free, which calls that wait take first
        self._pause_until = clock.now()
        self._month = ""
        self._known = 0
        self._unwritten = 0
        self._written_at = clock.now()

    async def turn(self) -> None:
        """Wait for the turn of a call that must be made."""
        await self._limiter.acquire()

    async def spare_turn(self) -> bool:
        """Take a turn only where nothing has to wait for it; false: leave this update out."""
        paused = self._clock.now() < self._pause_until
        if paused or not self._limiter.has_capacity(self._spare):
            _SKIPPED.inc()
            return False
        await self._limiter.acquire()  # at once: it has capacity, and nobody ran in between
        return True

    def slow_down(self, seconds: float) -> None:
        """The platform complained: for a while only what must be sent is sent."""
        self._pause_until = self._clock.now() + timedelta(seconds=seconds)

    async def count(self) -> None:
        """Count a call. A process that dies loses the last few: this is a guide, no account."""
        await self._refresh()
        self._unwritten += 1
        now = self._clock.now()
        if self._unwritten >= _WRITE_AFTER or now - self._written_at >= _WRITE_EVERY:
            await self._write()

    async def used_up(self) -> None:
        """DingTalk says there are none left this month; the count is raised so that every process knows."""
        await self._refresh()
        missing = self._monthly - self._known - self._unwritten
        self._unwritten += max(0, missing)
        log.error("dingtalk_monthly_calls_used_up", counted=self._monthly - max(0, missing))
        await self._write()

    async def level(self) -> Level:
        """What a reply may be: a card that types, a card at once, or markdown, which costs nothing."""
        await self._refresh()
        used = (self._known + self._unwritten) / self._monthly
        if used < _STREAM_BELOW:
            return "stream"
        return "card" if used < _CARD_BELOW else "markdown"

    async def close(self) -> None:
        """Write what was counted."""
        if self._unwritten:
            await self._write()

    async def _refresh(self) -> None:
        """Begin a new month, and at the start learn what other processes and runs have used."""
        now = self._clock.now()
        month = f"{now:%Y-%m}"
        if month == self._month:
            return
        self._month, self._unwritten, self._written_at = month, 0, now
        try:
            self._known = await self._quota.used(self._name)
        except StorageError as error:
            log.warning("dingtalk_calls_unknown", cause=str(error))
            self._known = 0

    async def _write(self) -> None:
        calls, self._unwritten = self._unwritten, 0
        self._written_at = self._clock.now()
        before = self._share()
        try:
            self._known = await self._quota.spend(self._name, calls)
        except StorageError as error:
            self._unwritten += calls
            log.warning("dingtalk_calls_not_counted", cause=str(error))
            return
        _USED.set(self._known)
        for limit in (_STREAM_BELOW, _CARD_BELOW):
            if before < limit <= self._share():
                log.warning("dingtalk_monthly_calls", used=self._known, of=self._monthly)

    def _share(self) -> float:
        return self._known / self._monthly
