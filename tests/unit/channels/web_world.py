"""A desk that answers the web chat from memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from channels.web import DemoCustomer, Event, Said, Step, Words
from domain.channels import Click
from domain.channels import Said as Line
from domain.errors import InputError, NotIdentified, UpstreamUnavailable

PAGE = 3  # lines of a transcript that are told at once


class SmallDesk:
    """Knows one customer, repeats what it hears, and remembers what it finished."""

    names = ("海傍 <生活>", "Harbour & Sons")

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str | None]] = []
        self.pressed: list[Click] = []
        self.transcript: list[Line] = []
        self.finished = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    def customers(self) -> list[DemoCustomer]:
        return [
            DemoCustomer("C-1", "陳大文", "yue", "gold"),
            DemoCustomer("C-2", "Ann", "en", None),
        ]

    async def start(self, customer_id: str) -> str:
        if customer_id != "C-1":
            raise NotIdentified(f"there is no demo customer {customer_id!r}")
        return "session-1"

    async def since(self, session_id: str, seq: int) -> list[Line]:
        if session_id != "session-1":
            raise NotIdentified("this conversation is unknown; start a new one")
        return [one for one in self.transcript if one.seq > seq][:PAGE]

    async def stream(
        self,
        session_id: str,
        text: str,
        message_id: str | None,
        *,
        live: bool,
        click: Click | None = None,
    ) -> AsyncIterator[Event]:
        if session_id != "session-1":
            raise NotIdentified("this conversation is unknown; start a new one")
        self.heard.append((session_id, text, message_id))
        if click is not None:
            self.pressed.append(click)
            yield Said("")
            return
        if text == "down":
            raise UpstreamUnavailable("the order system at 10.0.0.7 is down")
        if text == "bad":
            raise InputError("secret detail")
        yield Step("find_order")
        await self.gate.wait()
        if text == "down later":
            raise UpstreamUnavailable("the order system at 10.0.0.7 is down")
        yield Step("search_knowledge")
        if text == "in pieces" and live:
            yield Words("你話：")
            await self.gate.wait()
        yield Said(
            f"你話：{text[:60]}", ("order", "confirmation"), ("退貨 · 期限",), "zh-Hant", "r-1"
        )
        self.finished.set()


def message(text: object = "張單去到邊", **more: object) -> dict[str, object]:
    return {"session_id": "session-1", "text": text, **more}
