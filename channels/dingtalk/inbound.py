"""What is done with a frame: it is kept first, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from prometheus_client import Counter

from channels.dingtalk.clicks import parse_click
from channels.dingtalk.frames import CLICKS, MESSAGES, Frame, answer
from channels.dingtalk.members import moment
from channels.dingtalk.messages import Bot, parse_message
from channels.dingtalk.trust import Trust
from domain.channels import Accept, Arrival
from domain.errors import AccessError, InputError, NightdeskError
from domain.ports import Clock

log = structlog.get_logger()
FRAMES = Counter("nightdesk_dingtalk_frames", "Frames by what became of them", ["topic", "result"])
DUPLICATES = Counter(
    "nightdesk_dingtalk_duplicates", "Deliveries of what was kept before", ["kind"]
)
_CLICKED = {
    "cardUpdateOptions": {"updateCardDataByKey": True},
    "cardData": {"cardParamMap": {"state": "clicked"}},
}


class Receiver:
    """Turns frames into arrivals and answers. The answer None means: not kept, let it come again."""

    def __init__(
        self, bot: Bot, trust: Trust, accept: Accept, clock: Clock, click_within: float = 1.5
    ) -> None:
        self._bot = bot
        self._trust = trust
        self._accept = accept
        self._clock = clock
        self._click_within = click_within
        self._late: set[asyncio.Task[bool]] = set()

    async def receive(self, frame: Frame) -> str | None:
        """The answer to a frame of the types CALLBACK and EVENT."""
        if frame.type == "EVENT":
            FRAMES.labels("event", "ignored").inc()
            return answer(frame, {"status": "SUCCESS", "message": "success"})
        if frame.type == "CALLBACK" and frame.topic == MESSAGES:
            return await self._message(frame)
        if frame.type == "CALLBACK" and frame.topic == CLICKS:
            return await self._click(frame)
        FRAMES.labels("other", "unknown").inc()
        log.info("dingtalk_topic_unknown", topic=frame.topic[:80], type=frame.type[:20])
        return answer(frame, {"response": None}, 404, "nobody listens to this topic")

    async def _message(self, frame: Frame) -> str | None:
        done = answer(frame, {"response": None})
        arrival = self._read("message", frame, self._parsed_message)
        if arrival is None:
            return (
                done  # what cannot be read now cannot be read later: it would come again for ever
            )
        try:
            new = await self._accept(arrival)
        except NightdeskError as error:
            return done if _refused("message", error) else None
        _count("message", new)
        return done

    async def _click(self, frame: Frame) -> str | None:
        arrival = self._read("click", frame, self._parsed_click)
        if arrival is None:
            return answer(frame, {"response": {}})
        # Waiting is cut short, keeping is not: it would be unknown what became of it.
        keeping = asyncio.ensure_future(self._accept(arrival))
        await asyncio.wait({keeping}, timeout=self._click_within)
        if not keeping.done():
            self._late.add(keeping)
            keeping.add_done_callback(self._kept_late)
            FRAMES.labels("click", "late").inc()
            return answer(frame, {"response": {}}, 500, "not kept in time")
        try:
            _count("click", keeping.result())
        except NightdeskError as error:
            if _refused("click", error):
                return answer(frame, {"response": {}})
            return answer(frame, {"response": {}}, 500, "not kept")
        return answer(frame, {"response": _CLICKED})

    def _kept_late(self, keeping: asyncio.Task[bool]) -> None:
        self._late.discard(keeping)
        error = None if keeping.cancelled() else keeping.exception()
        log.warning("dingtalk_click_late", cause=type(error).__name__ if error else "slow")

    async def settled(self) -> None:
        """Return when nothing is being kept any more."""
        while self._late:
            await asyncio.wait(set(self._late))

    def _read(self, kind: str, frame: Frame, parse: Callable[[Frame], Arrival]) -> Arrival | None:
        try:
            return parse(frame)
        except InputError as error:
            FRAMES.labels(kind, "unreadable").inc()
            log.warning("dingtalk_frame_unreadable", topic=kind, frame=frame.id, cause=str(error))
        except AccessError as error:
            FRAMES.labels(kind, "refused").inc()
            log.warning("dingtalk_sender_refused", topic=kind, frame=frame.id, cause=str(error))
        return None

    def _parsed_message(self, frame: Frame) -> Arrival:
        raw = frame.decoded()
        self._trust.admit_message(raw)
        return parse_message(raw, self._bot, self._clock.now(), frame.id)

    def _parsed_click(self, frame: Frame) -> Arrival:
        raw = frame.decoded()
        self._trust.admit_click(raw)
        sent_at = moment(frame.headers.get("time"), self._clock.now())
        return parse_click(raw, self._bot.code, sent_at)


def _refused(kind: str, error: NightdeskError) -> bool:
    """True when the same would be refused again; otherwise it must be delivered again."""
    final = isinstance(error, InputError | AccessError)
    FRAMES.labels(kind, "refused" if final else "not_kept").inc()
    log.warning("dingtalk_frame_not_kept", topic=kind, final=final, cause=str(error))
    return final


def _count(kind: str, new: bool) -> None:
    FRAMES.labels(kind, "kept" if new else "duplicate").inc()
    if not new:
        DUPLICATES.labels(kind).inc()
