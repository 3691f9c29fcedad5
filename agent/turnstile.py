"""Up to where a turn may be taken back: while it is only read, and not from the moment something may be done."""

from __future__ import annotations

import asyncio


class Turnstile:
    """Lets through one of two: whoever goes on with a turn, or whoever stops it.

    Both sides only look and set, without waiting in between, so in one event loop they cannot both get through.
    """

    def __init__(self) -> None:
        self._passed = False
        self._stopped = False

    def go_on(self) -> None:
        """From here on the turn is finished.

        Raises:
            CancelledError: it was stopped before.
        """
        if self._stopped:
            raise asyncio.CancelledError("the customer wrote again while this was read")
        self._passed = True

    def stop(self) -> bool:
        """Stop the turn; false when it is too late for that."""
        self._stopped = not self._passed
        return self._stopped
