"""The way out: the only one who speaks to customers and to staff, in order, until it has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import structlog
from prometheus_client import Counter

from domain.channels import Channel, Outgoing
from domain.errors import RateLimited, Undeliverable, UpstreamError
from domain.mailbox import Durable, OutboxStore, Unsent
from domain.ports import Clock

log = structlog.get_logger()
DELIVER = "deliver"
MOST_TRIES = 12  # over about two hours
_LONGEST_WAIT = 900.0
_SENDS = Counter("nightdesk_sends", "Messages handed to a platform", ["channel", "result"])


class Outbox:
    """Delivers what turns, staff and alerts wrote."""

    def __init__(
        self, store: OutboxStore, channels: Mapping[str, Channel], durable: Durable, clock: Clock
    ) -> None:
        self._store = store
        self._channels = channels
        self._durable = durable
        self._clock = clock

    async def deliver(self, conversation_id: str) -> bool:
        """Send what a conversation has waiting, in order. False: the rest has to wait, and a timer is set."""
        for unsent in await self._store.unsent(conversation_id):
            wait = await self._send(unsent)
            if wait is not None:
                await self.later(conversation_id, wait)
                return False
        return True

    async def recover(self) -> int:
        """Set out again with everything unsent, as after a start; returns how many conversations."""
        conversations = await self._store.conversations()
        for conversation_id in conversations:
            await self.later(conversation_id, 0.0)
        return len(conversations)

    async def _send(self, unsent: Unsent) -> float | None:
        """Send one message; None when it is off our hands, else the seconds to wait before it is tried again."""
        message = unsent.message
        channel = self._channels.get(message.address.channel)
        name = message.address.channel
        if not await self._store.claim(message):
            _SENDS.labels(name, "withheld").inc()
            log.info("withheld", message_id=message.id, conversation_id=message.conversation_id)
            return None
        try:
            if channel is None:
                raise Undeliverable(f"the channel {name!r} is not configured")
            log.debug("sending", message_id=message.id, channel=name)
            receipt = await channel.send(message)
        except Undeliverable as error:
            await self._drop(message, str(error))
            return None
        except UpstreamError as error:
            _SENDS.labels(name, error.code).inc()
            log.warning("not_sent_yet", message_id=message.id, channel=name, cause=str(error))
            if unsent.tries + 1 >= MOST_TRIES:
                await self._drop(message, f"{error.code} after {MOST_TRIES} tries")
                return None
            await self._store.tried(message.id, error.code)
            patience = min(_LONGEST_WAIT, 2.0**unsent.tries)
            return max(patience, error.after) if isinstance(error, RateLimited) else patience
        _SENDS.labels(name, "sent").inc()
        await self._store.sent(message.id, receipt, self._clock.now())
        log.debug("sent", message_id=message.id, channel=name, form=receipt.form)
        return None

    async def _drop(self, message: Outgoing, why: str) -> None:
        _SENDS.labels(message.address.channel, "dead").inc()
        log.error(
            "undeliverable",
            message_id=message.id,
            conversation_id=message.conversation_id,
            channel=message.address.channel,
            cause=why,
        )
        await self._store.gave_up(message.id, why)

    async def later(self, conversation_id: str, seconds: float) -> None:
        """Deliver what a conversation has waiting after so many seconds, whatever dies."""
        await self._durable.enqueue(
            DELIVER,
            f"deliver-{uuid4().hex}",
            conversation_id,
            lane=conversation_id,
            order=1,
            delay=seconds,
        )
