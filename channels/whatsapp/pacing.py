"""Not too fast to one person: WhatsApp takes about a message every six seconds, and lends some in advance."""

from __future__ import annotations

from datetime import timedelta

from channels.whatsapp.memory import Memory
from domain.errors import RateLimited
from domain.ports import Clock

BURST = 10  # Meta lends 45, and wants them back: so much slower is the next answer


class Pacing:
    """A place for every message to one person.

    An aiolimiter would wait in here and cannot say for how long: a turn would stand still, a restart would forget
    it, and a bucket would be held for everybody who ever wrote. The outbox waits durably, so it is told when.
    """

    def __init__(self, clock: Clock, every: float = 6.0, burst: int = BURST) -> None:
        self._clock = clock
        self._every = timedelta(seconds=every)
        self._ahead = self._every * (burst - 1)
        self._due: Memory[float] = Memory()

    def take(self, person: str) -> None:
        """Take a place.

        Raises:
            RateLimited: there is none; it says when there will be one.
        """
        now = self._clock.now().timestamp()
        due = max(self._due.get(person) or now, now)
        wait = due - now - self._ahead.total_seconds()
        if wait > 1e-3:
            raise RateLimited("more messages to one person than WhatsApp takes", wait)
        self._due.put(person, due + self._every.total_seconds())
