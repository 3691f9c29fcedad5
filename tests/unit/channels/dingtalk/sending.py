"""Replies and pushes over a DingTalk in miniature, for the tests of both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from channels.dingtalk.card_bodies import Template
from channels.dingtalk.cards import Cards, Pace
from channels.dingtalk.deck import Deck
from channels.dingtalk.posts import Pieces, Posts
from channels.dingtalk.pushes import Pushes
from channels.dingtalk.replies import Replies
from domain.channels import Button
from tests.unit.channels.dingtalk.world import (
    HandClock,
    MemoryQuota,
    Platform,
    api_over,
    budget_of,
)

CREATE = "/v1.0/card/instances/createAndDeliver"
UPDATE = "/v1.0/card/instances"
SESSION = "/robot/sendBySession"
BATCH = "/v1.0/robot/oToMessages/batchSend"
GROUP = "/v1.0/robot/groupMessages/send"
DING = "/v1.0/robot/ding/send"
WORK = "/topapi/message/corpconversation/asyncsend_v2"
ASK = (Button("yes", "係"), Button("no", "唔係"))


@dataclass
class Sending:
    platform: Platform
    clock: HandClock
    replies: Replies
    pushes: Pushes

    def posted(self) -> list[dict[str, Any]]:
        return [call.body for call in self.platform.to(SESSION)]


@asynccontextmanager
async def sending(
    *, cards: bool = False, used: int = 0, monthly: int = 100, **app: str
) -> AsyncIterator[Sending]:
    platform, clock = Platform(), HandClock()
    budget = budget_of(MemoryQuota(used), clock, monthly=monthly, per_second=1000)
    async with api_over(platform, budget, **app) as api:
        pieces = Pieces(Posts(api, clock))
        made = Cards(api, budget, Template("t.schema"), Pace(between=0)) if cards else None
        deck = Deck(made, budget, clock)
        replies, pushes = Replies(pieces, deck, clock), Pushes(api, pieces, deck, clock)
        yield Sending(platform, clock, replies, pushes)
        if made is not None:
            await made.close()
