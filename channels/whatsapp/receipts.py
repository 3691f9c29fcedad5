"""What status webhooks tell: what arrived, what failed after it was taken, what was taken and nobody said so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from prometheus_client import Counter

from channels.whatsapp.forms import message_of
from channels.whatsapp.members import clean, code_of, tables, word
from channels.whatsapp.memory import Memory

log = structlog.get_logger()
_STATUSES = Counter("nightdesk_whatsapp_statuses", "Status webhooks", ["status"])
_FAILED = Counter(
    "nightdesk_whatsapp_failed", "Messages that failed after they were taken", ["code"]
)
_RANKS = {"sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}


class Receipts:
    """What is known of messages on their way, as far as this process was told."""

    def __init__(self) -> None:
        self._ranks: Memory[int] = Memory()
        self._taken: Memory[str] = Memory()
        self._awaited: dict[str, asyncio.Event] = {}

    def told(self, status: Mapping[str, Any]) -> None:
        """Take in one status. They come twice, late and in any order: only the furthest one counts."""
        wamid, name = word(status, "id"), word(status, "status")
        key = clean(word(status, "biz_opaque_callback_data"))
        if wamid and key:
            self.taken(key, wamid)
        rank = _RANKS.get(name, 0)
        if not wamid or rank <= (self._ranks.get(wamid) or 0):
            _STATUSES.labels("repeated" if rank else "unknown").inc()
            return
        self._ranks.put(wamid, rank)
        _STATUSES.labels(name).inc()
        if name == "failed":
            self._failed(message_of(key), status)
        else:
            log.debug("whatsapp_status", message_id=message_of(key), status=name)

    def _failed(self, message_id: str, status: Mapping[str, Any]) -> None:
        """Taken is not delivered: most failures are told afterwards."""
        for code in [code_of(one) for one in tables(status.get("errors"))] or [-1]:
            _FAILED.labels(str(code)).inc()
            log.error("whatsapp_failed_after_sending", message_id=message_id, code=code)

    def taken(self, key: str, wamid: str) -> None:
        """WhatsApp took the piece with this key."""
        self._taken.put(key, wamid)
        if key in self._awaited:
            self._awaited[key].set()

    def wamid(self, key: str) -> str | None:
        """The id of a piece that WhatsApp took, so far as we know."""
        return self._taken.get(key)

    async def proof(self, key: str, within: float) -> str | None:
        """The id of a piece whose answer was lost, if a status tells of it in time."""
        event = self._awaited.setdefault(key, asyncio.Event())
        try:
            async with asyncio.timeout(within):
                if self.wamid(key) is None:
                    await event.wait()
        except TimeoutError:
            return None
        finally:
            self._awaited.pop(key, None)
        return self.wamid(key)
