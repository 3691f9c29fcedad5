"""Messages to the company's own people: a DING, a work notification, or a line in their chat."""

from __future__ import annotations

from prometheus_client import Counter

from channels.dingtalk.api import Api
from channels.dingtalk.markdown import harmless, pieces, plain, spaced, title
from channels.dingtalk.posts import Place, Posts
from domain.channels import Outgoing, Receipt
from domain.errors import Undeliverable
from domain.ports import Clock

_PUSHES = Counter("nightdesk_dingtalk_pushes", "Pushes by how they were sent", ["by"])


class Pushes:
    """Reaches the person, or the group, that a message is addressed to."""

    def __init__(self, api: Api, posts: Posts, clock: Clock) -> None:
        self._api = api
        self._posts = posts
        self._clock = clock

    async def send(self, message: Outgoing) -> Receipt:
        """Push a message as loudly as it says."""
        user = message.address.user
        text = harmless(message.text)
        if message.push_by == "message":
            receipt = await self._chat(message, text)
        elif not user:
            raise Undeliverable(f"a push by {message.push_by!r} needs a person, not a group")
        elif message.push_by == "ding":
            receipt = Receipt((await self._api.ding(user, plain(text)),), "ding")
        else:
            receipt = await self._work(user, plain(text))
        _PUSHES.labels(message.push_by).inc()
        return receipt

    async def _work(self, user: str, text: str) -> Receipt:
        if not self._api.app.agent_id:
            raise Undeliverable(
                "work notifications need NIGHTDESK_CHANNELS__DINGTALK__AGENT_ID, the app's AgentId"
            )
        # The same words twice in a day are dropped without a word, so each says when it was written.
        dated = f"{text}\n\n{self._clock.now():%H:%M:%S}"
        return Receipt((await self._api.work_notification(user, dated),), "work")

    async def _chat(self, message: Outgoing, text: str) -> Receipt:
        address = message.address
        group = bool(address.thread) and (address.group or not address.user)
        place = Place(address.thread, group, address.user, nick="", webhook="")
        ids: list[str] = []
        form = "markdown"
        for piece in pieces(spaced(text)):
            heading = title(text, message.language)
            given, form = await self._posts.post(place, heading, piece, mention=False)
            ids.append(given)
        return Receipt(tuple(filter(None, ids)), form)
